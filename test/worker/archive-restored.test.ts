import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { archiveObjects, replaceArchive } from '../../src/archive/index.ts';
import { coolArchives } from '../../src/archive/keep/cool.ts';
import { expireArchives } from '../../src/archive/keep/expire.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { eraseLines, gunzip, readPayloads, type SealedBlock } from '../../src/blocks/index.ts';
import { DEFAULT_RETENTION_DAYS } from '../../src/wire/archive.ts';
import {
  archivesOf,
  at,
  type BlockSpec,
  DAY_MS,
  NOW_MS,
  payloadsOf,
  projectWithBlocks,
  recordsOf,
  strayKeys,
} from '../helpers/worker/archive.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { restore, snapshot } from '../helpers/worker/time-travel.ts';

const OLD = NOW_MS - 40 * DAY_MS;
const LATER_MS = NOW_MS + 3_600_000;
/** When the database is set back, and what runs then. */
const BACK_MS = NOW_MS + 5 * DAY_MS;
const SPECS: BlockSpec[] = [
  { ts: OLD, message: 'one' },
  { ts: OLD + 60_000, message: 'person' },
  { ts: OLD + 120_000, message: 'three' },
];
const TABLES = [
  ...['blocks', 'block_payloads', 'block_filters', 'block_epochs'],
  ...['archives', 'archive_numbers', 'archive_manifests'],
];

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

const run = (id: string, nowMs = BACK_MS) => moveBlocks(at(nowMs), { projectId: id, isPatient: false });
const keysOf = async (id: string) => (await archivesOf(id)).map(({ object_key: key }) => key.split('/').pop());
const textOf = async (key: string) => (await env.STORE.get(key))?.text();

/** A block without its first record. */
function erased({ index, gzip }: SealedBlock): SealedBlock {
  return eraseLines(index, gunzip(gzip, index.rawBytes).toString('utf8'), new Set([0]));
}

async function eraseIn(id: string, blocks: readonly SealedBlock[], nowMs = LATER_MS) {
  const [archive] = await archivesOf(id);
  const rewritten = new Map(blocks.map((block) => [block.index.id, erased(block)]));
  expect(await replaceArchive(at(nowMs), archive?.id ?? '', rewritten)).toMatchObject({ kind: 'replaced' });
}

/** What anybody finds: every record once, in rows, in objects that they name, and in objects that the day's manifest names. */
async function expectWhole(id: string, records: unknown[]): Promise<void> {
  expect(await recordsOf(id)).toEqual(records);
  expect(await strayKeys(id)).toEqual([]);
  expect((await archivesOf(id)).every((row) => row.state === 'current' && row.manifest_sequence !== null)).toBe(true);
}

describe('a database that was set back', () => {
  it('to before blocks were archived finds the object that holds them, and archives none of them twice', async () => {
    const { id } = await projectWithBlocks(SPECS);
    const before = await recordsOf(id);
    const early = await snapshot(TABLES);
    await run(id, NOW_MS);
    const [archive] = await archivesOf(id);
    await coolArchives(at(NOW_MS + DAY_MS));
    await restore(early);
    expect(await run(id)).toMatchObject({ objects: 0, failed: 0, done: true });
    expect(await keysOf(id)).toEqual(['batch-0001.ndjson.gz']);
    // What names it elsewhere still does.
    expect((await archivesOf(id))[0]?.id).toBe(archive?.id);
    expect(await auditOf(archive?.id ?? '')).toMatchObject([{ action: 'archive.adopt' }]);
    await expectWhole(id, before);
    expect(await payloadsOf(id)).toBe(3);
    await coolArchives(at(BACK_MS + DAY_MS));
    expect(await payloadsOf(id)).toBe(0);
    await expectWhole(id, before);
  });

  it('to before an erasure of archived records finds the object without them, and everybody else in it', async () => {
    for (const when of ['cooled', 'hot'] as const) {
      const { id, blocks } = await projectWithBlocks(SPECS);
      await run(id, NOW_MS);
      if (when === 'cooled') await coolArchives(at(NOW_MS + DAY_MS));
      const early = await snapshot(TABLES);
      await eraseIn(id, [blocks[1] as SealedBlock]);
      const after = await recordsOf(id);
      const [archive] = await archivesOf(id);
      await restore(early);
      await expect(recordsOf(id), when).rejects.toThrow('an object that is not there');
      expect(await run(id), when).toMatchObject({ objects: 0, failed: 0 });
      expect(await keysOf(id), when).toEqual(['batch-0002.ndjson.gz']);
      expect((await archivesOf(id))[0]).toMatchObject({ id: archive?.id, problem: null });
      await expectWhole(id, after);
      expect(await payloadsOf(id), when).toBe(when === 'hot' ? 2 : 0);
      const ids = blocks.map(({ index }) => ({ id: index.id }));
      expect([...(await readPayloads(env, ids)).values()].join(''), when).not.toContain('person 0');
    }
  });

  it('to before two erasures, of which one took all of a block, finds the last object', async () => {
    const { id, blocks } = await projectWithBlocks([
      SPECS[0] as BlockSpec,
      { ...SPECS[1], ts: OLD + 60_000, records: 1 },
    ]);
    await run(id, NOW_MS);
    await coolArchives(at(NOW_MS + DAY_MS));
    const early = await snapshot(TABLES);
    await eraseIn(id, [blocks[1] as SealedBlock]);
    await eraseIn(id, [blocks[0] as SealedBlock], LATER_MS + 1);
    const after = await recordsOf(id);
    expect(after).toHaveLength(1);
    await restore(early);
    expect(await run(id)).toMatchObject({ failed: 0 });
    expect(await keysOf(id)).toEqual(['batch-0003.ndjson.gz']);
    await expectWhole(id, after);
  });

  it('to before the end of a retention forgets what has expired, and keeps what the database alone has again', async () => {
    const { id } = await projectWithBlocks(SPECS);
    const before = await recordsOf(id);
    await run(id, NOW_MS);
    const hot = await snapshot(TABLES);
    await coolArchives(at(NOW_MS + DAY_MS));
    const cold = await snapshot(TABLES);
    await expireArchives(at(OLD + (DEFAULT_RETENTION_DAYS + 1) * DAY_MS));
    await restore(cold);
    expect(await run(id)).toMatchObject({ failed: 0 });
    expect([await recordsOf(id), await archivesOf(id)]).toEqual([[], []]);
    await restore(hot);
    expect(await run(id)).toMatchObject({ failed: 0, objects: 1 });
    expect(await keysOf(id)).toEqual(['batch-0002.ndjson.gz']);
    await expectWhole(id, before);
  });

  it('into the middle of a replacement does not delete the object that has taken the place', async () => {
    const { id, blocks } = await projectWithBlocks(SPECS);
    await run(id, NOW_MS);
    await coolArchives(at(NOW_MS + DAY_MS));
    let middle: Awaited<ReturnType<typeof snapshot>> | null = null;
    const STORE = new Proxy(env.STORE, {
      get:
        (bucket, name) =>
        async (...args: unknown[]) => {
          if (name === 'put') middle ??= await snapshot(TABLES);
          return (bucket[name as keyof R2Bucket] as (...args: unknown[]) => unknown)(...args);
        },
    });
    const [archive] = await archivesOf(id);
    const rewritten = erased(blocks[1] as SealedBlock);
    const ctx = at(LATER_MS, { env: { ...env, STORE } });
    await replaceArchive(ctx, archive?.id ?? '', new Map([[rewritten.index.id, rewritten]]));
    const after = await recordsOf(id);
    await restore(middle ?? {});
    expect((await archivesOf(id)).map(({ state }) => state)).toEqual(['current', 'writing']);
    expect(await run(id)).toMatchObject({ failed: 0 });
    expect(await keysOf(id)).toEqual(['batch-0002.ndjson.gz']);
    await expectWhole(id, after);
    await restore(middle ?? {});
    // Also where another job finds the row first.
    await expireArchives(at(BACK_MS));
    await run(id);
    await expectWhole(id, after);
  });

  it('gives no number that R2 knows, and leaves to others what others have put there', async () => {
    const { id } = await projectWithBlocks(SPECS);
    const before = await recordsOf(id);
    const folder = `archive/${id}/2026/10/18`;
    await env.STORE.put(`${folder}/batch-0001.ndjson.gz`, 'of another', { customMetadata: { archive: 'arc_other' } });
    await env.STORE.put(`${folder}/batch-0007.ndjson.gz`, 'of nobody');
    expect(await run(id)).toMatchObject({ objects: 1, failed: 0 });
    expect(await keysOf(id)).toEqual(['batch-0008.ndjson.gz']);
    expect(await recordsOf(id)).toEqual(before);
    expect(await textOf(`${folder}/batch-0001.ndjson.gz`)).toBe('of another');
    expect(await textOf(`${folder}/batch-0007.ndjson.gz`)).toBe('of nobody');
    expect(await archiveObjects.named(at(BACK_MS), [`${folder}/batch-0007.ndjson.gz`])).toEqual(new Set());
  });

  it('to before blocks were archived and an erasure leaves to the sweep an object that nothing makes again', async () => {
    const { id, blocks } = await projectWithBlocks(SPECS);
    const before = await recordsOf(id);
    const early = await snapshot(TABLES);
    await run(id, NOW_MS);
    await eraseIn(id, [blocks[1] as SealedBlock]);
    await restore(early);
    await run(id);
    expect(await recordsOf(id)).toEqual(before);
    const [stray = '', ...others] = await strayKeys(id);
    expect([stray.split('/').pop(), others]).toEqual(['batch-0002.ndjson.gz', []]);
    expect(await archiveObjects.named(at(BACK_MS), [stray])).toEqual(new Set());
    // The next object of the day does not meet it.
    await eraseIn(id, [blocks[2] as SealedBlock], BACK_MS);
    expect(await keysOf(id)).toEqual(['batch-0003.ndjson.gz']);
    expect(await strayKeys(id)).toEqual([stray]);
  });

  it('takes over many objects in several bounded runs, and archives nothing of the project before it is done', async () => {
    const HOUR_MS = 3_600_000;
    const sealed = Array.from({ length: 14 }, (_, i) => ({
      ts: OLD + i * 1_000,
      sealedAtMs: NOW_MS + i * 2 * HOUR_MS,
    }));
    const { id } = await projectWithBlocks([
      ...sealed,
      { ts: OLD, stream: 'spans', sealedAtMs: BACK_MS - 2 * HOUR_MS },
    ]);
    const before = await recordsOf(id);
    const early = await snapshot(TABLES);
    for (const { sealedAtMs } of sealed) await run(id, sealedAtMs + HOUR_MS);
    expect(await keysOf(id)).toHaveLength(14);
    await restore(early);
    expect(await run(id)).toMatchObject({ objects: 0, failed: 0, done: false });
    expect(await keysOf(id)).toHaveLength(12);
    expect(await run(id)).toMatchObject({ objects: 1, failed: 0, done: true });
    expect((await keysOf(id)).at(-1)).toBe('batch-0015.ndjson.gz');
    await expectWhole(id, before);
  });

  it('keeps for the sweep what a manifest names and no row does', async () => {
    const { id } = await projectWithBlocks(SPECS);
    const early = await snapshot(TABLES);
    await run(id, NOW_MS);
    const [archive] = await archivesOf(id);
    await restore(early);
    const key = archive?.object_key ?? '';
    expect(await archiveObjects.named(at(BACK_MS), [key])).toEqual(new Set([key]));
  });

  it('forgets nothing where the object that took the place holds other blocks, and says so until it is seen to', async () => {
    const { id, blocks } = await projectWithBlocks(SPECS);
    await run(id, NOW_MS);
    await coolArchives(at(NOW_MS + DAY_MS));
    const early = await snapshot(TABLES);
    await eraseIn(id, [blocks[1] as SealedBlock]);
    const after = await recordsOf(id);
    await restore(early);
    // One of its blocks is not what it was when it was archived.
    await env.DB.prepare(`UPDATE blocks SET last_seq = last_seq + 1 WHERE id = ?1`).bind(blocks[1]?.index.id).run();
    expect(await run(id)).toMatchObject({ failed: 1, done: true });
    const sql = 'SELECT count(*) AS n FROM blocks WHERE project_id = ?1';
    expect(await env.DB.prepare(sql).bind(id).first()).toEqual({ n: 3 });
    const told = `SELECT detail FROM notices WHERE instr(id, 'archive_repair/' || ?1) > 0`;
    expect(await env.DB.prepare(told).bind(id).first()).toMatchObject({
      detail: expect.stringContaining('is gone, and which blocks'),
    });
    await env.DB.prepare(`UPDATE blocks SET last_seq = last_seq - 1 WHERE id = ?1`).bind(blocks[1]?.index.id).run();
    expect(await run(id)).toMatchObject({ failed: 0 });
    await expectWhole(id, after);
  });

  it('dies at any step of its repair, and the next run finishes it', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: async () => {
        const { id, blocks } = await projectWithBlocks(SPECS);
        await run(id, NOW_MS);
        await coolArchives(at(NOW_MS + DAY_MS));
        const early = await snapshot(TABLES);
        await eraseIn(id, [blocks[1] as SealedBlock]);
        const after = await recordsOf(id);
        await restore(early);
        return { id, after };
      },
      act: (faulty, { id }) => moveBlocks(at(BACK_MS, { env: faulty }), { projectId: id, isPatient: false }),
      check: async ({ id, after }, place) => {
        await run(id, BACK_MS + 300_000);
        expect(await keysOf(id), place).toEqual(['batch-0002.ndjson.gz']);
        expect(await recordsOf(id), place).toEqual(after);
        expect(await strayKeys(id), place).toEqual([]);
      },
    });
    expect(boundaries).toBeGreaterThan(20);
  });
});
