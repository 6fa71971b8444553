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
}

/** Any number of observations that come at one time. */
export interface Observed extends Omit<Cell, 'lastTs'> {
  ts: number;
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
  };
}

/** A gauge's value. */
export function addValue(cell: Cell, ts: number, value: number): void {
  addNumbers(cell, { count: 1, sum: value, min: value, max: value, lastTs: ts, last: value });
  cell.sketch ??= new Sketch();
  cell.sketch.add(value);
}

export function addObserved(cell: Cell, observed: Observed): void {
  const { ts, sketch, ...numbers } = observed;
  addNumbers(cell, { ...numbers, lastTs: ts });
  addSketch(cell, sketch);
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

function addNumbers(cell: Cell, from: Omit<Cell, 'sketch'>): void {
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

/** As it is stored: [count, sum, min, max, lastTs, last, sketch]; min and max are null where nothing was observed. */
export type CellRow = [number, number, number | null, number | null, number, number, string?];

export function cellRow({ count, sum, min, max, lastTs, last, sketch }: Cell): CellRow {
  const bound = (value: number) => (Number.isFinite(value) ? value : null);
  const row: CellRow = [count, sum, bound(min), bound(max), lastTs, last];
  if (sketch) row.push(sketch.encode());
  return row;
}

export function cellOf([count, sum, min, max, lastTs, last, sketch]: CellRow): Cell {
  return {
    count,
    sum,
    min: min ?? Number.POSITIVE_INFINITY,
    max: max ?? Number.NEGATIVE_INFINITY,
    lastTs,
    last,
    sketch: sketch === undefined ? null : Sketch.decode(sketch),
  };
}

/** A percentile, q from 0 to 1, never outside of what was observed. */
export function percentile(cell: Cell, q: number): number | null {
  const value = cell.sketch?.quantile(q) ?? null;
  return value === null ? null : Math.min(cell.max, Math.max(cell.min, value));
}
