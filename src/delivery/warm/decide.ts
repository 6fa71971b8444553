import type { BreakerState } from '../../wire/delivery.ts';

/**
 * A connection that was used within this is taken to be open still: servers close idle ones after 5 s (Node), 60 s (AWS load balancers) or 75 s (nginx), and a
 * probe too many costs one request.
 */
const OPEN_FOR_MS = 5_000;

export interface WarmFacts {
  /** The destination asks for it. */
  warmProbe: boolean;
  disabled: boolean;
  breaker: BreakerState;
  lastAttemptAtMs: number | null;
  lastWarmAtMs: number | null;
}

/**
 * Whether a request opens the connection before a burst. Not to a receiver whose breaker is not closed: it has probes of its own, which count, and one that is in
 * trouble gets no request that brings it nothing.
 */
export function shouldWarm(facts: WarmFacts, nowMs: number): boolean {
  if (!facts.warmProbe || facts.disabled || facts.breaker !== 'CLOSED') return false;
  const lastAtMs = Math.max(facts.lastAttemptAtMs ?? 0, facts.lastWarmAtMs ?? 0);
  return nowMs >= lastAtMs + OPEN_FOR_MS;
}
