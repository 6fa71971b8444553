import type {
  AnomalyPage,
  OperationHistory,
  OperationMetrics,
  OperationScope,
  OperationTrends,
  TrendInterval,
  TrendMetric,
} from '../../wire/operations.ts';
import type { Span } from '../lib/range.ts';
import { type Answer, request } from './http.ts';

const HOUR_MS = 3_600_000;
/** As far as the API looks at once. */
const MOST_ANOMALY_HOURS = 31 * 24;

/** Which operations; '' is all. */
export interface OperationFilter {
  project: string;
  scope: OperationScope;
  gateway: string;
  operation: string;
}

function filterParams({ project, gateway, operation }: OperationFilter) {
  return { project, gateway, operation };
}

/** Of the last `hours`, with those before. */
export function getOperationMetrics(
  filter: OperationFilter,
  hours: number,
  signal: AbortSignal,
): Promise<Answer<OperationMetrics>> {
  return request('GET', `/api/${filter.scope}/metrics`, { params: { ...filterParams(filter), hours }, signal });
}

export interface TrendQuestion {
  metric: TrendMetric;
  interval: TrendInterval;
  hours: number;
}

export function getOperationTrends(
  filter: OperationFilter,
  { metric, interval, hours }: TrendQuestion,
  signal: AbortSignal,
): Promise<Answer<OperationTrends>> {
  const params = { ...filterParams(filter), metric, interval, period: `${hours}h` };
  return request('GET', `/api/${filter.scope}/trends`, { params, signal });
}

/** Hour by hour, oldest first. */
export function getOperationHistory(
  filter: OperationFilter,
  hours: number,
  signal: AbortSignal,
): Promise<Answer<OperationHistory>> {
  const params = { ...filterParams(filter), scope: filter.scope, hours };
  return request('GET', '/api/history', { params, signal });
}

/** `value` null: of each value of `by`; without `by` of the whole scope. Whole hours, of the last month of the range. */
export interface AnomalyQuestion {
  project: string;
  scope: OperationScope;
  by: 'gateway' | 'operation' | null;
  value: string | null;
}

export function listAnomalies(
  { project, scope, by, value }: AnomalyQuestion,
  { fromMs, toMs }: Span,
  signal: AbortSignal,
): Promise<Answer<AnomalyPage>> {
  const to = Math.ceil(toMs / HOUR_MS) * HOUR_MS;
  const from = Math.max(Math.floor(fromMs / HOUR_MS) * HOUR_MS, to - MOST_ANOMALY_HOURS * HOUR_MS);
  return request('GET', '/api/query/anomalies', {
    params: { project, stream: 'operations', name: scope, by, value, from, to },
    signal,
  });
}
