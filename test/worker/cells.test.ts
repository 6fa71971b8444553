import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactBlocks } from '../../src/blocks/index.ts';
import { describeError } from '../../src/errors/index.ts';
import type { CellAnswer, CellQuestion } from '../../src/query/cells/question.ts';
import { readCells } from '../../src/query/cells/read.ts';
import { foldRollups, percentile } from '../../src/rollups/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';
import { ratingOf } from '../../src/wire/vitals.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const NOW = Math.floor(Date.now() / DAY_MS) * DAY_MS + 10 * HOUR_MS + 20 * MINUTE_MS;
const T0 = NOW - 60 * HOUR_MS;

async function ask(projectId: string, question: Partial<CellQuestion> = {}): Promise<CellAnswer> {
  const answer = await readCells(testCtx({ nowMs: NOW }), projectId, {
    ...{ stream: 'vitals', names: ['LCP'], fromMs: T0, toMs: NOW, stepMs: null, by: null, filters: [], ...question },
  });
  if (!answer.ok) throw new Error(answer.error.kind);
  return answer.value;
}

const vital = fc
  .record({
    name: fc.constantFrom('LCP', 'LCP', 'CLS'),
    at: fc.integer({ min: 0, max: 60 * HOUR_MS - 1 }),
    value: fc.integer({ min: 0, max: 6_000 }),
    page: fc.constantFrom('/', '/cart', '/users/:id'),
    device: fc.constantFrom('mobile', 'desktop'),
  })
  .map(
    ({ name, at, value, page, device }): Json => ({
      ...{ stream: 'vitals', ts: T0 + at },
      attrs: { name, value: name === 'CLS' ? value / 10_000 : value, labels: { page, device } },
    }),
  );
const after = fc.constantFrom('tail', 'seal', 'fold', 'compact');
const batches = fc.array(fc.tuple(fc.array(vital, { minLength: 1, maxLength: 25 }), after), {
  minLength: 1,
  maxLength: 4,
});

async function store(projectId: string, all: readonly (readonly [Json[], string])[]): Promise<void> {
  for (const [records, then] of all) {
    await put(projectId, records);
    if (then !== 'tail') await seal(projectId);
    if (then === 'fold') await foldRollups(testCtx());
    if (then === 'compact') await compactBlocks(testCtx({ nowMs: Date.now() + HOUR_MS }));
  }
}

const labelsOf = (record: LogRecord) => record.attrs.labels as Record<string, string>;
const numberOf = (record: LogRecord) => record.attrs.value as number;

/** In letters: a number would stand for all pages of its kind. */
const nameOf = (page: number) => `/${[...String(page)].map((digit) => 'abcdefghij'[Number(digit)]).join('')}`;

/** What the records themselves add up to. */
function expectSame(
  records: readonly LogRecord[],
  cell: CellAnswer['cells'][number]['cell'] | undefined,
  name: 'LCP' | 'CLS',
) {
  const values = records.map(numberOf).sort((a, b) => a - b);
  expect(cell?.count ?? 0).toBe(values.length);
  if (!cell || values.length === 0) return;
  expect(cell.sum).toBeCloseTo(
    values.reduce((a, b) => a + b, 0),
    6,
  );
  expect([cell.min, cell.max]).toEqual([values[0], values.at(-1)]);
  const tally = ['good', 'needs-improvement', 'poor'].map(
    (rating) => values.filter((value) => ratingOf(name, value) === rating).length,
  );
  expect([0, 1, 2].map((i) => cell.tally?.[i] ?? 0)).toEqual(tally);
  for (const q of [0.5, 0.75, 0.95, 0.99]) {
    const exact = values[Math.floor(q * (values.length - 1))] as number;
    expect(Math.abs((percentile(cell, q) ?? 0) - exact)).toBeLessThanOrEqual(exact * 0.01 + 1e-9);
  }
}

describe('sums of vitals', () => {
  it('are those of the records one by one, wherever they lie, for any range', async () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 60 * 60 - 1 }), fc.integer({ min: 1, max: 60 * 60 }));
    await fc.assert(
      fc.asyncProperty(batches, range, async (all, [startMinute, minutes]) => {
        const projectId = randomId('prj');
        await store(projectId, all);
        const fromMs = T0 + startMinute * MINUTE_MS;
        const toMs = Math.min(NOW, fromMs + minutes * MINUTE_MS);
        const records = await everyRecord(projectId);
        const total = await ask(projectId, { fromMs, toMs });
        const covered = records.filter(
          (one) => one.attrs.name === 'LCP' && one.ts >= total.fromMs && one.ts < total.toMs,
        );
        expect(total).toMatchObject({ source: 'rollups', complete: true });
        expect(total.cells.length).toBe(covered.length > 0 ? 1 : 0);
        expectSame(covered, total.cells[0]?.cell, 'LCP');

        const pages = await ask(projectId, { fromMs, toMs, by: 'page' });
        expect(pages.source).toBe('rollups');
        for (const page of ['/', '/cart', '/users/:id']) {
          const cell = pages.cells.find(({ value }) => value === page)?.cell;
          expectSame(
            covered.filter((one) => labelsOf(one).page === page),
            cell,
            'LCP',
          );
        }

        const both = await ask(projectId, {
          ...{ fromMs, toMs, names: ['CLS', 'LCP'], by: 'device' },
          filters: [{ label: 'page', value: '/cart' }],
        });
        expect(both).toMatchObject({ source: 'records', complete: true, fromMs, toMs });
        for (const name of ['CLS', 'LCP'] as const) {
          for (const device of ['mobile', 'desktop']) {
            expectSame(
              records.filter(
                (one) =>
                  one.attrs.name === name &&
                  one.ts >= fromMs &&
                  one.ts < toMs &&
                  labelsOf(one).page === '/cart' &&
                  labelsOf(one).device === device,
              ),
              both.cells.find((cell) => cell.name === name && cell.value === device)?.cell,
              name,
            );
          }
        }
      }),
      { numRuns: 25 },
    );
  });

  it('are of the records where a page may have been folded into the rest, and say so', async () => {
    const projectId = randomId('prj');
    const pages = (from: number, events: number) =>
      Array.from({ length: 220 }, (_, i) => i + from).flatMap((page) =>
        Array.from({ length: events }, () => ({
          ...{ stream: 'vitals', ts: T0 },
          attrs: { name: 'LCP', value: 100, labels: { page: nameOf(page) } },
        })),
      );
    await put(projectId, [...pages(0, 2), ...pages(1_000, 1)]);
    await seal(projectId);
    const of = (page: string) => ask(projectId, { filters: [{ label: 'page', value: page }] });
    expect(await of(nameOf(1))).toMatchObject({ source: 'rollups' });
    const rare = await of(nameOf(1_100));
    expect(rare).toMatchObject({ source: 'records', complete: true });
    expect(rare.cells.map(({ cell }) => cell.count)).toEqual([1]);
    const all = await ask(projectId, { by: 'page' });
    expect(all.cells).toHaveLength(201);
    expect(all.cells.reduce((sum, { cell }) => sum + cell.count, 0)).toBe(660);
  });
});

describe('sums of other streams', () => {
  const operation = (gateway: string, name: string, durationMs: number, more: JsonObject = {}) => ({
    ...{ stream: 'operations', ts: T0 + 5 },
    attrs: {
      ...{ scope: 'p2p', durationMs, outcome: 'success', ...more },
      labels: {
        ...{ gateway, operation: name, call: `${gateway}/${name}` },
        ...(more.reason ? { reason: more.reason } : {}),
      },
    },
  });

  it('tell operations apart by outcome, size and call', async () => {
    const projectId = randomId('prj');
    await put(projectId, [
      operation('venmo', 'create', 100, { bytes: 2_000 }),
      operation('venmo', 'create', 300, { outcome: 'failure', reason: 'declined' }),
      operation('zelle', 'query', 50),
    ]);
    await seal(projectId);
    await put(projectId, [operation('venmo', 'create', 200)]);
    const question = { stream: 'operations', names: ['p2p', 'p2p.bytes'] } as const;
    const calls = await ask(projectId, { ...question, by: 'call' });
    const shown = calls.cells.map(({ name, value, cell }) => [name, value, cell.count, cell.sum, cell.tally]);
    expect(shown.sort()).toEqual([
      ['p2p', 'venmo/create', 3, 600, [2, 1]],
      ['p2p', 'zelle/query', 1, 50, [1]],
      ['p2p.bytes', 'venmo/create', 1, 2_000, null],
    ]);
    const reasons = await ask(projectId, { ...question, names: ['p2p'], by: 'reason' });
    expect(reasons.cells.map(({ value, cell }) => [value, cell.count])).toEqual([['declined', 1]]);
  });

  it('count errors by group with their sessions, and all of them', async () => {
    const projectId = randomId('prj');
    const error = (fingerprint: string, sessionId: string) => ({
      ...{ stream: 'errors', ts: T0 + 5, message: 'x', sessionId },
      attrs: { fingerprint, labels: { release: '1.0' } },
    });
    const groupOf = (own: string) =>
      describeError({ message: 'x', type: null, attrs: { fingerprint: own } })?.fingerprint ?? '';
    const [aa, bb] = [groupOf('aa'), groupOf('bb')];
    await put(projectId, [error('aa', 's1'), error('aa', 's1'), error('aa', 's2')]);
    await seal(projectId);
    await put(projectId, [error('aa', 's2'), error('bb', 's3'), { stream: 'errors', ts: T0 + 5 }]);
    const { cells } = await ask(projectId, { stream: 'errors', names: null });
    const shown = cells.map(({ name, cell }) => [name, cell.count, cell.sessions?.count ?? 0, cell.sketch]);
    const expected = [
      ['(all)', 6, 3, null],
      [aa, 4, 2, null],
      [bb, 1, 1, null],
    ];
    expect(shown.sort()).toEqual(expected.sort());
    const releases = await ask(projectId, { stream: 'errors', names: [aa], by: 'release' });
    expect(releases.cells.map(({ value, cell }) => [value, cell.count, cell.sessions])).toEqual([['1.0', 4, null]]);
  });
});

describe('the rows of every group of errors', () => {
  it('are found by time, not by looking at each row that the project ever had', async () => {
    const projectId = randomId('prj');
    await put(projectId, [
      { stream: 'errors', ts: T0 + 5, message: 'x' },
      { stream: 'errors', ts: NOW - 5, message: 'x' },
    ]);
    await seal(projectId);
    const asked: string[] = [];
    const watched = {
      prepare(sql: string) {
        if (sql.includes('FROM rollups')) asked.push(sql);
        return env.DB.prepare(sql);
      },
      batch: (statements: D1PreparedStatement[]) => env.DB.batch(statements),
    } as D1Database;
    const ctx = testCtx({ nowMs: NOW });
    const answer = await readCells({ ...ctx, env: { ...ctx.env, DB: watched } }, projectId, {
      ...{ stream: 'errors', names: null, fromMs: NOW - HOUR_MS, toMs: NOW, stepMs: null, by: null, filters: [] },
    });
    expect(answer.ok && answer.value.cells.map(({ name, cell }) => [name, cell.count]).sort()).toEqual([
      ['(all)', 1],
      [expect.stringMatching(/^[0-9a-f]{16}$/), 1],
    ]);
    expect(asked.length).toBeGreaterThan(0);
    for (const sql of asked) {
      const args = [projectId, 'errors', 1, 0, 1];
      const { results } = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql}`)
        .bind(...args)
        .all<{ detail: string }>();
      expect(results.map(({ detail }) => detail).join()).toMatch(/rollups_by_time .*bucket_ms>\? AND bucket_ms<\?/);
    }
  });
});
