import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import type { Metrics } from '../../durable-objects/metrics/metrics.ts';
import type { MetricsObject } from '../../src/observability/red/object.ts';
import { Registry } from '../../src/observability/red/registry.ts';
import type { Delta } from '../../src/observability/red/reporter.ts';
import type { SlowRequest } from '../../src/wire/performance.ts';
import { logLines } from '../helpers/worker/log-lines.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const NOW_MS = Math.floor(Date.now() / MINUTE_MS) * MINUTE_MS;

let objects = 0;
/** An object that nothing else writes to. */
const own = () => {
  const stub = env.METRICS.getByName(`test-${++objects}`);
  return { stub, object: stub as unknown as MetricsObject };
};
/** A delta of `count` requests of one route, `valueMs` each. */
function delta(
  seq: number,
  options: { count?: number; atMs?: number; isolate?: string; valueMs?: number } = {},
): Delta {
  const { count = 1, atMs = NOW_MS, isolate = 'iso_a', valueMs = 10 } = options;
  const registry = new Registry();
  for (let i = 0; i < count; i++) {
    registry.observe('requests', ['GET', '/a'], { atMs, durationMs: valueMs, outcome: 1, traceId: null });
  }
  return { isolate, seq, ...registry.drain() };
}
const slow = (durationMs: number, atMs = NOW_MS, projectId: string | null = null): SlowRequest => ({
  ...{ requestId: `r${durationMs}`, method: 'GET', route: '/a', status: 200, projectId, atMs, durationMs },
  ...{ spans: [], spansTotal: 0 },
});
/** At another time of the clock. */
async function at(nowMs: number, act: () => Promise<void>): Promise<void> {
  vi.useFakeTimers({ toFake: ['Date'], now: nowMs });
  await act();
  vi.useRealTimers();
}
const countOf = async (object: MetricsObject) => (await object.totals()).rows[0]?.[1][0] ?? 0;
const rowsOf = (stub: DurableObjectStub, table: string) =>
  runInDurableObject(stub, (_, { storage }) => storage.sql.exec(`SELECT * FROM ${table}`).toArray().length);

describe('the object of metrics', () => {
  it('adds up what isolates tell, and tells it at once', async () => {
    const { object } = own();
    await object.add(delta(1, { count: 2 }));
    await object.add(delta(1, { count: 3, isolate: 'iso_b' }));
    await object.add(delta(2));
    const { rows, isolates } = await object.totals();
    expect(rows).toHaveLength(1);
    expect([rows[0]?.[1][0], rows[0]?.[1][1], isolates]).toEqual([6, 60, 2]);
    expect((await object.minutes(NOW_MS, NOW_MS + 1)).map(({ rows: [row] }) => row?.[1][0])).toEqual([6]);
  });

  it('counts a delta once that comes again: before, after and long after it was added up, and past an eviction', async () => {
    const { stub, object } = own();
    const told = delta(1, { count: 5 });
    await object.add(told);
    await object.add(told);
    expect(await countOf(object)).toBe(5);
    await evictDurableObject(stub);
    await object.add(told);
    expect(await countOf(object)).toBe(5);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    await object.add(told);
    await evictDurableObject(stub);
    await object.add(told);
    expect(await countOf(object)).toBe(5);
    expect(await rowsOf(stub, 'deltas')).toBe(0);
  });

  it('loses nothing that it was told when it is evicted, and still has its alarm', async () => {
    const { stub, object } = own();
    await object.add(delta(1, { count: 5 }));
    await evictDurableObject(stub);
    expect(await countOf(object)).toBe(5);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await countOf(object)).toBe(5);
    expect((await object.hours(0, NOW_MS + 1)).map(({ rows: [row] }) => row?.[1][0])).toEqual([5]);
  });

  it('writes one row for a delta, and three for a minute of them', async () => {
    const { stub, object } = own();
    for (let seq = 1; seq <= 10; seq++) await object.add(delta(seq));
    expect([await rowsOf(stub, 'deltas'), await rowsOf(stub, 'series')]).toEqual([10, 0]);
    await runDurableObjectAlarm(stub);
    expect([await rowsOf(stub, 'deltas'), await rowsOf(stub, 'series')]).toEqual([0, 3]);
    await object.add(delta(11));
    await runDurableObjectAlarm(stub);
    expect(await rowsOf(stub, 'series')).toBe(3);
    expect(await countOf(object)).toBe(11);
  });

  it('keeps minutes for three hours, hours for two days, and totals for ever', async () => {
    const { stub, object } = own();
    await object.add(delta(1, { atMs: NOW_MS - 4 * HOUR_MS, isolate: 'iso_b' }));
    await at(NOW_MS - 60 * HOUR_MS, async () => {
      await object.add(delta(2, { atMs: NOW_MS - 60 * HOUR_MS }));
      await runDurableObjectAlarm(stub);
    });
    await object.add(delta(3));
    await runDurableObjectAlarm(stub);
    expect(await object.minutes(0, NOW_MS + 1)).toHaveLength(1);
    // What D1 has not confirmed stays.
    expect(await object.hours(0, NOW_MS + 1)).toHaveLength(3);
    for (const { bucketMs, version } of await object.changedHours(10)) await object.confirmHour(bucketMs, version);
    await object.add(delta(4));
    await runDurableObjectAlarm(stub);
    expect(await object.hours(0, NOW_MS + 1)).toHaveLength(2);
    expect(await countOf(object)).toBe(4);
  });

  it('has all minutes of the last three hours, the first one whole', async () => {
    const { stub, object } = own();
    await object.add(delta(1, { atMs: NOW_MS - 3 * HOUR_MS }));
    await runDurableObjectAlarm(stub);
    expect(await object.minutes(NOW_MS - 3 * HOUR_MS, NOW_MS)).toHaveLength(1);
  });

  it('counts what comes too late for its hour in the totals alone: D1 has that hour whole, and would have the rest in its place', async () => {
    const { stub, object } = own();
    await object.add(delta(1));
    await object.add(delta(2, { atMs: NOW_MS - 60 * HOUR_MS, count: 3 }));
    expect([await countOf(object), (await object.hours(0, NOW_MS + 1)).length]).toEqual([4, 1]);
    await runDurableObjectAlarm(stub);
    expect([await countOf(object), (await object.hours(0, NOW_MS + 1)).length]).toEqual([4, 1]);
    expect(await object.changedHours(10)).toEqual([]);
  });

  it('takes what an isolate tells after hours of silence, also where that is more than a row holds', async () => {
    const { stub, object } = own();
    const registry = new Registry();
    for (let i = 0; i < 2_000; i++) {
      const route = `/${'a-route-of-some-length'.repeat(60)}/${i}`;
      registry.observe('requests', ['GET', route], { atMs: NOW_MS, durationMs: i, outcome: 1, traceId: null });
    }
    const told = { isolate: 'iso_a', seq: 1, ...registry.drain() };
    expect(JSON.stringify(told).length).toBeGreaterThan(2_000_000);
    await object.add(told);
    // The local runtime takes any row.
    const longest =
      'SELECT max(length(body)) AS chars FROM (SELECT body FROM deltas UNION ALL SELECT body FROM series)';
    const chars = await runInDurableObject(stub, (_, { storage }) => storage.sql.exec(longest).one().chars);
    expect(chars).toBeLessThan(2_000_000);
    await evictDurableObject(stub);
    await object.add(told);
    const { rows } = await object.totals();
    expect([rows.length, new Set(rows.map(([, [count]]) => count))]).toEqual([2_000, new Set([1])]);
    await object.add(delta(2));
    expect((await object.totals()).rows).toHaveLength(2_001);
  });

  it('says in the log that its alarm failed, and adds up with the next one', async () => {
    const { stub, object } = own();
    await object.add(delta(1, { count: 5 }));
    const lines = logLines('debug');
    await runInDurableObject(stub, async (instance, { storage }) => {
      storage.sql.exec('ALTER TABLE gauges RENAME TO away');
      expect(() => (instance as Metrics).alarm()).toThrow('gauges');
      storage.sql.exec('ALTER TABLE away RENAME TO gauges');
    });
    expect(lines).toMatchObject([{ level: 'error', event: 'alarm_failed', object: 'metrics', outcome: 'failed' }]);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect([await countOf(object), await rowsOf(stub, 'deltas')]).toEqual([5, 0]);
    expect(lines).toHaveLength(1);
  });

  it('has more series than one row takes', async () => {
    const { stub, object } = own();
    const registry = new Registry();
    for (let i = 0; i < 2_000; i++) {
      const route = `/${'long'.repeat(100)}/${i}`;
      registry.observe('requests', ['GET', route], { atMs: NOW_MS, durationMs: i, outcome: 1, traceId: null });
    }
    await object.add({ isolate: 'iso_a', seq: 1, ...registry.drain() });
    await runDurableObjectAlarm(stub);
    expect(await rowsOf(stub, 'series')).toBeGreaterThan(3);
    expect((await object.totals()).rows).toHaveLength(2_000);
    await object.add(delta(2));
    await runDurableObjectAlarm(stub);
    expect((await object.totals()).rows).toHaveLength(2_001);
  });

  it('has the newest word of each object, whichever isolate told it first', async () => {
    const { stub, object } = own();
    const gauge = (value: number, atMs: number) => ({
      gauge: 'sockets' as const,
      projectId: 'p',
      owner: 'p',
      value,
      atMs,
    });
    await object.add({ ...delta(1), gauges: [gauge(2, NOW_MS)] });
    await object.add({ ...delta(1, { isolate: 'iso_b' }), gauges: [gauge(1, NOW_MS - 1)] });
    expect((await object.totals()).gauges).toEqual([gauge(2, NOW_MS)]);
    await runDurableObjectAlarm(stub);
    await object.add({ ...delta(2, { isolate: 'iso_b' }), gauges: [gauge(1, NOW_MS - 1)] });
    await runDurableObjectAlarm(stub);
    expect((await object.totals()).gauges).toEqual([gauge(2, NOW_MS)]);
  });

  it('keeps the twenty slowest requests of each hour', async () => {
    const { object } = own();
    const hourMs = Math.floor(NOW_MS / HOUR_MS) * HOUR_MS;
    for (let seq = 1; seq <= 3; seq++) {
      const requests = Array.from({ length: 10 }, (_, i) => slow(1_000 * seq + i, hourMs));
      await object.add({ ...delta(seq), slow: requests });
    }
    await object.add({ ...delta(4), slow: [slow(600, hourMs - 1)] });
    const query = { fromMs: hourMs - 1, toMs: hourMs + 1, route: null, projectIds: null, limit: 100 };
    const kept = await object.slow(query);
    expect(kept).toHaveLength(21);
    expect(kept.map(({ durationMs }) => durationMs)).toEqual(
      kept.map(({ durationMs }) => durationMs).sort((a, b) => b - a),
    );
    expect([kept[0]?.durationMs, kept[19]?.durationMs, kept[20]?.durationMs]).toEqual([3_009, 2_000, 600]);
    expect(await object.slow({ ...query, route: '/b' })).toEqual([]);
    expect(await object.slow({ ...query, fromMs: hourMs, limit: 1 })).toHaveLength(1);
  });

  it('tells slow requests of the projects that are asked for, and those of none only to who asks for all', async () => {
    const { object } = own();
    const requests = [slow(900, NOW_MS, 'prj_a'), slow(800, NOW_MS, 'prj_b'), slow(700)];
    await object.add({ ...delta(1), slow: requests });
    const of = async (projectIds: string[] | null) => {
      const query = { fromMs: NOW_MS, toMs: NOW_MS + 1, route: null, projectIds, limit: 100 };
      return (await object.slow(query)).map(({ projectId }) => projectId);
    };
    expect(await of(null)).toEqual(['prj_a', 'prj_b', null]);
    expect(await of(['prj_b'])).toEqual(['prj_b']);
    expect(await of([])).toEqual([]);
  });
});
