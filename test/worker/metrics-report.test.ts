import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { foldPerformance, observeRequests } from '../../src/observability/index.ts';
import { performanceReport } from '../../src/observability/report/report.ts';
import { replaceWindows } from '../../src/observability/report/store.ts';
import { type AppEnv, requestContext } from '../../src/shared/http.ts';
import type { PerformanceFigures } from '../../src/wire/performance.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { logLines } from '../helpers/worker/log-lines.ts';
import { tell } from '../helpers/worker/measured.ts';
import { projectWithKey } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW_MS = Date.now();
const floor = (ms: number, step: number) => Math.floor(ms / step) * step;
const near = (figure: number | null | undefined, exact: number) =>
  expect(Math.abs((figure ?? 0) / exact - 1)).toBeLessThanOrEqual(0.011);

describe('GET /api/metrics/report', () => {
  it('tells exact counts, sums and ends, and percentiles within one per cent', async () => {
    const { key } = await projectWithKey(['admin']);
    const atMs = floor(NOW_MS, MINUTE_MS) - 10 * MINUTE_MS;
    const labels = ['GET', '/exact'];
    await tell(Array.from({ length: 1_000 }, (_, i) => ({ labels, atMs, durationMs: i + 1, outcome: i < 10 ? 4 : 1 })));
    await tell([{ labels, atMs: atMs + MINUTE_MS, durationMs: 2_000 }]);
    const url = `/api/metrics/report?metric=requests&from=${atMs}&to=${atMs + 2 * MINUTE_MS}`;
    const { status, body } = await callApp('GET', url, { key });
    expect([status, body.resolution, body.fromMs, body.toMs]).toEqual([200, 'minute', atMs, atMs + 2 * MINUTE_MS]);
    expect(body.metrics.map(({ metric }: { metric: string }) => metric)).toEqual(['requests']);
    const [{ items, total, timeline }] = body.metrics;
    const item = items.find((one: { labels: { route: string } }) => one.labels.route === '/exact');
    const exact = { count: 1_001, errors: 10, averageMs: 502_500 / 1_001, minMs: 1, maxMs: 2_000 };
    expect(item).toMatchObject({ ...exact, labels: { method: 'GET', route: '/exact' } });
    expect(item.outcomes).toEqual({ '2xx': 991, '5xx': 10 });
    expect(total).toMatchObject(exact);
    near(item.p50Ms, 501);
    near(item.p95Ms, 951);
    near(item.p99Ms, 991);
    expect(timeline.map(({ atMs: at, count }: { atMs: number; count: number }) => [at, count])).toEqual([
      [atMs, 1_000],
      [atMs + MINUTE_MS, 1],
    ]);
  });

  it('joins hours of D1 with those that only the object has, and counts none twice', async () => {
    const firstMs = floor(NOW_MS, HOUR_MS) - 5 * HOUR_MS;
    const labels = ['GET', '/hours'];
    await tell([{ labels, atMs: firstMs, durationMs: 10 }]);
    await foldPerformance(testCtx());
    await tell([{ labels, atMs: firstMs + HOUR_MS, durationMs: 30, outcome: 4 }]);
    // As after two days, when the object has forgotten it.
    await replaceWindows(env.DB, 60, [
      {
        metric: 'requests',
        bucketMs: firstMs - 50 * HOUR_MS,
        cells: [['requests\nGET\n/hours', [7, 70, 10, 10, 1, 10, '', [0, 7]]]],
      },
    ]);
    const query = { fromMs: firstMs - 50 * HOUR_MS, toMs: firstMs + 2 * HOUR_MS, metrics: ['requests'] as const };
    const { resolution, metrics } = await performanceReport(testCtx(), query);
    const item = metrics[0]?.items.find(({ labels: { route } }) => route === '/hours');
    expect(resolution).toBe('hour');
    expect(item).toMatchObject({ count: 9, errors: 1, averageMs: 110 / 9, minMs: 10, maxMs: 30 });
  });

  it('tells long ranges by the day, the last ones from their hours', async () => {
    const todayMs = floor(NOW_MS, DAY_MS);
    const cells = (count: number): [string, [number, number, number, number, number, number, string, number[]]][] => [
      ['alarms\njournal', [count, count, 1, 1, 1, 1, '', [count]]],
    ];
    await replaceWindows(env.DB, 1_440, [
      { metric: 'alarms', bucketMs: todayMs - 20 * DAY_MS, cells: cells(4) },
      { metric: 'alarms', bucketMs: todayMs - 10 * DAY_MS, cells: cells(5) },
    ]);
    await tell([{ family: 'alarms', labels: ['journal'], atMs: NOW_MS - 30 * HOUR_MS, durationMs: 1, outcome: 0 }]);
    const query = { fromMs: todayMs - 30 * DAY_MS, toMs: NOW_MS - 29 * HOUR_MS, metrics: ['alarms'] as const };
    const { resolution, metrics } = await performanceReport(testCtx(), query);
    expect(resolution).toBe('day');
    const counts = metrics[0]?.timeline.map(({ atMs, count }) => [(atMs - todayMs) / DAY_MS, count]);
    expect(counts?.slice(0, 2)).toEqual([
      [-20, 4],
      [-10, 5],
    ]);
    const [journal] = metrics[0]?.items ?? [];
    expect(journal).toMatchObject({ labels: { object: 'journal' }, count: 10, outcomes: { ok: 10 } });
  });

  it('has no figures where nothing was measured', async () => {
    const query = { fromMs: 0, toMs: HOUR_MS, metrics: ['requests'] as const };
    const { metrics } = await performanceReport(testCtx(), query);
    const none: PerformanceFigures = {
      ...{ count: 0, errors: 0, averageMs: null, p50Ms: null, p95Ms: null, p99Ms: null, minMs: null, maxMs: null },
    };
    expect(metrics).toEqual([{ metric: 'requests', total: none, items: [], timeline: [] }]);
  });

  it('measures the requests that this isolate answers, by route and never by path', async () => {
    const { id, key } = await projectWithKey(['admin']);
    const report = async () => {
      const { body } = await callApp('GET', '/api/metrics/report?metric=requests', { key });
      return new Map<string, Record<string, number>>(
        body.metrics[0].items.map(
          ({ labels: { method, route }, outcomes }: { labels: Record<string, string>; outcomes: object }) => [
            `${method} ${route}`,
            outcomes,
          ],
        ),
      );
    };
    const before = await report();
    await callApp('GET', `/api/projects/${id}/limits`, { key });
    await callApp('GET', '/api/projects/prj_other/limits', { key });
    await callApp('GET', '/api/nothing/is/here', { key });
    const after = await report();
    const rise = (route: string, outcome: string) =>
      (after.get(route)?.[outcome] ?? 0) - (before.get(route)?.[outcome] ?? 0);
    expect(rise('GET /api/projects/:id/limits', '2xx')).toBe(1);
    expect(rise('GET /api/projects/:id/limits', '4xx')).toBe(1);
    expect(rise('GET (none)', '4xx')).toBe(1);
    expect([...after.keys()].filter((route) => route.includes(id) || route.includes('prj_other'))).toEqual([]);
  });

  it('measures calls to objects and stores as their callers see them', async () => {
    const { id, key } = await projectWithKey(['admin', 'ingest']);
    const calls = async () => {
      const { body } = await callApp('GET', '/api/metrics/report?metric=calls', { key });
      return new Map<string, number>(
        body.metrics[0].items.map(
          ({ labels: { target, operation }, count }: { labels: Record<string, string>; count: number }) => [
            `${target}.${operation}`,
            count,
          ],
        ),
      );
    };
    const before = await calls();
    expect((await callApp('POST', '/api/ingest', { key, body: { message: 'hello' } })).status).toBe(202);
    expect((await callApp('GET', `/api/projects/${id}/cardinality`, { key })).status).toBe(200);
    const after = await calls();
    const rise = (name: string) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    expect(rise('journal.append')).toBe(1);
    expect(rise('limiter.takeIngest')).toBe(1);
    expect(rise('limiter.cardinality')).toBe(1);
    expect([...after.keys()].filter((name) => name.startsWith('metrics'))).toEqual([]);
    expect(rise('d1.first')).toBeGreaterThan(0);
  });

  it('is of nothing where MEASURE is off', async () => {
    const { id, key } = await projectWithKey(['admin', 'ingest']);
    const off = { app: createApp(), env: { ...env, MEASURE: 'off' } };
    // Of what only a Worker asks: the objects of this isolate measure on, and alarms of the tests before go off when they will.
    const count = async () => {
      const { body } = await callApp('GET', '/api/metrics/report', { key, ...off });
      const [requests, calls] = ['requests', 'calls'].map((name) =>
        body.metrics.find(({ metric }: { metric: string }) => metric === name),
      );
      const asked = calls.items.filter(({ labels: { target, operation } }: { labels: Record<string, string> }) =>
        ['journal.append', 'limiter.takeIngest'].includes(`${target}.${operation}`),
      );
      return [requests.total.count, ...asked.map((item: PerformanceFigures) => item.count)];
    };
    await callApp('POST', '/api/ingest', { key, body: { message: 'measured' } });
    const before = await count();
    expect(before).toHaveLength(3);
    await callApp('GET', `/api/projects/${id}/limits`, { key, ...off });
    expect((await callApp('POST', '/api/ingest', { key, body: { message: 'hello' }, ...off })).status).toBe(202);
    expect(await count()).toEqual(before);
  });

  it.each([
    ['from=x', '/from'],
    ['from=2&to=1', '/to'],
    ['from=0&to=999999999999', '/from'],
    ['metric=all_of_them', '/metric'],
  ])('refuses %s', async (query, pointer) => {
    const { key } = await projectWithKey(['admin']);
    const { status, body } = await callApp('GET', `/api/metrics/report?${query}`, { key });
    expect([status, body.code, body.errors[0].pointer]).toEqual([400, 'invalid_input', pointer]);
  });
});

describe('GET /api/metrics/slow', () => {
  it('tells slow requests with the calls that they made, and when in the request', async () => {
    let nowMs = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    const app = new Hono<AppEnv>();
    app.use(requestContext, observeRequests);
    app.get('/slow/:id', async (c) => {
      nowMs += 100;
      const waiting = c.get('ctx').env.STORE.head('nothing');
      nowMs += 700;
      await waiting;
      return c.text('late', 503);
    });
    app.get('/quick/:id', async (c) => {
      nowMs += 499;
      return c.text('in time');
    });
    const traceId = 'ab'.repeat(16);
    const headers = { traceparent: `00-${traceId}-${'cd'.repeat(8)}-01` };
    await callApp('GET', '/slow/7', { app, headers });
    await callApp('GET', '/quick/7', { app, headers });
    vi.mocked(performance.now).mockRestore();
    const as = await signInAs('admin');
    const { body } = await callApp('GET', `/api/metrics/slow?from=${NOW_MS}&route=/slow/:id`, { as });
    expect(body).toEqual({
      items: [
        {
          ...{ requestId: traceId, method: 'GET', route: '/slow/:id', status: 503, projectId: null },
          ...{ atMs: expect.any(Number), durationMs: 800, spansTotal: 1 },
          spans: [{ target: 'r2', operation: 'head', startMs: 100, durationMs: 700, failed: false }],
        },
      ],
      nextCursor: null,
    });
    const quick = await callApp('GET', `/api/metrics/slow?from=${NOW_MS}&route=/quick/:id`, { as });
    expect(quick.body.items).toEqual([]);
  });

  it('tells a key what was slow in its own project alone, and administrators whose it was', async () => {
    const [mine, other] = [await projectWithKey(['admin']), await projectWithKey(['admin'])];
    let nowMs = performance.now();
    vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
    logLines('fatal');
    const JOURNAL = {
      getByName: () => ({
        ledger: async () => {
          nowMs += 900;
          throw new Error('slow');
        },
        status: async () => undefined,
      }),
    };
    const slow = { app: createApp(), env: { ...env, JOURNAL: JOURNAL as unknown as typeof env.JOURNAL } };
    for (const { id, key } of [mine, other]) await callApp('GET', `/api/projects/${id}/ledger`, { ...slow, key });
    vi.mocked(performance.now).mockRestore();
    const of = async (caller: object) => {
      const { body } = await callApp('GET', `/api/metrics/slow?from=${NOW_MS}&route=/api/projects/:id/ledger`, caller);
      return body.items.map(({ projectId }: { projectId: string }) => projectId).sort();
    };
    expect(await of({ key: mine.key })).toEqual([mine.id]);
    expect(await of({ as: await signInAs('admin') })).toEqual([mine.id, other.id].sort());
  });

  it('refuses a limit that is none', async () => {
    const answer = await callApp('GET', '/api/metrics/slow?limit=0', { as: await signInAs('admin') });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, '/limit']);
  });
});
