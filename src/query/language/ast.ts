/** Where a search cannot be understood, in UTF-16 units of the text as it was typed. */
export interface QueryError {
  position: number;
  length: number;
  reason: string;
}

/** A place in the text, for errors that are found after parsing. */
export interface Span {
  position: number;
  length: number;
}

/** Literal text between `*` (any run of characters, also none) and `?` (one character). */
export type GlobPart = { kind: 'literal'; text: string } | { kind: 'run' } | { kind: 'one' };

export type Comparison = '>' | '>=' | '<' | '<=';

/** Plain text or a pattern: what may stand without a field. */
export type TextTest = { kind: 'text'; text: string } | { kind: 'glob'; parts: GlobPart[] };

export type FieldTest =
  | TextTest
  | { kind: 'compare'; op: Comparison; bound: string }
  /** A null bound is open. */
  | { kind: 'range'; low: string | null; high: string | null; lowInclusive: boolean; highInclusive: boolean }
  | { kind: 'exists' };

export type QueryNode =
  | { kind: 'all' }
  | { kind: 'and'; items: QueryNode[] }
  | { kind: 'or'; items: QueryNode[] }
  | { kind: 'not'; item: QueryNode }
  | { kind: 'bare'; test: TextTest }
  | { kind: 'field'; name: string; test: FieldTest; span: Span };
