/** Where a value is: `../a.b` is one scope up. */
export interface Path {
  /** Scopes up from the one that it stands in. */
  up: number;
  /** `index`, `first`, `last` and `key` of the `each` that it stands in. */
  loop: 'index' | 'first' | 'last' | 'key' | null;
  keys: readonly string[];
}

export const HELPERS = ['json', 'html', 'mrkdwn', 'truncate'] as const;
export type Helper = (typeof HELPERS)[number];

export interface ValueNode {
  kind: 'value';
  at: number;
  path: Path;
  helper: Helper | null;
  /** Of `truncate`. */
  maxChars: number;
  /** Stands between the quotes of a JSON string: what it inserts is escaped for there. Otherwise it inserts a whole JSON value. */
  inString: boolean;
}

export interface EachNode {
  kind: 'each';
  at: number;
  path: Path;
  body: Node[];
  otherwise: Node[];
}

export type Node =
  | { kind: 'text'; at: number; text: string }
  | ValueNode
  | EachNode
  /** `unless` has its branches the other way round. */
  | { kind: 'if'; at: number; path: Path; body: Node[]; otherwise: Node[] };

export interface Fault {
  reason: string;
  position: number;
}
