import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../src/wire/record.ts';
import type {
  VitalsBreakdown,
  VitalsDistribution,
  VitalsPages,
  VitalsSummary,
  VitalsTimeseries,
} from '../../src/wire/vitals.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TO = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const FROM = TO - HOUR_MS;

let key = '';
let projectId = '';

const vital = (name: string, value: number, labels: Record<string, string>, ts = FROM + 5): Json => ({
  ...{ stream: 'vitals', ts },
  attrs: { name, value, labels },
});

async function ask<T>(question: string, parameters: Record<string, string | number> = {}): Promise<T> {
  const query = new URLSearchParams({ from: String(FROM), to: String(TO), ...asText(parameters) });
  const response = await callApp('GET', `/api/query/vitals/${question}?${query}`, { key });
  expect(response.status).toBe(200);
  return response.body as T;
}

const asText = (parameters: Record<string, string | number>) =>
  Object.fromEntries(Object.entries(parameters).map(([name, value]) => [name, String(value)]));

beforeAll(async () => {
  ({ id: projectId, key } = await projectWithKey(['query']));
  await put(projectId, [
    ...[1_000, 2_000, 3_000, 5_000].map((value) => vital('LCP', value, { page: '/', device: 'mobile' })),
    ...[500, 600].map((value) => vital('LCP', value, { page: '/cart', device: 'desktop' })),
    ...[0, 0.04, 0.3].map((value) => vital('CLS', value, { page: '/' })),
    vital('LCP', 1_250, { page: '/' }, FROM - MINUTE_MS),
    // Told before, and grown since: one visit is one event.
    { stream: 'vitals', ts: FROM + 5, attrs: { name: 'LCP', value: 90_000, update: 1, labels: { page: '/' } } },
  ]);
  await seal(projectId);
  await put(projectId, [vital('LCP', 700, { page: '/cart', device: 'mobile' }, FROM + 30 * MINUTE_MS)]);
});

describe('GET /api/query/vitals', () => {
  it('sums every vital up, sealed or not, and holds it against the time before', async () => {
    const { items, source, fromMs, toMs, complete } = await ask<VitalsSummary>('summary');
    expect({ source, fromMs, toMs, complete }).toEqual({
      ...{ source: 'rollups', fromMs: FROM, toMs: TO, complete: true },
    });
    expect(items.map(({ name }) => name)).toEqual(['LCP', 'INP', 'CLS', 'FCP', 'TTFB', 'FID']);
    const [lcp, inp, cls] = items;
    expect(lcp).toMatchObject({
      ...{ count: 7, unit: 'ms', thresholds: [2_500, 4_000], rating: 'good' },
      ...{ good: 5 / 7, needsImprovement: 1 / 7, poor: 1 / 7 },
      previous: { count: 1, good: 1 },
      change: { count: 6 },
    });
    // The fifth of seven by rank: 2,000 within the error of a sketch.
    expect(Math.abs((lcp?.p75 ?? 0) / 2_000 - 1)).toBeLessThanOrEqual(0.01);
    expect(lcp?.change.p75).toBeCloseTo((lcp?.p75 ?? 0) / (lcp?.previous.p75 ?? 1) - 1, 12);
    expect(inp).toMatchObject({ count: 0, p75: null, rating: null, good: null, change: { p75: null, count: null } });
    expect(cls).toMatchObject({ count: 3, unit: 'score', good: 2 / 3, poor: 1 / 3, rating: 'good' });
  });

  it('holds a range against what was right before what it covers, and counts no hour twice', async () => {
    const { id, key: own } = await projectWithKey(['query']);
    const from = TO - 3 * 24 * HOUR_MS + 20 * MINUTE_MS;
    // In the whole hour that the range is widened to, and in the one before.
    await put(id, [vital('LCP', 1, {}, from - 10 * MINUTE_MS), vital('LCP', 1, {}, from - 30 * MINUTE_MS)]);
    const path = `/api/query/vitals/summary?from=${from}&to=${TO}`;
    const { items, fromMs } = (await callApp('GET', path, { key: own })).body as VitalsSummary;
    expect(fromMs).toBe(from - 20 * MINUTE_MS);
    expect([items[0]?.count, items[0]?.previous.count]).toEqual([1, 1]);
  });

  it('lists pages, the slowest first, with their traffic and other vitals, page by page', async () => {
    const all = await ask<VitalsPages>('pages', { also: 'CLS,LCP' });
    expect(all.items.map(({ page, count, rating }) => [page, count, rating])).toEqual([
      ['/', 4, 'needs-improvement'],
      ['/cart', 3, 'good'],
    ]);
    expect(all.items[0]?.others).toMatchObject({ CLS: { count: 3 } });
    expect(all.items[1]?.others).toEqual({});
    expect(all.nextCursor).toBeNull();
    const first = await ask<VitalsPages>('pages', { limit: 1, sort: 'count' });
    expect([first.items.length, first.nextCursor]).toEqual([1, `1.${FROM}.${TO}`]);
    const second = await ask<VitalsPages>('pages', { limit: 1, sort: 'count', cursor: String(first.nextCursor) });
    expect([second.items[0]?.page, second.nextCursor]).toEqual(['/cart', null]);
    expect((await ask<VitalsPages>('pages', { minCount: 4 })).items.map(({ page }) => page)).toEqual(['/']);
  });

  it('breaks down by a label, and reads the records where a filter is of another', async () => {
    const devices = await ask<VitalsBreakdown>('breakdown', { by: 'device' });
    expect(devices.source).toBe('rollups');
    expect(devices.items.map(({ value, count, share }) => [value, count, share])).toEqual([
      ['mobile', 5, 5 / 7],
      ['desktop', 2, 2 / 7],
    ]);
    const ofCart = await ask<VitalsBreakdown>('breakdown', { by: 'device', page: '/cart' });
    expect(ofCart).toMatchObject({ source: 'records', resolutionMs: null, complete: true });
    expect(ofCart.items.map(({ value, count }) => [value, count])).toEqual([
      ['desktop', 2],
      ['mobile', 1],
    ]);
    const ofDesktop = await ask<VitalsSummary>('summary', { device: 'desktop' });
    expect([ofDesktop.source, ofDesktop.items[0]?.count]).toEqual(['rollups', 2]);
    expect((await ask<VitalsSummary>('summary', { device: 'tv' })).items[0]?.count).toBe(0);
  });

  it('draws time in buckets, with nothing where nothing was, and one line for each value', async () => {
    const line = await ask<VitalsTimeseries>('timeseries', { step: 30 * MINUTE_MS });
    expect(line.series).toHaveLength(1);
    expect(line.series[0]?.points.map(({ ts, count }) => [ts, count])).toEqual([
      [FROM, 6],
      [FROM + 30 * MINUTE_MS, 1],
    ]);
    const lines = await ask<VitalsTimeseries>('timeseries', { step: 30 * MINUTE_MS, by: 'page' });
    expect(lines.series.map(({ label, points }) => [label, points.map(({ count }) => count)])).toEqual([
      ['/', [4, 0]],
      ['/cart', [2, 1]],
    ]);
    expect(lines.series[0]?.points[1]).toMatchObject({ p75: null, good: null });
  });

  it('spreads the values over bins with the thresholds between them, and loses none', async () => {
    const { items, numbers } = await ask<VitalsDistribution>('distribution');
    expect(numbers.count).toBe(7);
    expect(items).toHaveLength(41);
    expect(items.reduce((sum, { count }) => sum + count, 0)).toBe(7);
    expect(items.filter(({ from }) => from < 2_500).reduce((sum, { count }) => sum + count, 0)).toBe(5);
    expect([items[0]?.from, items[40]?.from, items[40]?.to]).toEqual([0, 10_000, null]);
    expect((await ask<VitalsDistribution>('distribution', { name: 'CLS' })).items[7]).toMatchObject({ from: 0.07 });
  });

  it('answers a repeat from the cache until a vital comes in; other records do not matter', async () => {
    const { id, key: own } = await projectWithKey(['query']);
    const url = `/api/query/vitals/summary?from=${FROM}&to=${TO}`;
    const cache = async () => {
      const response = await callApp('GET', url, { key: own });
      const { items } = response.body as VitalsSummary;
      return [response.headers.get('x-cache'), items[0]?.count];
    };
    expect([await cache(), await cache()]).toEqual([
      ['miss', 0],
      ['hit', 0],
    ]);
    await put(id, [{ message: 'a log line' }]);
    expect(await cache()).toEqual(['hit', 0]);
    await put(id, [vital('LCP', 1, {})]);
    expect(await cache()).toEqual(['miss', 1]);
    const { results } = await env.DB.prepare('SELECT key FROM query_cache WHERE key LIKE ?1')
      .bind(`project:${id}:vitals.summary:%`)
      .all();
    expect(results).toHaveLength(2);
  });

  it.each([
    ['summary', 'from=x', '/from'],
    ['summary', `from=${TO}&to=${FROM}`, '/to'],
    ['timeseries', 'step=1', '/step'],
    ['timeseries', 'name=LCPS', '/name'],
    ['timeseries', 'by=user', '/by'],
    ['pages', 'also=XYZ', '/also'],
    ['pages', 'cursor=abc', '/cursor'],
    ['breakdown', `page=${'x'.repeat(300)}`, '/page'],
  ])('refuses %s with %s by a pointer', async (question, query, pointer) => {
    const response = await callApp('GET', `/api/query/vitals/${question}?${query}`, { key });
    expect(response.status).toBe(400);
    expect(response.body.errors.map(({ pointer: at }: { pointer: string }) => at)).toEqual([pointer]);
  });
});
