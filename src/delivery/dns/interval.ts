import type { NameRecord } from './types.ts';

/** So late, and the answer is there before the 30 s of a record end, also where the alarm comes seconds late. */
export const MAX_INTERVAL_MS = 25_000;
/** So early, and five alarms may come late in a row. Below, a name costs more than twelve questions a minute. */
export const MIN_INTERVAL_MS = 5_000;
/** Under this share of checks that cost no wait the interval shortens (issue 6). */
export const LEAST_RATIO = 0.7;
/** With fewer the ratio says nothing: the one check after a pause, for which nothing could be known, would make it 0. */
const LEAST_CHECKS = 10;
/** Shortens at once, lengthens slowly, as TCP does with what it sends (RFC 5681): the ratio is of the last hour, and lags behind what the interval does. */
const SHORTEN_BY = 0.5;
const LENGTHEN_BY_MS = 1_000;
/** Before a record expires it is asked for anew, also where its TTL is shorter than the interval. */
const LEAD_MS = 2_000;
/** Without a delivery for so long the name is left to expire, and the object to sleep. */
export const USE_MS = 10 * 60_000;

/** After each prefetch, by the checks of the last hour. */
export function nextInterval(intervalMs: number, { hits, misses }: { hits: number; misses: number }): number {
  const checks = hits + misses;
  if (checks < LEAST_CHECKS || hits === checks * LEAST_RATIO) return clamp(intervalMs);
  return clamp(hits < checks * LEAST_RATIO ? Math.round(intervalMs * SHORTEN_BY) : intervalMs + LENGTHEN_BY_MS);
}

/** When a record is asked for again; null where nobody will have used it for long by then. */
export function prefetchAtMs(record: NameRecord, intervalMs: number, usedAtMs: number | null): number | null {
  const beforeEndMs = Math.min(record.resolvedAtMs + intervalMs, record.expiresAtMs - LEAD_MS);
  const failed = record.failure !== null || record.awaySinceMs !== null;
  // Also a name that failed, or whose TTL is short, is asked for no more often than any other.
  const dueAtMs = Math.max(failed ? record.retryAtMs : beforeEndMs, record.resolvedAtMs + MIN_INTERVAL_MS);
  return usedAtMs !== null && dueAtMs < usedAtMs + USE_MS ? dueAtMs : null;
}

function clamp(intervalMs: number): number {
  return Math.min(Math.max(intervalMs, MIN_INTERVAL_MS), MAX_INTERVAL_MS);
}
