import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compactBlocks } from '../../src/blocks/index.ts';
import { journalFor } from '../../src/journal/index.ts';
import { compileQuery } from '../../src/query/index.ts';
import { type Budget, DEFAULT_BUDGET, type SearchRequest, search } from '../../src/query/search.ts';
import { comparePositions, decodeCursor, encodeCursor, type Order, type Position } from '../../src/query/walk/order.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { archiveByHand, coolByHand, moveByHand, restoreByHand } from '../helpers/worker/archived.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { batchOf, everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
/** Late enough for every block to be old. */
const later = () => testCtx({ nowMs: Date.now() + 3_600_000 });

interface PageResult {
  lines: string[];
  next: Position | null;
  complete: boolean;
}

async function readPage(request: SearchRequest, budget: Budget = DEFAULT_BUDGET, ctx = testCtx()): Promise<PageResult> {
  const lines: string[] = [];
  const events = search(ctx, request, budget);
  for (;;) {
    const { done, value } = await events.next();
    if (!done) {
      if (value.kind === 'records') lines.push(...value.hits.map(({ line }) => line));
      continue;
    }
    if (!value.ok) throw new Error(value.error.kind);
    return { lines, next: value.value.next, complete: value.value.complete };
  }
}

function queryOf(q: string): SearchRequest['query'] {
  const compiled = compileQuery(q);
  if (!compiled.ok) throw new Error(compiled.error.reason);
  return compiled.value;
}

type Step =
  | { kind: 'put'; records: { ts: number; message: string; stream: 'logs' | 'spans' }[] }
  | { kind: 'seal' | 'compact' | 'cool' | 'restore' | 'move' }
  | { kind: 'archive'; keepsPayload: boolean };

const record = fc.record({
  ts: fc.nat(12),
  message: fc.constantFrom('alpha', 'beta', 'alpha beta'),
  stream: fc.constantFrom('logs' as const, 'logs' as const, 'spans' as const),
});
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('put' as const),
      records: fc.array(record, { minLength: 1, maxLength: 8 }),
    }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'seal' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'compact' as const }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('archive' as const), keepsPayload: fc.boolean() }) },
  {
    weight: 1,
    arbitrary: fc.constantFrom('cool' as const, 'restore' as const, 'move' as const).map((kind) => ({ kind })),
  },
);

async function apply(projectId: string, change: Step, shiftMs: number): Promise<void> {
  switch (change.kind) {
    case 'put':
      return put(
        projectId,
        change.records.map((one) => ({ ...one, ts: T0 + shiftMs + one.ts })),
      );
    case 'seal':
      return seal(projectId);
    case 'compact':
      await compactBlocks(later());
      return;
    case 'archive':
      await archiveByHand(projectId, change);
      return;
    case 'cool':
      return coolByHand(projectId);
    case 'restore':
      return restoreByHand(projectId);
    case 'move':
      return moveByHand(projectId);
  }
}

describe('paging through a search', () => {
  it('gives every record that was there once and in order, while records arrive, are sealed, compacted, archived and restored', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 1, maxLength: 8 }),
        fc.array(step, { maxLength: 4 }),
        fc.constantFrom<Order>('desc', 'asc'),
        fc.integer({ min: 1, max: 5 }),
        fc.constantFrom('', 'alpha', 'beta NOT alpha', '*lph*'),
        fc.constantFrom<Partial<Budget>>({}, { softBytes: 1 }, { softCalls: 1 }),
        async (before, between, order, limit, q, budget) => {
          const { id: projectId } = await createProject();
          for (const change of before) await apply(projectId, change, 0);
          const query = queryOf(q);
          // A record that is being sealed can be read in both places; its id tells.
          const stored = new Map((await everyRecord(projectId)).map((one) => [one.id, one]));
          const expected = [...stored.values()]
            .filter((one) => query.matches(one))
            .sort((a, b) => comparePositions(order, a, b))
            .map(({ id }) => id);

          const seen: string[] = [];
          let after: Position | null = null;
          for (let page = 0; ; page++) {
            const result: PageResult = await readPage(
              { ...ALL, projectId, query, order, limit, after },
              { ...DEFAULT_BUDGET, ...budget },
            );
            expect(result.lines.length).toBeLessThanOrEqual(limit);
            seen.push(...result.lines.map((line) => (JSON.parse(line) as LogRecord).id));
            if (!result.complete) expect(result.next).not.toBeNull();
            if (!result.next) break;
            expect(page, 'pages make progress').toBeLessThan(200);
            const cursor = decodeCursor(encodeCursor({ order, after: result.next, fromMs: 0, toMs: 1 }));
            expect(cursor?.after).toEqual(result.next);
            after = result.next;
            // What comes in now lies before the place that the cursor has reached.
            const change = between[page];
            if (change) await apply(projectId, change, order === 'desc' ? 1_000 : -1_000);
          }
          expect(seen).toEqual(expected);
        },
      ),
      { numRuns: 50 },
    );
  }, 60_000);

  it('goes over all shards of a project, also those that it no longer has', async () => {
    const projectId = randomId('prj');
    for (let shard = 0; shard < 4; shard++) {
      for (const half of [0, 1]) {
        const records = [0, 1, 2].map((i) => ({ ts: T0 + i * 10 + shard, message: `shard ${shard}, ${half}` }));
        await journalFor(env, projectId, shard).append({ ...batchOf(projectId, records), shard });
        if (half === 0) await seal(projectId, shard);
      }
    }
    await seal(projectId, 3);
    const ctx = testCtx({ config: { ...testCtx().config, journalShards: 3 } });
    const seen: string[] = [];
    let after: Position | null = null;
    do {
      const page: PageResult = await readPage(
        { ...ALL, projectId, query: queryOf('shard'), order: 'asc', limit: 5, after },
        DEFAULT_BUDGET,
        ctx,
      );
      seen.push(...page.lines);
      after = page.next;
    } while (after);
    const times = seen.map((line) => (JSON.parse(line) as LogRecord).ts - T0);
    expect(times).toEqual([0, 10, 20].flatMap((ts) => [0, 0, 1, 1, 2, 2, 3, 3].map((shard) => ts + shard)));
  });

  it('goes on beyond the soft budget while one moment is not passed, and says so when the hard one is used up', async () => {
    const projectId = randomId('prj');
    for (let i = 0; i < 4; i++) {
      await put(projectId, [
        { ts: T0, message: `wide ${i}` },
        { ts: T0 + 10, message: `wide ${i}` },
      ]);
      await seal(projectId);
    }
    const request: SearchRequest = {
      ...ALL,
      projectId,
      query: queryOf('wide'),
      order: 'desc',
      limit: 100,
      after: { ts: T0 + 10, id: '~' },
    };
    const page = await readPage(request, { ...DEFAULT_BUDGET, softBytes: 1 });
    expect(page.lines).toHaveLength(8);
    await expect(readPage(request, { ...DEFAULT_BUDGET, softBytes: 1, hardBytes: 1 })).rejects.toThrow(
      'query_too_broad',
    );
  });

  it('finds what is sealed and compacted between two steps of one search', async () => {
    const projectId = randomId('prj');
    for (let i = 0; i < 6; i++) {
      await put(projectId, [{ ts: T0 + i, message: `step ${i}` }]);
      await seal(projectId);
    }
    await put(projectId, [{ ts: T0 + 6, message: 'step 6' }]);
    const events = search(testCtx(), {
      ...ALL,
      projectId,
      query: queryOf('step'),
      order: 'desc',
      limit: 100,
      after: null,
    });
    const messages: string[] = [];
    for (let result = await events.next(); !result.done; result = await events.next()) {
      if (result.value.kind === 'records') {
        messages.push(...result.value.hits.map(({ line }) => (JSON.parse(line) as LogRecord).message));
      }
      await seal(projectId);
      await compactBlocks(later());
    }
    expect(messages).toEqual([6, 5, 4, 3, 2, 1, 0].map((i) => `step ${i}`));
    const { results } = await env.DB.prepare('SELECT id FROM blocks WHERE project_id = ?1').bind(projectId).all();
    expect(results).toHaveLength(1);
  });

  it.each<Order>(['desc', 'asc'])(
    'keeps its order (%s) when what arrives meanwhile gets into a block that it reads',
    async (order) => {
      const projectId = randomId('prj');
      const times = order === 'desc' ? [1, 2, 3, 4, 5] : [5, 4, 3, 2, 1];
      for (const ts of times.slice(0, 4)) {
        await put(projectId, [{ ts: T0 + ts, message: 'step' }]);
        await seal(projectId);
      }
      await put(projectId, [{ ts: T0 + (times[4] as number), message: 'step' }]);
      const events = search(testCtx(), { ...ALL, projectId, query: queryOf('step'), order, limit: 100, after: null });
      const seen: number[] = [];
      let isFirst = true;
      for (let result = await events.next(); !result.done; result = await events.next()) {
        if (result.value.kind !== 'records') continue;
        seen.push(...result.value.hits.map(({ ts }) => ts - T0));
        if (!isFirst) continue;
        isFirst = false;
        await put(projectId, [{ ts: T0 + (order === 'desc' ? 1_000 : -1_000), message: 'step too late' }]);
        await seal(projectId);
        await compactBlocks(later());
      }
      expect(seen).toEqual([...times].reverse());
    },
  );
});
