import { addEvent, addObserved, addSession, addValue, type Cell, emptyCell, mergeCell, settleCell } from './cell.ts';
import { OTHER } from './points/labels.ts';
import type { MetricPoint, MetricType } from './points/point.ts';
import { rise, type SeriesState } from './series.ts';

/** Width of a bucket, in minutes. */
export type Resolution = 1 | 60 | 1_440;
export const MINUTE_MS = 60_000;
/** Values of one dimension of a metric in one bucket; those with the fewest points are folded into OTHER. */
export const TOP_VALUES = 50;
/** Where more are looked at one by one: the pages of a site, the calls of all gateways. */
const TOP_VALUES_OF: ReadonlyMap<string, number> = new Map([
  ['page', 200],
  ['call', 100],
]);
/** Names of labels that the register keeps for a metric. */
export const MAX_LABELS_LISTED = 64;

/** One metric in one bucket. */
export interface Rollup {
  name: string;
  bucketMs: number;
  total: Cell;
  dimensions: Map<string, Map<string, Cell>>;
}

export interface MetricInfo {
  name: string;
  unit: string;
  type: MetricType;
  labels: string[];
  lastSeenAtMs: number;
}

export interface Built {
  minutes: Rollup[];
  metrics: MetricInfo[];
  /** Of the series that have moved. */
  states: Map<string, SeriesState>;
}

/** What points add up to by minute. Pure; `states`: where their cumulative series stood before. */
export function buildMinutes(points: readonly MetricPoint[], states: ReadonlyMap<string, SeriesState>): Built {
  const minutes = new Map<string, Rollup>();
  const metrics = new Map<string, MetricInfo & { names: Set<string> }>();
  const moved = new Map<string, SeriesState>();
  for (const point of inOrder(points)) {
    noteMetric(metrics, point);
    const bucketMs = Math.floor(point.ts / MINUTE_MS) * MINUTE_MS;
    const rollup = rollupAt(minutes, point.name, bucketMs);
    const add = adderOf(point, moved, states);
    add(rollup.total);
    if (point.session !== null) addSession(rollup.total, point.session);
    for (const [label, value] of point.labels) add(cellAt(rollup, label, value));
  }
  for (const rollup of minutes.values()) {
    settleCell(rollup.total);
    for (const values of rollup.dimensions.values()) for (const cell of values.values()) settleCell(cell);
    foldRare(rollup);
  }
  return {
    minutes: [...minutes.values()],
    metrics: [...metrics.values()].map(({ names, ...info }) => ({
      ...info,
      labels: [...names].sort().slice(0, MAX_LABELS_LISTED),
    })),
    states: moved,
  };
}

/** By time: a difference needs the point before. What does not count by difference may come in any order. */
function inOrder(points: readonly MetricPoint[]): readonly MetricPoint[] {
  const isCumulative = points.some(({ reading }) => reading.kind === 'cumulative');
  return isCumulative ? [...points].sort((a, b) => a.ts - b.ts) : points;
}

/** A point that stands for itself: one of a cumulative series counts only by its difference, and adds nothing here. */
export function addPoint(cell: Cell, point: MetricPoint): void {
  if (point.reading.kind === 'cumulative') return;
  adderOf(point, new Map(), new Map())(cell);
  if (point.session !== null) addSession(cell, point.session);
  settleCell(cell);
}

function adderOf(
  { ts, type, reading }: MetricPoint,
  moved: Map<string, SeriesState>,
  states: ReadonlyMap<string, SeriesState>,
): (cell: Cell) => void {
  switch (reading.kind) {
    case 'value':
      return (cell) => addValue(cell, ts, reading.value, reading.tally);
    case 'event':
      return (cell) => addEvent(cell, ts);
    case 'delta':
      return (cell) => addObserved(cell, { ts, last: reading.observations.sum, ...reading.observations });
    case 'cumulative': {
      const { series, startTs, observations } = reading;
      const before = moved.get(series) ?? states.get(series) ?? null;
      const { increase, state } = rise(before, { ts, startTs, ...observations });
      moved.set(series, state);
      // A sum's points are counted, as those of a gauge are; histograms and summaries count their observations.
      const { sum, sketch, buckets } = increase;
      const numbers = type === 'sum' ? { count: 1, min: sum, max: sum } : increase;
      const { count, min, max } = numbers;
      return (cell) => addObserved(cell, { ts, count, sum, min, max, last: observations.sum, sketch, buckets });
    }
  }
}

function noteMetric(metrics: Map<string, MetricInfo & { names: Set<string> }>, point: MetricPoint): void {
  const { name, unit, type, ts } = point;
  const known = metrics.get(name);
  const names = known?.names ?? new Set<string>();
  for (const label of point.labels.keys()) names.add(label);
  if (!known) metrics.set(name, { name, unit, type, labels: [], lastSeenAtMs: ts, names });
  else if (ts >= known.lastSeenAtMs) Object.assign(known, { unit, type, lastSeenAtMs: ts });
}

function rollupAt(rollups: Map<string, Rollup>, name: string, bucketMs: number): Rollup {
  const key = `${bucketMs} ${name}`;
  let rollup = rollups.get(key);
  if (!rollup) {
    rollup = { name, bucketMs, total: emptyCell(), dimensions: new Map() };
    rollups.set(key, rollup);
  }
  return rollup;
}

function cellAt({ dimensions }: Rollup, label: string, value: string): Cell {
  let values = dimensions.get(label);
  if (!values) {
    values = new Map();
    dimensions.set(label, values);
  }
  let cell = values.get(value);
  if (!cell) {
    cell = emptyCell();
    values.set(value, cell);
  }
  return cell;
}

/** The same metric and bucket from two sources. */
export function mergeRollup(into: Rollup, from: Rollup): void {
  mergeCell(into.total, from.total);
  for (const [label, values] of from.dimensions) {
    for (const [value, cell] of values) mergeCell(cellAt(into, label, value), cell);
  }
  foldRare(into);
}

/** The same points in wider buckets. */
export function widen(rollups: readonly Rollup[], widthMs: number): Rollup[] {
  const wide = new Map<string, Rollup>();
  for (const rollup of rollups) {
    mergeRollup(rollupAt(wide, rollup.name, Math.floor(rollup.bucketMs / widthMs) * widthMs), rollup);
  }
  return [...wide.values()];
}

function foldRare({ dimensions }: Rollup): void {
  for (const [label, values] of dimensions) foldValues(values, TOP_VALUES_OF.get(label) ?? TOP_VALUES);
}

/** Keeps the `most` values with the most points, equal ones by name, beside OTHER, which gets the rest: counts and sums stay what they were. */
export function foldValues(values: Map<string, Cell>, most: number): void {
  const named = [...values].filter(([value]) => value !== OTHER);
  if (named.length <= most) return;
  named.sort(([a, { count: countA }], [b, { count: countB }]) => countB - countA || (a < b ? -1 : 1));
  const other = values.get(OTHER) ?? emptyCell();
  for (const [value, cell] of named.slice(most)) {
    mergeCell(other, cell);
    values.delete(value);
  }
  values.set(OTHER, other);
}
