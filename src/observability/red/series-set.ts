import { addValue, type Cell, type CellRow, cellOf, cellRow, emptyCell, mergeCell } from '../../rollups/index.ts';
import { BOUNDS_MS } from './families.ts';

/** A request that a bucket of a histogram can be looked up by. */
export interface Exemplar {
  traceId: string;
  valueMs: number;
  atMs: number;
}

/** A series on its way: its key, what is known of its durations in ms, counts by bound, and exemplars by their bucket. */
export type SeriesRow = [
  key: string,
  cell: CellRow,
  buckets: number[],
  exemplars: [bucket: number, traceId: string, valueMs: number, atMs: number][],
];

export interface Series {
  /** Of durations in ms; its tally counts how they ended. */
  cell: Cell;
  /** By BOUNDS_MS, the last above them all. Empty where nobody will ask. */
  buckets: number[];
  exemplars: Map<number, Exemplar>;
}

/** Series by their key, and no more than may be. Merging is associative and commutative, but for the rounding of sums. */
export class SeriesSet {
  readonly #maxSeries: number;
  readonly #series = new Map<string, Series>();
  #dropped = 0;

  constructor(maxSeries: number) {
    this.#maxSeries = maxSeries;
  }

  get size(): number {
    return this.#series.size;
  }

  /** What was to be added and had no room: observations, or whole series of a merge. */
  get dropped(): number {
    return this.#dropped;
  }

  observe(key: string, atMs: number, valueMs: number, outcome: number, traceId: string | null): void {
    const series = this.#at(key);
    if (series === null) return;
    addValue(series.cell, atMs, valueMs, outcome);
    if (series.buckets.length === 0) series.buckets = BOUNDS_MS.map(() => 0).concat(0);
    const bucket = bucketOf(valueMs);
    series.buckets[bucket] = (series.buckets[bucket] as number) + 1;
    if (traceId !== null) series.exemplars.set(bucket, { traceId, valueMs, atMs });
  }

  merge(rows: readonly SeriesRow[]): void {
    for (const [key, cell, buckets, exemplars] of rows) {
      const series = this.#at(key);
      if (series === null) continue;
      mergeCell(series.cell, cellOf(cell));
      if (buckets.length > 0) series.buckets = buckets.map((count, index) => count + (series.buckets[index] ?? 0));
      for (const [bucket, traceId, valueMs, atMs] of exemplars) {
        const known = series.exemplars.get(bucket);
        if (!known || isNewer({ traceId, valueMs, atMs }, known))
          series.exemplars.set(bucket, { traceId, valueMs, atMs });
      }
    }
  }

  rows(): SeriesRow[] {
    return [...this.#series].map(([key, { cell, buckets, exemplars }]) => [
      key,
      cellRow(cell),
      buckets,
      [...exemplars].map(([bucket, { traceId, valueMs, atMs }]) => [bucket, traceId, valueMs, atMs]),
    ]);
  }

  entries(): IterableIterator<[string, Series]> {
    return this.#series.entries();
  }

  #at(key: string): Series | null {
    const known = this.#series.get(key);
    if (known) return known;
    if (this.#series.size >= this.#maxSeries) {
      this.#dropped++;
      return null;
    }
    const series: Series = { cell: emptyCell(), buckets: [], exemplars: new Map() };
    this.#series.set(key, series);
    return series;
  }
}

/** Without what only the totals are asked for. */
export function withoutBuckets(rows: readonly SeriesRow[]): SeriesRow[] {
  return rows.map(([key, cell]) => [key, cell, [], []]);
}

/** The first bound that is not less; the one above them all where there is none. */
function bucketOf(valueMs: number): number {
  const bucket = BOUNDS_MS.findIndex((bound) => valueMs <= bound);
  return bucket < 0 ? BOUNDS_MS.length : bucket;
}

/** Of two at one time any, but always the same: the order of merging must not show. */
function isNewer(one: Exemplar, other: Exemplar): boolean {
  if (one.atMs !== other.atMs) return one.atMs > other.atMs;
  if (one.valueMs !== other.valueMs) return one.valueMs > other.valueMs;
  return one.traceId > other.traceId;
}
