import type { CookieFacts, Decision, FraudEvent, Metadata, Reason, ReferenceType, RuleName } from '../wire/fraud.ts';
/** What the Worker and the object of a project say to each other. */

/** Who calls, as the ledger knows him, and when. */
export interface Caller {
  projectId: string;
  keyId: string;
  nowMs: number;
}

/** Of the end user's client, as the customer's server saw it, or else as we did. Null is what nobody said. */
export interface SeenClient {
  /** Normalised by addressBucket: it is hashed before it is kept. */
  address: string | null;
  country: string | null;
  place: { latitude: number; longitude: number } | null;
  browser: string | null;
  os: string | null;
}

/** The fraud cookies of a request. Two of one name are as good as none. */
export interface PresentedCookies {
  session: string | null;
  device: string | null;
  duplicated: boolean;
}

/** Why the object takes nothing from a caller. */
export type CallerRefusal = { kind: 'key_revoked' } | { kind: 'project_disabled' };

export interface EventInput extends Caller {
  /** UUIDv7. */
  eventId: string;
  /** Null: that of the fraud session. */
  userId: string | null;
  eventType: string;
  success: boolean | null;
  amountCents: number | null;
  gateway: string | null;
  metadata: Metadata;
  client: SeenClient;
  cookies: PresentedCookies;
  /** `payload`: SHA-256 of the body. */
  idempotency: { key: string; payload: string } | null;
}

export interface EventDecision {
  eventId: string;
  userId: string;
  riskScore: number;
  decision: Decision;
  reasons: Reason[];
  rulesVersion: number;
  /** What the cookies said. */
  session: CookieFacts['session'];
}

/** `pending`: the event is durable and decided, its record is not yet in the journal and will be sent again until it is. */
export type Recorded = 'stored' | 'pending';

export type EventOutcome =
  | { kind: 'decided'; decision: EventDecision; recorded: Recorded; replayed: boolean }
  /** Neither a user nor a live session is named. */
  | { kind: 'no_user' }
  | { kind: 'key_reused' }
  | CallerRefusal;

export interface LoginInput extends Caller {
  userId: string;
  deviceId: string | null;
  client: SeenClient;
  cookies: PresentedCookies;
}

export type LoginOutcome =
  | {
      kind: 'opened';
      /** The cookies' values: known here and to the browser only. */
      session: string;
      device: string;
      sessionId: string;
      sessionExpiresAtMs: number;
      /** The user was seen on the device before. */
      deviceKnown: boolean;
    }
  | CallerRefusal;

export interface RegisterInput extends Caller {
  userId: string;
  /** Normalised. */
  references: { type: ReferenceType; text: string }[];
}

export interface RegisteredReference {
  type: ReferenceType;
  reference: string;
  /** That have it, this one counted. */
  accounts: number;
}

export type RegisterOutcome =
  | { kind: 'registered'; references: RegisteredReference[]; linkedAccounts: number }
  | { kind: 'too_many_references'; limit: number }
  | CallerRefusal;

export type RevokeOutcome = { kind: 'revoked'; sessions: number } | CallerRefusal;

export interface EventQuery {
  userId: string | null;
  fromMs: number;
  /** Not itself in the range. */
  toMs: number;
  minScore: number;
  decision: Decision | null;
  rule: RuleName | null;
  cursor: string | null;
  limit: number;
}

export interface Listed<T> {
  items: T[];
  nextCursor: string | null;
}

export type ReplayItem = Pick<FraudEvent, 'id' | 'atMs' | 'userId' | 'riskScore' | 'decision' | 'reasons' | 'facts'>;

export interface LookupQuery {
  minAccounts: number;
  type: ReferenceType | null;
  userId: string | null;
  reference: string | null;
  cursor: string | null;
  limit: number;
}

/** Accounts listed of one reference; `accountCount` is exact. */
export const MAX_LISTED_ACCOUNTS = 100;
export const MAX_GRAPH_NODES = 200;
/** Different references of one user and type. Nobody has more phones; who registers more is testing numbers. */
export const MAX_REFERENCES_PER_TYPE = 20;
