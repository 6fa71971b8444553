/** Scopes whose operations have pages and routes of their own; others are summed up all the same. */
export const OPERATION_SCOPES = ['p2p', 'profile'] as const;
export type OperationScope = (typeof OPERATION_SCOPES)[number];

/** What an operation came to; what is neither is counted and has no part in the success rate. */
export type OperationOutcome = 'success' | 'failure';

/** Stands for an operation without a name, and for the reason of a failure that gave none. */
export const NONE = '(none)';

/**
 * The label `call`: gateway and operation in one value, because rollups hold one label at a time; the operation alone where there is no gateway.
 * A slash inside of either is escaped, so that every call can be taken apart again.
 */
export function callOf(gateway: string | null, operation: string): string {
  return gateway === null ? escaped(operation) : `${escaped(gateway)}/${escaped(operation)}`;
}

export function partsOf(call: string): { gateway: string | null; operation: string } {
  const [first = '', second] = call.split('/', 2);
  return second === undefined
    ? { gateway: null, operation: unescaped(first) }
    : { gateway: unescaped(first), operation: unescaped(second) };
}

function escaped(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('/', '%2F');
}

function unescaped(text: string): string {
  return text.replaceAll('%2F', '/').replaceAll('%25', '%');
}

/** Of some operations over some range. Null where there were none, or none with a size. */
export interface OperationNumbers {
  count: number;
  succeeded: number;
  failed: number;
  /** 0 to 1. */
  successRate: number | null;
  avgMs: number | null;
  p50Ms: number | null;
  p95Ms: number | null;
  p99Ms: number | null;
  maxMs: number | null;
  /** Of those that said their size. */
  bytes: { count: number; sum: number; avg: number; p50: number; p95: number; p99: number } | null;
}

export interface OperationReason {
  reason: string;
  count: number;
  /** Of the failures that are listed; each failure has a reason, `(none)` where it gave none. */
  share: number;
}

/** What an answer, or a part of it, rests on. */
export interface OperationCoverage {
  /** `records`: no rollup holds this combination, so the records themselves were read. */
  source: 'rollups' | 'records';
  /** False: so much was to be read that only what is from `countedFromMs` on is counted in full. */
  complete: boolean;
  countedFromMs: number;
}

/** `GET /api/p2p/metrics?project=&gateway=&operation=&hours=` and `/api/profile/metrics`. A profile operation has no gateway. */
export interface OperationMetrics extends OperationCoverage {
  scope: OperationScope;
  /** What was asked for; null is all. */
  gateway: string | null;
  operation: string | null;
  /** Whole minutes around ranges of up to two days, whole hours around those up to 100 days, whole days around longer ones. */
  fromMs: number;
  toMs: number;
  hours: number;
  total: OperationNumbers;
  /** The same number of hours before. */
  previous: OperationNumbers;
  gateways: (OperationNumbers & { gateway: string })[];
  operations: (OperationNumbers & { operation: string })[];
  /** Each gateway with each of its operations. */
  items: (OperationNumbers & { gateway: string | null; operation: string })[];
  /** Why operations failed, the most frequent first. */
  reasons: OperationReason[];
  /** What `reasons` rest on: rollups know those of a scope, only the records those of one gateway. */
  reasonsFrom: OperationCoverage;
}

export const TREND_METRICS = ['count', 'failed', 'successRate', 'avg', 'p50', 'p95', 'p99', 'bytes'] as const;
export type TrendMetric = (typeof TREND_METRICS)[number];
export const TREND_INTERVALS = ['minute', '5m', 'hour', 'day'] as const;
export type TrendInterval = (typeof TREND_INTERVALS)[number];

/** `GET /api/p2p/trends?project=&metric=&interval=&period=&gateway=&operation=`: `period` such as 24h or 30d. One series a gateway; of one gateway, or of a scope without gateways, one an operation. */
export interface OperationTrends extends OperationCoverage {
  scope: OperationScope;
  metric: TrendMetric;
  unit: 'count' | 'ratio' | 'ms' | 'bytes';
  interval: TrendInterval;
  stepMs: number;
  /** Whole intervals; the last one is running. */
  fromMs: number;
  toMs: number;
  /** Which of the two the series are told apart by. */
  by: 'gateway' | 'operation';
  /** Those with the most operations first. */
  series: { label: string; points: [ts: number, value: number | null][] }[];
}

/** `GET /api/history?project=&scope=&gateway=&operation=&hours=`: hour by hour, oldest first; the last one is running. */
export interface OperationHistory extends OperationCoverage {
  scope: OperationScope;
  hours: number;
  items: (OperationNumbers & { ts: number })[];
  nextCursor: null;
}

/** `GET /api/data?project=&scope=&gateway=&operation=&refresh=`: what a dashboard of one scope shows at once. The last 24 hours. */
export interface OperationData {
  scope: OperationScope;
  generatedAtMs: number;
  metrics: OperationMetrics;
  history: OperationHistory;
  anomalies: Anomaly[];
  /** False: some hours may be missing. Anomalies are looked for every two minutes. */
  anomaliesComplete: boolean;
}

/** A value out of what is usual at its hour of the week. */
export interface Anomaly {
  stream: 'vitals' | 'operations' | 'metrics' | 'errors';
  name: string;
  /** What of it: p75, count, failedShare … */
  stat: string;
  /** Which value of a label; null for all. */
  label: { name: string; value: string } | null;
  /** The hour's start. */
  ts: number;
  value: number;
  /** Median of the same hour of earlier weeks; of counts in an hour that is not over, its part so far. */
  expected: number;
  /** What lies between these is usual. */
  low: number;
  high: number;
  /** How many robust deviations from expected; the sign says to which side. */
  score: number;
  /** Events in the hour. */
  count: number;
  /** Whole weeks that the baseline rests on. */
  weeks: number;
  /** The same hour of the week, or of a series that is younger than three weeks the same hour of the day. */
  basis: 'hour-of-week' | 'hour-of-day';
  /** Hours that the baseline rests on. */
  samples: number;
  /** One sentence. */
  reason: string;
}

/** `GET /api/query/anomalies?project=&stream=&name=&stat=&by=&value=&from=&to=&limit=&cursor=`: newest first. */
export interface AnomalyPage {
  items: Anomaly[];
  nextCursor: string | null;
  /** False: so much was to be read that some hours may be missing. */
  complete: boolean;
}
