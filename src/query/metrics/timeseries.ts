import type { Ctx } from '../../env.ts';
import { type Cell, type MetricType, percentile } from '../../rollups/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { readCells } from '../cells/read.ts';
import { seriesOf } from '../cells/series.ts';
import type { ReadError } from '../errors.ts';

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

export const MAX_BUCKETS = 2_000;
/** One metric over time, from rollups and from what is in no block yet. Errors: store_away. */
export async function timeseries(ctx: Ctx, request: TimeseriesRequest): Promise<Result<Timeseries, ReadError>> {
  const { projectId, name, stat, by, where, fromMs, toMs } = request;
  const read = await readCells(ctx, projectId, {
    ...{ stream: 'metrics', names: [name], fromMs, toMs, by, filters: where ? [where] : [] },
    stepMs: request.stepMs ?? 'auto',
  });
  if (!read.ok) return read;
  const { stepMs, resolutionMs, complete, info } = read.value;
  const type = info?.type ?? null;
  return ok({
    ...{ name, unit: info?.unit ?? '', type, stat, stepMs, resolutionMs: resolutionMs ?? stepMs },
    series: seriesOf(read.value, by === null ? (where?.value ?? name) : null).map(({ label, points }) => ({
      label,
      points: points.map(({ ts, cell }) => [ts, cell && statOf(cell, stat, stepMs, type ?? 'gauge')]),
    })),
    complete,
  });
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
