import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactBlocks } from '../../src/blocks/index.ts';
import { aggregate } from '../../src/query/aggregate.ts';
import { facets } from '../../src/query/facets.ts';
import { bucketWidthMs, histogram } from '../../src/query/histogram.ts';
import { compileQuery } from '../../src/query/index.ts';
import { DEFAULT_BUDGET, type Scope } from '../../src/query/search.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const MINUTE_MS = 60_000;

function queryOf(q: string): Scope['query'] {
  const compiled = compileQuery(q);
  if (!compiled.ok) throw new Error(compiled.error.reason);
  return compiled.value;
}

async function recordsOf(scope: Scope): Promise<LogRecord[]> {
  const stored = new Map((await everyRecord(scope.projectId)).map((one) => [one.id, one]));
  return [...stored.values()].filter(
    (one) =>
      one.ts >= scope.fromMs &&
      one.ts < scope.toMs &&
      (scope.stream === null || one.stream === scope.stream) &&
      scope.query.matches(one),
  );
}

function tally(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

const record = fc.record({
  ts: fc.integer({ min: 0, max: 20 * MINUTE_MS }).map((ms) => T0 + ms),
  level: fc.constantFrom('info', 'warn', 'error'),
  service: fc.constantFrom('edge', 'wagers', '(other)'),
  stream: fc.constantFrom('logs', 'logs', 'spans'),
  message: fc.constantFrom('alpha', 'beta'),
  region: fc.constantFrom('eu', 'us', null),
});
const batches = fc.array(fc.tuple(fc.array(record, { minLength: 1, maxLength: 10 }), fc.boolean()), {
  minLength: 1,
  maxLength: 4,
});
const scopeParts = fc.record({
  q: fc.constantFrom(
    '',
    'level:error',
    'level:>info',
    'NOT level:info',
    'alpha',
    'service:edge',
    'stream:spans',
    'level:error alpha',
  ),
  from: fc.oneof(fc.constant(-5 * MINUTE_MS), fc.integer({ min: -5 * MINUTE_MS, max: 15 * MINUTE_MS })),
  length: fc.oneof(fc.constant(30 * MINUTE_MS), fc.integer({ min: 1, max: 30 * MINUTE_MS })),
  stream: fc.constantFrom(null, 'logs' as const),
});

/** Some of it sealed, some of that compacted, the rest in the tail. */
async function fill(parts: [Parameters<typeof put>[1], boolean][], compacts: boolean): Promise<string> {
  const projectId = randomId('prj');
  for (const [records, seals] of parts) {
    await put(projectId, records);
    if (seals || compacts) await seal(projectId);
  }
  if (compacts) await compactBlocks(testCtx({ nowMs: Date.now() + 3_600_000 }));
  return projectId;
}

describe('counts', () => {
  it('of a histogram and of facets equal those of the records one by one', async () => {
    let fromIndex = 0;
    await fc.assert(
      fc.asyncProperty(
        batches,
        scopeParts,
        fc.integer({ min: 1, max: 40 }),
        fc.boolean(),
        async (parts, part, buckets, compacts) => {
          const projectId = await fill(parts, compacts);
          const fromMs = T0 + part.from;
          const scope: Scope = {
            projectId,
            query: queryOf(part.q),
            fromMs,
            toMs: fromMs + part.length,
            stream: part.stream,
          };
          const records = await recordsOf(scope);

          const drawn = await histogram(testCtx(), scope, buckets);
          if (!drawn.ok) throw new Error(drawn.error.kind);
          const { bucketMs } = drawn.value;
          expect(drawn.value.buckets.length).toBeLessThanOrEqual(buckets + 1);
          expect(drawn.value.complete).toBe(true);
          expect(drawn.value.buckets.map(({ ts }) => ts)).toEqual(
            drawn.value.buckets.map((_, i) => (Math.floor(fromMs / bucketMs) + i) * bucketMs),
          );
          for (const { ts, total, levels } of drawn.value.buckets) {
            const inside = records.filter((one) => Math.floor(one.ts / bucketMs) * bucketMs === ts);
            expect(total).toBe(inside.length);
            expect(levels).toEqual(tally(inside.map(({ level }) => level)));
          }
          if (records.length > 0 && drawn.value.scanned.bytes === 0) fromIndex++;

          for (const fields of [
            ['level', 'stream'],
            ['level', 'service'],
            ['region', 'service', 'attrs.none'],
          ]) {
            const counted = await facets(testCtx(), scope, fields, 10);
            if (!counted.ok) throw new Error(counted.error.kind);
            expect(counted.value.records).toBe(records.length);
            for (const { field, values, other, missing } of counted.value.facets) {
              const own = records.map(
                (one) => (field in one ? one[field as 'level'] : one.attrs[field.replace('attrs.', '')]) ?? null,
              );
              const present = own.filter((value) => value !== null).map(String);
              expect(Object.fromEntries(values.map(({ value, count }) => [value, count])), field).toEqual(
                tally(present),
              );
              expect({ other, missing }).toEqual({ other: 0, missing: own.length - present.length });
            }
          }
        },
      ),
      { numRuns: 60 },
    );
    // Some of them must have been answered by index rows alone, or that path is not tested.
    expect(fromIndex).toBeGreaterThan(0);
  }, 60_000);

  it('list the most frequent values first and add up the rest', async () => {
    const { id, key } = await projectWithKey();
    const shops = ['a', 'a', 'a', 'b', 'b', 'c', 'd'];
    await put(id, [
      ...shops.map((shop) => ({ ts: T0, attrs: { shop } })),
      { ts: T0, attrs: { shop: ['a', 'e'] } },
      { ts: T0 },
    ]);
    const url = `/api/query/logs/facets?project=${id}&from=${T0}&to=${T0 + 1}&fields=attrs.shop&limit=2`;
    const { body } = await callApp('GET', url, { key });
    expect(body).toMatchObject({
      records: 9,
      complete: true,
      facets: [
        {
          field: 'attrs.shop',
          values: [
            { value: 'a', count: 4 },
            { value: 'b', count: 2 },
          ],
          other: 3,
          missing: 1,
        },
      ],
    });
  });

  it('name a frequent value however many others were counted before it, and lose no occurrence', async () => {
    const projectId = randomId('prj');
    const range = { projectId, query: queryOf(''), fromMs: T0, toMs: T0 + 2, stream: null };
    const rare = (ts: number, from: number, count: number) =>
      Array.from({ length: count }, (_, i) => ({ ts, attrs: { ip: `10.${from + i}` } }));
    // Newest first: these are counted before the frequent one, which is one in ten of the others.
    await put(projectId, rare(T0 + 1, 0, 10_000));
    await seal(projectId);
    const frequent = { ts: T0, attrs: { ip: '6.6.6.6' } };
    await put(
      projectId,
      rare(T0, 10_000, 9_000).flatMap((one, i) => (i % 9 === 0 ? [one, frequent] : [one])),
    );
    await seal(projectId);
    const counted = await facets(testCtx(), range, ['ip'], 1);
    if (!counted.ok) throw new Error(counted.error.kind);
    expect(counted.value.records).toBe(20_000);
    expect(counted.value.facets).toEqual([
      { field: 'ip', values: [{ value: '6.6.6.6', count: 1_000 }], other: 19_000, missing: 0, truncated: true },
    ]);
  });

  it('count some values in full where all are equally frequent and too many', async () => {
    const projectId = randomId('prj');
    // One round after the other is counted.
    for (let round = 0; round < 3; round++) {
      await put(
        projectId,
        Array.from({ length: 15_000 }, (_, i) => ({ ts: T0 + round, attrs: { page: i } })),
      );
    }
    await seal(projectId);
    const scope = { projectId, query: queryOf(''), fromMs: T0, toMs: T0 + 3, stream: null };
    const counted = await facets(testCtx(), scope, ['page'], 100);
    if (!counted.ok) throw new Error(counted.error.kind);
    const [page] = counted.value.facets;
    expect(page?.values.map(({ count }) => count)).toEqual(new Array(100).fill(3));
    expect(page).toMatchObject({ other: 44_700, truncated: true });
  });

  it.each([{ softBytes: 1 }, { softCalls: 1 }])('say what they left out when the budget ends: %j', async (spent) => {
    const projectId = randomId('prj');
    for (let i = 0; i < 5; i++) {
      await put(projectId, [{ ts: T0 + i * 1_000, message: 'alpha' }]);
      await seal(projectId);
    }
    const seen: number[] = [];
    const counter = {
      needSummaries: false,
      canCount: () => false,
      count: () => undefined,
      add: ({ ts }: { ts: number }) => void seen.push(ts),
    };
    const scope: Scope = { projectId, query: queryOf('alpha'), fromMs: T0, toMs: T0 + 10_000, stream: null };
    const counted = await aggregate(testCtx(), scope, counter, { ...DEFAULT_BUDGET, ...spent });
    expect(counted).toMatchObject({ ok: true, value: { complete: false, countedFromMs: T0 + 3_001 } });
    expect(seen).toEqual([T0 + 4_000]);
  });
});

describe('bucketWidthMs', () => {
  it.each([
    [3_600_000, 60, 60_000],
    [3_600_001, 60, 120_000],
    [86_400_000, 24, 3_600_000],
    [1_000, 60, 20],
    [1, 60, 1],
    [30 * 86_400_000, 60, 43_200_000],
    [1e15, 2, 364 * 86_400_000 * 15_899],
  ])('covers %d ms with %d buckets of %d ms', (rangeMs, buckets, width) => {
    expect(bucketWidthMs(0, rangeMs, buckets)).toBe(width);
  });
});

describe('GET /api/query/logs/histogram', () => {
  it('ends with the minute that is running when no end is given, so that what was just sent is in it', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [{ message: 'now' }]);
    const { body } = await callApp('GET', `/api/query/logs/histogram?project=${id}`, { key });
    expect(body.bucketMs).toBe(60_000);
    expect(body.buckets.reduce((sum: number, { total }: { total: number }) => sum + total, 0)).toBe(1);
  });
});
