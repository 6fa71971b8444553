import type { Delivery } from '../../wire/delivery.ts';

/** What holds the whole queue. */
export interface Holds {
  disabledReason: 'by_hand' | 'gone' | null;
  /** The receiver asked for a pause until then; 0 where it did not. */
  pausedUntilMs: number;
  /** The breaker said to wait until then, for ever where it is isolated; 0 where it did not. */
  heldUntilMs: number;
}

const WAITS_FOR_EARLIER = 'waits for the one before it of its subject';

/** As it is shown: a delivery that waits says what for, and when it can go at the earliest, which its own time alone does not tell. */
export function explained(
  delivery: Delivery,
  { disabledReason, pausedUntilMs, heldUntilMs }: Holds,
  nowMs: number,
): Delivery {
  const { state, nextAttemptAtMs } = delivery;
  if (state !== 'queued') return delivery;
  const because = (why: string, atMs: number | null): Delivery => {
    const reason = delivery.reason === null ? why : `${delivery.reason}; ${why}`;
    return { ...delivery, reason, nextAttemptAtMs: atMs };
  };
  if (disabledReason === 'by_hand') return because('the destination is disabled', null);
  if (disabledReason === 'gone') return because('the destination is disabled: it answered 410', null);
  if (nextAttemptAtMs === null) return because(WAITS_FOR_EARLIER, null);
  if (heldUntilMs === Number.POSITIVE_INFINITY) return because('the breaker is held open by hand', null);
  if (heldUntilMs > Math.max(nowMs, nextAttemptAtMs)) return because('the breaker is open', heldUntilMs);
  if (pausedUntilMs > Math.max(nowMs, nextAttemptAtMs)) return because('the receiver asked for a pause', pausedUntilMs);
  return delivery;
}
