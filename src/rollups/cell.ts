import { type Buckets, haveEqualBounds, spreadBuckets } from './histogram.ts';
import { Sketch } from './sketch.ts';

/** What is kept of the points of one metric, dimension value and bucket. */
export interface Cell {
  /** Points; of histograms and summaries their observations. */
  count: number;
  /** Of gauges their values; of sums what they rose; of histograms and summaries their observations. */
  sum: number;
  min: number;
  max: number;
  lastTs: number;
  /** The value of the newest point; the higher one of two at the same time. */
  last: number;
  /** Null where percentiles make no sense: sums and summaries. */
  sketch: Sketch | null;
  /** Counts that are not in the sketch yet (settleCell), by their bounds; only while points are added up. */
  unsettled: { bounds: readonly number[]; counts: number[] }[] | null;
}

/** Any number of observations that come at one time. */
export interface Observed extends Omit<Cell, 'lastTs' | 'unsettled'> {
  ts: number;
  buckets: Buckets | null;
}

export function emptyCell(): Cell {
  return {
    count: 0,
    sum: 0,
    min: Number.POSITIVE_INFINITY,
    max: Number.NEGATIVE_INFINITY,
    lastTs: Number.NEGATIVE_INFINITY,
    last: 0,
    sketch: null,
    unsettled: null,
  };
}

/** A gauge's value. */
export function addValue(cell: Cell, ts: number, value: number): void {
  addNumbers(cell, { count: 1, sum: value, min: value, max: value, lastTs: ts, last: value });
  cell.sketch ??= new Sketch();
  cell.sketch.add(value);
}

export function addObserved(cell: Cell, observed: Observed): void {
  const { ts, count, sum, min, max, last, sketch, buckets } = observed;
  addNumbers(cell, { count, sum, min, max, lastTs: ts, last });
  addSketch(cell, sketch);
  if (buckets) addBuckets(cell, buckets);
}

function addBuckets(cell: Cell, buckets: Buckets): void {
  cell.unsettled ??= [];
  const same = cell.unsettled.find((known) => haveEqualBounds(known, buckets));
  if (!same) {
    cell.unsettled.push({ bounds: buckets.bounds, counts: [...buckets.counts] });
    return;
  }
  const { counts } = same;
  for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] as number) + (buckets.counts[i] as number);
}

/** Brings what was counted between bounds into the sketch. To be done before the cell is merged, written or asked. */
export function settleCell(cell: Cell): void {
  if (!cell.unsettled) return;
  cell.sketch ??= new Sketch();
  for (const buckets of cell.unsettled) spreadBuckets(cell.sketch, buckets, cell.min, cell.max);
  cell.unsettled = null;
}

/** Associative and commutative, but for the rounding of sums. */
export function mergeCell(into: Cell, from: Cell): void {
  addNumbers(into, from);
  addSketch(into, from.sketch);
}

function addSketch(cell: Cell, sketch: Sketch | null): void {
  if (!sketch) return;
  cell.sketch ??= new Sketch();
  cell.sketch.merge(sketch);
}

function addNumbers(cell: Cell, from: Omit<Cell, 'sketch' | 'unsettled'>): void {
  cell.count += from.count;
  cell.sum = finite(cell.sum + from.sum);
  if (from.min < cell.min) cell.min = from.min;
  if (from.max > cell.max) cell.max = from.max;
  if (from.lastTs > cell.lastTs || (from.lastTs === cell.lastTs && from.last > cell.last)) {
    cell.lastTs = from.lastTs;
    cell.last = from.last;
  }
}

/** JSON has no infinity. */
function finite(value: number): number {
  return Math.min(Number.MAX_VALUE, Math.max(-Number.MAX_VALUE, value));
}

/**
 * As it is stored: [count, sum, min, max, lastTs, last, sketch]; min and max are null where nothing was observed, the sketch is '' where all
 * values are the same.
 */
export type CellRow = [number, number, number | null, number | null, number, number, string?];

export function cellRow({ count, sum, min, max, lastTs, last, sketch }: Cell): CellRow {
  const bound = (value: number) => (Number.isFinite(value) ? value : null);
  const row: CellRow = [count, sum, bound(min), bound(max), lastTs, last];
  if (sketch) row.push(min === max && sketch.count === count ? '' : sketch.encode());
  return row;
}

export function cellOf([count, sum, min, max, lastTs, last, text]: CellRow): Cell {
  return {
    count,
    sum,
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
    lastTs,
    last,
    sketch: text === undefined ? null : text === '' ? sameValues(min ?? 0, count) : Sketch.decode(text),
    unsettled: null,
  };
}

function sameValues(value: number, count: number): Sketch {
  const sketch = new Sketch();
  sketch.add(value, count);
  return sketch;
}

/** A percentile, q from 0 to 1, never outside of what was observed. */
export function percentile(cell: Cell, q: number): number | null {
  const value = cell.sketch?.quantile(q) ?? null;
  return value === null ? null : Math.min(cell.max, Math.max(cell.min, value));
}
