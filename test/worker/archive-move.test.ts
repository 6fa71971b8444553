import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { compactBlocks } from '../../src/blocks/index.ts';
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
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';

const OLD = NOW_MS - 40 * DAY_MS;
/** Two days and two streams: three objects. */
const SPECS: BlockSpec[] = [
  { ts: OLD },
  { ts: OLD + 60_000, records: 3 },
  { ts: OLD + 1_000, stream: 'spans' },
  { ts: OLD + DAY_MS },
];

// What a run that died has not done is in the log.
beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

describe('the archive job', () => {
  it('moves whole blocks past the hot period to one object a day and stream, and keeps their payloads for a day', async () => {
    const { id, blocks } = await projectWithBlocks([...SPECS, { ts: NOW_MS - 29 * DAY_MS }]);
    const before = await recordsOf(id);
    const counts = await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
    expect(counts).toMatchObject({
      objects: 3,
      blocks: 4,
      records: 9,
      failed: 0,
      damaged: 0,
      done: true,
      manifests: 2,
    });
    expect(await archivesOf(id)).toMatchObject([
      { object_key: `archive/${id}/2026/10/18/batch-0001.ndjson.gz`, state: 'current', blocks: 2 },
      { object_key: `archive/${id}/2026/10/18/batch-0002.ndjson.gz`, state: 'current', blocks: 1 },
      { object_key: `archive/${id}/2026/10/19/batch-0001.ndjson.gz`, state: 'current', blocks: 1 },
    ]);
    expect(await recordsOf(id)).toEqual(before);
    expect(await payloadsOf(id)).toBe(5);
    expect(await strayKeys(id)).toEqual([]);
    const object = await env.STORE.get(`archive/${id}/2026/10/18/batch-0001.ndjson.gz`);
    const members = [blocks[0]?.gzip, blocks[1]?.gzip].map((gzip) => Buffer.from(gzip ?? []));
    expect(Buffer.from(await (object as R2ObjectBody).arrayBuffer()).equals(Buffer.concat(members))).toBe(true);
    expect(object?.httpMetadata).toMatchObject({ contentType: 'application/x-ndjson' });
    expect(object?.httpMetadata?.contentEncoding).toBeUndefined();
  });

  it('changes nothing when it is repeated, and two runs at once leave what one leaves', async () => {
    const { id } = await projectWithBlocks(SPECS);
    const before = await recordsOf(id);
    const run = () => moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
    await Promise.all([run(), run()]);
    expect(await run()).toMatchObject({ objects: 0, blocks: 0, failed: 0 });
    expect(await recordsOf(id)).toEqual(before);
    expect(await archivesOf(id)).toMatchObject([{ state: 'current' }, { state: 'current' }, { state: 'current' }]);
    expect(await strayKeys(id)).toEqual([]);
  });

  it('brings others to their end beside a project whose chain of manifests is broken', async () => {
    const days = Array.from({ length: 12 }, (_, day) => ({ ts: OLD - day * DAY_MS }));
    const broken = await projectWithBlocks(days);
    await env.STORE.put(`archive/${broken.id}/manifests/1.json`, 'not a version');
    const other = await projectWithBlocks([{ ts: OLD }]);
    await env.DB.prepare(
      `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, sources)
       SELECT 'arc_' || value, ?1, '2026-01-' || value, 1, 'logs', 'current', 'none/' || ?1 || value, 1, 1, 1, 1, 0, 0, '', 'Standard', value, '[]'
       FROM json_each('[10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29]')`,
    )
      .bind(broken.id)
      .run();
    await moveBlocks(at(NOW_MS), { projectId: null, isPatient: true });
    expect(await archivesOf(other.id)).toMatchObject([{ state: 'current', manifest_sequence: 1 }]);
    await env.DB.prepare('DELETE FROM archives WHERE project_id = ?1').bind(broken.id).run();
    await env.DB.prepare('DELETE FROM blocks WHERE project_id = ?1').bind(broken.id).run();
  });

  it('leaves blocks alone that were sealed within the hour, and archived ones are not compacted', async () => {
    const { id } = await projectWithBlocks([
      { ts: OLD },
      { ts: OLD + 60_000 },
      { ts: OLD + 90_000, sealedAtMs: NOW_MS },
    ]);
    const before = await recordsOf(id);
    expect(await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true })).toMatchObject({ blocks: 2 });
    await compactBlocks(at(NOW_MS + 600_000));
    expect(await recordsOf(id)).toEqual(before);
    const { results } = await env.DB.prepare('SELECT id FROM blocks WHERE project_id = ?1').bind(id).all();
    expect(results).toHaveLength(3);
  });

  it('dies at any step without losing or doubling a record, and leaves no object that no row knows', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: async () => {
        const { id } = await projectWithBlocks(SPECS.slice(0, 2));
        return { id, before: await recordsOf(id) };
      },
      act: (faulty, { id }) => moveBlocks(at(NOW_MS, { env: faulty }), { projectId: id, isPatient: true }),
      check: async ({ id, before }, place) => {
        expect(await recordsOf(id), place).toEqual(before);
        await moveBlocks(at(NOW_MS + 300_000), { projectId: id, isPatient: true });
        expect(await recordsOf(id), place).toEqual(before);
        expect(await strayKeys(id), place).toEqual([]);
        const [archive, ...others] = await archivesOf(id);
        expect(archive, place).toMatchObject({ state: 'current', blocks: 2, manifest_sequence: expect.any(Number) });
        expect(others, place).toEqual([]);
      },
    });
    expect(boundaries).toBeGreaterThan(30);
  });
});
