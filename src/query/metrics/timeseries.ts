import type { Ctx } from '../../env.ts';
import {
  buildMinutes,
  type Cell,
  cellOf,
  emptyCell,
  foldValues,
  type MetricType,
  MINUTE_MS,
  MINUTE_ROWS_KEPT_MS,
  mergeCell,
  OTHER,
  percentile,
  type Resolution,
  readRollups,
  seriesOf,
} from '../../rollups/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { ReadError } from '../errors.ts';
import { bucketWidthMs } from '../histogram.ts';
import { storeAway } from '../search.ts';
import { storeAnswer } from '../walk/store-away.ts';
import { readTailPoints, unsealedPoints } from './tail.ts';

export const STATS = ['avg', 'min', 'max', 'sum', 'count', 'rate', 'last', 'p50', 'p75', 'p90', 'p95', 'p99'] as const;
export type Stat = (typeof STATS)[number];

export interface TimeseriesRequest {
  projectId: string;
  name: string;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** Null chooses one. */
  stepMs: number | null;
  stat: Stat;
  /** One series for each value of this label; null is one for all. */
  by: string | null;
  /** Only points whose label has this value; the same label as `by` where both are given. */
  where: { label: string; value: string } | null;
}

export interface Series {
  /** The label's value; the name of the metric where there is only one series. */
  label: string;
  /** Every bucket of the range in order; null where nothing is known. */
  points: [ts: number, value: number | null][];
}

export interface Timeseries {
  name: string;
  unit: string;
  /** Null where no point of this name was ever seen. */
  type: MetricType | null;
  stat: Stat;
  stepMs: number;
  /** Of the rows that it was made of, in milliseconds. */
  resolutionMs: number;
  series: Series[];
  /** False: so much is not sealed yet that the newest points are missing. */
  complete: boolean;
}

const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Rows of a bucket's width that one answer reads: three days of minutes, half a year of hours. */
const MAX_ROWS = 4_320;
/** Where each has up to fifty values, with sketches: a day of minutes, two months of hours. */
const MAX_SPLIT_ROWS = 1_440;
/** Buckets where the caller does not say how wide they are. */
const WANTED_BUCKETS = 120;
export const MAX_BUCKETS = 2_000;
/** Series of one answer; the rest is folded into OTHER. */
const MAX_SERIES = 50;

/** Rows that cover a range, and buckets of whole rows. */
export function planBuckets(
  { fromMs, toMs, stepMs }: Pick<TimeseriesRequest, 'fromMs' | 'toMs' | 'stepMs'>,
  nowMs: number,
  maxRows = MAX_ROWS,
): { resolution: Resolution; stepMs: number; firstMs: number; endMs: number } {
  const wanted = stepMs ?? Math.max(MINUTE_MS, bucketWidthMs(fromMs, toMs, WANTED_BUCKETS));
  const rows = (widthMs: number) => (toMs - fromMs) / widthMs;
  let resolution: Resolution = 1440;
  if (wanted % DAY_MS !== 0 && rows(HOUR_MS) <= maxRows) {
    const hasMinutes = fromMs >= nowMs - MINUTE_ROWS_KEPT_MS && rows(MINUTE_MS) <= maxRows;
    resolution = wanted % HOUR_MS !== 0 && hasMinutes ? 1 : 60;
  }
  const rowMs = resolution * MINUTE_MS;
  const step = Math.max(1, Math.round(wanted / rowMs)) * rowMs;
  return { resolution, stepMs: step, firstMs: Math.floor(fromMs / step) * step, endMs: Math.ceil(toMs / step) * step };
}

/** One metric over time, from rollups and from what is in no block yet. Errors: store_away. */
export async function timeseries(ctx: Ctx, request: TimeseriesRequest): Promise<Result<Timeseries, ReadError>> {
  try {
    return ok(await readTimeseries(ctx, request));
  } catch (cause) {
    return err(storeAway(ctx, cause));
  }
}

async function readTimeseries(ctx: Ctx, request: TimeseriesRequest): Promise<Timeseries> {
  const { projectId, name, stat } = request;
  const label = request.where?.label ?? request.by;
  const maxRows = label === null ? MAX_ROWS : MAX_SPLIT_ROWS;
  const { resolution, stepMs, firstMs, endMs } = planBuckets(request, ctx.nowMs, maxRows);
  const tail = await readTailPoints(ctx, projectId, name);
  const series = seriesOf(tail.parts.flatMap(({ points }) => points));
  const range = { name, resolution, fromMs: firstMs, toMs: endMs, label };
  const stored = await storeAnswer(readRollups(ctx.env.DB, projectId, range, series));

  const buckets = new Buckets(firstMs, endMs, stepMs, request.where?.value ?? null);
  for (const { bucketMs, value, row } of stored.cells) buckets.add(bucketMs, value, cellOf(row));
  const fresh = buildMinutes(unsealedPoints(tail.parts, stored.sealed), stored.states);
  for (const { bucketMs, total, dimensions } of fresh.minutes) {
    if (label === null) buckets.add(bucketMs, '', total);
    for (const [value, cell] of dimensions.get(label ?? '') ?? []) buckets.add(bucketMs, value, cell);
  }
  const info = fresh.metrics[0] ?? stored.info;
  return {
    name,
    unit: info?.unit ?? '',
    type: info?.type ?? null,
    stat,
    stepMs,
    resolutionMs: resolution * MINUTE_MS,
    series: buckets.series(label === null ? name : null, (cell) => statOf(cell, stat, stepMs, info?.type ?? 'gauge')),
    complete: tail.complete,
  };
}

class Buckets {
  readonly #firstMs: number;
  readonly #endMs: number;
  readonly #stepMs: number;
  readonly #only: string | null;
  readonly #cells = new Map<string, Map<number, Cell>>();

  constructor(firstMs: number, endMs: number, stepMs: number, only: string | null) {
    this.#firstMs = firstMs;
    this.#endMs = endMs;
    this.#stepMs = stepMs;
    this.#only = only;
  }

  add(rowMs: number, value: string, cell: Cell): void {
    if (rowMs < this.#firstMs || rowMs >= this.#endMs || (this.#only !== null && value !== this.#only)) return;
    const ts = Math.floor(rowMs / this.#stepMs) * this.#stepMs;
    const buckets = this.#cells.get(value) ?? new Map<number, Cell>();
    this.#cells.set(value, buckets);
    const into = buckets.get(ts) ?? emptyCell();
    buckets.set(ts, into);
    mergeCell(into, cell);
  }

  /** The values with the most points first, OTHER last. `name`: of the only series. */
  series(name: string | null, read: (cell: Cell) => number | null): Series[] {
    const totals = new Map([...this.#cells].map(([value, buckets]) => [value, totalOf(buckets)]));
    foldValues(totals, MAX_SERIES);
    for (const [value, buckets] of [...this.#cells]) {
      if (totals.has(value)) continue;
      this.#cells.delete(value);
      for (const [ts, cell] of buckets) this.add(ts, OTHER, cell);
    }
    return [...this.#cells]
      .sort(([a], [b]) => rankOf(totals, a) - rankOf(totals, b) || (a < b ? -1 : 1))
      .map(([value, buckets]) => ({ label: name ?? value, points: this.#points(buckets, read) }));
  }

  #points(buckets: ReadonlyMap<number, Cell>, read: (cell: Cell) => number | null): Series['points'] {
    const points: Series['points'] = [];
    for (let ts = this.#firstMs; ts < this.#endMs; ts += this.#stepMs) {
      const cell = buckets.get(ts);
      points.push([ts, cell ? read(cell) : null]);
    }
    return points;
  }
}

function totalOf(buckets: ReadonlyMap<number, Cell>): Cell {
  const total = emptyCell();
  for (const { count } of buckets.values()) total.count += count;
  return total;
}

function rankOf(totals: ReadonlyMap<string, Cell>, value: string): number {
  return value === OTHER ? 1 : -(totals.get(value)?.count ?? 0);
}

const QUANTILES: Partial<Record<Stat, number>> = { p50: 0.5, p75: 0.75, p90: 0.9, p95: 0.95, p99: 0.99 };

/** Null where the cell does not know: an average of nothing, a percentile of a sum. */
export function statOf(cell: Cell, stat: Stat, stepMs: number, type: MetricType): number | null {
  const finite = (value: number) => (Number.isFinite(value) ? value : null);
  switch (stat) {
    case 'avg':
      return cell.count > 0 ? finite(cell.sum / cell.count) : null;
    case 'min':
      return finite(cell.min);
    case 'max':
      return finite(cell.max);
    case 'sum':
      return cell.sum;
    case 'count':
      return cell.count;
    case 'rate':
      return rateOf(cell, type, stepMs / 1_000);
    case 'last':
      return cell.last;
    default:
      return percentile(cell, QUANTILES[stat] as number);
  }
}

/** Of sums what they rose by in a second, of histograms and summaries their observations; levels have none. */
function rateOf({ count, sum, sketch }: Cell, type: MetricType, seconds: number): number | null {
  if (type === 'gauge') return null;
  if (type === 'sum') return sketch ? null : sum / seconds;
  return count / seconds;
}
