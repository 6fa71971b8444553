import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { foldRollups } from '../../src/rollups/index.ts';
import type {
  OperationData,
  OperationHistory,
  OperationMetrics,
  OperationNumbers,
  OperationTrends,
} from '../../src/wire/operations.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

async function ask<T>(key: string, path: string, parameters: Record<string, string | number> = {}): Promise<T> {
  const query = new URLSearchParams(Object.entries(parameters).map(([name, value]) => [name, String(value)]));
  const { status, body } = await callApp('GET', `${path}?${query}`, { key });
  expect([status, body.errors]).toEqual([200, undefined]);
  return body as T;
}

const metricsOf = (key: string, parameters = {}, scope = 'p2p') =>
  ask<OperationMetrics>(key, `/api/${scope}/metrics`, parameters);

/** An operation as a client sends it. */
const operation = fc
  .record({
    agoMs: fc.integer({ min: 1, max: 47 * HOUR_MS }),
    scope: fc.constantFrom('p2p', 'p2p', 'p2p', 'profile'),
    gateway: fc.constantFrom('venmo', 'zelle', 'wise/eu'),
    operation: fc.constantFrom('create', 'query', 'dry-run'),
    durationMs: fc.integer({ min: 0, max: 20_000 }),
    outcome: fc.constantFrom('success', 'success', 'success', 'failure'),
    reason: fc.constantFrom('declined', 'timeout', null),
    bytes: fc.option(fc.integer({ min: 0, max: 100_000 })),
  })
  .map(
    ({ agoMs, scope, gateway, reason, bytes, ...rest }): Json => ({
      ...{ stream: 'operations', ts: Date.now() - agoMs },
      attrs: {
        ...{ scope, ...(scope === 'p2p' ? { gateway } : {}), ...rest },
        ...(rest.outcome === 'failure' && reason !== null ? { reason } : {}),
        ...(bytes === null ? {} : { bytes }),
      },
    }),
  );
const batches = fc.array(
  fc.tuple(fc.array(operation, { minLength: 1, maxLength: 40 }), fc.constantFrom('tail', 'seal', 'fold')),
  { minLength: 1, maxLength: 4 },
);

/** Within the error of a sketch. */
function expectNear(value: number | null, exact: number | undefined): void {
  expect(exact).toBeDefined();
  expect(Math.abs((value ?? Number.NaN) - (exact ?? 0))).toBeLessThanOrEqual((exact ?? 0) * 0.01 + 1e-9);
}

const sumOf = (values: readonly number[]) => values.reduce((a, b) => a + b, 0);

function expectNumbers(numbers: OperationNumbers | undefined, records: readonly LogRecord[]): void {
  const sorted = (name: string) =>
    records
      .map(({ attrs }) => attrs[name])
      .filter((value) => typeof value === 'number')
      .sort((a, b) => a - b);
  const durations = sorted('durationMs');
  const sizes = sorted('bytes');
  const at = (values: readonly number[], q: number) => values[Math.floor(q * (values.length - 1))];
  const failed = records.filter(({ attrs }) => attrs.outcome === 'failure').length;
  const count = records.length;
  expect(numbers).toMatchObject({ count, failed, succeeded: count - failed });
  if (!numbers || count === 0) {
    const none = { successRate: null, avgMs: null, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null, bytes: null };
    expect(numbers).toMatchObject(none);
    return;
  }
  expect(numbers.successRate).toBe((count - failed) / count);
  expect(numbers.avgMs).toBeCloseTo(sumOf(durations) / count, 6);
  expect(numbers.maxMs).toBe(durations.at(-1));
  for (const [value, q] of [
    [numbers.p50Ms, 0.5],
    [numbers.p95Ms, 0.95],
    [numbers.p99Ms, 0.99],
  ] as const) {
    expectNear(value, at(durations, q));
  }
  if (sizes.length === 0) {
    expect(numbers.bytes).toBeNull();
    return;
  }
  expect(numbers.bytes).toMatchObject({ count: sizes.length, sum: sumOf(sizes), avg: sumOf(sizes) / sizes.length });
  expectNear(numbers.bytes?.p50 ?? null, at(sizes, 0.5));
  expectNear(numbers.bytes?.p99 ?? null, at(sizes, 0.99));
}

describe('GET /api/p2p/metrics and /api/profile/metrics', () => {
  it('are what the records add up to, wherever they lie, for all, a gateway, an operation and both', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(1, 24, 48), async (all, hours) => {
        const { id, key } = await projectWithKey(['ingest', 'query']);
        for (const [records, then] of all) {
          const sent = await callApp('POST', '/api/ingest', { key, body: records });
          expect(sent.body).toMatchObject({ stored: records.length, rejected: 0 });
          if (then !== 'tail') await seal(id);
          if (then === 'fold') await foldRollups(testCtx());
        }
        const stored = await everyRecord(id);
        for (const scope of ['p2p', 'profile']) {
          for (const gateway of [null, 'wise/eu']) {
            for (const name of [null, 'create']) {
              const parameters = {
                ...{ hours, ...(gateway === null ? {} : { gateway }), ...(name === null ? {} : { operation: name }) },
              };
              const metrics = await metricsOf(key, parameters, scope);
              const selected = stored
                .filter(({ attrs }) => attrs.scope === scope)
                .filter(({ attrs }) => gateway === null || attrs.gateway === gateway)
                .filter(({ attrs }) => name === null || attrs.operation === name);
              expectMetrics(metrics, selected, { hours, scope, gateway, operation: name });
            }
          }
        }
      }),
      { numRuns: 12 },
    );
  });

  function expectMetrics(metrics: OperationMetrics, selected: LogRecord[], asked: Record<string, unknown>): void {
    const { fromMs, toMs } = metrics;
    expect(metrics).toMatchObject({ ...asked, source: 'rollups', complete: true });
    const inside = selected.filter(({ ts }) => ts >= fromMs && ts < toMs);
    expectNumbers(metrics.total, inside);
    expectNumbers(
      metrics.previous,
      selected.filter(({ ts }) => ts >= fromMs - (toMs - fromMs) && ts < fromMs),
    );
    const groups = (of: (record: LogRecord) => unknown) => Map.groupBy(inside, of);
    const gateways = groups(({ attrs }) => attrs.gateway);
    gateways.delete(undefined);
    expect(metrics.gateways.map(({ gateway }) => gateway).sort()).toEqual([...gateways.keys()].sort());
    for (const one of metrics.gateways) expectNumbers(one, gateways.get(one.gateway) ?? []);
    const operations = groups(({ attrs }) => attrs.operation);
    expect(metrics.operations.map((one) => one.operation).sort()).toEqual([...operations.keys()].sort());
    for (const one of metrics.operations) expectNumbers(one, operations.get(one.operation) ?? []);
    const nameOf = (gateway: unknown, name: unknown) => `${gateway ?? null} ${name}`;
    const calls = groups(({ attrs }) => nameOf(attrs.gateway, attrs.operation));
    expect(metrics.items.map((one) => nameOf(one.gateway, one.operation)).sort()).toEqual([...calls.keys()].sort());
    for (const one of metrics.items) expectNumbers(one, calls.get(nameOf(one.gateway, one.operation)) ?? []);
    const counts = metrics.items.map(({ count }) => count);
    expect(counts).toEqual([...counts].sort((a, b) => b - a));

    const failed = inside.filter(({ attrs }) => attrs.outcome === 'failure');
    const reasons = Map.groupBy(failed, ({ attrs }) => attrs.reason ?? '(none)');
    expect(new Map(metrics.reasons.map(({ reason, count }) => [reason, count]))).toEqual(
      new Map([...reasons].map(([reason, records]) => [reason, records.length])),
    );
    for (const { count, share } of metrics.reasons) expect(share).toBeCloseTo(count / failed.length, 9);
    const isNarrowed = metrics.gateway !== null || metrics.operation !== null;
    expect(metrics.reasonsFrom).toMatchObject({ source: isNarrowed ? 'records' : 'rollups', complete: true });
  }

  it('reads the records where a call may have been folded into the rest, and says so', async () => {
    const { id, key } = await projectWithKey(['ingest', 'query']);
    const send = (gateway: string, name: string, count: number) =>
      Array.from({ length: count }, () => ({
        ...{ stream: 'operations', ts: Date.now() - HOUR_MS },
        ...{ scope: 'p2p', gateway, operation: name, durationMs: 10, outcome: 'ok' },
      }));
    const records = Array.from({ length: 130 }, (_, i) => send(`g${i % 5}`, `op${i}`, i < 90 ? 2 : 1)).flat();
    await callApp('POST', '/api/ingest', { key, body: records });
    for (const isSealed of [false, true]) {
      if (isSealed) await seal(id);
      const all = await metricsOf(key, { refresh: 1 });
      expect(all).toMatchObject({ source: 'rollups', total: { count: 220 } });
      expect(all.items.at(-1)).toMatchObject({ gateway: '(other)', operation: '(other)', count: 30 });
      expect(sumOf(all.items.map(({ count }) => count))).toBe(220);
      const one = await metricsOf(key, { gateway: 'g1', refresh: 1 });
      expect(one).toMatchObject({ source: 'records', complete: true, total: { count: 44 } });
      expect(one.operations).toHaveLength(26);
      expect(sumOf(one.operations.map(({ count }) => count))).toBe(44);
      const rare = await metricsOf(key, { gateway: 'g1', operation: 'op126', refresh: 1 });
      expect(rare).toMatchObject({ source: 'records', total: { count: 1 }, items: [{ gateway: 'g1', count: 1 }] });
    }
  });

  it('have gateways over the limit of label values as (other), and lose none of their operations', async () => {
    const { id, key } = await projectWithKey(['ingest', 'query']);
    const patched = await callApp('PATCH', `/api/projects/${id}`, {
      ...{ as: await signInAs('admin'), body: { limits: { labelValues: 4 } } },
    });
    expect(patched.status).toBe(200);
    const sent = (gateway: string) => ({ stream: 'operations', scope: 'p2p', gateway, operation: 'create', ok: true });
    for (let i = 0; i < 9; i++) await callApp('POST', '/api/ingest', { key, body: [sent(`g${i}`), sent(`g${i}`)] });
    for (const isSealed of [false, true]) {
      if (isSealed) await seal(id);
      const { total, gateways, items } = await metricsOf(key, { refresh: 1 });
      expect(total.count).toBe(18);
      expect(gateways.map(({ gateway, count }) => [gateway, count])).toEqual([
        ...[0, 1, 2, 3].map((i) => [`g${i}`, 2]),
        ['(other)', 10],
      ]);
      expect(items.at(-1)).toMatchObject({ gateway: '(other)', operation: '(other)', count: 10 });
      expect((await metricsOf(key, { gateway: 'g2', refresh: 1 })).total.count).toBe(2);
    }
  });

  it('counts operations whose outcome or duration nobody told, and has them in no success rate and no average', async () => {
    const { id, key } = await projectWithKey(['ingest', 'query']);
    const sent = { stream: 'operations', scope: 'profile', operation: 'full', durationMs: 5 };
    await callApp('POST', '/api/ingest', {
      key,
      body: [sent, { ...sent, ok: true }, { ...sent, durationMs: null, status: 503 }],
    });
    const { total, operations, reasons } = await metricsOf(key, {}, 'profile');
    const numbers = { count: 3, succeeded: 1, failed: 1, successRate: 0.5, avgMs: 5, maxMs: 5, p50Ms: 5, p99Ms: 5 };
    expect([total, operations]).toMatchObject([numbers, [{ operation: 'full', ...numbers }]]);
    await seal(id);
    expect(await metricsOf(key, {}, 'profile')).toMatchObject({ total: numbers, operations: [numbers] });
    expect(reasons).toEqual([{ reason: 'HTTP 503', count: 1, share: 1 }]);
  });

  it('answers 404 for the project of others, and lists all that is wrong with the parameters at once', async () => {
    const [{ key }, { id: other }] = [await projectWithKey(['query']), await projectWithKey(['query'])];
    for (const path of ['/api/p2p/metrics', '/api/profile/trends', '/api/data', '/api/history']) {
      expect((await callApp('GET', `${path}?project=${other}`, { key })).status).toBe(404);
    }
    const wrong = async (path: string) => {
      const { status, body } = await callApp('GET', path, { key });
      expect([status, body.code]).toEqual([400, 'invalid_input']);
      return body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    };
    const long = 'x'.repeat(65);
    expect(await wrong(`/api/p2p/metrics?hours=0&gateway=${long}&operation=${long}`)).toEqual([
      ...['/gateway', '/hours', '/operation'],
    ]);
    expect(await wrong('/api/p2p/metrics?hours=8761')).toEqual(['/hours']);
    expect(await wrong('/api/p2p/trends?metric=p42&interval=week&period=9w')).toEqual([
      ...['/interval', '/metric', '/period'],
    ]);
    expect(await wrong('/api/p2p/trends?period=366d')).toEqual(['/period']);
    expect(await wrong('/api/p2p/trends?interval=minute&period=34h')).toEqual(['/interval']);
    expect(await wrong('/api/history?scope=logs&hours=1.5')).toEqual(['/hours', '/scope']);
    expect(await wrong('/api/data?scope=logs')).toEqual(['/scope']);
    expect(await wrong('/api/data?refresh=perhaps')).toEqual(['/refresh']);
  });
});

describe('operations over time', () => {
  let project = { id: '', key: '' };
  let stored: LogRecord[] = [];
  const p2p = (): LogRecord[] => stored.filter(({ attrs }) => attrs.scope === 'p2p');

  beforeAll(async () => {
    project = await projectWithKey(['ingest', 'query']);
    const samples = fc.sample(operation, { numRuns: 300, seed: 7 });
    await callApp('POST', '/api/ingest', { key: project.key, body: samples.slice(0, 200) });
    await seal(project.id);
    await callApp('POST', '/api/ingest', { key: project.key, body: samples.slice(200) });
    const old = samples.slice(0, 60).map((one, i) => ({ ...(one as object), ts: Date.now() - (3 + i) * DAY_MS }));
    await callApp('POST', '/api/ingest', { key: project.key, body: old });
    stored = await everyRecord(project.id);
  });

  const trends = (parameters: Record<string, string>, scope = 'p2p') =>
    ask<OperationTrends>(project.key, `/api/${scope}/trends`, parameters);

  it.each([
    ['minute', '20h', MINUTE_MS, 1_200],
    ['5m', '6d', 5 * MINUTE_MS, 1_728],
    ['hour', '48h', HOUR_MS, 48],
    ['1h', '80d', HOUR_MS, 1_920],
    ['1d', '90d', DAY_MS, 90],
  ])('have one series a gateway, by %s over %s', async (interval, period, stepMs, length) => {
    const answer = await trends({ metric: 'count', interval, period });
    expect(answer).toMatchObject({ stepMs, unit: 'count', by: 'gateway', source: 'rollups', complete: true });
    expect((answer.toMs - answer.fromMs) / stepMs).toBe(length);
    const inside = p2p().filter(({ ts }) => ts >= answer.fromMs && ts < answer.toMs);
    const gateways = Map.groupBy(inside, ({ attrs }) => attrs.gateway as string);
    expect(answer.series.map(({ label }) => label).sort()).toEqual([...gateways.keys()].sort());
    for (const { label, points } of answer.series) {
      expect(points).toHaveLength(length);
      expect(points[0]?.[0]).toBe(answer.fromMs);
      for (const [ts, value] of points) {
        const there = gateways.get(label)?.filter((one) => one.ts >= ts && one.ts < ts + stepMs) ?? [];
        expect(value).toBe(there.length);
      }
    }
  });

  it.each<[string, OperationTrends['unit'], (records: readonly LogRecord[]) => number | null]>([
    ['failed', 'count', (records) => records.filter(({ attrs }) => attrs.outcome === 'failure').length],
    ['bytes', 'bytes', (records) => sumOf(records.map(({ attrs }) => (attrs.bytes as number | undefined) ?? 0))],
    [
      ...(['successRate', 'ratio'] as const),
      (records) =>
        records.length === 0
          ? null
          : records.filter(({ attrs }) => attrs.outcome === 'success').length / records.length,
    ],
    [
      ...(['avg', 'ms'] as const),
      (records) => (records.length === 0 ? null : sumOf(records.map(durationOf)) / records.length),
    ],
    ['p95', 'ms', (records) => quantileOf(records, 0.95)],
  ])('have %s, in %s, by operation of one gateway', async (metric, unit, of) => {
    const answer = await trends({ metric, gateway: 'venmo', interval: 'hour', period: '48h' });
    expect(answer).toMatchObject({ metric, unit, by: 'operation', source: 'rollups' });
    expect(answer.series.length).toBe(3);
    for (const { label, points } of answer.series) {
      const records = p2p().filter(({ attrs }) => attrs.gateway === 'venmo' && attrs.operation === label);
      for (const [ts, value] of points) {
        const exact = of(records.filter((one) => one.ts >= ts && one.ts < ts + HOUR_MS));
        if (exact === null) expect(value).toBeNull();
        else expectNear(value, exact);
      }
    }
  });

  const durationOf = ({ attrs }: LogRecord) => attrs.durationMs as number;
  function quantileOf(records: readonly LogRecord[], q: number): number | null {
    const sorted = records.map(durationOf).sort((a, b) => a - b);
    return sorted[Math.floor(q * (sorted.length - 1))] ?? null;
  }

  it('are of one operation by gateway, and of a profile by operation', async () => {
    const created = await trends({ operation: 'create', period: '2d' });
    const made = p2p().filter(({ ts, attrs }) => attrs.operation === 'create' && ts >= created.fromMs);
    expect(sumOf(created.series.flatMap(({ points }) => points.map(([, value]) => value ?? 0)))).toBe(made.length);
    expect(created).toMatchObject({ by: 'gateway', interval: 'hour' });
    const profile = await trends({ period: '2d' }, 'profile');
    expect(profile.by).toBe('operation');
    expect(profile.series.map(({ label }) => label).sort()).toEqual(['create', 'dry-run', 'query']);
  });

  it('are told hour by hour, empty ones too, for as long as a year', async () => {
    const history = await ask<OperationHistory>(project.key, '/api/history', { scope: 'p2p', hours: 8_760 });
    expect(history).toMatchObject({ scope: 'p2p', hours: 8_760, source: 'rollups', complete: true, nextCursor: null });
    expect(history.items).toHaveLength(8_760);
    for (const [i, item] of history.items.entries()) {
      expect(item.ts).toBe((history.items[0]?.ts ?? 0) + i * HOUR_MS);
      const there = p2p().filter(({ ts }) => ts >= item.ts && ts < item.ts + HOUR_MS);
      if (there.length > 0 || item.count > 0) expectNumbers(item, there);
    }
    expect(sumOf(history.items.map(({ count }) => count))).toBe(p2p().length);
    const one = await ask<OperationHistory>(project.key, '/api/history', { gateway: 'venmo', hours: 100 });
    const from = one.items[0]?.ts ?? 0;
    const venmo = p2p().filter(({ ts, attrs }) => ts >= from && attrs.gateway === 'venmo');
    expect([one.items.length, sumOf(one.items.map(({ count }) => count))]).toEqual([100, venmo.length]);
  });

  it('come in one answer with what is out of the usual', async () => {
    const data = await ask<OperationData>(project.key, '/api/data', { scope: 'p2p', gateway: 'venmo' });
    expect(data).toMatchObject({ scope: 'p2p', anomalies: [], metrics: { gateway: 'venmo', hours: 24 } });
    expect(data.metrics.items.every(({ gateway }) => gateway === 'venmo')).toBe(true);
    expect(data.history.items).toHaveLength(24);
    expect(data.generatedAtMs).toBeGreaterThan(Date.now() - MINUTE_MS);
  });
});

describe('GET /api/data', () => {
  it('keeps an answer until an operation comes in, and computes it anew for who asks for that', async () => {
    const { key } = await projectWithKey(['ingest', 'query']);
    const send = (stream: string, more = {}) =>
      callApp('POST', '/api/ingest', {
        key,
        body: { stream, scope: 'p2p', gateway: 'zelle', operation: 'query', durationMs: 5, ...more },
      });
    const data = async (more = '') => {
      const { headers, body } = await callApp('GET', `/api/data?scope=p2p${more}`, { key });
      return [headers.get('x-cache'), body.metrics.total.count, body.generatedAtMs];
    };
    await send('operations');
    const [first, again] = [await data(), await data()];
    expect([first.slice(0, 2), again]).toEqual([
      ['miss', 1],
      ['hit', 1, first[2]],
    ]);
    await send('logs');
    expect(await data()).toEqual(again);
    const anew = await data('&refresh=true');
    expect(anew.slice(0, 2)).toEqual(['miss', 1]);
    expect(anew[2]).toBeGreaterThan(first[2]);
    expect(await data()).toEqual(['hit', 1, anew[2]]);
    await send('operations', { status: 500 });
    expect((await data()).slice(0, 2)).toEqual(['miss', 2]);
    expect((await data('&gateway=zelle')).slice(0, 2)).toEqual(['miss', 2]);
  });

  it('has the hour in which a gateway went silent, and fails', async () => {
    const { id, key } = await projectWithKey(['query']);
    const hour = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
    const records = (ts: number, gateway: string, durationMs: number) =>
      Array.from({ length: 60 }, (_, i) => ({
        ...{ stream: 'operations', ts: ts + i },
        attrs: {
          ...{ scope: 'p2p', gateway, operation: 'create', durationMs: durationMs + i, outcome: 'success' },
        },
      }));
    for (let week = 4; week >= 1; week--) {
      const ts = hour - week * 7 * DAY_MS;
      await put(id, [...records(ts, 'venmo', 100), ...records(ts, 'zelle', 100)]);
    }
    await put(id, records(hour, 'zelle', 2_000));
    const { anomalies } = await ask<OperationData>(key, '/api/data');
    const there = anomalies.filter(({ ts }) => ts === hour);
    expect(there.map(({ stat, label }) => [stat, label?.value ?? 'all']).sort()).toEqual([
      ['count', 'all'],
      ['count', 'venmo'],
      ['p95', 'all'],
      ['p95', 'zelle'],
    ]);
    const one = await ask<OperationData>(key, '/api/data', { gateway: 'zelle' });
    expect(one.anomalies.map(({ stat, label }) => [stat, label?.value])).toEqual([['p95', 'zelle']]);
  });
});
