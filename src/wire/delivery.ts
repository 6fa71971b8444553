import type { JsonObject } from './record.ts';

/** What a receiver understands: `webhook` is the event itself as JSON, `email` the call of a mail provider's HTTP API, made of a template. */
export const DESTINATION_KINDS = ['webhook', 'slack', 'discord', 'email'] as const;
export type DestinationKind = (typeof DESTINATION_KINDS)[number];

export const MIN_TIMEOUT_MS = 1_000;
export const MAX_TIMEOUT_MS = 30_000;
export const DEFAULT_TIMEOUT_MS = 5_000;
/** Of a project. */
export const MAX_DESTINATIONS = 100;
/** So many are told apart, of one destination. */
export const MAX_RECENT_DEAD_LETTERS = 1_000;
/** Of an answer that a receiver gave, as it is kept. */
export const MAX_RESPONSE_BYTES = 16 * 1024;

/** Opens above `openAbove`, closes again below `closeBelow` (shares of calls that failed). */
export interface BreakerSettings {
  /** Calls older than this do not count. */
  windowMs: number;
  /** Only the newest of them count. */
  windowCalls: number;
  /** With fewer calls in the window it stays closed. */
  minimumCalls: number;
  openAbove: number;
  closeBelow: number;
  /** A call that takes longer is slow. */
  slowCallMs: number;
  /** Opens above this share of slow calls; 1 never does. */
  slowOpenAbove: number;
  /** From opening to the first probes. */
  probeAfterMs: number;
  /** Calls let through while half open; each is one lease. */
  probes: number;
  /** A probe whose result never comes (a crash) counts as failed after this, and its place is free again. */
  leaseMs: number;
  /** While open: this many single attempts in `trickleWindowMs`, each given `trickleTimeoutMs`. */
  trickleCalls: number;
  trickleWindowMs: number;
  trickleTimeoutMs: number;
}

export const DEFAULT_BREAKER: BreakerSettings = {
  ...{ windowMs: 60_000, windowCalls: 100, minimumCalls: 5, openAbove: 0.25, closeBelow: 0.125 },
  ...{ slowCallMs: 4_000, slowOpenAbove: 0.8, probeAfterMs: 30_000, probes: 3, leaseMs: 35_000 },
  ...{ trickleCalls: 1, trickleWindowMs: 10_000, trickleTimeoutMs: 1_000 },
};

export const BREAKER_STATES = ['CLOSED', 'OPEN', 'HALF_OPEN'] as const;
export type BreakerState = (typeof BREAKER_STATES)[number];
/** By hand. `isolate`: open without probes or trickle until somebody closes it. */
export const BREAKER_ACTIONS = ['open', 'close', 'isolate'] as const;
export type BreakerAction = (typeof BREAKER_ACTIONS)[number];

export interface BreakerTransition {
  atMs: number;
  from: BreakerState;
  to: BreakerState;
  /** `failures`, `slow_calls`, `probe_due`, `probes_passed`, `probes_failed`, `by_hand`, `isolated`. */
  reason: string;
  /** At that moment, of the calls that counted. Null where there were none. */
  failureRate: number | null;
  /** Likewise, of those that took longer than `slowCallMs`: what a transition by `slow_calls` is about. */
  slowCallRate: number | null;
  calls: number;
  /** Who did it by hand. */
  by: string | null;
}

export interface DestinationHeader {
  name: string;
  /** Null where it is a secret, which is never shown again. */
  value: string | null;
  secret: boolean;
}

/** What signs deliveries (standardwebhooks.com). Shown once, when it is made. */
export interface DestinationSecret {
  id: string;
  /** `v1`: HMAC-SHA256, `whsec_…`. `v1a`: Ed25519, `whsk_…`, of which `publicKey` (`whpk_…`) is what a receiver needs. */
  kind: 'v1' | 'v1a';
  publicKey: string | null;
  createdAtMs: number;
  /** Signs beside its successor until then; null for those in use. */
  expiresAtMs: number | null;
}

/** `GET /api/destinations?project=`, `/:id`. */
export interface Destination {
  id: string;
  projectId: string;
  name: string;
  kind: DestinationKind;
  /** To who may not change it only where it leads, as `https://hooks.slack.com/…`: such URLs are credentials. */
  url: string;
  headers: DestinationHeader[];
  /** Of the body (docs/alerts.md); null is the built-in one of the kind. */
  template: string | null;
  timeoutMs: number;
  /** Events of one subject arrive in their order: a later one waits for the one before it. */
  ordered: boolean;
  /** Attempts a second at most, also while a backlog drains. */
  maxPerSecond: number;
  /** A request keeps the connection open before a burst that is expected. */
  warmProbe: boolean;
  breaker: BreakerSettings;
  secrets: DestinationSecret[];
  disabled: boolean;
  /** `gone`: it answered 410. */
  disabledReason: 'by_hand' | 'gone' | null;
  version: number;
  /** Whether what delivers was told this version. It is within minutes. */
  confirmed: boolean;
  createdAtMs: number;
  changedAtMs: number;
}

/** `POST /api/destinations`, `POST /api/destinations/:id/secrets`. */
export interface DestinationWithSecret extends Destination {
  /** The newest of `secrets` in clear, this once: `whsec_…`. Null for a v1a key, of which a receiver needs `publicKey` alone. */
  secret: string | null;
}

/** What is delivered: told to each destination in its own form, under the same id at every attempt. */
export interface DeliveryEvent {
  /** `evt_…`. Told twice, it is delivered once. */
  id: string;
  /** `alert.firing`, `alert.repeated`, `alert.resolved`, `destination.test`. */
  type: string;
  projectId: string;
  /** What the order of an ordered destination is about: the id of a firing. */
  subject: string;
  createdAtMs: number;
  data: JsonObject;
}

export const DELIVERY_STATES = ['queued', 'delivering', 'delivered', 'dead'] as const;
export type DeliveryState = (typeof DELIVERY_STATES)[number];

/** `GET /api/deliveries?project=&destination=&state=&cursor=`, newest first. */
export interface Delivery {
  /** `<destination>-<event>`: what `webhook-id` says. */
  id: string;
  destinationId: string;
  eventId: string;
  type: string;
  subject: string;
  state: DeliveryState;
  createdAtMs: number;
  attempts: number;
  lastAttemptAtMs: number | null;
  /** When the next attempt is due; null where none is. */
  nextAttemptAtMs: number | null;
  deliveredAtMs: number | null;
  /** Of the last attempt: code of `AttemptOutcome`. */
  lastOutcome: string | null;
  lastStatus: number | null;
  /** Why it waits or is dead, in a sentence. */
  reason: string | null;
}

/** What became of one HTTP try. `delivered` is a 2xx; all others failed, and `refused`, `address_refused`, `gone` are not tried again. */
export const ATTEMPT_OUTCOMES = [
  ...['delivered', 'timeout', 'connection_failed', 'dns_failed', 'address_refused', 'redirect', 'gone'],
  ...['throttled', 'server_error', 'refused', 'template_failed', 'lost'],
] as const;
export type AttemptOutcome = (typeof ATTEMPT_OUTCOMES)[number];

export interface Attempt {
  atMs: number;
  /** 1 for the first. */
  number: number;
  outcome: AttemptOutcome;
  status: number | null;
  durationMs: number;
  /** Of which for the answer's headers, and for a name that was not known yet. */
  headersMs: number | null;
  dnsMs: number;
  /** `trickle` and `probe` are attempts that the breaker let through. */
  kind: 'normal' | 'trickle' | 'probe' | 'test';
  /** As sent, without secret headers. */
  request: { url: string; headers: Record<string, string>; body: string };
  /** At most 16 KiB of the body, as text; null where there was none. */
  response: { headers: Record<string, string>; body: string; truncated: boolean } | null;
  /** In a sentence where it failed. */
  error: string | null;
}

/** `GET /api/deliveries/:id`. */
export interface DeliveryDetail extends Delivery {
  event: DeliveryEvent;
  /** The newest 20, oldest first. */
  log: Attempt[];
}

export const HEALTH_BANDS = ['healthy', 'elevated', 'critical'] as const;
/** Failure rate under 10 %, to 25 %, above; and what `refusing`, `unsendable` and `recentDeadLetters` say. */
export type HealthBand = (typeof HEALTH_BANDS)[number];

export interface DnsStatistics {
  hits: number;
  misses: number;
  /** hits / (hits + misses) of the last hour; null where nothing was asked. */
  ratio: number | null;
  /** Names that are known now. */
  entries: number;
  failures: number;
  /** How long before it is asked again, which falls while the ratio is under 0.7. */
  prefetchIntervalMs: number;
  /** Of the record that is known. */
  expiresAtMs: number | null;
  addresses: string[];
}

export interface DestinationHealth {
  destinationId: string;
  name: string;
  kind: DestinationKind;
  disabled: boolean;
  /** `gone`: it answered 410; a newer configuration that is not disabled tries it again. */
  disabledReason: 'by_hand' | 'gone' | null;
  status: HealthBand;
  /** Of the calls in the breaker's window; null where there were none. */
  failureRate: number | null;
  breaker: { state: BreakerState; isolated: boolean; sinceMs: number; nextProbeAtMs: number | null };
  window: { calls: number; failed: number; slow: number };
  /** Of the attempts in the window. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  slowCallRate: number | null;
  backlog: number;
  oldestQueuedAtMs: number | null;
  deadLetters: number;
  /** Those that became dead letters in the last hour, MAX_RECENT_DEAD_LETTERS at most. With one it is elevated at least: a refusal is no failure of the receiver, and yet somebody was not told. */
  recentDeadLetters: number;
  /** Nothing has arrived since the newest of them, as where a key has run out and each answer is 401: critical, whatever the failure rate. */
  refusing: boolean;
  /** Of what has waited longest something cannot be made into a request (`template_failed`: its template, or secrets that do not open) until a hand mends it: critical. */
  unsendable: boolean;
  /** Quick retries that may be made now, and at most. */
  retryBudget: { left: number; most: number };
  dns: DnsStatistics;
  lastWarmAtMs: number | null;
}

/**
 * `GET /api/health/webhook?project=`: 200, or 503 where a destination is critical, its breaker is not closed, it does not answer us, or it answered 410. Those that
 * were disabled by hand are in the list and the backlog, and say nothing of how it is.
 */
export interface WebhookHealth {
  status: 'healthy' | 'degraded';
  /** The worst of all: of the failure rate, of each destination; an open breaker is critical, one half open elevated. Header `X-Webhook-Health-Status`. */
  band: HealthBand;
  /** Of all calls of all windows. */
  failureRate: number | null;
  /** The worst of all. */
  breaker: BreakerState;
  /** Since the first came into that state; where all are closed, since the last of them closed. Null without a destination. */
  breakerSinceMs: number | null;
  /** The first that is due of any; null where none is. */
  nextProbeAtMs: number | null;
  /** Of all windows together. */
  window: { calls: number; failed: number; slow: number };
  slowCallRate: number | null;
  backlog: number;
  oldestQueuedAtMs: number | null;
  deadLetters: number;
  recentDeadLetters: number;
  /** Of all together: each has its own, and none spends another's. */
  retryBudget: { left: number; most: number };
  /** The latest of any. */
  lastWarmAtMs: number | null;
  /** The largest of the destinations': no receiver is slower. */
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  dns: { hits: number; misses: number; ratio: number | null; entries: number; failures: number };
  destinations: DestinationHealth[];
  /** Destinations whose object did not answer. */
  unknown: string[];
  atMs: number;
}
