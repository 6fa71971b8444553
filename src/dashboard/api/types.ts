import type { Role } from '../../wire/access.ts';
import type { ProjectLimits } from '../../wire/limits.ts';
import type { Protocol } from '../../wire/protocols.ts';
import type { Level, LogRecord, Stream } from '../../wire/record.ts';

export type { Role };
export const ROLES: readonly Role[] = ['viewer', 'analyst', 'admin'];

export interface List<T> {
  items: T[];
  nextCursor: string | null;
}

export interface Me {
  userId: string;
  username: string;
  role: Role;
  /** null is all projects. */
  projectIds: string[] | null;
  sessionId: string;
  csrf: string;
  expiresAt: number;
  /** When to ask for the next secret, Unix ms. */
  refreshAt: number;
  /** The clock of the deployment. */
  nowMs: number;
}

export interface Login {
  userId: string;
  username: string;
  role: Role;
  csrf: string;
  expiresAt: number;
  refreshAt: number;
}

export interface Renewal {
  csrf: string;
  expiresAt: number;
  refreshAt: number;
}

export interface SessionRow {
  id: string;
  createdAtMs: number;
  lastSeenAtMs: number;
  expiresAtMs: number;
  /** At sign-in. */
  userAgent: string | null;
  address: string | null;
  /** ISO 3166-1 alpha-2, as the edge saw it; null where it did not say. */
  country: string | null;
  /** With the last request. */
  lastUserAgent: string | null;
  lastAddress: string | null;
  lastCountry: string | null;
  current: boolean;
}

/** One entry of a person's own history, out of the audit log. */
export interface SecurityEvent {
  seq: number;
  atMs: number;
  action: string;
  address: string | null;
  detail: Record<string, unknown> | null;
}

export interface PasskeyRow {
  id: string;
  name: string;
  createdAtMs: number;
  lastUsedAtMs: number | null;
}

export interface Factors {
  totp: { enabledAtMs: number } | null;
  recoveryCodesLeft: number;
  passkeys: PasskeyRow[];
}

/** What proves again who is there. */
export type Proof = { password: string } | { code: string } | { challenge: string; credential: unknown };

/** What somebody has beside the password: whether an app, and how many passkeys. */
export interface FactorCounts {
  totp: boolean;
  passkeys: number;
}

export interface User {
  id: string;
  username: string;
  role: Role;
  projectIds: string[] | null;
  disabled: boolean;
  createdAtMs: number;
  lastLoginAtMs: number | null;
  factors: FactorCounts;
}

export interface Project {
  id: string;
  name: string;
  createdAtMs: number;
  disabled: boolean;
  limits: ProjectLimits;
}

export interface KeyQuota {
  recordsPerDay: number;
}

export interface ApiKey {
  id: string;
  name: string;
  scopes: string[];
  origins: string[] | null;
  quota: KeyQuota | null;
  prefix: string;
  createdAtMs: number;
  createdBy: string | null;
  revokedAtMs: number | null;
}

export interface NewApiKey extends Omit<ApiKey, 'prefix'> {
  /** Shown this once. */
  key: string;
}

export interface RefusedKeys {
  code: string;
  requests: number;
  lastSeenAtMs: number;
}

export interface LedgerCounts {
  requests: number;
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  /** Requests, not records. */
  refused: number;
  bytes: number;
}

export interface LedgerKey extends LedgerCounts {
  keyId: string;
  lastSeenAtMs: number;
  /** 0: no record was ever taken. */
  lastRecordAtMs: number;
}

export interface LedgerMinute extends LedgerCounts {
  /** Its start, Unix ms. */
  minute: number;
  keyId: string;
}

export interface LedgerSource {
  keyId: string;
  protocol: Protocol;
  userAgent: string;
  requests: number;
  records: number;
  bytes: number;
  firstSeenAtMs: number;
  lastSeenAtMs: number;
  lastRecordAtMs: number;
}

export interface Ledger extends LedgerCounts {
  keys: LedgerKey[];
  fromMs: number;
  toMs: number;
  /** Before it there are no minutes. */
  detailFromMs: number;
  minutes: LedgerMinute[];
  reasons: { keyId: string; reason: string; records: number; lastMinute: number }[];
  refusals: { keyId: string; code: string; requests: number; lastMinute: number }[];
  sources: LedgerSource[];
  moreSources: boolean;
  journal: JournalState;
}

/** What the guard against too many different names and values holds back. */
export interface Cardinality {
  names: { count: number; limit: number };
  labels: { label: string; values: number; limit: number }[];
  quarantine: {
    items: {
      kind: 'name' | 'value';
      name: string;
      value: string | null;
      records: number;
      firstSeenAtMs: number;
      lastSeenAtMs: number;
    }[];
    more: boolean;
  };
}

export interface JournalState {
  /** Durable, searchable, and in no block yet. */
  backlogRecords: number;
  backlogBytes: number;
  largestBacklogBytes: number;
  sealFailingSinceMs: number | null;
}

export interface Scanned {
  blocks: number;
  /** Those of the blocks that an archive had. */
  archived: number;
  bytes: number;
}

export interface LogPage {
  records: LogRecord[];
  nextCursor: string | null;
  scanned: Scanned;
  complete: boolean;
}

export interface Bucket {
  ts: number;
  total: number;
  levels: Partial<Record<Level, number>>;
}

export interface Histogram {
  bucketMs: number;
  buckets: Bucket[];
  scanned: Scanned;
  complete: boolean;
}

export interface Facet {
  field: string;
  values: { value: string; count: number }[];
  other: number;
  missing: number;
  /** There were too many different values to tell all apart: counts of rarer ones may be too low. */
  truncated: boolean;
}

export interface Facets {
  facets: Facet[];
  records: number;
  scanned: Scanned;
  complete: boolean;
}

export interface LogContext {
  before: LogRecord[];
  record: LogRecord;
  after: LogRecord[];
}

export interface SavedSearch {
  id: string;
  name: string;
  q: string;
  stream: Stream | null;
  createdAtMs: number;
  createdBy: string | null;
}
