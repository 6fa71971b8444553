import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { evaluate } from '../../src/alerts/evaluate/index.ts';
import { historyOf, previewRule } from '../../src/alerts/preview/preview.ts';
import { ruleSchema } from '../../src/alerts/rules/schema.ts';
import type { Observation } from '../../src/alerts/state/index.ts';
import { dayOf } from '../../src/cookies/index.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import type { Condition, RulePreview } from '../../src/wire/alerts.ts';
import type { Json } from '../../src/wire/record.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Date.now();
/** Two incidents: three days ago, and in the last hours, where nothing is sealed yet. */
const FIRST = Math.floor((NOW - 3 * DAY_MS) / HOUR_MS) * HOUR_MS;
const SECOND = Math.floor((NOW - 3 * HOUR_MS) / HOUR_MS) * HOUR_MS;

let projectId: string;
let fingerprint: string;

const repeat = (count: number, of: (index: number) => Json): Json[] => Array.from({ length: count }, (_, i) => of(i));
/** `count` records within the first two minutes of a time. */
const at = (ts: number, count: number, of: (ts: number) => Json): Json[] =>
  repeat(count, (i) => of(ts + Math.floor((i * 2 * MINUTE_MS) / count)));

function incident(ts: number): Json[] {
  return [
    ...at(ts, 20, (ts) => ({ ts, level: 'error', service: 'api', message: 'broken' })),
    ...at(ts, 3, (ts) => ({ ts, level: 'error', service: 'web', message: 'broken' })),
    ...at(ts, 30, (ts) => ({ ts, stream: 'vitals', attrs: { name: 'LCP', value: 6_000, labels: { page: '/pay' } } })),
    ...at(ts, 10, (ts) => ({ ts, stream: 'errors', type: 'TypeError', message: 'broke', service: 'web' })),
    ...at(ts, 5, (ts) => ({ ts, stream: 'fraud', message: 'login', attrs: { riskScore: 90 } })),
  ];
}
/** Every hour of the week, so that there is something usual. */
const usual = repeat(7 * 24, (hour) => ({
  ...{ stream: 'vitals', ts: Math.floor(NOW / HOUR_MS) * HOUR_MS - hour * HOUR_MS - MINUTE_MS },
  attrs: { name: 'LCP', value: 1_000, labels: { page: '/' } },
}));

beforeAll(async () => {
  projectId = (await createProject()).id;
  await put(projectId, [...incident(FIRST), ...usual.slice(5)]);
  await seal(projectId);
  await put(projectId, [...incident(SECOND), ...usual.slice(0, 5)]);
  const labels = (await everyRecord(projectId)).find(({ stream }) => stream === 'errors')?.attrs.labels;
  fingerprint = (labels as { fingerprint: string }).fingerprint;
});

async function preview(condition: Condition, change: object = {}, ctx = testCtx({ nowMs: NOW })): Promise<RulePreview> {
  const rule = ruleSchema.parse({ name: 'a rule', condition, ...change });
  const done = await previewRule(ctx, projectId, rule);
  if (!done.ok) throw new Error(done.error.kind);
  return done.value;
}
const logs = (change: object = {}): Condition => ({
  ...{ kind: 'log_count', stream: 'logs', query: 'level:error', comparison: 'above', threshold: 10, groupBy: null },
  ...change,
});
const measure = (change: object = {}): Condition => ({
  ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 5 },
  ...{ comparison: 'above', threshold: 2_500 },
  ...change,
});
/** Groups with the time at which they fired, in minutes after an incident. */
function firedIn({ firings }: RulePreview): [group: string, minutes: number][] {
  return firings.map(({ group, firedAtMs }) => {
    const begin = firedAtMs >= SECOND ? SECOND : FIRST;
    return [group, Math.round((firedAtMs - begin) / MINUTE_MS)];
  });
}

describe('a preview', () => {
  it('says when a count would have fired, from index rows alone where a search matches all', async () => {
    const all = await preview(logs({ query: '', threshold: 10 }));
    expect(all).toMatchObject({ threshold: 10, comparison: 'above', complete: true, countedFromMs: NOW - 7 * DAY_MS });
    expect(firedIn(all)).toEqual([
      ['', 1],
      ['', 1],
    ]);
    // Each began and ended, and was repeated never.
    expect(all.notices).toBe(4);
    const [{ firedAtMs, resolvedAtMs, value } = { firedAtMs: 0, resolvedAtMs: null, value: 0 }] = all.firings;
    expect(value).toBe(12);
    // The second minute alone has eleven, and is out of the window at the seventh; a minute after that it is over.
    expect((resolvedAtMs ?? 0) - firedAtMs).toBe(7 * MINUTE_MS);
    expect(Math.max(...(all.series[0]?.points ?? []).map(({ value }) => value ?? 0))).toBe(23);
  });

  it('tells groups apart, and draws those that came near', async () => {
    const grouped = await preview(logs({ groupBy: 'service' }));
    expect(firedIn(grouped)).toEqual([
      ['api', 2],
      ['api', 2],
    ]);
    expect(grouped.series.map(({ group }) => group)).toEqual(['api', 'web']);
    expect(Math.max(...(grouped.series[1]?.points ?? []).map(({ value }) => value ?? 0))).toBe(3);
  });

  it.each<[string, Condition]>([
    ['a count', logs()],
    ['groups', logs({ groupBy: 'service' })],
    ['groups that are missed', logs({ groupBy: 'service', comparison: 'below', threshold: 1 })],
    ['a percentile', measure()],
    ['pages', measure({ by: 'page' })],
    ['errors', { kind: 'error_rate', fingerprint: null, threshold: 5 }],
  ])('looks at %s as the evaluation of that moment would have', async (_, condition) => {
    const rule = ruleSchema.parse({ name: 'a rule', condition });
    const range = { fromMs: SECOND - 10 * MINUTE_MS, toMs: SECOND + 20 * MINUTE_MS };
    const history = await historyOf(testCtx({ nowMs: NOW }), projectId, rule, range);
    if (!history.ok) throw new Error(history.error.kind);
    const seen = (values: readonly Observation[] | undefined) =>
      Object.fromEntries((values ?? []).map(({ group, value }) => [group, value]));
    for (const { atMs, observed } of history.value.moments) {
      // Rows of minutes hold up to one minute more than the window: this is the one that begins where the moment's does.
      const windowSeconds = condition.kind === 'measure' ? 240 : 300;
      const evaluated = await evaluate(testCtx({ nowMs: atMs - 1 }), projectId, { condition, windowSeconds });
      expect([atMs, seen(observed?.values)]).toEqual([atMs, seen(evaluated.observed?.values)]);
    }
  });

  it('waits for the duration, which a short incident does not last', async () => {
    expect(firedIn(await preview(logs(), { forSeconds: 180 })).map(([, minutes]) => minutes)).toEqual([4, 4]);
    expect((await preview(logs(), { forSeconds: 900 })).firings).toEqual([]);
  });

  it('fires where a group falls silent, from the first window without it', async () => {
    const below = await preview(logs({ groupBy: 'service', comparison: 'below', threshold: 1 }));
    expect(new Set(below.firings.map(({ group }) => group))).toEqual(new Set(['api', 'web']));
    expect(below.firings[0]?.value).toBe(0);
  });

  it('knows silence, errors by group, and scores of fraud', async () => {
    const silence = await preview({ kind: 'silence', stream: 'logs', query: '' }, { windowSeconds: 3_600 });
    // Silent from the beginning, but for an hour behind each incident.
    expect(silence.firings).toHaveLength(3);
    expect(silence.firings.map(({ resolvedAtMs }) => resolvedAtMs === null)).toEqual([false, false, true]);
    for (const windowSeconds of [300, 7_200]) {
      const errors = await preview({ kind: 'error_rate', fingerprint: null, threshold: 5 }, { windowSeconds });
      expect(errors.firings.map(({ group }) => group)).toEqual([fingerprint, fingerprint]);
      const one = await preview({ kind: 'error_rate', fingerprint, threshold: 5 }, { windowSeconds });
      expect(one.firings.map(({ firedAtMs }) => firedAtMs)).toEqual(errors.firings.map(({ firedAtMs }) => firedAtMs));
      expect(one.series.map(({ group }) => group)).toEqual(['']);
    }
    const fraud = await preview({ kind: 'fraud_score', minScore: 90, threshold: 4 });
    expect(fraud.firings).toHaveLength(2);
    expect((await preview({ kind: 'fraud_score', minScore: 91, threshold: 0 })).firings).toEqual([]);
  });

  it.each([
    ['one window of five minutes', { windowSeconds: 300 }, {}],
    ['one window of an hour', { windowSeconds: 3_600 }, {}],
    ['pages in five minutes', { windowSeconds: 300 }, { by: 'page' }],
    ['pages in two hours', { windowSeconds: 7_200 }, { by: 'page' }],
    ['pages in a day', { windowSeconds: 86_400 }, { by: 'page' }],
  ])('knows percentiles of %s', async (_, rule, change) => {
    const seen = await preview(measure(change), rule);
    expect([seen.complete, seen.countedFromMs]).toEqual([true, NOW - 7 * DAY_MS]);
    const group = 'by' in change ? '/pay' : '';
    expect(seen.firings.map((firing) => firing.group)).toEqual([group, group]);
    const windowMs = rule.windowSeconds * 1_000;
    for (const [index, begin] of [FIRST, SECOND].entries()) {
      const after = (seen.firings[index]?.firedAtMs ?? 0) - begin;
      expect(after).toBeGreaterThan(0);
      // Seen by the next moment, which is a part of the window away.
      expect(after).toBeLessThanOrEqual(Math.max(windowMs / 5, 5 * MINUTE_MS) + MINUTE_MS);
      expect(Math.abs((seen.firings[index]?.value ?? 0) - 6_000)).toBeLessThan(100);
    }
  });

  it('reads the records themselves where two labels meet, and says nothing else', async () => {
    const seen = await preview(measure({ by: 'page', labels: { page: '/pay' } }));
    const crossed = await preview(measure({ by: 'page', labels: { service: 'test' } }));
    expect(crossed.firings).toEqual(seen.firings);
    expect(crossed.firings).toHaveLength(2);
  });

  it('knows cookies by the day', async () => {
    const object = fraudOf(env, projectId);
    const sample = { deviceHash: null, count: 12, warnings: [] };
    await object.noteCookies({ ...sample, day: dayOf(NOW) - 3, bytes: 9_000 });
    await object.noteCookies({ ...sample, day: dayOf(NOW) - 2, bytes: 1_000 });
    const seen = await preview({ kind: 'cookie_bloat', stat: 'max_bytes', threshold: 4_000 });
    expect([seen.stepMs, seen.complete]).toEqual([DAY_MS, true]);
    const endMs = (dayOf(NOW) - 2) * DAY_MS;
    expect(seen.firings).toEqual([
      { group: '', firedAtMs: endMs, resolvedAtMs: endMs + DAY_MS + MINUTE_MS, value: 9_000 },
    ]);
  });

  it('knows anomalies by the hour', async () => {
    const { id } = await createProject();
    const hourMs = Math.floor(NOW / HOUR_MS) * HOUR_MS - 5 * HOUR_MS;
    const calls = (ts: number, count: number, durationMs: number) =>
      repeat(count, (i) => ({
        ...{ stream: 'operations', ts: ts + i * 1_000 },
        attrs: { scope: 'p2p', gateway: 'venmo', operation: 'create', durationMs: durationMs + i, outcome: 'success' },
      }));
    for (let week = 1; week <= 4; week++) await put(id, calls(hourMs - week * 7 * DAY_MS, 100 + week, 200));
    await put(id, calls(hourMs, 100, 900));
    await seal(id);
    const condition: Condition = { kind: 'anomaly', stream: 'operations', name: 'p2p', stat: 'p95', by: null };
    const done = await previewRule(testCtx({ nowMs: NOW }), id, ruleSchema.parse({ name: 'a rule', condition }));
    if (!done.ok) throw new Error(done.error.kind);
    const fired = { group: '', firedAtMs: hourMs + HOUR_MS, resolvedAtMs: hourMs + 2 * HOUR_MS + MINUTE_MS };
    expect(done.value.firings).toMatchObject([fired]);
    expect(done.value).toMatchObject({ stepMs: HOUR_MS, threshold: 4, comparison: 'above' });
    expect(done.value.firings[0]?.value).toBeGreaterThan(4);
  });

  it('that was more than one request may read says from when on it was looked at', async () => {
    // The time is up from the first look at it on.
    const slow = testCtx({ nowMs: NOW });
    const clock = vi.spyOn(performance, 'now');
    let calls = 0;
    clock.mockImplementation(() => (calls++ === 0 ? 0 : 60_000));
    const seen = await preview(logs({ query: 'broken' }), {}, slow);
    clock.mockRestore();
    expect(seen.complete).toBe(false);
    expect(seen.countedFromMs).toBeGreaterThan(FIRST);
    expect(firedIn(seen).map(([, minutes]) => minutes)).toEqual([1]);
    expect(seen.firings[0]?.firedAtMs).toBeGreaterThan(SECOND);
  });

  it('is answered to who may read, changes nothing, and is refused while the store is away', async () => {
    const { id, key } = await projectWithKey(['query']);
    const body = { name: 'a rule', condition: logs() };
    const seen = await callApp('POST', '/api/alerts/rules/preview', { key, body });
    expect([seen.status, seen.body]).toMatchObject([
      200,
      { firings: [], notices: 0, complete: true, series: [{ group: '' }] },
    ]);
    expect((await callApp('GET', '/api/alerts/rules', { key })).body.items).toEqual([]);
    const DB = databaseWith(env.DB, () => Promise.reject(databaseAway()));
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const refused = await previewRule(testCtx({ env: { ...env, DB } }), id, ruleSchema.parse(body));
    logged.mockRestore();
    expect(refused).toMatchObject({ ok: false, error: { kind: 'read', error: { kind: 'store_away' } } });
  });
});
