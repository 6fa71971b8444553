import { describe, expect, it } from 'vitest';
import { findAnomalies } from '../../src/anomalies/find.ts';
import { DEFAULT_LIMITS } from '../../src/anomalies/judge.ts';
import { foldRollups } from '../../src/rollups/index.ts';
import type { AnomalyPage } from '../../src/wire/operations.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEK_MS = 168 * HOUR_MS;
/** The hour before the running one: it is over. */
const TS = Math.floor(Date.now() / HOUR_MS) * HOUR_MS - HOUR_MS;
const WEEKDAY = new Intl.DateTimeFormat('en', { weekday: 'long', timeZone: 'UTC' }).format(TS);
const CLOCK = `${new Date(TS).toISOString().slice(11, 13)}:00 UTC`;

interface Hour {
  events: number;
  typicalMs: number;
  failed?: number;
  gateway?: string;
}

/** Operations of one hour: durations spread around the typical one by up to a fifth. */
function operations(ts: number, { events, typicalMs, failed = 0, gateway = 'venmo' }: Hour): Json[] {
  return Array.from({ length: events }, (_, i) => ({
    ...{ stream: 'operations', ts: ts + i * 1_000 },
    attrs: {
      ...{ scope: 'p2p', gateway, operation: 'create', durationMs: typicalMs * (0.8 + (0.4 * i) / events) },
      outcome: i < failed ? 'failure' : 'success',
      labels: { gateway, operation: 'create', call: `${gateway}/create` },
    },
  }));
}

async function projectWith(usual: Hour[], hour: Hour[], weeks = 8): Promise<{ id: string; key: string }> {
  const project = await projectWithKey(['query']);
  for (let week = weeks; week >= 1; week--) {
    await put(
      project.id,
      usual.flatMap((one) => operations(TS - week * WEEK_MS, { ...one, events: one.events + week })),
    );
  }
  await seal(project.id);
  await put(
    project.id,
    hour.flatMap((one) => operations(TS, one)),
  );
  return project;
}

async function ask(key: string, parameters: Record<string, string | number> = {}): Promise<AnomalyPage> {
  const all = Object.entries({ from: TS, to: TS + HOUR_MS, ...parameters }).map(([name, value]) => [
    name,
    String(value),
  ]);
  const { status, body } = await callApp('GET', `/api/query/anomalies?${new URLSearchParams(all)}`, { key });
  expect([status, body.code]).toEqual([200, undefined]);
  return body;
}

describe('GET /api/query/anomalies', () => {
  it('has the hour that is slower than that hour of the week ever is, with its reason, before and after it is sealed', async () => {
    const { id, key } = await projectWith([{ events: 100, typicalMs: 200 }], [{ events: 104, typicalMs: 900 }]);
    const { items, nextCursor, complete } = await ask(key);
    expect([nextCursor, complete]).toEqual([null, true]);
    expect(items).toHaveLength(1);
    expect(items[0]).toMatchObject({
      ...{ stream: 'operations', name: 'p2p', stat: 'p95', label: null, ts: TS, count: 104, weeks: 8, samples: 8 },
      basis: 'hour-of-week',
    });
    const [{ value, expected, low, high, score, reason }] = items as [AnomalyPage['items'][number]];
    expect(Math.abs(value - 900 * 1.18)).toBeLessThan(900 * 0.02);
    expect(Math.abs(expected - 200 * 1.18)).toBeLessThan(200 * 0.02);
    // Chance alone moves the p95 of 104 log-normal durations by 21 %: four times that, and no week was further out.
    expect(high / expected).toBeCloseTo(1 + (4 * Math.sqrt(0.95 * 0.05)) / (0.103_136 * Math.sqrt(104)), 3);
    expect(low / expected).toBeCloseTo(2 - high / expected, 3);
    expect(score).toBeGreaterThan(4);
    expect(reason).toMatch(/^p95 of p2p was 1\.1 s at \S+ UTC, usual is 0\.04 to 0\.43 s on a \w+ \(8 weeks\)$/);
    expect(reason).toContain(`at ${CLOCK}, `);
    expect(reason).toContain(`on a ${WEEKDAY} (`);
    await seal(id);
    await foldRollups(testCtx());
    expect((await ask(key, { refresh: 1 })).items).toEqual(items);
  });

  it('has nothing to say of an ordinary hour, nor of one that has no past', async () => {
    const ordinary = await projectWith([{ events: 100, typicalMs: 200 }], [{ events: 108, typicalMs: 215 }]);
    expect((await ask(ordinary.key)).items).toEqual([]);
    const young = await projectWith([{ events: 100, typicalMs: 200 }], [{ events: 100, typicalMs: 900 }], 2);
    expect((await ask(young.key, { stat: 'p95' })).items).toEqual([]);
  });

  it('tells gateways apart: one is silent, one fails, one is as ever', async () => {
    const usual = ['venmo', 'zelle', 'wise'].map((gateway) => ({ events: 90, typicalMs: 200, failed: 1, gateway }));
    const { key } = await projectWith(usual, [
      { events: 95, typicalMs: 200, failed: 40, gateway: 'zelle' },
      { events: 95, typicalMs: 210, failed: 2, gateway: 'wise' },
    ]);
    const { items } = await ask(key, { by: 'gateway' });
    const shown = items.map(({ stat, label, value }) => [stat, label?.name, label?.value, Number(value.toFixed(2))]);
    expect(shown.sort()).toEqual([
      ['count', 'gateway', 'venmo', 0],
      ['failedShare', 'gateway', 'zelle', 0.42],
    ]);
    const silent = items.find(({ stat }) => stat === 'count');
    expect(silent).toMatchObject({ count: 0, expected: 94.5, weeks: 8 });
    expect(silent?.reason).toMatch(
      new RegExp(`^count of p2p through venmo was 0 at ${CLOCK}, usual is \\d+ to \\d+ on a ${WEEKDAY} \\(8 weeks\\)$`),
    );
    const failing = items.find(({ stat }) => stat === 'failedShare');
    expect(failing?.reason).toMatch(/^share of failures of p2p through zelle was 42 % at/);
    const one = await ask(key, { by: 'gateway', value: 'zelle' });
    expect(one.items).toEqual([failing]);
    expect((await ask(key, { by: 'gateway', stat: 'count' })).items).toEqual([silent]);
  });

  it('judges the running hour by the part of it that is there', async () => {
    const { id } = await projectWith([{ events: 100, typicalMs: 200 }], [{ events: 40, typicalMs: 900 }]);
    const found = async (minutes: number) => {
      const ctx = testCtx({ nowMs: TS + minutes * MINUTE_MS });
      const answer = await findAnomalies(ctx, id, {
        ...{ stream: 'operations', name: 'p2p', stats: ['p95', 'count'], by: null, value: null },
        ...{ fromMs: TS, toMs: TS + HOUR_MS, limits: DEFAULT_LIMITS },
      });
      if (!answer.ok) throw new Error(answer.error.kind);
      return answer.value.items.map(({ stat, reason }) => [stat, reason]);
    };
    expect(await found(14)).toEqual([]);
    const since = `minutes since ${CLOCK}, usual`;
    expect(await found(16)).toEqual([['p95', expect.stringContaining(`in the 16 ${since}`)]]);
    // 104.5 are usual in the whole hour: 40 are enough for a third of it, and too few for all of it.
    expect((await found(35)).map(([stat]) => stat)).toEqual(['p95']);
    expect(await found(60)).toEqual([
      ['p95', expect.stringContaining(`at ${CLOCK}`)],
      ['count', expect.stringContaining(`was 40 at ${CLOCK}`)],
    ]);
  });

  it('looks at a month at once', async () => {
    const { id, key } = await projectWith([{ events: 100, typicalMs: 200 }], [{ events: 104, typicalMs: 900 }]);
    await put(id, operations(TS - 10 * 24 * HOUR_MS, { events: 104, typicalMs: 205 }));
    for (const by of [{}, { by: 'gateway' }]) {
      const { items, complete } = await ask(key, { stat: 'p95', from: TS - 30 * 24 * HOUR_MS, ...by });
      expect([items.map(({ ts }) => ts), complete]).toEqual([[TS], true]);
    }
  });

  it('judges vitals, errors and metrics of the project as well', async () => {
    const project = await projectWithKey(['query']);
    const record = (stream: string, ts: number, attrs: JsonObject): Json => ({ stream, ts, message: 'm', attrs });
    for (let week = 6; week >= 0; week--) {
      const ts = TS - week * WEEK_MS;
      const bad = week === 0 ? 3 : 1;
      await put(project.id, [
        ...Array.from({ length: 60 }, () =>
          record('vitals', ts, { name: 'CLS', value: 0.05 * bad, labels: { device: 'mobile' } }),
        ),
        ...Array.from({ length: 50 * bad }, () => record('errors', ts, {})),
        ...Array.from({ length: 40 }, () =>
          record('metrics', ts, { name: 'queue', value: week === 0 ? 2.5 : 10, unit: 'jobs' }),
        ),
      ]);
    }
    const vital = await ask(project.key, { stream: 'vitals', name: 'CLS', by: 'device' });
    expect(vital.items.map(({ reason }) => reason)).toEqual([
      `p75 of CLS on mobile was 0.15 at ${CLOCK}, usual is 0.015 to 0.085 on a ${WEEKDAY} (6 weeks)`,
    ]);
    const errors = await ask(project.key, { stream: 'errors' });
    expect(errors.items.map(({ name, value, expected }) => [name, value, expected])).toEqual([['(all)', 150, 50]]);
    const [error] = (await everyRecord(project.id)).filter(({ stream }) => stream === 'errors') as [LogRecord];
    const { fingerprint } = error.attrs.labels as { fingerprint: string };
    const [group] = (await ask(project.key, { stream: 'errors', name: fingerprint })).items;
    expect(group?.reason).toMatch(new RegExp(`^count of error ${fingerprint} was 150 at`));
    const metric = await ask(project.key, { stream: 'metrics', name: 'queue' });
    expect(metric.items[0]).toMatchObject({ stat: 'avg', value: 2.5, expected: 10 });
    expect(metric.items[0]?.reason).toMatch(/^average of queue was 2\.5 jobs at .*, usual is 8 to 12 jobs on/);
    expect((await ask(project.key, { stream: 'metrics', name: 'queue', score: 20 })).items).toEqual([]);
  });

  it('hands out a list in pages, newest first, and the farthest out first', async () => {
    const usual = ['a', 'b', 'c', 'd'].map((gateway) => ({ events: 60, typicalMs: 100, gateway }));
    const { key } = await projectWith(
      usual,
      usual.map((one, i) => ({ ...one, typicalMs: 1_000 * (i + 1) })),
    );
    const all = await ask(key, { by: 'gateway', stat: 'p95' });
    expect(all.items.map(({ label }) => label?.value)).toEqual(['d', 'c', 'b', 'a']);
    const first = await ask(key, { by: 'gateway', stat: 'p95', limit: 3 });
    const second = await ask(key, { by: 'gateway', stat: 'p95', limit: 3, cursor: first.nextCursor ?? '' });
    expect([first.items.length, second.items.length, second.nextCursor]).toEqual([3, 1, null]);
    expect([...first.items, ...second.items]).toEqual(all.items);
  });

  it('keeps an answer for two minutes, and computes it anew for who asks for that', async () => {
    const { id, key } = await projectWith([{ events: 60, typicalMs: 100 }], [{ events: 60, typicalMs: 900 }]);
    const ask = async (more = '') => {
      const path = `/api/query/anomalies?stat=p95&from=${TS}&to=${TS + HOUR_MS}${more}`;
      const { headers, body } = await callApp('GET', path, { key });
      return [headers.get('x-cache'), body.items[0].count];
    };
    expect([await ask(), await ask()]).toEqual([
      ['miss', 60],
      ['hit', 60],
    ]);
    await put(id, operations(TS, { events: 1, typicalMs: 900 }));
    expect(await ask()).toEqual(['hit', 60]);
    expect(await ask('&refresh=1')).toEqual(['miss', 61]);
    expect(await ask()).toEqual(['hit', 61]);
  });

  it('lists all that is wrong with the parameters at once', async () => {
    const { key } = await projectWithKey(['query']);
    const wrong = async (query: string) => {
      const { status, body } = await callApp('GET', `/api/query/anomalies?${query}`, { key });
      expect([status, body.code]).toEqual([400, 'invalid_input']);
      return body.errors.map(({ pointer }: { pointer: string }) => pointer).sort();
    };
    const many =
      'stream=spans&stat=p42&value=x&from=5&to=3&score=no&change=-1&count=0&limit=0&refresh=x&cursor=WzEsMiwzXQ';
    expect(await wrong(many)).toEqual(
      ['/stream', '/stat', '/value', '/to', '/score', '/change', '/count', '/limit', '/cursor', '/refresh'].sort(),
    );
    expect(await wrong('stream=metrics')).toEqual(['/name']);
    expect(await wrong('stream=vitals&name=XYZ')).toEqual(['/name']);
    expect(await wrong(`from=0&to=${32 * 24 * HOUR_MS}`)).toEqual(['/to']);
    expect(await wrong(`by=${'x'.repeat(257)}`)).toEqual(['/by']);
  });
});

describe('hours that are summed up by the day by now', () => {
  it('are no hours out of what is usual, and the answer says that it is not whole', async () => {
    const project = await projectWithKey(['query']);
    const nowMs = TS + 380 * 24 * HOUR_MS;
    await put(project.id, operations(TS, { events: 100, typicalMs: 100 }));
    await seal(project.id);
    const found = await findAnomalies(testCtx({ nowMs }), project.id, {
      ...{ stream: 'operations', name: 'p2p', stats: ['count'], by: null, value: null, limits: DEFAULT_LIMITS },
      ...{ fromMs: TS - 24 * HOUR_MS, toMs: TS + 24 * HOUR_MS },
    });
    expect(found).toEqual({ ok: true, value: { items: [], complete: false } });
  });
});
