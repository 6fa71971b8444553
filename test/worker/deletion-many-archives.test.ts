import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { Budget } from '../../src/compliance/deletions/run/budget.ts';
import type { RecordsCursor } from '../../src/compliance/deletions/steps/records/cursor.ts';
import { findRequest } from '../../src/compliance/deletions/store/request-store.ts';
import { stepsOf } from '../../src/compliance/deletions/store/step-store.ts';
import { workOf } from '../../src/compliance/deletions/store/work-store.ts';
import { eraseDue, replayLedger } from '../../src/compliance/index.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { archivesOf, recordsOf, strayKeys } from '../helpers/worker/archive.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { askDeletion, eraseWhole } from '../helpers/worker/deletions.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';
import { restore, snapshot } from '../helpers/worker/time-travel.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JANE = { userIds: ['usr-jane-4711'] };
const TABLES = [
  ...['deletion_requests', 'deletion_holds', 'deletion_steps', 'deletion_work', 'deletion_samples', 'deletion_days'],
  ...['erasure_ledger', 'erasure_replay', 'blocks', 'block_payloads', 'block_filters', 'block_epochs'],
  ...['archives', 'archive_numbers', 'archive_manifests'],
];

/** An archive for each day, each of blocks in which she is and blocks in which she is not. */
async function days(count: number, blocksOfDay = 3): Promise<string> {
  const { id: projectId } = await createProject();
  const nowMs = Date.now();
  for (let day = 0; day < count; day++) {
    for (let block = 0; block < blocksOfDay; block++) {
      const ts = nowMs - (90 - day) * DAY_MS + block;
      const hers = block === 1 ? [] : [{ ts, message: 'hers', userId: 'usr-jane-4711' }];
      await put(projectId, [{ ts, message: `of others, day ${day}, block ${block}` }, ...hers]);
      await seal(projectId);
    }
  }
  const moved = await moveBlocks(testCtx({ nowMs: nowMs + 2 * HOUR_MS }), { projectId, isPatient: false });
  expect(moved).toMatchObject({ objects: count, failed: 0 });
  return projectId;
}

const messages = async (projectId: string): Promise<string[]> =>
  (await everyRecord(projectId)).map(({ message }) => message).sort();

const recordsStep = async (id: string) =>
  (await stepsOf(env.DB, [id])).get(id)?.find(({ category }) => category === 'records');

describe('an erasure from many archives', () => {
  it('makes each object anew once, gets on with every run, and goes on behind what is done', async () => {
    const projectId = await days(12);
    const before = (await messages(projectId)).filter((message) => message !== 'hers');
    const old = new Set((await archivesOf(projectId)).map(({ id }) => id));
    const id = await askDeletion(projectId, JANE);
    const start = Date.now();
    const seen: { objects: number; seq: number; progress: number }[] = [];
    for (let run = 0; run < 40; run++) {
      // Of so few calls a run makes one or two objects.
      await eraseDue(testCtx({ nowMs: start + run * 120_000 }), new Budget({ calls: 80, ms: 60_000, bytes: 2 ** 30 }));
      const work = (await workOf(env.DB, id)).get('records');
      const cursor = work?.cursor as RecordsCursor | undefined;
      if (!work || cursor?.phase !== 'scan') break;
      seen.push({ objects: work.counts.objects ?? 0, seq: cursor.seq, progress: work.progress ?? 0 });
    }
    expect(seen.length).toBeGreaterThan(4);
    for (const [i, now] of seen.entries()) {
      const last = seen[i - 1] ?? { objects: 0, seq: 0, progress: -1 };
      expect(now.objects, JSON.stringify(seen)).toBeGreaterThan(last.objects);
      expect(now.seq, JSON.stringify(seen)).toBeGreaterThan(last.seq);
      expect(now.progress, JSON.stringify(seen)).toBeGreaterThan(last.progress);
    }
    await eraseWhole(id, start + DAY_MS);
    expect((await recordsStep(id))?.counts).toMatchObject({ records: 24, blocks: 24, objects: 12 });
    expect(await messages(projectId)).toEqual(before);
    await recordsOf(projectId);
    expect((await archivesOf(projectId)).filter((archive) => old.has(archive.id))).toEqual([]);
    expect(await strayKeys(projectId)).toEqual([]);
  });

  it('is not kept from the others by an object that is damaged, and is not done before that is whole again', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const projectId = await days(4, 2);
    await env.DB.prepare('DELETE FROM block_payloads WHERE block_id IN (SELECT id FROM blocks WHERE project_id = ?1)')
      .bind(projectId)
      .run();
    const [, damaged] = await archivesOf(projectId);
    const key = damaged?.object_key ?? '';
    const whole = new Uint8Array((await (await env.STORE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
    // The last block, in which she is not.
    const broken = whole.slice();
    broken.fill(0, broken.length - 12);
    await env.STORE.put(key, broken);
    const id = await askDeletion(projectId, JANE);
    const start = Date.now();
    for (let run = 0; run < 3; run++) await eraseDue(testCtx({ nowMs: start + run * HOUR_MS }));
    const step = await recordsStep(id);
    expect(step).toMatchObject({ state: 'failed', problem: expect.stringContaining('could not') });
    expect((await workOf(env.DB, id)).get('records')?.counts).toMatchObject({ records: 3, objects: 3 });
    expect((await findRequest(env.DB, id))?.state).toBe('running');
    await env.STORE.put(key, whole);
    await eraseWhole(id, start + DAY_MS);
    expect((await recordsStep(id))?.counts).toMatchObject({ records: 4, blocks: 4, objects: 4 });
    expect((await messages(projectId)).filter((message) => message === 'hers')).toEqual([]);
    expect(await messages(projectId)).toHaveLength(8);
  });

  it('is carried out again where the database was set back, once the archive has taken over what had replaced its objects', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const projectId = await days(2, 2);
    await env.DB.prepare('DELETE FROM block_payloads WHERE block_id IN (SELECT id FROM blocks WHERE project_id = ?1)')
      .bind(projectId)
      .run();
    const early = await snapshot(TABLES);
    const id = await askDeletion(projectId, JANE);
    await eraseWhole(id);
    const after = await messages(projectId);
    expect(after).toHaveLength(4);
    await restore(early);
    const start = Date.now() + HOUR_MS;
    expect(await replayLedger(testCtx({ nowMs: start }))).toMatchObject({ replayed: 1 });
    await eraseDue(testCtx({ nowMs: start }));
    expect(await recordsStep(id)).toMatchObject({ state: 'failed' });
    await moveBlocks(testCtx({ nowMs: start + HOUR_MS }), { projectId, isPatient: false });
    await eraseWhole(id, start + 2 * HOUR_MS);
    expect(await messages(projectId)).toEqual(after);
    expect(await strayKeys(projectId)).toEqual([]);
  });
});
