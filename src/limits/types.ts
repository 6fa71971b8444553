import type { ProjectLimits } from '../wire/limits.ts';
import type { SetKey } from './names.ts';

/** One request, or one batch of a socket, at the door of a project. */
export interface IngestTake {
  nowMs: number;
  /** 0 for what is no request: frames of a socket, later batches of a stream. */
  requests: 0 | 1;
  /** To be charged to the quota of the key. */
  records: number;
  keyId: string;
  /** Null for a key without a quota. */
  recordsPerDay: number | null;
  /** Members of bounded sets that the asking isolate has not met today. */
  unknown: UnknownNames[];
  /** Requests that an isolate let pass since its last call because this object did not answer. */
  passedUncounted: number;
}

export interface UnknownNames {
  set: SetKey;
  /** Hashes (hash53). */
  members: number[];
}

/** What a limit has left. */
export interface Left {
  limit: number;
  remaining: number;
  resetSeconds: number;
}

export type IngestOutcome =
  | { kind: 'taken'; rate: Left | null; quota: Left | null; verdicts: Verdict[] }
  | { kind: 'rate_limited'; rate: Left }
  | { kind: 'quota_exceeded'; rate: Left | null; quota: Left };

export interface Verdict {
  set: SetKey;
  refused: number[];
  /** All members of a set that takes no more today, where they were few enough to tell. */
  all: number[] | null;
}

export interface TakeOutcome extends Left {
  admitted: boolean;
}

export interface QuarantinedName {
  kind: 'name' | 'value';
  /** The attribute, `labels.<label>`, or the label whose value it is. */
  name: string;
  value: string | null;
  records: number;
}

/** `GET /api/projects/:id/cardinality`. */
export interface Cardinality {
  names: { count: number; limit: number };
  labels: { label: string; values: number; limit: number }[];
  quarantine: {
    items: (QuarantinedName & { firstSeenAtMs: number; lastSeenAtMs: number })[];
    more: boolean;
  };
}

export interface LimiterStatus {
  limits: ProjectLimits;
  ingestUsed: number;
  queryUsed: number;
  /** Of keys that have stored something today. */
  quotas: { keyId: string; records: number }[];
  /** Requests that were let pass uncounted while this object did not answer, since the project exists. */
  passedUncounted: number;
}
