import type { BreakerSettings, BreakerState, BreakerTransition } from '../../wire/delivery.ts';

/** What a call may do. */
export type Permit =
  /** CLOSED. */
  | { kind: 'call' }
  /** HALF_OPEN: one of the permitted probes; its result must be told under this lease, once. */
  | { kind: 'probe'; lease: number }
  /** OPEN: a single attempt with a short timeout, whose result changes no state. */
  | { kind: 'trickle'; timeoutMs: number }
  /** Not now. `untilMs`: when to ask again; null where only a hand changes that. */
  | { kind: 'wait'; untilMs: number | null };

export interface CallResult {
  failed: boolean;
  durationMs: number;
}

/**
 * The breaker of one destination as a value that can be stored as JSON: the object keeps it, in the transaction of what it decides. Changed only by the
 * functions below (src/delivery/breaker/index.ts), which take and give whole values:
 *
 *   newBreaker(nowMs) → Breaker
 *   ask(breaker, settings, nowMs) → { breaker, permit, transition: BreakerTransition | null }
 *   settle(breaker, settings, permit, result, nowMs) → { breaker, transition }
 *   act(breaker, action, by, nowMs) → { breaker, transition }
 *   look(breaker, settings, nowMs) → BreakerView   (changes nothing; ages the window, expires leases)
 */
export interface BreakerView {
  state: BreakerState;
  isolated: boolean;
  sinceMs: number;
  nextProbeAtMs: number | null;
  calls: number;
  failed: number;
  slow: number;
  failureRate: number | null;
  slowCallRate: number | null;
}

export type { BreakerSettings, BreakerState, BreakerTransition };
