import type { PersonIdentity } from '../wire/compliance.ts';
import type {
  Attempt,
  BreakerAction,
  BreakerSettings,
  BreakerTransition,
  Delivery,
  DeliveryDetail,
  DeliveryEvent,
  DeliveryState,
  DestinationHealth,
  DestinationKind,
} from '../wire/delivery.ts';

/** What the object of a destination goes by: its row in D1, pushed before a change is answered. */
export interface DestinationConfig {
  destinationId: string;
  projectId: string;
  /** An older one than the one that is there changes nothing. */
  version: number;
  name: string;
  kind: DestinationKind;
  url: string;
  /** Values of secret ones are encrypted (src/shared/at-rest.ts, purpose `destination header <destination id>`). */
  headers: { name: string; value: string; secret: boolean }[];
  template: string | null;
  timeoutMs: number;
  ordered: boolean;
  maxPerSecond: number;
  warmProbe: boolean;
  breaker: BreakerSettings;
  /** `stored` is encrypted (purpose `destination secret <destination id>`): the bytes of a v1 secret, or the 32 of an Ed25519 seed. Newest first. */
  secrets: { id: string; kind: 'v1' | 'v1a'; stored: string; expiresAtMs: number | null }[];
  disabled: boolean;
}

export interface DeliveryQuery {
  state: DeliveryState | null;
  fromMs: number;
  toMs: number;
  limit: number;
  /** What the list said; null for its start. */
  cursor: string | null;
}

export type ReplaySelection =
  | { kind: 'one'; id: string }
  /** Those of these events that are dead letters. */
  | { kind: 'dead'; eventIds: string[] }
  /** Dead letters that were made in this range, oldest first. */
  | { kind: 'range'; fromMs: number; toMs: number }
  | { kind: 'all' };

export type ReplayOutcome = { kind: 'replayed'; deliveries: number } | { kind: 'not_found' };

export interface Enqueued {
  accepted: number;
  /** Events that were here already. */
  repeated: number;
}

/** Deliveries behind `afterSeq`, a bounded number in each call. */
export interface DeliveryErasure {
  identity: PersonIdentity;
  afterSeq: number;
}

export interface ErasedDeliveries {
  erased: number;
  /** Under way: to be tried again once they have ended. */
  left: number;
  /** Where to go on; null at the end. */
  nextSeq: number | null;
}

/** What has become of an event: said in one call for many. */
export interface Receipt {
  eventId: string;
  state: DeliveryState;
  endedAtMs: number | null;
  /** Why it is dead, or waits, in a sentence. */
  reason: string | null;
}

/** Methods of the Destination object (durable-objects/destination/destination.ts). A throw means a fault. */
export interface DestinationCalls {
  configure(config: DestinationConfig): void;
  /** Durable when it answers. `not_configured`: nobody told this object what it is. */
  enqueue(events: DeliveryEvent[]): Enqueued | { kind: 'not_configured' };
  /** One attempt, past queue and breaker, kept in the log. Named so because `test` is a handler of the platform, which no call reaches. */
  sendTest(event: DeliveryEvent): Promise<Attempt>;
  list(query: DeliveryQuery): { items: Delivery[]; nextCursor: string | null };
  find(id: string): DeliveryDetail | null;
  /** Of those that are known: what was delivered is forgotten after a while (src/delivery/queue/retention.ts). */
  receipts(eventIds: string[]): Receipt[];
  replay(selection: ReplaySelection): ReplayOutcome;
  act(action: BreakerAction, by: string): void;
  transitions(limit: number): BreakerTransition[];
  health(): DestinationHealth;
  /** A burst is expected within seconds: resolve, and open the connection where it is asked for. */
  warm(): Promise<void>;
  /** Forgets what names a person. May be repeated. */
  erase(erasure: DeliveryErasure): ErasedDeliveries;
  /** Forgets everything: the destination was deleted. */
  remove(): Promise<void>;
}
