import { unreachable } from '../shared/result.ts';

/**
 * How long a request may be silent before another may take its claim over. Changes take milliseconds, with a database far away or a hub
 * that does not answer a few seconds. Taking over too early costs a refusal and never a second change: see takeOver in store.ts.
 */
export const LEASE_MS = 60_000;

/** A claim as another request finds it. */
export interface FoundClaim {
  state: 'running' | 'stored' | 'lost';
  leasedUntilMs: number;
  /** Null: nothing has been changed yet. */
  executedAtMs: number | null;
  expiresAtMs: number;
}

export type Verdict = 'replay' | 'take_over' | 'in_use' | 'reused' | 'outcome_unknown';

/** What becomes of a request whose key is known already. */
export function decide(found: FoundClaim, samePayload: boolean, nowMs: number): Verdict {
  if (found.expiresAtMs <= nowMs) return 'take_over';
  if (!samePayload) return 'reused';
  switch (found.state) {
    case 'stored':
      return 'replay';
    case 'lost':
      return 'outcome_unknown';
    case 'running':
      if (isLeased(found.leasedUntilMs, nowMs)) return 'in_use';
      return found.executedAtMs === null ? 'take_over' : 'outcome_unknown';
    default:
      return unreachable(found.state);
  }
}

/** A lease that ends later than any lease can was given by a clock that has been set back since, and would hold for as long as that was. */
function isLeased(untilMs: number, nowMs: number): boolean {
  return untilMs > nowMs && untilMs - nowMs <= 2 * LEASE_MS;
}

export type Settlement =
  /** The answer is kept for repeats. */
  | 'store'
  /** The answer is kept if something was changed; else the claim is given up, and a repeat runs. */
  | 'store_if_executed'
  /** The claim is given up if nothing was changed; else a repeat is told that the outcome is unknown. */
  | 'release_if_unexecuted'
  /** The claim is given up: the answer itself asks for a repeat. */
  | 'release';

/**
 * What becomes of a claim when its request has an answer. A fault is what a route threw: its change may have been made. A 5xx that a route
 * answers by itself (`revocation_pending`) is one that it can repeat.
 */
export function settlementOf(status: number, isFault: boolean): Settlement {
  if (isFault) return 'release_if_unexecuted';
  if (status >= 500) return 'release';
  // Neither may be repeated to whoever asks: rights change, and so does what is left of a rate.
  if (status === 401 || status === 403 || status === 429) return 'release_if_unexecuted';
  return status >= 400 ? 'store_if_executed' : 'store';
}
