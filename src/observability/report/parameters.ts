import { ParameterReader, type Parameters, type ReadError } from '../../query/index.ts';
import type { Result } from '../../shared/result.ts';
import { PERFORMANCE_METRICS, type PerformanceMetric } from '../../wire/performance.ts';
import type { SlowQuery } from '../red/object.ts';

const HOUR_MS = 3_600_000;
/** Days stay for ever; a longer range than that is a mistake. */
const MAX_RANGE_MS = 5 * 366 * 24 * HOUR_MS;
const DEFAULT_SLOW = 50;
const MAX_SLOW = 200;
const ALL = 'all';

export interface ReportQuery {
  fromMs: number;
  toMs: number;
  metrics: readonly PerformanceMetric[];
}

/** `from`, `to` (the last hour where they do not say), `metric`. */
export function readReportQuery(parameters: Parameters, nowMs: number): Result<ReportQuery, ReadError> {
  const reader = new ParameterReader(parameters);
  const range = readRange(reader, nowMs);
  const metric = reader.oneOf('metric', [ALL, ...PERFORMANCE_METRICS] as const, ALL);
  return reader.finish({ ...range, metrics: metric === ALL ? PERFORMANCE_METRICS : [metric] });
}

/** `from`, `to`, `route`, `limit`; of these projects, null is all. */
export function readSlowQuery(
  parameters: Parameters,
  nowMs: number,
  projectIds: readonly string[] | null,
): Result<SlowQuery, ReadError> {
  const reader = new ParameterReader(parameters);
  const range = readRange(reader, nowMs);
  const limit = reader.count('limit', DEFAULT_SLOW, 1, MAX_SLOW);
  return reader.finish({ ...range, route: reader.text('route'), projectIds, limit });
}

function readRange(reader: ParameterReader, nowMs: number): { fromMs: number; toMs: number } {
  // What is measured in this millisecond belongs to it.
  const toMs = reader.time('to') ?? nowMs + 1;
  const fromMs = reader.time('from') ?? toMs - HOUR_MS;
  if (fromMs >= toMs) reader.refuse('to', 'must be after from');
  else if (toMs - fromMs > MAX_RANGE_MS) reader.refuse('from', 'must be at most five years before to');
  return { fromMs, toMs };
}
