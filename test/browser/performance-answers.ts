/** Answers of the report of performance and of slow requests, made up: for what no server has in a test, such as hundreds of routes. Their types are the Worker's. */
import type { Page } from 'playwright-core';
import type {
  PerformanceFigures,
  PerformanceItem,
  PerformanceReport,
  SlowRequest,
} from '../../src/wire/performance.ts';

export interface MadeUpPerformance {
  report: PerformanceReport;
  slow: SlowRequest[];
  /** 503: nothing can be loaded. */
  status: 200 | 503;
}

const MINUTE_MS = 60_000;
const NONE: PerformanceFigures = {
  ...{ count: 0, errors: 0, averageMs: null, p50Ms: null, p95Ms: null, p99Ms: null, minMs: null, maxMs: null },
};
const figures = (count: number, errors: number, scale = 1): PerformanceFigures => ({
  ...{ count, errors, averageMs: 24.5 * scale, p50Ms: 12 * scale, p95Ms: 120 * scale, p99Ms: 480 * scale },
  ...{ minMs: 0, maxMs: 2_300 * scale },
});
const RTL = 'مسار-طويل-جدا';

/** An hour of it, in which `errors` requests of a hundred thousand failed. */
export function madeUpPerformance({ errors = 0, routes = 250 } = {}): MadeUpPerformance {
  const toMs = Math.ceil(Date.now() / MINUTE_MS) * MINUTE_MS;
  const fromMs = toMs - 60 * MINUTE_MS;
  const timeline = Array.from({ length: 60 }, (_, i) => ({
    atMs: fromMs + i * MINUTE_MS,
    ...figures(1_600 + i, i === 30 ? errors : 0, 1 + (i % 7) / 10),
  }));
  const item = (labels: Record<string, string>, count: number, failed = 0): PerformanceItem => ({
    ...{ labels, ...figures(count, failed), outcomes: { '2xx': count - failed } },
  });
  const names = [`/api/${'a-very-long-segment-'.repeat(12)}:id`, `/api/${RTL}/:id`];
  const requests = Array.from({ length: routes }, (_, i) =>
    item({ method: 'GET', route: names[i] ?? `/api/things/${i}/:id` }, 100_000 - i, i === 2 ? errors : 0),
  );
  const calls = ['journal.append', 'd1.batch', 'r2.get', 'limiter.takeIngest'].map((name, i) => {
    const [target = '', operation = ''] = name.split('.');
    return item({ target, operation }, 5_000 - i);
  });
  const metrics: PerformanceReport['metrics'] = [
    { metric: 'requests', total: figures(100_000, errors), items: requests, timeline },
    { metric: 'calls', total: figures(20_000, 0), items: calls, timeline },
    { metric: 'alarms', total: figures(60, 0), items: [item({ object: 'journal' }, 60)], timeline: [] },
  ];
  const slow = Array.from(
    { length: 40 },
    (_, i): SlowRequest => ({
      ...{
        requestId: `${i}`.padStart(32, 'a'),
        method: 'POST',
        route: names[i] ?? '/api/ingest',
        status: i === 0 ? 503 : i === 1 ? null : 202,
        projectId: i % 2 === 0 ? 'prj_a' : null,
      },
      ...{ atMs: toMs - i * MINUTE_MS, durationMs: 9_000 - 100 * i, spansTotal: 70 },
      spans: Array.from({ length: 50 }, (__, at) => ({
        ...{ target: 'd1', operation: 'batch', startMs: at * 80, durationMs: 60, failed: at === 49 && i === 0 },
      })),
    }),
  );
  return { report: { fromMs, toMs, resolution: 'minute', metrics }, slow, status: 200 };
}

export function madeUpNoPerformance(): MadeUpPerformance {
  const { report } = madeUpPerformance();
  const metrics = report.metrics.map(({ metric }) => ({ metric, total: NONE, items: [], timeline: [] }));
  return { report: { ...report, metrics }, slow: [], status: 200 };
}

/** Answers both routes of the page from here on. */
export async function answerPerformance(page: Page, made: MadeUpPerformance): Promise<void> {
  await page.route(/\/api\/metrics\/(report|slow)\b/, (route) => {
    if (made.status === 503) {
      const problem = {
        status: 503,
        code: 'store_away',
        title: 'A store is away',
        detail: 'Try again.',
        requestId: 'r1',
      };
      return route.fulfill({ status: 503, contentType: 'application/problem+json', body: JSON.stringify(problem) });
    }
    const isSlow = route.request().url().includes('/slow');
    return route.fulfill({ json: isSlow ? { items: made.slow, nextCursor: null } : made.report });
  });
}
