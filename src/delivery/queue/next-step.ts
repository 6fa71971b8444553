/**
 * Attempts that are under way at once, tests and warming beside them. A production invocation has six connections: the one that is left keeps
 * a test from waiting behind receivers that hang, with its timeout running.
 */
export const MAX_IN_FLIGHT = 5;

export interface QueueState {
  nowMs: number;
  /** By hand, or because the receiver is gone. */
  disabled: boolean;
  inFlight: number;
  /** The receiver asked for a pause until then; 0 where it did not. */
  throttledUntilMs: number;
  /** Of src/delivery/queue/pace.ts. */
  paceAtMs: number;
  /** Until when the breaker said to wait when it was asked last, which holds until something changes it; 0 where it did not. */
  heldUntilMs: number;
  /** When the first of the queue is due; null where nothing waits. */
  dueAtMs: number | null;
}

/** `wait` without a time: only what happens next (an end of an attempt, an event, a hand) changes that. */
export type Step = { kind: 'start' } | { kind: 'wait'; untilMs: number | null };

/** Whether the first of the queue may go now, the breaker apart, which is asked only then: what it permits must be used. */
export function nextStep({
  nowMs,
  disabled,
  inFlight,
  throttledUntilMs,
  paceAtMs,
  heldUntilMs,
  dueAtMs,
}: QueueState): Step {
  if (disabled || dueAtMs === null || inFlight >= MAX_IN_FLIGHT || heldUntilMs === Number.POSITIVE_INFINITY)
    return { kind: 'wait', untilMs: null };
  const untilMs = Math.max(throttledUntilMs, paceAtMs, heldUntilMs, dueAtMs);
  return untilMs > nowMs ? { kind: 'wait', untilMs } : { kind: 'start' };
}
