import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { groupNeighbours } from '../../src/blocks/compact.ts';
import type { SmallBlock } from '../../src/blocks/compact-store.ts';
import { compactBlocks, listBlocks, mayContain, readFilters, readPacked, tokenHash } from '../../src/blocks/index.ts';
import { runCron } from '../../src/cron.ts';
import type { Env } from '../../src/env.ts';
import { randomId } from '../../src/shared/ids.ts';
import { createUser } from '../helpers/worker/accounts.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { forgetBlocks, put, seal } from '../helpers/worker/query.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
const T0 = Date.parse('2026-03-01T12:00:00Z');
const later = () => testCtx({ nowMs: Date.now() + 10 * 60_000 });

/** Blocks of a few records each, in one journal stream unless told otherwise. */
async function manySmall(count: number, stream = 'logs'): Promise<string> {
  const projectId = randomId('prj');
  for (let i = 0; i < count; i++) {
    await put(projectId, [
      { ts: T0 + i * 1_000, stream, level: 'info', service: 'edge', message: `first${i} shared` },
      {
        ts: T0 + i * 1_000 + 1,
        stream,
        level: 'error',
        service: 'wagers',
        attrs: { big: 12345678901234567890n.toString() },
      },
    ]);
    await seal(projectId);
  }
  return projectId;
}

// A run takes the blocks of all projects, and so many groups at most.
beforeEach(forgetBlocks);

describe('compaction', () => {
  it('joins small neighbours into one block with the same records, words and counts', async () => {
    const projectId = await manySmall(5);
    const before = await everyRecord(projectId);
    expect(await listBlocks(env.DB, projectId, ALL)).toHaveLength(5);

    const counts = await compactBlocks(later());
    expect(counts).toMatchObject({ lost: 0, failed: 0 });
    expect(await everyRecord(projectId)).toEqual(before);

    const blocks = await listBlocks(env.DB, projectId, ALL);
    expect(blocks).toHaveLength(1);
    const [block] = blocks;
    expect(block).toMatchObject({
      id: `${projectId}.0.logs.1~10`,
      firstSeq: 1,
      lastSeq: 10,
      summary: {
        records: 10,
        minTs: T0,
        maxTs: T0 + 4_001,
        levels: { info: 5, error: 5 },
        services: { edge: 5, wagers: 5 },
      },
    });
    const filter = (await readFilters(env.DB, [block?.id ?? ''])).get(block?.id ?? '') ?? new Uint8Array(0);
    for (const word of ['first0', 'first4', 'shared', 'wagers']) expect(mayContain(filter, tokenHash(word))).toBe(true);
    expect(mayContain(filter, tokenHash('absent'))).toBe(false);
    for (const table of ['block_payloads', 'block_filters']) {
      const { results } = await env.DB.prepare(`SELECT block_id FROM ${table} WHERE block_id LIKE ?1`)
        .bind(`${projectId}.%`)
        .all();
      expect(results, table).toEqual([{ block_id: block?.id }]);
    }
  });

  it('leaves records as they were when it dies between any two calls to a store, and goes on in the next run', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        const projectId = await manySmall(3);
        return { projectId, before: await everyRecord(projectId) };
      },
      act: (faulty) => compactBlocks({ ...later(), env: faulty }),
      async check({ projectId, before }, place) {
        expect(await everyRecord(projectId), place).toEqual(before);
        await compactBlocks(later());
        expect(await everyRecord(projectId), place).toEqual(before);
        expect(await listBlocks(env.DB, projectId, ALL), place).toHaveLength(1);
      },
    });
    // A list of neighbours, payloads and summaries, the transaction; each before and after.
    expect(boundaries).toBeGreaterThanOrEqual(8);
  });

  it('leaves records as they were when two runs race, and when a run is repeated', async () => {
    const projectId = await manySmall(6);
    const before = await everyRecord(projectId);
    const [one, two] = await Promise.all([compactBlocks(later()), compactBlocks(later())]);
    expect(await everyRecord(projectId)).toEqual(before);
    expect(await listBlocks(env.DB, projectId, ALL)).toHaveLength(1);
    expect((one?.lost ?? 0) + (two?.lost ?? 0) + (one?.made ?? 0) + (two?.made ?? 0)).toBeGreaterThan(0);
    const again = await compactBlocks(later());
    expect(again).toMatchObject({ made: 0, merged: 0 });
    expect(await everyRecord(projectId)).toEqual(before);
  });

  it('goes on with the block that it made and those that came since', async () => {
    const projectId = await manySmall(3);
    await compactBlocks(later());
    await put(projectId, [{ ts: T0 + 9_000, message: 'later' }]);
    await seal(projectId);
    const before = await everyRecord(projectId);
    await compactBlocks(later());
    const blocks = await listBlocks(env.DB, projectId, ALL);
    expect(blocks.map(({ id }) => id)).toEqual([`${projectId}.0.logs.1~7`]);
    expect(await everyRecord(projectId)).toEqual(before);
  });

  it('leaves young blocks alone, and joins neither streams nor projects', async () => {
    const [a, b] = [await manySmall(1), await manySmall(1, 'spans')];
    const young = await manySmall(2);
    await compactBlocks(testCtx());
    expect(await listBlocks(env.DB, young, ALL)).toHaveLength(2);
    await put(a, [{ stream: 'errors', message: 'of another stream' }]);
    await seal(a);
    await compactBlocks(later());
    expect(await listBlocks(env.DB, a, ALL)).toHaveLength(2);
    expect(await listBlocks(env.DB, b, ALL)).toHaveLength(1);
    expect(await listBlocks(env.DB, young, ALL)).toHaveLength(1);
  });

  it('does not replace what it cannot read: the block stays, is counted, and others are joined', async () => {
    const [bad, good] = [await manySmall(2), await manySmall(2)];
    const [first] = await listBlocks(env.DB, bad, ALL);
    await env.DB.prepare('UPDATE block_payloads SET data = substr(data, 1, 40) WHERE block_id = ?1')
      .bind(first?.id)
      .run();
    const counts = await compactBlocks(later());
    expect(counts.failed).toBe(1);
    expect(await listBlocks(env.DB, bad, ALL)).toHaveLength(2);
    expect(await listBlocks(env.DB, good, ALL)).toHaveLength(1);
    const kept = await readPacked(env, [first?.id ?? '']);
    expect(kept.size).toBe(1);
    await env.DB.prepare('DELETE FROM blocks WHERE project_id = ?1').bind(bad).run();
  });

  it('runs every five minutes, from the table of cron jobs', async () => {
    const projectId = await manySmall(2);
    await env.DB.prepare('UPDATE blocks SET sealed_at_ms = 0 WHERE project_id = ?1').bind(projectId).run();
    await runCron({ cron: '*/5 * * * *' }, env);
    expect(await listBlocks(env.DB, projectId, ALL)).toHaveLength(1);
  });
});

describe('the cron run', () => {
  it('stays within the thousand statements of an invocation, however much there is to do', async () => {
    const source = await manySmall(1);
    const { id: userId } = await createUser({ role: 'viewer' });
    const names = JSON.stringify(Array.from({ length: 120 }, () => randomId('prj')));
    const copy = (columns: string, values: string, table: string) =>
      `INSERT INTO ${table} (${columns}) SELECT ${values} FROM ${table}, json_each(?1) AS name, json_each('[1,3]') AS seq`;
    const id = `name.value || '.0.logs.' || seq.value`;
    const same = 'records, min_ts, max_ts, summary, raw_bytes, packed_bytes, sha256';
    await env.DB.batch([
      env.DB.prepare(
        `${copy(
          `id, project_id, shard, stream, first_seq, last_seq, sealed_at_ms, ${same}`,
          `${id}, name.value, 0, 'logs', seq.value, seq.value + 1, 0, ${same}`,
          'blocks',
        )} WHERE project_id = ?2`,
      ).bind(names, source),
      env.DB.prepare(`${copy('block_id, data', `${id}, data`, 'block_payloads')} WHERE block_id = ?2`).bind(
        names,
        `${source}.0.logs.1`,
      ),
      env.DB.prepare(
        `INSERT INTO projects (id, name, confirmed_shards, created_at_ms) SELECT value, value, 0, 0 FROM json_each(?1)`,
      ).bind(names),
      env.DB.prepare(
        `INSERT INTO project_keys (id, project_id, name, scopes, key_hash, prefix, created_at_ms, created_by, revoked_at_ms, confirmed_shards)
         SELECT 'key_of_' || value, value, 'old', '[]', '', '', 0, 'test', 1, 0 FROM json_each(?1)`,
      ).bind(names),
      // Somebody changes each project whenever its state is pushed, so no push is confirmed and each is made again.
      env.DB.prepare(
        'CREATE TRIGGER changed_meanwhile BEFORE UPDATE OF confirmed_shards ON projects BEGIN SELECT RAISE(IGNORE); END',
      ),
      env.DB.prepare(
        `INSERT INTO sessions (id, user_id, created_at_ms, last_seen_at_ms, expires_at_ms, revoked_at_ms, address, user_agent, sockets_told)
         SELECT 'of_' || value, ?2, 0, 0, 0, 0, '', '', 0 FROM json_each(?1)`,
      ).bind(names, userId),
      env.DB.prepare(
        `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 60000)
         INSERT INTO query_cache (key, body, expires_at_ms) SELECT 'k' || i, '', 0 FROM n`,
      ),
    ]);
    const { db, count } = countingStatements(env.DB);
    const HUB = { getByName: () => ({ closeWhere: async () => 0 }) } as unknown as Env['HUB'];
    const left = async () =>
      (await env.DB.prepare('SELECT count(*) AS n FROM blocks WHERE records = 2').first<{ n: number }>())?.n ?? 0;
    const before = await left();
    await runCron({ cron: '*/5 * * * *' }, { ...env, DB: db, HUB });
    expect(count()).toBeGreaterThan(800);
    expect(count()).toBeLessThan(1_000);
    expect(await left()).toBeLessThan(before - 50);
  });
});

describe('groupNeighbours', () => {
  const small = (firstSeq: number, records: number, rest: Partial<SmallBlock> = {}): SmallBlock => ({
    id: `b${firstSeq}`,
    projectId: 'p',
    shard: 0,
    stream: 'logs',
    firstSeq,
    lastSeq: firstSeq + records - 1,
    records,
    rawBytes: records * 100,
    packedBytes: records * 20,
    sealedAtMs: 0,
    ...rest,
  });
  it.each<[string, SmallBlock[], string[][]]>([
    ['joins what follows without a gap', [small(1, 5), small(6, 5), small(11, 5)], [['b1', 'b6', 'b11']]],
    [
      'stops at a gap',
      [small(1, 5), small(6, 5), small(12, 5), small(17, 1)],
      [
        ['b1', 'b6'],
        ['b12', 'b17'],
      ],
    ],
    ['leaves a single one', [small(1, 5), small(7, 5)], []],
    ['keeps shards apart', [small(1, 5), small(6, 5, { shard: 1 })], []],
    ['keeps streams apart', [small(1, 5), small(6, 5, { stream: 'spans' })], []],
    ['keeps projects apart', [small(1, 5), small(6, 5, { projectId: 'q' })], []],
    [
      'begins anew where a block would hold too many records',
      [1, 1_201, 2_401, 3_601, 4_801].map((seq) => small(seq, 1_200)),
      [['b1', 'b1201', 'b2401', 'b3601']],
    ],
    [
      'or too many bytes',
      [1, 11, 21, 31, 41, 51].map((seq) => small(seq, 10, { rawBytes: 1_000_000 })),
      [
        ['b1', 'b11', 'b21', 'b31'],
        ['b41', 'b51'],
      ],
    ],
    [
      'or too many packed bytes',
      [1, 11, 21, 31].map((seq) => small(seq, 10, { packedBytes: 700_000 })),
      [
        ['b1', 'b11'],
        ['b21', 'b31'],
      ],
    ],
  ])('%s', (_, blocks, groups) => {
    expect(groupNeighbours(blocks).map((group) => group.map(({ id }) => id))).toEqual(groups);
  });
});
