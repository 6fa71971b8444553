const SECOND_MS = 1_000;

/**
 * When the attempt after one at `lastAtMs` may go. Attempts are spread evenly and never save up what was not used: a bucket of tokens would let
 * a backlog start with a burst of twice the rate, at the moment when the receiver has just come back.
 */
export function paceAtMs(lastAtMs: number | null, maxPerSecond: number, nowMs: number): number {
  // A clock that was set back must not stop the queue for as long as it was ahead; a gap from now on would be one at each look, for ever.
  if (lastAtMs === null || lastAtMs > nowMs) return nowMs;
  return lastAtMs + SECOND_MS / maxPerSecond;
}
