import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactBlocks } from '../../src/blocks/index.ts';
import { type Stat, type TimeseriesRequest, timeseries } from '../../src/query/metrics/timeseries.ts';
import { foldRollups } from '../../src/rollups/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Math.floor(Date.now() / HOUR_MS) * HOUR_MS;
const T0 = NOW - 2 * HOUR_MS;

async function ask(projectId: string, stat: Stat, more: Partial<TimeseriesRequest> = {}) {
  const request = { name: 'm', fromMs: T0, toMs: NOW, stepMs: null, by: null, where: null, ...more };
  const answer = await timeseries(testCtx({ nowMs: NOW }), { ...request, projectId, stat });
  if (!answer.ok) throw new Error(answer.error.kind);
  return answer.value;
}

const record = fc.record({
  name: fc.constantFrom('m', 'm', 'other'),
  ts: fc.integer({ min: 0, max: 90 * MINUTE_MS }).map((ms) => T0 + ms),
  value: fc.integer({ min: -1_000, max: 1_000 }),
  region: fc.constantFrom('eu', 'us', null),
});
const batches = fc.array(
  fc.tuple(fc.array(record, { minLength: 1, maxLength: 12 }), fc.constantFrom('tail', 'seal', 'fold', 'compact')),
  {
    minLength: 1,
    maxLength: 5,
  },
);

describe('a time series', () => {
  it('is that of the records one by one, wherever they lie', async () => {
    await fc.assert(
      fc.asyncProperty(batches, fc.constantFrom(1, 5, 60), async (all, minutes) => {
        const projectId = randomId('prj');
        for (const [records, then] of all) {
          await put(
            projectId,
            records.map(({ name, ts, value, region }) => ({
              stream: 'metrics',
              ts,
              message: name,
              type: 'gauge',
              attrs: { value, labels: { region } },
            })),
          );
          if (then !== 'tail') await seal(projectId);
          if (then === 'fold') await foldRollups(testCtx());
          if (then === 'compact') await compactBlocks(testCtx({ nowMs: Date.now() + HOUR_MS }));
        }
        const stepMs = minutes * MINUTE_MS;
        const records = (await everyRecord(projectId)).filter(({ message }) => message === 'm');
        const valuesAt = (ts: number, region: string | null) =>
          records
            .filter((one) => Math.floor(one.ts / stepMs) * stepMs === ts)
            .filter(({ attrs }) => region === null || (attrs.labels as { region: unknown }).region === region)
            .map(({ attrs }) => attrs.value as number)
            .sort((a, b) => a - b);
        const exact: [Stat, (values: number[]) => number][] = [
          ['sum', (values) => values.reduce((a, b) => a + b, 0)],
          ['count', (values) => values.length],
          ['min', (values) => values[0] as number],
          ['max', (values) => values.at(-1) as number],
          ['p90', (values) => values[Math.floor(0.9 * (values.length - 1))] as number],
        ];
        for (const [stat, of] of exact) {
          const answer = await ask(projectId, stat, { stepMs });
          for (const [ts, value] of answer.series[0]?.points ?? []) {
            const values = valuesAt(ts, null);
            if (values.length === 0) expect(value).toBeNull();
            else
              expect(Math.abs((value as number) - of(values))).toBeLessThanOrEqual(
                stat === 'p90' ? Math.abs(of(values)) * 0.01 + 1e-9 : 0,
              );
          }
          expect(answer.series.length).toBe(records.length > 0 ? 1 : 0);
        }
        const { series } = await ask(projectId, 'sum', { stepMs, by: 'region' });
        for (const { label, points } of series) {
          for (const [ts, value] of points) expect(value ?? 0).toBe(valuesAt(ts, label).reduce((a, b) => a + b, 0));
        }
        expect(new Set(series.map(({ label }) => label))).toEqual(
          new Set(records.flatMap(({ attrs }) => (attrs.labels as { region: string | null }).region ?? [])),
        );
        const { series: only } = await ask(projectId, 'sum', {
          stepMs,
          by: 'region',
          where: { label: 'region', value: 'eu' },
        });
        expect(only).toEqual(series.filter(({ label }) => label === 'eu'));
      }),
      { numRuns: 25 },
    );
  });

  it('has the values with the most points and (other), of more than fifty', async () => {
    const projectId = randomId('prj');
    for (let half = 0; half < 2; half++) {
      await put(
        projectId,
        Array.from({ length: 300 }, (_, i) => ({
          stream: 'metrics',
          ts: T0,
          message: 'm',
          attrs: { value: 1, labels: { user: i < 100 ? `heavy${i % 5}` : `u${half}-${i}` } },
        })),
      );
      await seal(projectId);
    }
    const { series } = await ask(projectId, 'sum', { by: 'user', stepMs: HOUR_MS });
    expect(series).toHaveLength(51);
    expect(series.slice(0, 5).map(({ label, points }) => [label, points[0]?.[1]])).toEqual(
      [0, 1, 2, 3, 4].map((i) => [`heavy${i}`, 40]),
    );
    expect(series.at(-1)?.label).toBe('(other)');
    expect(series.reduce((sum, { points }) => sum + (points[0]?.[1] ?? 0), 0)).toBe(600);
  });
});

describe('GET /api/query/metrics', () => {
  const metric = (name: string, value: number, attrs = {}) => ({
    stream: 'metrics',
    ts: NOW - MINUTE_MS,
    message: name,
    attrs: { name, value, ...attrs },
  });

  it('takes a metric that came over HTTP, names it and draws it, before and after it is sealed', async () => {
    const { id, key } = await projectWithKey(['ingest', 'query']);
    const sent = await callApp('POST', '/api/ingest', {
      key,
      body: [metric('cpu', 0.5, { unit: '1', labels: { host: 'a' } }), metric('mem', 7)],
    });
    expect(sent.status).toBe(202);
    const names = async () => (await callApp('GET', '/api/query/metrics/names', { key })).body;
    const series = async () =>
      (
        await callApp(
          'GET',
          `/api/query/metrics/timeseries?name=cpu&by=host&stat=max&from=${NOW - HOUR_MS}&to=${NOW}`,
          { key },
        )
      ).body;
    const before = [await names(), await series()];
    expect(before[0]).toEqual({
      items: [
        { name: 'cpu', unit: '1', type: 'gauge', labels: ['host', 'service'], lastSeenAtMs: NOW - MINUTE_MS },
        { name: 'mem', unit: '', type: 'gauge', labels: ['service'], lastSeenAtMs: NOW - MINUTE_MS },
      ],
      nextCursor: null,
    });
    expect(before[1]).toMatchObject({ name: 'cpu', unit: '1', stepMs: MINUTE_MS, complete: true });
    expect(before[1].series[0].label).toBe('a');
    expect(before[1].series[0].points.at(-1)).toEqual([NOW - MINUTE_MS, 0.5]);
    await seal(id);
    expect([await names(), await series()]).toEqual(before);
    const first = (await callApp('GET', '/api/query/metrics/names?limit=1', { key })).body;
    expect([first.items.length, first.nextCursor]).toEqual([1, 'cpu']);
    const second = (await callApp('GET', '/api/query/metrics/names?limit=1&cursor=cpu', { key })).body;
    expect([second.items[0].name, second.nextCursor]).toEqual(['mem', null]);
  });

  it('answers an unknown metric without series', async () => {
    const { key } = await projectWithKey();
    const { status, body } = await callApp('GET', '/api/query/metrics/timeseries?name=none', { key });
    expect([status, body.series, body.type]).toEqual([200, [], null]);
  });

  it('lists all that is wrong with the parameters at once', async () => {
    const { key } = await projectWithKey();
    const url = '/api/query/metrics/timeseries?from=5&to=now&step=7&stat=p42&by=a&label.b=1&label.c=2';
    const { status, body } = await callApp('GET', url, { key });
    expect([status, body.code]).toEqual([400, 'invalid_input']);
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(
      ['/by', '/label.c', '/name', '/stat', '/step', '/to', '/to'].sort(),
    );
    const many = await callApp(
      'GET',
      `/api/query/metrics/timeseries?name=m&step=60000&from=0&to=${90 * 24 * HOUR_MS}`,
      { key },
    );
    expect(many.body.errors).toEqual([{ pointer: '/step', reason: 'makes more than 2000 points of the range' }]);
  });

  it('says 503 where the database is away', async () => {
    const { id } = await projectWithKey();
    const away = {
      ...env,
      DB: {
        prepare: () => ({ bind: () => ({}) }),
        batch: async () => Promise.reject(new Error('away')),
      } as unknown as D1Database,
    };
    const answer = await timeseries(testCtx({ env: away }), {
      projectId: id,
      name: 'm',
      fromMs: T0,
      toMs: NOW,
      stepMs: null,
      stat: 'avg',
      by: null,
      where: null,
    });
    expect(answer).toEqual({ ok: false, error: { kind: 'store_away' } });
  });
});
