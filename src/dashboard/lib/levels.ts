import { LEVELS, type Level } from '../../wire/record.ts';
import type { Bucket, Histogram } from '../api/types.ts';

export function failuresOf(bucket: Bucket): number {
  return (bucket.levels.error ?? 0) + (bucket.levels.fatal ?? 0);
}

export interface Totals {
  records: number;
  failures: number;
}

export function totalsOf(histogram: Histogram): Totals {
  let records = 0;
  let failures = 0;
  for (const bucket of histogram.buckets) {
    records += bucket.total;
    failures += failuresOf(bucket);
  }
  return { records, failures };
}

/** Levels that occur, most severe last: the order in which a stack is built, so that trouble lies on top. */
export function levelsIn(buckets: readonly Bucket[]): Level[] {
  return LEVELS.filter((level) => buckets.some((bucket) => (bucket.levels[level] ?? 0) > 0));
}

export interface Onset {
  sinceMs: number;
  /** Failures a bucket since then, and before. */
  now: number;
  before: number;
}

/**
 * When the failures that go on now began: the start of the last unbroken run of buckets with more than three times the
 * median of failures (and at least 3), if that run reaches the end. Null when nothing stands out. The last bucket is cut
 * by the end of the range, so a quiet one there does not end a run.
 */
export function onsetOf(buckets: readonly Bucket[]): Onset | null {
  if (buckets.length < 8) return null;
  const counts = buckets.map(failuresOf);
  const sorted = counts.toSorted((a, b) => a - b);
  const median = sorted[Math.floor(sorted.length / 2)] ?? 0;
  const high = Math.max(3, median * 3);
  let start = counts.length;
  for (let i = counts.length - 1; i >= 0; i--) {
    if ((counts[i] ?? 0) > high) start = i;
    else if (i < counts.length - 1) break;
  }
  const first = buckets[start];
  if (first === undefined || start === 0) return null;
  const mean = (list: number[]) => list.reduce((sum, n) => sum + n, 0) / Math.max(1, list.length);
  return { sinceMs: first.ts, now: mean(counts.slice(start)), before: mean(counts.slice(0, start)) };
}
