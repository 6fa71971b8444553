import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { Env } from '../../src/env.ts';
import { foldPerformance } from '../../src/observability/index.ts';
import { metricsOf } from '../../src/observability/red/object.ts';
import { performanceReport } from '../../src/observability/report/report.ts';
import { readWindows } from '../../src/observability/report/store.ts';
import { atEachCall } from '../helpers/worker/at-each-call.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';
import { tell } from '../helpers/worker/measured.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const THIS_HOUR_MS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;

let hours = 0;
/** Over, and nobody else's. */
const someHour = () => THIS_HOUR_MS - ++hours * HOUR_MS;
const fold = (on: Env = env) => foldPerformance(testCtx({ env: on }));
const inD1 = async (resolution: 60 | 1_440, bucketMs: number) => {
  const [window] = await readWindows(env.DB, resolution, 'requests', bucketMs, bucketMs + 1);
  return window?.cells.map(([key, [count, sum]]) => [key, count, sum]) ?? [];
};
const dayOf = (hourMs: number) => Math.floor(hourMs / DAY_MS) * DAY_MS;

describe('the job that writes hours and days down', () => {
  it('writes what is over, once, and the day that it belongs to', async () => {
    const hourMs = someHour();
    await tell([
      { atMs: hourMs, durationMs: 10 },
      { atMs: hourMs + HOUR_MS - 1, durationMs: 30 },
    ]);
    await tell([{ atMs: THIS_HOUR_MS, durationMs: 1 }]);
    expect(await fold()).toEqual({ hours: 1, days: 1, forgotten: 0 });
    expect(await inD1(60, hourMs)).toEqual([['requests\nGET\n/a', 2, 40]]);
    expect(await inD1(60, THIS_HOUR_MS)).toEqual([]);
    expect(await fold()).toEqual({ hours: 0, days: 0, forgotten: 0 });
  });

  it('writes an hour again that something came to late', async () => {
    const hourMs = someHour();
    await tell([{ atMs: hourMs, durationMs: 10 }]);
    await fold();
    await tell([
      { atMs: hourMs, durationMs: 20 },
      { atMs: hourMs, durationMs: 30, labels: ['GET', '/b'] },
    ]);
    expect((await fold()).hours).toBe(1);
    expect(await inD1(60, hourMs)).toEqual([
      ['requests\nGET\n/a', 2, 30],
      ['requests\nGET\n/b', 1, 30],
    ]);
  });

  it('changes nothing that the next run would not write the same, wherever it dies', async () => {
    const places = await atEachCall(env, {
      async prepare() {
        const hourMs = someHour();
        await tell([
          { atMs: hourMs, durationMs: 10 },
          { atMs: hourMs, durationMs: 20, outcome: 4 },
        ]);
        return hourMs;
      },
      change: () => Promise.reject(databaseAway()),
      async act(broken, hourMs, place) {
        await fold(broken).catch(() => undefined);
        await fold();
        expect(await inD1(60, hourMs), place).toEqual([['requests\nGET\n/a', 2, 30]]);
        const dayMs = dayOf(hourMs);
        const ofDay = await readWindows(env.DB, 60, 'requests', dayMs, dayMs + DAY_MS);
        const sum = ofDay.flatMap(({ cells }) => cells).reduce((total, [, [count]]) => total + count, 0);
        const day = (await inD1(1_440, dayMs)).reduce((total, [, count]) => total + Number(count), 0);
        expect(day, place).toBe(sum);
        expect(await metricsOf(env).changedHours(10), place).toEqual([]);
      },
    });
    expect(places).toBeGreaterThanOrEqual(5);
  });

  it('writes the newer of two states last, where two runs meet and the older one is slower', async () => {
    const hourMs = someHour();
    await tell([{ atMs: hourMs, durationMs: 10 }]);
    let met = false;
    const DB = databaseWith(env.DB, async (sql, run) => {
      if (!met && sql.includes('INSERT INTO performance')) {
        met = true;
        await tell([{ atMs: hourMs, durationMs: 20 }]);
        await fold();
        expect(await inD1(60, hourMs)).toEqual([['requests\nGET\n/a', 2, 30]]);
      }
      return run();
    });
    await fold({ ...env, DB });
    expect(met).toBe(true);
    await fold();
    expect(await inD1(60, hourMs)).toEqual([['requests\nGET\n/a', 2, 30]]);
  });

  it('forgets hours after 400 days, and no days', async () => {
    const oldMs = THIS_HOUR_MS - 401 * DAY_MS;
    const row = 'INSERT INTO performance (resolution, metric, bucket_ms, part, series) VALUES';
    await env.DB.prepare(`${row} (60, 'requests', ?1, 0, '[]'), (1440, 'requests', ?1, 0, '[]')`).bind(oldMs).run();
    expect((await fold()).forgotten).toBe(1);
    const left = await env.DB.prepare('SELECT resolution FROM performance WHERE bucket_ms = ?1').bind(oldMs).all();
    expect(left.results).toEqual([{ resolution: 1_440 }]);
  });

  it('is told the same from D1 as from the object', async () => {
    const hourMs = someHour();
    await tell(Array.from({ length: 100 }, (_, i) => ({ atMs: hourMs, durationMs: i + 1, outcome: i < 5 ? 4 : 1 })));
    const query = { fromMs: hourMs, toMs: hourMs + HOUR_MS, metrics: ['requests'] as const };
    const report = (nowMs: number) => performanceReport(testCtx({ nowMs }), query);
    const live = await report(THIS_HOUR_MS + 4 * HOUR_MS);
    await fold();
    const [window] = await readWindows(env.DB, 60, 'requests', hourMs, hourMs + 1);
    expect(window?.cells).toHaveLength(1);
    expect(await report(THIS_HOUR_MS + 4 * HOUR_MS)).toEqual(live);
    expect(live.metrics[0]?.total).toMatchObject({ count: 100, errors: 5, averageMs: 50.5, minMs: 1, maxMs: 100 });
  });
});
