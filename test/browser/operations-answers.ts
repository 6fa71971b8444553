/** Answers of the routes of operations, made up. */
import type { Page, Route } from 'playwright-core';
import type {
  Anomaly,
  OperationCoverage,
  OperationHistory,
  OperationMetrics,
  OperationNumbers,
  OperationScope,
  OperationTrends,
  TrendInterval,
  TrendMetric,
} from '../../src/wire/operations.ts';

export interface MadeUpOperations {
  gateways: number;
  /** What was asked, newest last: path and query. */
  asked: string[];
}

const HOUR_MS = 3_600_000;
const STEP_MS: Record<TrendInterval, number> = { minute: 60_000, '5m': 300_000, hour: HOUR_MS, day: 24 * HOUR_MS };
const LONG = 'clearing-house-of-the-north-east-'.repeat(10);
const OPERATIONS = ['transfer', 'request', 'refund', 'lookup'];

function gatewayName(i: number): string {
  return i === 3 ? LONG : i === 2 ? 'بنك-المدينة' : `bank-${i}`;
}

function numbers(count: number, i: number): OperationNumbers {
  const failed = Math.floor(count * (0.002 + (i % 4) * 0.021));
  const p50Ms = 120 + i * 37;
  return {
    ...{ count, succeeded: count - failed, failed, successRate: count === 0 ? null : 1 - failed / count },
    ...(count === 0
      ? { avgMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null, bytes: null }
      : {
          ...{ avgMs: p50Ms * 1.3, p50Ms, p95Ms: p50Ms * 4, p99Ms: p50Ms * 11, maxMs: p50Ms * 60 },
          bytes: i % 5 === 4 ? null : { count, sum: count * 2_100, avg: 2_100, p50: 1_900, p95: 4_100, p99: 9_900 },
        }),
  };
}

const coverage = (nowMs: number, hours: number): OperationCoverage => ({
  ...{ source: 'rollups', complete: true, countedFromMs: nowMs - hours * HOUR_MS },
});

function metrics(
  scope: OperationScope,
  made: MadeUpOperations,
  query: URLSearchParams,
  nowMs: number,
): OperationMetrics {
  const hours = Number(query.get('hours') ?? 24);
  const many = query.get('gateway') ? 1 : made.gateways;
  const names = Array.from({ length: many }, (_, i) => query.get('gateway') ?? gatewayName(i));
  const count = made.gateways === 0 ? 0 : 98_000;
  const operations = made.gateways === 0 ? [] : OPERATIONS;
  return {
    ...{ scope, hours, fromMs: nowMs - hours * HOUR_MS, toMs: nowMs, ...coverage(nowMs, hours) },
    ...{ gateway: query.get('gateway'), operation: query.get('operation'), reasonsFrom: coverage(nowMs, hours) },
    total: numbers(count, 1),
    previous: numbers(Math.floor(count * 0.8), 2),
    gateways:
      scope === 'profile' ? [] : names.map((gateway, i) => ({ gateway, ...numbers(Math.ceil(count / (i + 1)), i) })),
    operations: operations.map((operation, i) => ({ operation, ...numbers(Math.ceil(count / (i + 2)), i) })),
    items: names.flatMap((gateway, g) =>
      operations.map((operation, i) => ({
        ...{ gateway: scope === 'profile' ? null : gateway, operation },
        ...numbers(Math.ceil(count / (g + i + 2)), g + i),
      })),
    ),
    reasons:
      made.gateways === 0
        ? []
        : ['timeout', 'insufficient funds', LONG, 'تعذر الاتصال'].map((reason, i) => ({
            ...{ reason, count: 4_000 / (i + 1), share: 0.5 / (i + 1) },
          })),
  };
}

const UNITS: Record<TrendMetric, OperationTrends['unit']> = {
  ...{
    count: 'count',
    failed: 'count',
    successRate: 'ratio',
    avg: 'ms',
    p50: 'ms',
    p95: 'ms',
    p99: 'ms',
    bytes: 'bytes',
  },
};

function trends(scope: OperationScope, made: MadeUpOperations, query: URLSearchParams, nowMs: number): OperationTrends {
  const metric = (query.get('metric') ?? 'count') as TrendMetric;
  const interval = (query.get('interval') ?? 'hour') as TrendInterval;
  const stepMs = STEP_MS[interval];
  const hours = Number.parseInt(query.get('period') ?? '24h', 10);
  const fromMs = Math.floor((nowMs - hours * HOUR_MS) / stepMs) * stepMs;
  const length = Math.ceil((nowMs - fromMs) / stepMs);
  const labels =
    scope === 'profile' || query.get('gateway')
      ? OPERATIONS
      : Array.from({ length: query.get('gateway') ? 1 : made.gateways }, (_, i) => gatewayName(i));
  const value = (i: number, at: number) =>
    metric === 'successRate' ? 0.97 + 0.02 * Math.sin(at / 6 + i) : (120 + i * 30) * (1 + 0.4 * Math.sin(at / 5 + i));
  return {
    ...{ scope, metric, unit: UNITS[metric], interval, stepMs, fromMs, toMs: nowMs, ...coverage(nowMs, hours) },
    by: scope === 'profile' || query.get('gateway') ? 'operation' : 'gateway',
    series: labels.map((label, i) => ({
      label,
      // Nothing came for a while.
      points: Array.from({ length }, (_, at) => [fromMs + at * stepMs, at % 19 === 7 && i === 1 ? null : value(i, at)]),
    })),
  };
}

function history(
  scope: OperationScope,
  made: MadeUpOperations,
  query: URLSearchParams,
  nowMs: number,
): OperationHistory {
  const hours = Number(query.get('hours') ?? 24);
  const first = Math.floor(nowMs / HOUR_MS) * HOUR_MS - (hours - 1) * HOUR_MS;
  return {
    ...{ scope, hours, nextCursor: null, ...coverage(nowMs, hours) },
    items: Array.from({ length: hours }, (_, i) => ({
      ts: first + i * HOUR_MS,
      ...numbers(made.gateways === 0 ? 0 : 4_000 + ((i * 700) % 3_000), i),
    })),
  };
}

function anomalies(made: MadeUpOperations, nowMs: number): Anomaly[] {
  const ts = Math.floor(nowMs / HOUR_MS) * HOUR_MS - HOUR_MS;
  const one = {
    stream: 'operations' as const,
    name: 'p2p',
    value: 900,
    expected: 200,
    low: 150,
    high: 260,
    ...{ weeks: 4, count: 900, basis: 'hour-of-week' as const, samples: 4 },
  };
  return made.gateways === 0
    ? []
    : [
        {
          ...{ ...one, stat: 'p95', label: { name: 'gateway', value: 'bank-1' }, ts, score: 9.1 },
          reason: 'p95 of p2p by bank-1 was 900 ms, usually 150 ms to 260 ms at this hour of the week.',
        },
        {
          ...{ ...one, stat: 'count', label: { name: 'gateway', value: LONG }, ts, score: 6.2 },
          reason: `There were 900 operations by ${LONG}, usually 150 to 260 at this hour of the week.`,
        },
      ];
}

/** Answers every route of operations of the page from here on. */
export async function answerOperations(page: Page, made: MadeUpOperations): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/(p2p|profile|history|query\/anomalies)/, async (route: Route) => {
    const url = new URL(route.request().url());
    const query = url.searchParams;
    made.asked.push(url.pathname + url.search);
    const [, , area, what] = url.pathname.split('/');
    if (area === 'history') {
      return route.fulfill({ json: history((query.get('scope') ?? 'p2p') as OperationScope, made, query, nowMs) });
    }
    if (area === 'query') {
      const items = query.get('by') ? anomalies(made, nowMs) : [];
      return route.fulfill({ json: { items, nextCursor: null, complete: true } });
    }
    const scope = area as OperationScope;
    return route.fulfill({
      json: what === 'trends' ? trends(scope, made, query, nowMs) : metrics(scope, made, query, nowMs),
    });
  });
}
