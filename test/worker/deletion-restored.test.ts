import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { coolArchives } from '../../src/archive/keep/cool.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { findRequest } from '../../src/compliance/deletions/store/request-store.ts';
import { eraseDue, replayLedger } from '../../src/compliance/index.ts';
import { createProject } from '../helpers/worker/accounts.ts';
import { recordsOf, strayKeys } from '../helpers/worker/archive.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { askDeletion, eraseWhole } from '../helpers/worker/deletions.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';
import { restore, snapshot } from '../helpers/worker/time-travel.ts';

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
const JANE = { userIds: ['usr-jane-4711'], identifiers: ['jane@example.com'] };
const TABLES = [
  ...['deletion_requests', 'deletion_holds', 'deletion_steps', 'deletion_work', 'deletion_samples', 'deletion_days'],
  ...['erasure_ledger', 'erasure_replay', 'blocks', 'block_payloads', 'block_filters', 'block_epochs'],
  ...['archives', 'archive_numbers', 'archive_manifests', 'warehouse_files', 'notices'],
];

const messages = async (projectId: string) => (await everyRecord(projectId)).map(({ message }) => message).sort();
const run = (projectId: string, nowMs: number) => moveBlocks(testCtx({ nowMs }), { projectId, isPatient: false });

/** Two days of which her records are in the archive, one block of today, and nothing of the old ones in the database. */
async function archived(): Promise<{ projectId: string; nowMs: number; early: Awaited<ReturnType<typeof snapshot>> }> {
  const { id: projectId } = await createProject();
  const nowMs = Date.now();
  for (const ts of [nowMs - 60 * DAY_MS, nowMs - 50 * DAY_MS]) {
    await put(projectId, [
      { ts, message: 'hers', userId: 'usr-jane-4711' },
      { ts: ts + 1, message: 'of others' },
    ]);
    await seal(projectId);
  }
  const early = await snapshot(TABLES);
  await run(projectId, nowMs + 2 * HOUR_MS);
  await put(projectId, [{ ts: nowMs, message: 'of today' }]);
  await seal(projectId);
  await coolArchives(testCtx({ nowMs: nowMs + 2 * DAY_MS }));
  return { projectId, nowMs: nowMs + 3 * DAY_MS, early };
}

describe('an erasure of archived records, where the database is set back', () => {
  it.each(['the archive', 'the ledger'])(
    'to before it, is carried out again and everybody else is found, whichever job comes first: %s',
    async (first) => {
      vi.spyOn(console, 'error').mockImplementation(() => undefined);
      const { projectId, nowMs } = await archived();
      const before = await snapshot(TABLES);
      const id = await askDeletion(projectId, { ...JANE, nowMs });
      await eraseWhole(id, nowMs);
      const left = ['of others', 'of others', 'of today'];
      expect(await messages(projectId)).toEqual(left);
      await restore(before);
      await expect(everyRecord(projectId)).rejects.toThrow();

      const laterMs = nowMs + DAY_MS;
      if (first === 'the archive') await run(projectId, laterMs);
      expect(await replayLedger(testCtx({ nowMs: laterMs }))).toMatchObject({ replayed: 1 });
      if (first === 'the ledger') {
        // It meets objects that are gone, and waits.
        await eraseDue(testCtx({ nowMs: laterMs }));
        expect((await findRequest(env.DB, id))?.state).toBe('running');
        await run(projectId, laterMs + 60_000);
      }
      await eraseWhole(id, laterMs + 10 * 60_000);
      expect(await messages(projectId)).toEqual(left);
      expect(await recordsOf(projectId)).toHaveLength(3);
      expect(await strayKeys(projectId)).toEqual([]);
      expect(await replayLedger(testCtx({ nowMs: laterMs + DAY_MS }))).toMatchObject({ replayed: 0, corrected: 0 });
    },
  );

  it('to before the records were archived, is carried out again and no number is fought over', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const { projectId, nowMs, early } = await archived();
    const id = await askDeletion(projectId, { ...JANE, nowMs });
    await eraseWhole(id, nowMs);
    await restore(early);
    const laterMs = nowMs + DAY_MS;
    expect(await replayLedger(testCtx({ nowMs: laterMs }))).toMatchObject({ replayed: 1 });
    expect(await run(projectId, laterMs)).toMatchObject({ failed: 0, objects: 2 });
    await eraseWhole(id, laterMs + 60_000);
    await run(projectId, laterMs + DAY_MS);
    await coolArchives(testCtx({ nowMs: laterMs + 3 * DAY_MS }));
    // The journal believes that it has sealed what came that day; what it holds of it, it tells no more.
    expect(await messages(projectId)).toEqual(['of others', 'of others']);
    expect(await recordsOf(projectId)).toHaveLength(2);
    // The same blocks, and the same records erased in them: the objects of before are theirs again.
    expect(await strayKeys(projectId)).toEqual([]);
  });
});
