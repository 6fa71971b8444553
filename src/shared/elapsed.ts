/** Ms since a reading of performance.now(). Workers read it from the clock of the wall, which may be set back meanwhile: a duration is never negative, or what adds durations up would go back. */
export function elapsedMs(sinceMs: number): number {
  return Math.max(0, performance.now() - sinceMs);
}
