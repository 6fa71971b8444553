import { Distinct } from './distinct.ts';
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
  /** How many of each class (points/point.ts); null where there are none. */
  tally: number[] | null;
  /** The different sessions; null where nobody asks for them. */
  sessions: Distinct | null;
  /** Counts that are not in the sketch yet (settleCell), by their bounds; only while points are added up. */
  unsettled: { bounds: readonly number[]; counts: number[] }[] | null;
}

/** Any number of observations that come at one time. */
export interface Observed extends Omit<Cell, 'lastTs' | 'tally' | 'sessions' | 'unsettled'> {
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
    tally: null,
    sessions: null,
    unsettled: null,
  };
}

/** A gauge's value, of a class. Null where it is unknown: then it is counted, the newest one that is known stays `last`, and `sketch.count` says how many are known. */
export function addValue(cell: Cell, ts: number, value: number | null, tally: number | null = null): void {
  if (tally !== null) addTally(cell, tally, 1);
  if (value === null) {
    cell.count++;
    return;
  }
  addNumbers(cell, { count: 1, sum: value, min: value, max: value, lastTs: ts, last: value });
  cell.sketch ??= new Sketch();
  cell.sketch.add(value);
}

/** Something that happened, without a value. */
export function addEvent(cell: Cell, ts: number): void {
  addNumbers(cell, { count: 1, sum: 1, min: 1, max: 1, lastTs: ts, last: 1 });
}

export function addSession(cell: Cell, session: string): void {
  cell.sessions ??= new Distinct();
  cell.sessions.add(session);
}

function addTally(cell: Cell, index: number, count: number): void {
  cell.tally ??= [];
  while (cell.tally.length <= index) cell.tally.push(0);
  cell.tally[index] = (cell.tally[index] ?? 0) + count;
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
  for (const [index, count] of from.tally?.entries() ?? []) addTally(into, index, count);
  if (!from.sessions) return;
  into.sessions ??= new Distinct();
  into.sessions.merge(from.sessions);
}

function addSketch(cell: Cell, sketch: Sketch | null): void {
  if (!sketch) return;
  cell.sketch ??= new Sketch();
  cell.sketch.merge(sketch);
}

function addNumbers(cell: Cell, from: Omit<Cell, 'sketch' | 'tally' | 'sessions' | 'unsettled'>): void {
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
 * As it is stored: [count, sum, min, max, lastTs, last, sketch, tally, sessions], cut at the last one that there is. min, max and lastTs are null where
 * nothing was observed, the sketch is '' where all values are the same.
 */
export type CellRow = [
  count: number,
  sum: number,
  min: number | null,
  max: number | null,
  lastTs: number | null,
  last: number,
  sketch?: string | null,
  tally?: number[] | null,
  sessions?: string,
];

export function cellRow({ count, sum, min, max, lastTs, last, sketch, tally, sessions }: Cell): CellRow {
  const bound = (value: number) => (Number.isFinite(value) ? value : null);
  const row: CellRow = [count, sum, bound(min), bound(max), bound(lastTs), last];
  const sketchText = sketch && (min === max && sketch.count === count ? '' : sketch.encode());
  if (sessions) row.push(sketchText, tally, sessions.encode());
  else if (tally) row.push(sketchText, tally);
  else if (sketchText !== null) row.push(sketchText);
  return row;
}

export function cellOf([count, sum, min, max, lastTs, last, text, tally, sessions]: CellRow): Cell {
  return {
    count,
    sum,
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
    lastTs: lastTs ?? Number.NEGATIVE_INFINITY,
    last,
    sketch:
      text === undefined || text === null ? null : text === '' ? sameValues(min ?? 0, count) : Sketch.decode(text),
    tally: tally ?? null,
    sessions: sessions === undefined ? null : Distinct.decode(sessions),
    unsettled: null,
  };
}

/** The sum of stored cells, as merging them one by one would make it. */
export function sumOfRows(rows: readonly CellRow[]): Cell {
  const sum = emptyCell();
  const sketches: string[] = [];
  const same: (readonly [value: number, count: number])[] = [];
  for (const row of rows) {
    const [count, , min, , , , sketch] = row;
    mergeCell(sum, cellOf(row.length > SKETCH ? (row.with(SKETCH, null) as CellRow) : row));
    if (sketch === '') same.push([min ?? 0, count]);
    else if (sketch !== undefined && sketch !== null) sketches.push(sketch);
  }
  if (sketches.length + same.length === 0) return sum;
  sum.sketch = Sketch.sum(sketches);
  for (const [value, count] of same) sum.sketch.add(value, count);
  return sum;
}

/** Its place in a row. */
const SKETCH = 6;

function sameValues(value: number, count: number): Sketch {
  const sketch = new Sketch();
  sketch.add(value, count);
  return sketch;
}

/** A percentile, q from 0 to 1, never outside of what was observed. */
export function percentile(cell: Cell, q: number): number | null {
  return percentiles(cell, [q])[0] ?? null;
}

/** Several at once, in ascending order. */
export function percentiles(cell: Cell, qs: readonly number[]): (number | null)[] {
  const values = cell.sketch?.quantiles(qs) ?? qs.map(() => null);
  return values.map((value) => (value === null ? null : Math.min(cell.max, Math.max(cell.min, value))));
}
