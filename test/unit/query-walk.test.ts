import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockHead, Packed } from '../../src/blocks/index.ts';
import { compileQuery } from '../../src/query/index.ts';
import { scanText } from '../../src/query/scan/scan.ts';
import type { BlockSource } from '../../src/query/walk/block-source.ts';
import { comparePositions, decodeCursor, encodeCursor, isBefore, type Order } from '../../src/query/walk/order.ts';
import { Page } from '../../src/query/walk/page.ts';
import { Coverage, SeqSet } from '../../src/query/walk/seq-set.ts';
import { BlockWalk } from '../../src/query/walk/walk.ts';
import { utf8 } from '../../src/shared/bytes.ts';

describe('SeqSet', () => {
  it('is a set of numbers', () => {
    const run = fc.tuple(fc.nat(30), fc.nat(8)).map(([first, length]): [number, number] => [first, first + length]);
    const change = fc.tuple(fc.boolean(), run);
    fc.assert(
      fc.property(fc.array(change), run, (changes, [from, to]) => {
        const set = new SeqSet();
        const naive = new Set<number>();
        for (const [adds, [first, last]] of changes) {
          if (adds) set.add(first, last);
          else set.remove(first, last);
          for (let seq = first; seq <= last; seq++) {
            if (adds) naive.add(seq);
            else naive.delete(seq);
          }
        }
        const spread = (runs: readonly (readonly [number, number])[]): number[] =>
          runs.flatMap(([first, last]) => Array.from({ length: last - first + 1 }, (_, i) => first + i));
        expect(spread(set.runs)).toEqual([...naive].sort((a, b) => a - b));
        expect(spread(set.missing(from, to))).toEqual(
          Array.from({ length: to - from + 1 }, (_, i) => from + i).filter((seq) => !naive.has(seq)),
        );
      }),
    );
  });
});

describe('a cursor', () => {
  it.each(['desc', 'asc'] as const)('comes back as it was (%s)', (order) => {
    const id = '01939f00-0000-7000-8000-000000000001';
    for (const after of [
      { ts: 5, id },
      { ts: -5, id: '~' },
      { ts: 8.64e15, id: '' },
    ]) {
      const cursor = { order, after, fromMs: -1, toMs: 8.64e15 };
      expect(decodeCursor(encodeCursor(cursor))).toEqual(cursor);
    }
  });

  it.each([
    '',
    'x',
    'ZDE',
    encodeCursor({ order: 'desc', after: { ts: 1, id: '~' }, fromMs: 0, toMs: 1 }).slice(0, -2),
    'ZDEuPHNjcmlwdD4',
  ])('is refused when it is not ours: %s', (text) => {
    expect(decodeCursor(text)).toBeNull();
  });
});

describe('Page', () => {
  const id = (n: number): string => `01939f00-0000-7000-8000-${String(n).padStart(12, '0')}`;

  it('keeps the first hits of the order, whatever the order of arrival and however often they are taken', () => {
    const hit = fc.record({ ts: fc.nat(10), n: fc.nat(50), pad: fc.nat(60) });
    fc.assert(
      fc.property(
        fc.constantFrom<Order>('desc', 'asc'),
        fc.integer({ min: 1, max: 6 }),
        fc.integer({ min: 100, max: 1_000 }),
        fc.uniqueArray(hit, { selector: ({ n }) => n, maxLength: 40 }),
        fc.option(hit),
        (order, limit, maxChars, hits, place) => {
          const after = place && { ts: place.ts, id: id(place.n) };
          const page = new Page(order, limit, after, maxChars);
          // Blocks come in order of their first record; here each hit is a block of its own.
          const sorted = [...hits].sort((a, b) => (order === 'asc' ? a.ts - b.ts : b.ts - a.ts));
          const taken: { ts: number; id: string }[] = [];
          let chars = 0;
          for (const [i, { ts, n, pad }] of sorted.entries()) {
            if (page.accepts(ts)) page.add(`{"id":"${id(n)}"}${' '.repeat(pad)}`, ts);
            for (const one of page.takeBefore(sorted[i + 1]?.ts ?? null)) {
              taken.push(one);
              chars += one.line.length;
            }
            if (page.isFull) break;
          }
          const all = hits.map(({ ts, n }) => ({ ts, id: id(n) })).sort((a, b) => comparePositions(order, a, b));
          const behind = after ? all.filter((one) => comparePositions(order, one, after) > 0) : all;
          expect(taken.map(({ ts, id }) => ({ ts, id }))).toEqual(behind.slice(0, taken.length));
          expect(taken.length).toBeLessThanOrEqual(limit);
          if (taken.length > 1) expect(chars).toBeLessThanOrEqual(maxChars);
          if (!page.isFull) expect(taken.length).toBe(behind.length);
          if (behind.length > 0) expect(taken.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

interface Stored {
  head: BlockHead;
  lines: string[];
}

/** Blocks in memory that are compacted whenever `compacts` says so, in the middle of whatever is being read. */
class ChangingBlocks implements BlockSource {
  blocks: Stored[];
  epoch = 0;
  readonly #compacts: () => number;

  constructor(blocks: Stored[], compacts: () => number) {
    this.blocks = blocks;
    this.#compacts = compacts;
  }

  #change(): void {
    const at = this.#compacts();
    const [a, b] = [this.blocks[at], this.blocks[at + 1]];
    if (!a || !b || a.head.shard !== b.head.shard) return;
    this.blocks.splice(at, 2, join(a, b));
    this.epoch++;
  }

  async listHeads(request: Parameters<BlockSource['listHeads']>[0]): ReturnType<BlockSource['listHeads']> {
    this.#change();
    const key = (head: BlockHead) => ({ ts: request.order === 'desc' ? head.maxTs : head.minTs, id: head.id });
    const { after } = request;
    const heads = this.blocks
      .map(({ head }) => head)
      .filter((head) => head.maxTs >= request.fromMs && head.minTs < request.toMs)
      .filter((head) => !after || comparePositions(request.order, key(head), key(after)) > 0)
      .sort((a, b) => comparePositions(request.order, key(a), key(b)));
    return { heads: heads.slice(0, request.limit), epoch: this.epoch };
  }

  async payloads(heads: readonly BlockHead[]): Promise<Map<string, Packed>> {
    this.#change();
    const wanted = new Set(heads.map(({ id }) => id));
    const here = this.blocks.filter(({ head }) => wanted.has(head.id));
    return new Map(
      here.map(({ head: { id, minTs, maxTs }, lines }) => {
        const [data, rawBytes] = [gzipSync(lines.join('')).toString('base64'), utf8(lines.join('')).length];
        return [id, { id, data, rawBytes, archiveId: null, minTs, maxTs }];
      }),
    );
  }

  async holding(heads: readonly BlockHead[]): Promise<Set<string>> {
    this.#change();
    return new Set(heads.map(({ id }) => id));
  }

  async filters(): Promise<Map<string, Uint8Array>> {
    this.#change();
    return new Map();
  }

  async summaries(): ReturnType<BlockSource['summaries']> {
    this.#change();
    return new Map();
  }
}

function block(shard: number, firstSeq: number, times: readonly number[]): Stored {
  const lines = times.map(
    (ts, i) =>
      `{"id":"0000000${shard}-0000-7000-8000-${String(firstSeq + i).padStart(12, '0')}","ts":${ts},"message":"m"}\n`,
  );
  const head: BlockHead = {
    id: `p.${shard}.logs.${firstSeq}~${firstSeq + times.length - 1}`,
    shard,
    stream: 'logs',
    firstSeq,
    lastSeq: firstSeq + times.length - 1,
    minTs: Math.min(...times),
    maxTs: Math.max(...times),
    rawBytes: utf8(lines.join('')).length,
  };
  return { head, lines };
}

function join(a: Stored, b: Stored): Stored {
  const times = [...a.lines, ...b.lines].map((line) => Number(/"ts":(-?\d+)/.exec(line)?.[1]));
  return block(a.head.shard, a.head.firstSeq, times);
}

describe('BlockWalk', () => {
  it('hands out every record once and none before its bound, while blocks are compacted under it', async () => {
    const shard = fc.array(fc.array(fc.nat(20), { minLength: 1, maxLength: 3 }), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Order>('desc', 'asc'),
        fc.tuple(shard, shard),
        fc.infiniteStream(fc.integer({ min: -6, max: 8 })),
        fc.constantFrom('', 'm'),
        fc.integer({ min: 1, max: 4 }),
        fc.infiniteStream(fc.boolean()),
        async (order, shards, compactions, q, pageHeads, readsAhead) => {
          const blocks = shards.flatMap((times, index) => {
            let seq = 1;
            return times.map((own) => {
              const made = block(index, seq, own);
              seq += own.length;
              return made;
            });
          });
          const expected = blocks.flatMap(({ lines }) => lines.map((line) => line.trim())).sort();
          const source = new ChangingBlocks(blocks, () => compactions.next().value ?? -1);
          const query = compileQuery(q);
          if (!query.ok) throw new Error('unreachable');
          const range = { fromMs: 0, toMs: 100, stream: null, order, pageHeads };
          const walk = new BlockWalk(
            source,
            { ...range, query: query.value, needSummaries: false, canCount: () => false },
            new Coverage(),
          );
          const seen: string[] = [];
          let bound = await walk.bound();
          for (let step = await walk.next(); step; step = await walk.next()) {
            if (readsAhead.next().value) await walk.readAhead();
            if (step.kind === 'counted') throw new Error('nothing was to be counted');
            if (step.kind === 'passed') continue;
            scanText(step.text, {
              query: query.value,
              matchesAll: step.verdict === 'all',
              lines: step.lines,
              fromMs: 0,
              toMs: 100,
              accepts: () => true,
              onMatch: ({ ts, line }) => {
                if (bound === null || isBefore(order, ts, bound)) throw new Error(`${ts} came behind ${bound}`);
                seen.push(line);
              },
            });
            const next = await walk.bound();
            // What was promised to be over stays over.
            if (next !== null && bound !== null) expect(isBefore(order, next, bound)).toBe(false);
            bound = next;
          }
          expect(bound).toBeNull();
          expect(seen.sort()).toEqual(expected);
        },
      ),
      { numRuns: 1_500 },
    );
  });

  it('asks for no more filters at once than there is room for, however large the blocks are', async () => {
    const blocks = Array.from({ length: 60 }, (_, i) => block(0, i + 1, [i]));
    for (const { head } of blocks) head.rawBytes = 32 * 1024 * 1024;
    const asked: number[] = [];
    class Counting extends ChangingBlocks {
      override async filters(heads: readonly BlockHead[] = []): Promise<Map<string, Uint8Array>> {
        asked.push(heads.length);
        return new Map();
      }
    }
    // More words than the database is asked for.
    const query = compileQuery(Array.from({ length: 200 }, (_, i) => `m${i}`).join(' OR '));
    if (!query.ok) throw new Error('unreachable');
    const range = { fromMs: 0, toMs: 100, stream: null, order: 'desc' as const };
    const walk = new BlockWalk(
      new Counting(blocks, () => -1),
      { ...range, query: query.value, needSummaries: false, canCount: () => false },
      new Coverage(),
    );
    while (await walk.next());
    expect(walk.blocksRead).toBe(60);
    expect(asked.reduce((sum, count) => sum + count, 0)).toBe(60);
    expect(Math.max(...asked)).toBe(4);
  });
});
