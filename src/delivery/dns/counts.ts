import type { CheckCounts } from './types.ts';

const HOUR_MS = 3_600_000;
/** The last hour is told to within this. */
const STEP_MS = 10 * 60_000;

/** Adds to the step of now, and forgets what is older than an hour. */
export function counted(
  counts: readonly CheckCounts[],
  what: 'hits' | 'misses' | 'failures',
  nowMs: number,
): CheckCounts[] {
  const kept = counts.filter(({ sinceMs }) => isOfLastHour(sinceMs, nowMs));
  const sinceMs = nowMs - (nowMs % STEP_MS);
  const current = kept.find((step) => step.sinceMs === sinceMs) ?? { sinceMs, hits: 0, misses: 0, failures: 0 };
  return [...kept.filter((step) => step !== current), { ...current, [what]: current[what] + 1 }];
}

export function sumOf(
  counts: readonly CheckCounts[],
  nowMs: number,
): { hits: number; misses: number; failures: number; ratio: number | null } {
  const sum = { hits: 0, misses: 0, failures: 0 };
  for (const { sinceMs, hits, misses, failures } of counts) {
    if (!isOfLastHour(sinceMs, nowMs)) continue;
    sum.hits += hits;
    sum.misses += misses;
    sum.failures += failures;
  }
  const checks = sum.hits + sum.misses;
  return { ...sum, ratio: checks === 0 ? null : sum.hits / checks };
}

/** A step counts until its last moment is an hour old; one from the future is of another clock. */
function isOfLastHour(sinceMs: number, nowMs: number): boolean {
  return sinceMs + STEP_MS > nowMs - HOUR_MS && sinceMs <= nowMs;
}
