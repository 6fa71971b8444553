import type { Summary } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { ok, type Result } from '../shared/result.ts';
import { LEVELS, type Level } from '../wire/record.ts';
import { aggregate, type Counted, type Counter } from './aggregate.ts';
import type { ReadError } from './errors.ts';
import type { Scope } from './search.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Widths a reader expects. From a minute on they are whole minutes, which index rows count. */
const STEPS_MS = [
  ...[1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map((hours) => hours * HOUR_MS),
  ...[1, 2, 7, 14, 28, 91, 364].map((days) => days * DAY_MS),
];

export interface Bucket {
  /** Start of the bucket; buckets are aligned to UTC, so the first may begin before the range. */
  ts: number;
  total: number;
  levels: Partial<Record<Level, number>>;
}

export interface Histogram extends Counted {
  bucketMs: number;
  /** Without gaps, empty ones included. */
  buckets: Bucket[];
}

/** The narrowest width that covers the range with at most `buckets` buckets. */
export function bucketWidthMs(fromMs: number, toMs: number, buckets: number): number {
  const wanted = (toMs - fromMs) / buckets;
  const step = STEPS_MS.find((ms) => ms >= wanted);
  const widest = STEPS_MS.at(-1) as number;
  return step ?? Math.ceil(wanted / widest) * widest;
}

/** Matching records by time and level. Errors: store_away. */
export async function histogram(ctx: Ctx, scope: Scope, buckets: number): Promise<Result<Histogram, ReadError>> {
  const bucketMs = bucketWidthMs(scope.fromMs, scope.toMs, buckets);
  const counts = new BucketCounts(scope, bucketMs);
  const counted = await aggregate(ctx, scope, counts);
  if (!counted.ok) return counted;
  return ok({ bucketMs, buckets: counts.buckets(), ...counted.value });
}

class BucketCounts implements Counter {
  readonly needSummaries = true;
  readonly #scope: Scope;
  readonly #bucketMs: number;
  readonly #firstBucket: number;
  readonly #counts: Map<Level, number>[];

  constructor(scope: Scope, bucketMs: number) {
    this.#scope = scope;
    this.#bucketMs = bucketMs;
    this.#firstBucket = Math.floor(scope.fromMs / bucketMs);
    const lastBucket = Math.floor((scope.toMs - 1) / bucketMs);
    this.#counts = Array.from({ length: lastBucket - this.#firstBucket + 1 }, () => new Map());
  }

  canCount({ summary }: { summary: Summary }): boolean {
    if (this.#isOneBucket(summary)) return true;
    return summary.minutes !== null && this.#bucketMs % MINUTE_MS === 0;
  }

  count({ summary, verdict }: { summary: Summary; verdict: 'some' | 'all' }): void {
    const wanted = verdict === 'all' ? null : this.#scope.query.levels;
    if (this.#isOneBucket(summary)) {
      for (const level of LEVELS) this.#count(summary.minTs, level, summary.levels[level] ?? 0, wanted);
      return;
    }
    for (const row of summary.minutes ?? []) {
      const [minute, ...counts] = row as [number, ...number[]];
      for (const [index, level] of LEVELS.entries()) this.#count(minute * MINUTE_MS, level, counts[index] ?? 0, wanted);
    }
  }

  add({ ts, level }: { ts: number; level: Level }): void {
    this.#count(ts, level, 1, null);
  }

  buckets(): Bucket[] {
    return this.#counts.map((levels, index) => ({
      ts: (this.#firstBucket + index) * this.#bucketMs,
      total: [...levels.values()].reduce((sum, count) => sum + count, 0),
      levels: Object.fromEntries(levels),
    }));
  }

  #isOneBucket({ minTs, maxTs }: Summary): boolean {
    return Math.floor(minTs / this.#bucketMs) === Math.floor(maxTs / this.#bucketMs);
  }

  #count(ts: number, level: Level, count: number, wanted: ReadonlySet<Level> | null): void {
    if (count === 0 || (wanted && !wanted.has(level))) return;
    const bucket = this.#counts[Math.floor(ts / this.#bucketMs) - this.#firstBucket];
    if (bucket) bucket.set(level, (bucket.get(level) ?? 0) + count);
  }
}
