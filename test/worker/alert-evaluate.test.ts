import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { compileCounter, evaluate } from '../../src/alerts/evaluate/index.ts';
import { dayOf } from '../../src/cookies/index.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import { metered } from '../../src/query/index.ts';
import type { AlertRule, Condition } from '../../src/wire/alerts.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW = Date.now();

let projectId: string;

const log = (agoMs: number, service: string, level = 'error'): Json => ({
  ts: NOW - agoMs,
  level,
  service,
  message: 'x',
});
const failure = (agoMs: number, type: string): Json => ({
  ...{ stream: 'errors', ts: NOW - agoMs, type, message: `${type} broke`, service: 'web' },
});
const fraud = (agoMs: number, riskScore: number): Json => ({
  ...{ stream: 'fraud', ts: NOW - agoMs, message: 'login', attrs: { riskScore } },
});
const vital = (agoMs: number, value: number, page: string): Json => ({
  ...{ stream: 'vitals', ts: NOW - agoMs, attrs: { name: 'LCP', value, labels: { page } } },
});
const operation = (agoMs: number, outcome: string): Json => ({
  ...{ stream: 'operations', ts: NOW - agoMs },
  attrs: { scope: 'p2p', gateway: 'venmo', operation: 'create', durationMs: 100, outcome },
});
const metric = (agoMs: number, value: number, host: string): Json => ({
  ...{ stream: 'metrics', ts: NOW - agoMs, type: 'gauge' },
  attrs: { name: 'queue.length', value, labels: { host } },
});

const repeat = (count: number, of: (index: number) => Json): Json[] => Array.from({ length: count }, (_, i) => of(i));

beforeAll(async () => {
  projectId = (await createProject()).id;
  // Some of it in blocks, some in the tail, and some before the window.
  await put(projectId, [
    ...repeat(3, () => log(2 * MINUTE_MS, 'api')),
    ...repeat(4, () => log(7 * MINUTE_MS, 'api')),
    ...repeat(5, () => log(8 * MINUTE_MS, 'mail')),
    ...repeat(40, () => log(2 * MINUTE_MS, 'api', 'info')),
    ...repeat(20, (i) => vital(3 * MINUTE_MS, 1_000 + i, '/')),
    ...repeat(10, (i) => operation(3 * MINUTE_MS, i < 3 ? 'failure' : 'success')),
    ...repeat(4, () => metric(3 * MINUTE_MS, 7, 'a')),
    ...repeat(2, () => failure(3 * MINUTE_MS, 'TypeError')),
  ]);
  await seal(projectId);
  await put(projectId, [
    ...repeat(2, () => log(MINUTE_MS, 'web')),
    ...repeat(20, () => vital(MINUTE_MS, 4_000, '/pay')),
    ...repeat(3, () => failure(MINUTE_MS, 'RangeError')),
    ...[fraud(MINUTE_MS, 79), fraud(MINUTE_MS, 80), fraud(2 * MINUTE_MS, 100), fraud(9 * MINUTE_MS, 100)],
  ]);
});

const logCount = (change: object = {}): Condition => ({
  ...{ kind: 'log_count', stream: 'logs', query: 'level:error', comparison: 'above', threshold: 1, groupBy: null },
  ...change,
});
const measure = (change: object): Condition => ({
  ...{ kind: 'measure', source: 'vitals', name: 'LCP', stat: 'p75', labels: {}, by: null, leastCount: 1 },
  ...{ comparison: 'above', threshold: 1 },
  ...change,
});
const ask = (condition: Condition, rule: Partial<AlertRule> = {}, ctx = testCtx({ nowMs: NOW })) =>
  evaluate(ctx, projectId, { condition, windowSeconds: 300, ...rule });
/** Values by group. */
async function valuesOf(condition: Condition, rule: Partial<AlertRule> = {}): Promise<Record<string, number | null>> {
  const { observed } = await ask(condition, rule);
  return Object.fromEntries((observed?.values ?? []).map(({ group, value }) => [group, value]));
}

describe('a count of records', () => {
  it('is of those that match within the window, in blocks and in the tail', async () => {
    expect(await ask(logCount())).toEqual({
      observed: { values: [{ group: '', value: 5 }], rest: 'zero' },
      problem: null,
    });
    expect(await valuesOf(logCount(), { windowSeconds: 600 })).toEqual({ '': 14 });
    expect(await valuesOf(logCount({ query: '' }))).toEqual({ '': 45 });
    expect(await valuesOf(logCount({ query: 'nobody' }))).toEqual({ '': 0 });
  });

  it('is told apart by the field that it is grouped by', async () => {
    expect(await valuesOf(logCount({ groupBy: 'service' }))).toEqual({ api: 3, web: 2 });
  });

  it('that is too low names who was there in the window before, and had nothing since', async () => {
    const few = await ask(logCount({ groupBy: 'service', comparison: 'below' }));
    expect(few.observed?.rest).toBe('zero');
    expect(await valuesOf(logCount({ groupBy: 'service', comparison: 'below' }))).toEqual({ api: 3, web: 2, mail: 0 });
  });

  it('of more values than are told apart says of each only what is sure', async () => {
    const { id } = await createProject();
    const users = repeat(10_100, (i) => ({ ts: NOW - MINUTE_MS, level: 'info', userId: `u${i}`, message: 'x' }));
    const often = repeat(30, () => ({ ts: NOW - MINUTE_MS, level: 'info', userId: 'often', message: 'x' }));
    await put(id, [...often, ...users.slice(0, 9_000)]);
    await put(id, users.slice(9_000));
    const condition = logCount({ query: '', groupBy: 'userId', threshold: 10 });
    const { observed, problem } = await evaluate(testCtx({ nowMs: NOW }), id, { condition, windowSeconds: 300 });
    expect([observed?.rest, problem]).toEqual(['unseen', 'More is to be read than one evaluation may.']);
    expect(observed?.values.filter(({ value }) => value !== null)).toEqual([{ group: 'often', value: 30 }]);
  });

  it('of fraud events is of those with at least the score', async () => {
    expect(await valuesOf({ kind: 'fraud_score', minScore: 80, threshold: 1 })).toEqual({ '': 2 });
  });

  it('of errors is by their group, whether it is counted record by record or by rows of minutes', async () => {
    const records = (await everyRecord(projectId)).filter(({ stream }) => stream === 'errors');
    const fingerprintOf = (type: string) => {
      const labels = records.find((record) => record.type === type)?.attrs.labels;
      return (labels as { fingerprint: string } | undefined)?.fingerprint ?? '';
    };
    const [typeError, rangeError] = [fingerprintOf('TypeError'), fingerprintOf('RangeError')];
    const all: Condition = { kind: 'error_rate', fingerprint: null, threshold: 1 };
    for (const windowSeconds of [300, 2 * 3_600]) {
      expect(await valuesOf(all, { windowSeconds })).toEqual({ [typeError]: 2, [rangeError]: 3 });
      expect(await valuesOf({ ...all, fingerprint: typeError }, { windowSeconds })).toEqual({ '': 2 });
      expect(await valuesOf({ ...all, fingerprint: 'f'.repeat(16) }, { windowSeconds })).toEqual({ '': 0 });
    }
  });

  it('of a silence is one where there is anything, and zero where there is nothing', async () => {
    expect(await valuesOf({ kind: 'silence', stream: 'logs', query: 'service:web' })).toEqual({ '': 1 });
    expect(await valuesOf({ kind: 'silence', stream: 'logs', query: 'service:mail' })).toEqual({ '': 0 });
  });
});

describe('a measure', () => {
  it.each<[string, object, Record<string, number>]>([
    ['a percentile', { stat: 'p99' }, { '': 4_000 }],
    ['a percentile of each page', { stat: 'p99', by: 'page' }, { '/': 1_019, '/pay': 4_000 }],
    ['of one page', { stat: 'max', labels: { page: '/' } }, { '': 1_019 }],
    ['a count', { stat: 'count' }, { '': 40 }],
    ['the share of failures', { source: 'operations', name: 'p2p', stat: 'failure_rate' }, { '': 0.3 }],
    ['an average', { source: 'operations', name: 'p2p', stat: 'avg' }, { '': 100 }],
    ['the sum of a metric', { source: 'metrics', name: 'queue.length', stat: 'sum' }, { '': 28 }],
    ['the least of a metric by host', { source: 'metrics', name: 'queue.length', stat: 'min', by: 'host' }, { a: 7 }],
  ])('is %s', async (_, change, expected) => {
    const found = await valuesOf(measure(change));
    expect(Object.keys(found).sort()).toEqual(Object.keys(expected).sort());
    for (const [group, value] of Object.entries(expected)) {
      expect(Math.abs((found[group] ?? Number.NaN) - value)).toBeLessThanOrEqual(value * 0.011);
    }
  });

  it.each<[string, object, RegExp]>([
    ['a metric that was never seen', { source: 'metrics', name: 'nothing' }, /^No metric named nothing was ever seen/],
    [
      'a label that no point has',
      { source: 'metrics', name: 'queue.length', by: 'shelf' },
      /ever seen with the label shelf/,
    ],
    ['a name without events in the window', { name: 'CLS' }, /^Nothing of CLS came in/],
    ['too few events', { leastCount: 41 }, /there are 40 events, fewer than the 41/],
    [
      'a statistic that its cells do not know',
      { source: 'metrics', name: 'queue.length', stat: 'failure_rate' },
      /does not say it/,
    ],
  ])('is not known of %s, and says so', async (_, change, problem) => {
    const evaluated = await ask(measure(change));
    expect(evaluated).toMatchObject({ observed: { values: [], rest: 'gone' } });
    expect(evaluated.problem).toMatch(problem);
  });

  it('that counts knows zero, where the rule does not ask for a least number', async () => {
    const none = measure({ name: 'CLS', stat: 'count', leastCount: 0, comparison: 'below' });
    expect(await ask(none)).toEqual({ observed: { values: [{ group: '', value: 0 }], rest: 'zero' }, problem: null });
  });
});

describe('cookies', () => {
  const condition: Condition = { kind: 'cookie_bloat', stat: 'max_bytes', threshold: 4_000 };

  it('are those of today', async () => {
    const fraudObject = fraudOf(env, projectId);
    const sample = { deviceHash: null, count: 12, warnings: [] };
    expect(await ask(condition)).toEqual({
      observed: { values: [], rest: 'gone' },
      problem: 'No cookies were reported today.',
    });
    await fraudObject.noteCookies({ ...sample, day: dayOf(NOW) - 1, bytes: 9_000 });
    await fraudObject.noteCookies({ ...sample, day: dayOf(NOW), bytes: 5_000 });
    await fraudObject.noteCookies({ ...sample, day: dayOf(NOW), bytes: 1_000, count: 2 });
    expect(await valuesOf(condition)).toEqual({ '': 5_000 });
    expect(await valuesOf({ ...condition, stat: 'avg_bytes' })).toEqual({ '': 3_000 });
    expect(await valuesOf({ ...condition, stat: 'max_count' })).toEqual({ '': 12 });
  });
});

describe('an anomaly', () => {
  it('is the score of the running hour, or of the one before while that is young, with its sentence', async () => {
    const { id } = await createProject();
    const hourMs = Math.floor(NOW / HOUR_MS) * HOUR_MS;
    const calls = (ts: number, count: number, durationMs: number) =>
      repeat(count, (i) => ({
        ...{ stream: 'operations', ts: ts + i * 1_000 },
        attrs: { scope: 'p2p', gateway: 'venmo', operation: 'create', durationMs: durationMs + i, outcome: 'success' },
      }));
    for (let week = 1; week <= 4; week++) await put(id, calls(hourMs - week * 168 * HOUR_MS, 100 + week, 200));
    await put(id, calls(hourMs, 100, 900));
    await seal(id);
    const condition: Condition = { kind: 'anomaly', stream: 'operations', name: 'p2p', stat: 'p95', by: null };
    const at = (minutes: number) =>
      evaluate(testCtx({ nowMs: hourMs + minutes * MINUTE_MS }), id, { condition, windowSeconds: 3_600 });
    for (const minutes of [45, 70]) {
      const { observed, problem } = await at(minutes);
      expect([observed?.rest, problem]).toEqual(['zero', null]);
      expect(observed?.values).toMatchObject([{ group: '', note: expect.stringMatching(/^p95 of p2p was/) }]);
      expect(observed?.values[0]?.value).toBeGreaterThan(4);
    }
    expect((await at(100)).observed).toEqual({ values: [], rest: 'zero' });
  });
});

describe('the statements of an evaluation', () => {
  it('are counted for all rules of one alarm together, whatever they ask', async () => {
    const meter = { calls: 0 };
    const asked = (condition: Condition) =>
      evaluate(metered(testCtx({ nowMs: NOW }), meter), projectId, { condition, windowSeconds: 300 });
    const alone = await evaluate(testCtx({ nowMs: NOW }), projectId, { condition: logCount({}), windowSeconds: 300 });
    expect([await asked(logCount({})), alone.problem]).toEqual([alone, null]);
    const ofSearch = meter.calls;
    await asked(measure({}));
    expect([ofSearch > 0, meter.calls > ofSearch]).toEqual([true, true]);
  });
});

describe('what cannot be known', () => {
  it('is null with a sentence while the store is away, whatever is asked', async () => {
    const DB = databaseWith(env.DB, () => Promise.reject(databaseAway()));
    const logged = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const ctx = () => testCtx({ nowMs: NOW, env: { ...env, DB } });
    const conditions = [logCount(), measure({}), { kind: 'error_rate', fingerprint: null, threshold: 1 } as const];
    for (const condition of conditions) {
      expect(await ask(condition, {}, ctx())).toEqual({ observed: null, problem: 'The store did not answer.' });
    }
    logged.mockRestore();
  });

  it('is null with a sentence where the search of a rule is not understood any more', async () => {
    const { observed, problem } = await ask(logCount({ query: '(' }));
    expect(observed).toBeNull();
    expect(problem).toMatch(/^The search is not understood: /);
  });
});

describe('a counter of records that come in', () => {
  const conditions: Condition[] = [
    ...[logCount(), logCount({ query: '' }), logCount({ groupBy: 'service' }), logCount({ query: 'service:api' })],
    { kind: 'fraud_score', minScore: 80, threshold: 1 },
    { kind: 'error_rate', fingerprint: null, threshold: 1 },
    { kind: 'silence', stream: 'logs', query: 'service:web' },
  ];

  it.each(conditions)('says of each stored line what a search says of them all (%#)', async (condition) => {
    const compiled = compileCounter({ condition });
    if (!compiled.ok || compiled.value === null) throw new Error('no counter');
    const { stream, groupsOf } = compiled.value;
    const counts: Record<string, number> = {};
    const inWindow = ({ ts }: LogRecord) => ts >= NOW - 300_000 && ts <= NOW;
    for (const record of (await everyRecord(projectId)).filter((one) => one.stream === stream && inWindow(one))) {
      for (const group of groupsOf(JSON.stringify(record))) counts[group] = (counts[group] ?? 0) + 1;
    }
    const asked = await valuesOf(condition);
    if (condition.kind === 'silence') expect(Math.min(1, counts[''] ?? 0)).toBe(asked['']);
    else expect(counts).toEqual(asked);
  });

  it('counts a list with each of its items, and what is too long to be a category not at all', () => {
    const compiled = compileCounter({ condition: logCount({ query: '', groupBy: 'tag' }) });
    if (!compiled.ok) throw new Error(compiled.error);
    const line = (tag: unknown) => JSON.stringify({ id: '', ts: 0, stream: 'logs', level: 'info', attrs: { tag } });
    expect(compiled.value?.groupsOf(line(['a', 'b']))).toEqual(['a', 'b']);
    expect(compiled.value?.groupsOf(line('x'.repeat(257)))).toEqual([]);
    expect(compiled.value?.groupsOf(line('x'.repeat(256)))).toHaveLength(1);
    expect(compiled.value?.groupsOf(line(null))).toEqual([]);
  });

  it('is there for conditions that count records alone', () => {
    expect(compileCounter({ condition: measure({}) })).toEqual({ ok: true, value: null });
    expect(compileCounter({ condition: logCount({ query: '(' }) }).ok).toBe(false);
  });
});
