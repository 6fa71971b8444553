import type { Facts } from './risk/facts.ts';
import type { Decision, Reason } from './risk/types.ts';

export const REFERENCE_TYPES = ['phone', 'email', 'device'] as const;
export type ReferenceType = (typeof REFERENCE_TYPES)[number];

export type Verdict = 'fraud' | 'legitimate' | 'unsure';

type Scalar = null | boolean | number | string;
type Within<T> = Scalar | T[] | { [key: string]: T };
/** JSON, six levels deep at most (input.ts). Spelled out, because the types of RPC end at a type that names itself. */
export type Metadata = { [key: string]: Within<Within<Within<Within<Within<Scalar>>>>> };

/** An event as it is kept and listed. */
export interface FraudEvent {
  /** UUIDv7, the id of its record in the stream `fraud` too. */
  id: string;
  atMs: number;
  userId: string;
  /** Public id of the fraud session, which opens nothing; null without one. */
  sessionId: string | null;
  eventType: string;
  success: boolean | null;
  amountCents: number | null;
  gateway: string | null;
  metadata: Metadata;
  /** Keyed hash, the same for the same device in this project; null where none is known. */
  deviceRef: string | null;
  /** Keyed hash of the address (of the /64 for IPv6); the address itself is kept nowhere. */
  addressRef: string | null;
  /** ISO 3166-1 alpha-2. */
  country: string | null;
  riskScore: number;
  decision: Decision;
  reasons: Reason[];
  rulesVersion: number;
  facts: Facts;
  verdict: Verdict | null;
}
