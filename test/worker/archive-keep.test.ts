import { env } from 'cloudflare:workers';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { coolArchives } from '../../src/archive/keep/cool.ts';
import { expireArchives } from '../../src/archive/keep/expire.ts';
import { reclassArchives } from '../../src/archive/keep/reclass.ts';
import { readManifest } from '../../src/archive/manifest/manifest.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { insertHold } from '../../src/archive/registers/hold-store.ts';
import { saveSettingsStatement } from '../../src/archive/registers/settings-store.ts';
import { auditedBatch } from '../../src/audit/index.ts';
import { parseConfig } from '../../src/env.ts';
import { type ArchiveSettings, DEFAULT_RETENTION_DAYS } from '../../src/wire/archive.ts';
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

const OLD = NOW_MS - 40 * DAY_MS;
const SPECS: BlockSpec[] = [{ ts: OLD }, { ts: OLD + 60_000 }];
const DAY = '2026/10/18';
/** Past the day that payloads stay after they were archived. */
const COLD_MS = NOW_MS + DAY_MS;
/** Past the retention of all but what the tests change. */
const EXPIRED_MS = OLD + (DEFAULT_RETENTION_DAYS + 1) * DAY_MS;

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

/** A project whose blocks are archived. */
async function archived(specs = SPECS): Promise<{ id: string; before: Awaited<ReturnType<typeof recordsOf>> }> {
  const { id } = await projectWithBlocks(specs);
  const before = await recordsOf(id);
  await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
  return { id, before };
}

/** The jobs go over all projects: what a test leaves behind must not be work for the next. */
async function clear(id: string): Promise<void> {
  await env.DB.batch([
    env.DB.prepare('DELETE FROM archives WHERE project_id = ?1').bind(id),
    env.DB.prepare('DELETE FROM block_payloads WHERE block_id LIKE ?1').bind(`${id}.%`),
    env.DB.prepare('DELETE FROM blocks WHERE project_id = ?1').bind(id),
  ]);
}

async function dayManifest(id: string) {
  const object = await env.STORE.get(`archive/${id}/${DAY}/manifest.json`);
  return readManifest(new Uint8Array((await object?.arrayBuffer()) as ArrayBuffer));
}

async function setSettings(projectId: string, settings: Partial<ArchiveSettings>): Promise<void> {
  const ctx = at(NOW_MS);
  const all = { hotDays: 30, retentionDays: DEFAULT_RETENTION_DAYS, retentionDaysByStream: {} };
  const whole = { ...all, infrequentAfterDays: 90, warehouse: false, ...settings };
  await auditedBatch(ctx, [saveSettingsStatement(env.DB, projectId, whole, { nowMs: NOW_MS, by: 'test' })]);
}

async function hold(projectId: string, rest: { stream?: 'spans'; toMs?: number } = {}): Promise<void> {
  const by = { createdAtMs: NOW_MS, createdBy: 'usr_1', createdByName: 'ada', releasedAtMs: null };
  const what = { stream: null, fromMs: 0, toMs: null, reason: 'a case', ...rest };
  await auditedBatch(at(NOW_MS), [insertHold(env.DB, { id: `hld_${projectId}`, projectId, ...what, ...by }, 10)]);
}

describe('cooling', () => {
  it('takes payloads out of the database a day after they were archived, and searches read them from R2', async () => {
    const { id, before } = await archived();
    expect(await coolArchives(at(COLD_MS - 1))).toMatchObject({ blocks: 0 });
    expect(await payloadsOf(id)).toBe(2);
    expect(await coolArchives(at(COLD_MS))).toMatchObject({ archives: 1, blocks: 2, failed: 0 });
    expect(await payloadsOf(id)).toBe(0);
    expect(await recordsOf(id)).toEqual(before);
    expect(await coolArchives(at(COLD_MS))).toMatchObject({ archives: 0, blocks: 0 });
    await clear(id);
  });

  it('does not wait where the database is nearly full, and blocks move earlier too', async () => {
    const { id } = await projectWithBlocks([...SPECS, { ts: NOW_MS - 3 * DAY_MS }]);
    const full = at(NOW_MS, { config: { ...parseConfig(env), databaseLimitBytes: 10_000 } });
    expect(await moveBlocks(full, { projectId: id, isPatient: true })).toMatchObject({ blocks: 3 });
    expect(await coolArchives(full)).toMatchObject({ blocks: 3 });
    expect(await payloadsOf(id)).toBe(0);
    await clear(id);
  });

  it('keeps the payloads of an object that is not there, and tells the operators', async () => {
    const { id } = await archived();
    const [archive] = await archivesOf(id);
    await env.STORE.delete(archive?.object_key ?? '');
    expect(await coolArchives(at(COLD_MS))).toMatchObject({ blocks: 0, failed: 1 });
    expect(await coolArchives(at(COLD_MS))).toMatchObject({ blocks: 0, failed: 0 });
    expect(await payloadsOf(id)).toBe(2);
    expect((await archivesOf(id))[0]?.problem).toBe('The object is not there.');
    const sql = `SELECT severity FROM notices WHERE id LIKE 'archive.failed/' || ?1 || '/%'`;
    expect(await env.DB.prepare(sql).bind(archive?.id).first()).toEqual({ severity: 'critical' });
    await clear(id);
  });

  it('dies at any step without losing a record', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: () => archived(),
      act: (faulty) => coolArchives(at(COLD_MS, { env: faulty })),
      check: async ({ id, before }, place) => {
        expect(await recordsOf(id), place).toEqual(before);
        await coolArchives(at(COLD_MS));
        expect(await recordsOf(id), place).toEqual(before);
        expect(await payloadsOf(id), place).toBe(0);
        await clear(id);
      },
    });
    expect(boundaries).toBeGreaterThanOrEqual(10);
  });
});

describe('retention', () => {
  it('deletes an archive when its time is over: blocks, object, and the manifest says so', async () => {
    const { id, before } = await archived();
    const [archive] = await archivesOf(id);
    expect(await expireArchives(at(OLD + 61_000 + DEFAULT_RETENTION_DAYS * DAY_MS))).toMatchObject({ expired: 0 });
    expect(await recordsOf(id)).toEqual(before);
    expect(await expireArchives(at(EXPIRED_MS))).toMatchObject({ expired: 1, records: 4, deleted: 1, failed: 0 });
    expect(await recordsOf(id)).toEqual([]);
    expect(await archivesOf(id)).toEqual([]);
    for (const table of ['block_payloads', 'block_filters']) {
      const sql = `SELECT block_id FROM ${table} WHERE block_id LIKE ?1`;
      expect((await env.DB.prepare(sql).bind(`${id}.%`).all()).results, table).toEqual([]);
    }
    expect(await env.STORE.head(archive?.object_key ?? '')).toBeNull();
    expect(await dayManifest(id)).toMatchObject({
      reason: 'expired',
      sequence: 2,
      batches: [],
      records: 0,
      minTs: null,
    });
    expect(await auditOf(archive?.id ?? '')).toMatchObject([{ action: 'archive.expire', detail: { records: 4 } }]);
    expect(await strayKeys(id)).toEqual([]);
  });

  it('differs by stream, and gives no number of a day twice', async () => {
    const { id } = await archived([{ ts: OLD }, { ts: OLD + 1_000, stream: 'spans' }]);
    await setSettings(id, { retentionDaysByStream: { spans: 60 } });
    expect(await expireArchives(at(OLD + 61 * DAY_MS))).toMatchObject({ expired: 1 });
    expect(await archivesOf(id)).toMatchObject([{ object_key: `archive/${id}/${DAY}/batch-0001.ndjson.gz` }]);
    const { results } = await env.DB.prepare('SELECT last FROM archive_numbers WHERE project_id = ?1').bind(id).all();
    expect(results).toEqual([{ last: 2 }]);
    await clear(id);
  });

  it('leaves what a legal hold covers, for as long as it does, and only that', async () => {
    const { id, before } = await archived();
    await hold(id, { toMs: OLD + 1 });
    const other = await archived();
    await hold(other.id, { toMs: OLD });
    expect(await expireArchives(at(EXPIRED_MS))).toMatchObject({ expired: 1 });
    expect(await recordsOf(id)).toEqual(before);
    expect(await recordsOf(other.id)).toEqual([]);
    await env.DB.prepare('UPDATE legal_holds SET released_at_ms = 1 WHERE project_id = ?1').bind(id).run();
    expect(await expireArchives(at(EXPIRED_MS))).toMatchObject({ expired: 1 });
    expect(await recordsOf(id)).toEqual([]);
  });

  it('dies at any step, and then all of an archive is there for readers or none of it', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: () => archived(),
      act: (faulty) => expireArchives(at(EXPIRED_MS, { env: faulty })),
      check: async ({ id, before }, place) => {
        const records = await recordsOf(id);
        if (records.length > 0) expect(records, place).toEqual(before);
        await expireArchives(at(EXPIRED_MS + 1));
        expect(await recordsOf(id), place).toEqual([]);
        expect(await archivesOf(id), place).toEqual([]);
        expect(await strayKeys(id), place).toEqual([]);
        expect(await dayManifest(id), place).toMatchObject({ reason: 'expired', batches: [] });
        const told = `SELECT count(*) AS n FROM audit WHERE project_id = ?1 AND action = 'archive.expire'`;
        expect(await env.DB.prepare(told).bind(id).first(), place).toEqual({ n: 1 });
      },
    });
    expect(boundaries).toBeGreaterThan(20);
  });
});

describe('the storage class', () => {
  const RARE_MS = OLD + 93 * DAY_MS;

  it('changes once the day is over for so long, under the same key and with the same bytes', async () => {
    const { id, before } = await archived();
    await setSettings(id, { infrequentAfterDays: 93 });
    expect(await reclassArchives(at(RARE_MS))).toMatchObject({ archives: 0 });
    await setSettings(id, { infrequentAfterDays: 92 });
    const put = vi.spyOn(env.STORE, 'put');
    expect(await reclassArchives(at(RARE_MS))).toMatchObject({ archives: 1, failed: 0 });
    expect(put.mock.calls.map(([, , options]) => options)).toMatchObject([
      { storageClass: 'InfrequentAccess', customMetadata: { archive: expect.stringMatching(/^arc_/) } },
    ]);
    expect((await archivesOf(id))[0]?.storage_class).toBe('InfrequentAccess');
    expect(await reclassArchives(at(RARE_MS))).toMatchObject({ archives: 0 });
    expect(await recordsOf(id)).toEqual(before);
    await clear(id);
  });

  it('does not bring back an object that goes while it is read', async () => {
    const { id } = await archived();
    const [archive] = await archivesOf(id);
    const put = env.STORE.put.bind(env.STORE);
    const STORE = new Proxy(env.STORE, {
      get: (bucket, name) =>
        name === 'put'
          ? async (...values: Parameters<typeof put>) => {
              await bucket.delete(archive?.object_key ?? '');
              return put(...values);
            }
          : Reflect.get(bucket, name).bind(bucket),
    });
    expect(await reclassArchives(at(RARE_MS, { env: { ...env, STORE } }))).toMatchObject({ archives: 0, failed: 1 });
    expect(await env.STORE.head(archive?.object_key ?? '')).toBeNull();
    await clear(id);
  });

  it('dies at any step without losing a record, and comes to its end with the next run', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: () => archived(),
      act: (faulty) => reclassArchives(at(RARE_MS, { env: faulty })),
      check: async ({ id, before }, place) => {
        expect(await recordsOf(id), place).toEqual(before);
        await reclassArchives(at(RARE_MS));
        expect((await archivesOf(id))[0], place).toMatchObject({ storage_class: 'InfrequentAccess', problem: null });
        expect(await recordsOf(id), place).toEqual(before);
        expect(await strayKeys(id), place).toEqual([]);
        await clear(id);
      },
    });
    expect(boundaries).toBeGreaterThanOrEqual(12);
  });
});
