import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFilter, readHolding, TokenSet } from '../../src/blocks/index.ts';
import { compileQuery } from '../../src/query/index.ts';
import { filterAllows, groupsOf, type TokenNeed } from '../../src/query/match/token-need.ts';
import { toBase64 } from '../../src/shared/bytes.ts';

const hash = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }).map((value) => value || 1);
/** Tokens of blocks and of needs come from one small pool, so that many are found. */
const POOL = fc.sample(hash, { numRuns: 60, seed: 7 });
const token = fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...POOL) }, { weight: 1, arbitrary: hash });
const { need } = fc.letrec<{ need: TokenNeed }>((tie) => ({
  need: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    token.map((value): TokenNeed => ({ kind: 'token', hash: value })),
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      items: fc.array(tie('need'), { minLength: 1, maxLength: 4 }),
    }),
  ),
}));

function filterOf(tokens: readonly number[]): Uint8Array {
  const set = new TokenSet();
  for (const value of tokens) set.add(value);
  return buildFilter(set);
}

let stored = 0;

async function store(filters: readonly (Uint8Array | null)[]): Promise<string[]> {
  const ids = filters.map(() => `probe.${++stored}`);
  const rows = filters.flatMap((filter, i) => (filter ? [[ids[i], toBase64(filter)]] : []));
  await env.DB.prepare(
    `INSERT INTO block_filters (block_id, filter) SELECT value ->> 0, value ->> 1 FROM json_each(?1)`,
  )
    .bind(JSON.stringify(rows))
    .run();
  return ids;
}

describe('filters that are looked into where they lie', () => {
  it('say the same as those that are read, of every need', async () => {
    // From the smallest filter of eight bytes to one that leaves its page; each length of padding.
    const tokens = fc.oneof(
      fc.array(token, { maxLength: 40 }),
      fc.integer({ min: 0, max: 3_000 }).chain((size) => fc.array(hash, { minLength: size, maxLength: size })),
    );
    let kept = 0;
    let dropped = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(tokens, { minLength: 1, maxLength: 6 }), need, async (blocks, wanted) => {
        const groups = groupsOf(wanted);
        fc.pre(groups !== null);
        const filters = blocks.map(filterOf);
        const ids = await store(filters);
        const holding = await readHolding(env.DB, ids, groups ?? []);
        for (const [i, filter] of filters.entries()) {
          const allows = filterAllows(wanted, filter);
          expect(holding.has(ids[i] ?? '')).toBe(allows);
          if (allows) kept++;
          else dropped++;
        }
      }),
      { numRuns: 300 },
    );
    expect(Math.min(kept, dropped)).toBeGreaterThan(30);
  });

  it('find every token of a block', async () => {
    const tokens = fc.sample(hash, { numRuns: 2_000, seed: 11 });
    const [id = ''] = await store([filterOf(tokens)]);
    for (let at = 0; at < tokens.length; at += 60) {
      const groups = tokens.slice(at, at + 60).map((value) => [value]);
      expect([...(await readHolding(env.DB, [id], groups))], `from ${at}`).toEqual([id]);
    }
  });

  it('let pass what they do not understand: another version, other hashes, nothing in it, no filter at all', async () => {
    const good = filterOf(POOL);
    const version = good.slice();
    version[0] = 2;
    const hashes = good.slice();
    hashes[1] = 7;
    const manyHashes = good.slice();
    manyHashes[1] = 21;
    const ids = await store([version, hashes, manyHashes, good.slice(0, 2), null, good]);
    // In no block: the known one drops it.
    const absent = 0x12345678;
    expect(filterAllows({ kind: 'token', hash: absent }, good)).toBe(false);
    expect(await readHolding(env.DB, ids, [[absent]])).toEqual(new Set(ids.slice(0, 5)));
  });

  it('are found by their key, without a look at others', async () => {
    const { results } = await env.DB.prepare(
      `EXPLAIN QUERY PLAN SELECT f.filter FROM json_each(?1) AS wanted LEFT JOIN block_filters f ON f.block_id = wanted.value`,
    )
      .bind('[]')
      .all<{ detail: string }>();
    expect(results.map(({ detail }) => detail).join('; ')).toMatch(/SEARCH f USING INDEX sqlite_autoindex/);
  });
});

describe('what a query needs', () => {
  const groupsOfQuery = (q: string) => {
    const query = compileQuery(q);
    if (!query.ok || !query.value.need) throw new Error(`"${q}" needs nothing`);
    return groupsOf(query.value.need);
  };

  it('is asked of the database as groups of words', () => {
    expect(groupsOfQuery('one')).toHaveLength(1);
    expect(groupsOfQuery('one two')).toHaveLength(2);
    expect(groupsOfQuery('one OR two')?.map((group) => group.length)).toEqual([2]);
    expect(groupsOfQuery('one (two OR three four)')?.map((group) => group.length)).toEqual([1, 2, 2]);
  });

  it('is too much to be asked where it has very many words, and then filters are read', () => {
    const words = Array.from({ length: 65 }, (_, i) => `w${i}`);
    expect(groupsOfQuery(words.slice(0, 64).join(' '))).toHaveLength(64);
    expect(groupsOfQuery(words.join(' '))).toBeNull();
    expect(groupsOfQuery(words.join(' OR '))).toBeNull();
    expect(groupsOfQuery(Array.from({ length: 8 }, (_, i) => `(a${i} b${i})`).join(' OR '))).toBeNull();
  });
});
