import type { Stream } from './record.ts';

/** What of a person can be held back, each with a reason. */
export const ERASURE_CATEGORIES = [
  'records',
  'fraud_profile',
  'fraud_events',
  'error_samples',
  'etl_rejects',
  'deliveries',
  'breach_register',
  'caches',
] as const;
export type ErasureCategory = (typeof ERASURE_CATEGORIES)[number];

export const DELETION_STATES = ['grace', 'due', 'running', 'done', 'cancelled'] as const;
export type DeletionState = (typeof DELETION_STATES)[number];

/** Who: at least one of them. Everything that names one of these is the person's. */
export interface PersonIdentity {
  userIds: string[];
  sessionIds: string[];
  /** Such as e-mail addresses and phone numbers; looked for as whole words in messages and attributes. At least 6 characters each. */
  identifiers: string[];
}

/** `POST /api/compliance/deletions`. */
export interface DeletionInput {
  projectId: string;
  identity: PersonIdentity;
  regimeId: string;
  receivedAtMs: number;
  /** At most what the regime leaves; 30 by default. */
  graceDays: number;
  /** Of whom the request came from, for the log of communication; kept with it. */
  contact: string | null;
  holds: { category: ErasureCategory; stream: Stream | null; reason: string }[];
}

/**
 * `GET /api/compliance/deletions?project=&state=&limit=&cursor=` (the newest first), `/:id`; `POST /:id/cancel {reason}`,
 * `/:id/holds {category, stream, reason}`, `/:id/holds/:hold/release`, `/:id/execute` (ends the grace period).
 */
export interface DeletionRequest {
  /** `del_…` */
  id: string;
  projectId: string;
  regimeId: string;
  /** Null once it is forgotten: after the horizon of restores. Then only `reference` is left. */
  identity: PersonIdentity | null;
  /** Keyed hash of the identity, by which a second request is recognised. */
  reference: string;
  state: DeletionState;
  receivedAtMs: number;
  createdAtMs: number;
  createdBy: string;
  createdByName: string;
  contact: string | null;
  graceEndsAtMs: number;
  /** By the regime. */
  deadlineAtMs: number;
  holds: DeletionHold[];
  steps: ErasureStep[];
  cancelledAtMs: number | null;
  cancelReason: string | null;
  executedAtMs: number | null;
  /** Until then a restore of the database could bring it back; the ledger is replayed where one did. */
  restorableUntilMs: number | null;
  problem: string | null;
}

export interface DeletionHold {
  /** `dhl_…` */
  id: string;
  category: ErasureCategory;
  stream: Stream | null;
  reason: string;
  atMs: number;
  by: string;
  byName: string;
  releasedAtMs: number | null;
}

export interface ErasureStep {
  category: ErasureCategory;
  state: 'waiting' | 'running' | 'done' | 'held' | 'failed';
  /** Such as `records`, `blocks`, `objects`, `rows`. */
  counts: Record<string, number>;
  /** Share that is done, 0 to 1; null where it is not known. */
  progress: number | null;
  attempts: number;
  problem: string | null;
  finishedAtMs: number | null;
}

/** `GET /api/compliance/deletions/:id/receipt?format=html|json`. */
export interface ErasureReceipt {
  requestId: string;
  reference: string;
  regimeId: string;
  receivedAtMs: number;
  executedAtMs: number;
  erased: { category: ErasureCategory; counts: Record<string, number>; atMs: number }[];
  held: { category: ErasureCategory; stream: Stream | null; reason: string }[];
  restorableUntilMs: number;
  notCovered: string[];
}
