import type { Ctx } from '../env.ts';
import { type ReadError, seriesOf } from '../query/index.ts';
import { type Cell, FAILED, percentile } from '../rollups/index.ts';
import { ok, type Result } from '../shared/result.ts';
import type { OperationTrends, TrendInterval, TrendMetric } from '../wire/operations.ts';
import { namesOf, operationNumbers } from './numbers.ts';
import { readSplit, type Selection } from './select.ts';
import { inSteps } from './steps.ts';

const MINUTE_MS = 60_000;
export const STEP_MS: Readonly<Record<TrendInterval, number>> = {
  minute: MINUTE_MS,
  '5m': 5 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  day: 1_440 * MINUTE_MS,
};
/** A chart of more lines is none. */
const MAX_SERIES = 12;

export interface TrendsRequest extends Selection {
  metric: TrendMetric;
  interval: TrendInterval;
  periodMs: number;
}

/** One number over time. Errors: store_away. */
export async function operationTrends(
  ctx: Ctx,
  projectId: string,
  { metric, interval, periodMs, ...selection }: TrendsRequest,
): Promise<Result<OperationTrends, ReadError>> {
  const { scope, gateway } = selection;
  const stepMs = STEP_MS[interval];
  const toMs = (Math.floor(ctx.nowMs / stepMs) + 1) * stepMs;
  const fromMs = toMs - Math.ceil(periodMs / stepMs) * stepMs;
  const by = scope === 'profile' || gateway !== null ? 'operation' : 'gateway';
  const read = await inSteps({ fromMs, toMs, stepMs }, (span) => readSplit(ctx, projectId, selection, span, by));
  if (!read.ok) return read;
  const [durations, sizes] = namesOf(scope);
  const name = metric === 'bytes' ? sizes : durations;
  const { cells, ...coverage } = read.value;
  const answer = { fromMs, toMs, stepMs, cells: cells.filter((cell) => cell.name === name) };
  const series = seriesOf(answer, null, MAX_SERIES).map(({ label, points }) => ({
    label,
    points: points.map(({ ts, cell }): [number, number | null] => [ts, pointOf(metric, cell)]),
  }));
  const unit = UNITS[metric];
  return ok({ scope, metric, unit, interval, stepMs, fromMs, toMs, by, ...coverage, series });
}

const UNITS: Readonly<Record<TrendMetric, OperationTrends['unit']>> = {
  ...{ count: 'count', failed: 'count', successRate: 'ratio', bytes: 'bytes' },
  ...{ avg: 'ms', p50: 'ms', p95: 'ms', p99: 'ms' },
};

/** Of a bucket without operations counts are 0 and everything else is unknown. `bytes` are all of a bucket's. */
function pointOf(metric: TrendMetric, cell: Cell | null): number | null {
  switch (metric) {
    case 'count':
      return cell?.count ?? 0;
    case 'failed':
      return cell?.tally?.[FAILED] ?? 0;
    case 'bytes':
      return cell?.sum ?? 0;
    case 'successRate':
      return operationNumbers({ durations: cell, sizes: null }).successRate;
    case 'avg':
      return operationNumbers({ durations: cell, sizes: null }).avgMs;
    case 'p50':
    case 'p95':
    case 'p99':
      return cell && percentile(cell, Number(metric.slice(1)) / 100);
  }
}
