import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { archiveObjects } from '../../src/archive/index.ts';
import { BLOCK_PARTS } from '../../src/blocks/orphan-store.ts';
import { PARTS_PER_RUN, sweepBlocks } from '../../src/blocks/sweep-blocks.ts';
import type { Env } from '../../src/env.ts';
import { type ObjectOwner, sweepObjects } from '../../src/jobs/index.ts';
import { ORPHAN_AGE_MS, PAGE_OBJECTS, PAGES_PER_RUN } from '../../src/jobs/orphans/sweep-objects.ts';
import { utf8 } from '../../src/shared/bytes.ts';
import { sourceMapObjects } from '../../src/sourcemaps/index.ts';
import { putMap, upsertStatement } from '../../src/sourcemaps/store.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { put, seal } from '../helpers/worker/query.ts';

const LATER_MS = ORPHAN_AGE_MS + 60_000;
const later = (bound: Env = env) => testCtx({ env: bound, nowMs: Date.now() + LATER_MS });
const keys = async (prefix: string) => {
  const found: string[] = [];
  for (let startAfter = ''; ; startAfter = found.at(-1) ?? '') {
    const { objects, truncated } = await env.STORE.list({ prefix, ...(startAfter ? { startAfter } : {}) });
    found.push(...objects.map(({ key }) => key));
    if (!truncated) return found;
  }
};
let prefixes = 0;
/** An owner whose rows name what ends in `kept`. */
function owner(): ObjectOwner & { asked: string[] } {
  const asked: string[] = [];
  return {
    prefix: `test-${++prefixes}/`,
    asked,
    async named(_, wanted) {
      asked.push(...wanted);
      return new Set(wanted.filter((key) => key.endsWith('kept')));
    },
  };
}
const fill = (of: ObjectOwner, names: readonly string[]) =>
  Promise.all(names.map((name) => env.STORE.put(of.prefix + name, name)));

describe('objects that no row names', () => {
  it('are deleted, those that a row names stay, and a second run changes nothing', async () => {
    const of = owner();
    await fill(of, ['1-kept', '2', '3', '4-kept']);
    expect(await sweepObjects(later(), of)).toEqual({ looked: 4, deleted: 2 });
    expect(await keys(of.prefix)).toEqual([`${of.prefix}1-kept`, `${of.prefix}4-kept`]);
    expect(await sweepObjects(later(), of)).toEqual({ looked: 2, deleted: 0 });
  });

  it('stay while they are young: whoever put them may be about to name them', async () => {
    const of = owner();
    await fill(of, ['1', '2']);
    expect(await sweepObjects(testCtx(), of)).toEqual({ looked: 2, deleted: 0 });
    expect(await sweepObjects(testCtx({ nowMs: Date.now() + ORPHAN_AGE_MS - 60_000 }), of)).toMatchObject({
      deleted: 0,
    });
    expect([of.asked, (await keys(of.prefix)).length]).toEqual([[], 2]);
  });

  it('stay where they are put again while the run looks at them', async () => {
    const of = owner();
    await fill(of, ['1', '2']);
    const racing: ObjectOwner = {
      prefix: of.prefix,
      async named() {
        await env.STORE.put(`${of.prefix}1`, 'another');
        return new Set();
      },
    };
    expect(await sweepObjects(later(), racing)).toEqual({ looked: 2, deleted: 1 });
    expect(await keys(of.prefix)).toEqual([`${of.prefix}1`]);
  });

  it('are many: a run is bounded, and the next one goes on behind it, round and round', async () => {
    const of = owner();
    const perRun = PAGES_PER_RUN * PAGE_OBJECTS;
    const names = Array.from({ length: perRun + 10 }, (_, i) => `${String(i).padStart(6, '0')}${i % 3 ? '-kept' : ''}`);
    await fill(of, names);
    const { db, count } = countingStatements(env.DB);
    expect(await sweepObjects(later({ ...env, DB: db }), of)).toEqual({
      looked: perRun,
      deleted: Math.ceil(perRun / 3),
    });
    expect(count()).toBe(1 + PAGES_PER_RUN);
    expect(await sweepObjects(later(), of)).toMatchObject({ looked: 10 });
    expect((await keys(of.prefix)).every((key) => key.endsWith('kept'))).toBe(true);
    expect(await sweepObjects(later(), of)).toMatchObject({ looked: perRun - Math.ceil(perRun / 3) + 6, deleted: 0 });
  }, 120_000);

  it('are deleted and nothing else is, wherever a run dies', async () => {
    const boundaries = await atEachFaultPoint(env, {
      async prepare() {
        const of = owner();
        await fill(of, ['1-kept', '2', '3-kept']);
        return of;
      },
      act: (faulty, of) => sweepObjects(later(faulty), of),
      async check(of, place) {
        expect(await keys(of.prefix), place).toEqual(
          expect.arrayContaining([`${of.prefix}1-kept`, `${of.prefix}3-kept`]),
        );
        await sweepObjects(later(), of);
        expect(await keys(of.prefix), place).toEqual([`${of.prefix}1-kept`, `${of.prefix}3-kept`]);
      },
    });
    expect(boundaries).toBeGreaterThanOrEqual(10);
  });
});

describe('source maps', () => {
  it('stay as long as the register names them, of every project and release', async () => {
    const [one, two] = [await createProject(), await createProject()];
    const row = { bytes: 1, packedBytes: 1, sha256: 'x', uploadedAtMs: 0, uploadedBy: 'u' };
    const named = [
      [one.id, '1.0', 'a.js'],
      [one.id, '2.0', 'a.js'],
      [two.id, '1.0', 'b.js'],
    ] as const;
    for (const [projectId, release, file] of named) {
      await putMap(env.STORE, { projectId, release, file }, utf8('{}'));
      await upsertStatement(env.DB, projectId, { release, file, ...row }).run();
    }
    const kept = await keys('sourcemaps/');
    await putMap(env.STORE, { projectId: one.id, release: '1.0', file: 'b.js' }, utf8('{}'));
    await putMap(env.STORE, { projectId: 'prj_gone', release: '1.0', file: 'a.js' }, utf8('{}'));
    expect(await sweepObjects(later(), sourceMapObjects)).toEqual({ looked: 5, deleted: 2 });
    expect(await keys('sourcemaps/')).toEqual(kept);
  });
});

describe('objects of the archive', () => {
  it('stay as long as a row names them; versions of manifests stay for ever', async () => {
    const { id } = await createProject();
    const folder = `archive/${id}/2026/10/18/`;
    const kept = [`${folder}batch-0001.ndjson.gz`, `${folder}manifest.json`, `archive/${id}/manifests/7.json`];
    for (const key of [...kept, `${folder}batch-0002.ndjson.gz`]) await env.STORE.put(key, key);
    await env.DB.prepare(
      `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, sources) VALUES ('arc_1', ?1, '2026-10-18', 1, 'logs', 'current', ?2, 1, 1, 1, 1, 0, 0, '', 'Standard', 0, '[]')`,
    )
      .bind(id, kept[0])
      .run();
    expect(await sweepObjects(later(), archiveObjects)).toEqual({ looked: 4, deleted: 1 });
    expect(await keys('archive/')).toEqual(kept);
  });
});

describe('payloads and filters', () => {
  const orphan = (part: string, id: string) => env.DB.prepare(`INSERT INTO ${part} VALUES (?1, '')`).bind(id).run();
  const ids = async (part: string) =>
    (await env.DB.prepare(`SELECT block_id FROM ${part} ORDER BY 1`).all<{ block_id: string }>()).results.map(
      ({ block_id }) => block_id,
    );
  beforeEach(async () => {
    await env.DB.batch([...BLOCK_PARTS, 'blocks', 'sweeps'].map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
  });

  it('whose block is no more are deleted, those of blocks stay, and a second run changes nothing', async () => {
    const { id } = await createProject();
    await put(id, [{ message: 'kept' }]);
    await seal(id);
    const before = await Promise.all(BLOCK_PARTS.map(ids));
    expect(before.map((parts) => parts.length)).toEqual([1, 1]);
    for (const part of BLOCK_PARTS) for (const name of ['!first', '~last']) await orphan(part, name);
    expect(await sweepBlocks(testCtx())).toEqual({ looked: 6, deleted: 4 });
    expect(await Promise.all(BLOCK_PARTS.map(ids))).toEqual(before);
    expect(await sweepBlocks(testCtx())).toEqual({ looked: 2, deleted: 0 });
  });

  it('are looked at a bounded number a run, each run going on behind the last', async () => {
    await env.DB.prepare(
      `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?1) INSERT INTO block_filters SELECT printf('%08d', i), '' FROM n`,
    )
      .bind(PARTS_PER_RUN + 7)
      .run();
    const { db, count } = countingStatements(env.DB);
    expect(await sweepBlocks(testCtx({ env: { ...env, DB: db } }))).toEqual({
      looked: PARTS_PER_RUN,
      deleted: PARTS_PER_RUN,
    });
    expect(count()).toBeLessThanOrEqual(8);
    expect(await sweepBlocks(testCtx())).toEqual({ looked: 7, deleted: 7 });
    expect(await sweepBlocks(testCtx())).toEqual({ looked: 0, deleted: 0 });
  });
});
