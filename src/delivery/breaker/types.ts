import type { BreakerState } from '../../wire/delivery.ts';

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

/** What may be done, and so has a result. */
export type Granted = Exclude<Permit, { kind: 'wait' }>;

export interface CallResult {
  failed: boolean;
  durationMs: number;
}

/** Where the breaker is. Times are when things began, never when they are due: a change of settings holds at once, and a clock that was set back can be mended. */
export type Phase =
  | { state: 'CLOSED'; sinceMs: number }
  /** `trickleMs`: when attempts of the trickle were let through, oldest first; only those that still count against its cap. */
  | { state: 'OPEN'; sinceMs: number; trickleMs: number[] }
  /** `out`: leases whose result is awaited, oldest first. With `passed` and `failed` they are never more than the permitted probes. */
  | {
      state: 'HALF_OPEN';
      sinceMs: number;
      trickleMs: number[];
      out: { lease: number; atMs: number }[];
      passed: number;
      failed: number;
      /** Of both. */
      slow: number;
    }
  /** OPEN by hand, without probes or trickle. */
  | { state: 'ISOLATED'; sinceMs: number };

/** Results oldest first, each `4 * (ms to the next newer one) + 2 * slow + failed`: a third of the text that times would be. */
export interface StoredWindow {
  newestMs: number;
  results: number[];
}

/**
 * The breaker of one destination as a value that can be stored as JSON (0.5 KB with 100 results): the object keeps it, in the transaction of what it
 * decides. Changed only by src/delivery/breaker/live.ts; as values, which cost a copy each, by the functions of src/delivery/breaker/index.ts.
 */
export interface Breaker {
  phase: Phase;
  /** Leases are numbered through all rounds, so that a late result is never taken for one of another round. */
  leasesGiven: number;
  /** Results of all states; they decide in CLOSED alone, and closing forgets them. */
  window: StoredWindow;
}

export interface BreakerView {
  state: BreakerState;
  isolated: boolean;
  sinceMs: number;
  /** Not after now: due. Null where none is to come (closed, isolated), or all are under way. */
  nextProbeAtMs: number | null;
  calls: number;
  failed: number;
  slow: number;
  failureRate: number | null;
  slowCallRate: number | null;
}
