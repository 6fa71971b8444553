import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { makeWarehouse } from '../../src/archive/index.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import { auditedBatch } from '../../src/audit/index.ts';
import { listBlocks } from '../../src/blocks/index.ts';
import { type LedgerObject, ledgerKey, replayCursor } from '../../src/compliance/deletions/store/ledger-store.ts';
import { findRequest } from '../../src/compliance/deletions/store/request-store.ts';
import { replayLedger } from '../../src/compliance/index.ts';
import type { Env } from '../../src/env.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { archivesOf, recordsOf, strayKeys } from '../helpers/worker/archive.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { askDeletion, dumpEverything, eraseWhole } from '../helpers/worker/deletions.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const JANE = { userIds: ['usr-jane-4711'], identifiers: ['jane@example.com'] };
const TRACES = /usr-jane-4711|jane@example\.com/i;

const textOf = async (projectId: string): Promise<string[]> =>
  (await everyRecord(projectId)).map((record) => JSON.stringify(record)).sort();
const others = (texts: readonly string[]): string[] => texts.filter((text) => !TRACES.test(text));

/** Blocks of two old days in archives, one of today in the database, and a tail. */
async function spread(): Promise<{ projectId: string; before: string[] }> {
  const { id: projectId } = await createProject();
  const nowMs = Date.now();
  const old = nowMs - 60 * DAY_MS;
  for (const ts of [old, old + 1_000, old + DAY_MS]) {
    await put(projectId, [
      { ts, message: `of others ${ts}` },
      { ts: ts + 1, message: 'hers', userId: 'usr-jane-4711' },
      { ts: ts + 2, message: `more of others ${ts}` },
    ]);
    await seal(projectId);
  }
  // A day on which nobody names her.
  await put(projectId, [{ ts: old + 2 * DAY_MS, message: 'a day without her' }]);
  await seal(projectId);
  const moved = await moveBlocks(testCtx({ nowMs: nowMs + 2 * HOUR_MS }), { projectId, isPatient: false });
  expect(moved).toMatchObject({ objects: 3, blocks: 4, failed: 0 });
  await put(projectId, [
    { ts: nowMs, message: 'a mail to Jane@example.com' },
    { ts: nowMs, message: 'of today' },
  ]);
  await seal(projectId);
  await put(projectId, [
    { ts: nowMs, message: 'in the tail' },
    { ts: nowMs, message: 'x', userId: 'usr-jane-4711' },
  ]);
  return { projectId, before: others(await textOf(projectId)) };
}

interface State {
  projectId: string;
  before: string[];
  id: string;
  nowMs: number;
}

/** The same in small, because it is made a hundred times: one object of two blocks, a block of today, a tail. */
async function little(): Promise<{ projectId: string; before: string[] }> {
  const { id: projectId } = await createProject();
  const nowMs = Date.now();
  const old = nowMs - 60 * DAY_MS;
  const hers = { message: 'hers', userId: 'usr-jane-4711' };
  for (const ts of [old, old + 1_000]) {
    await put(projectId, [{ ts, message: `of others ${ts}` }, ...(ts === old ? [{ ts, ...hers }] : [])]);
    await seal(projectId);
  }
  await moveBlocks(testCtx({ nowMs: nowMs + 2 * HOUR_MS }), { projectId, isPatient: false });
  await put(projectId, [
    { ts: nowMs, ...hers },
    { ts: nowMs, message: 'of today' },
  ]);
  await seal(projectId);
  await put(projectId, [
    { ts: nowMs, message: 'in the tail' },
    { ts: nowMs, ...hers },
  ]);
  return { projectId, before: others(await textOf(projectId)) };
}

describe('an erasure from archives', () => {
  it('makes the objects anew that name the person, leaves the others alone, and signs the days again', async () => {
    const { projectId, before } = await spread();
    const archives = await archivesOf(projectId);
    const settings = {
      hotDays: 30,
      retentionDays: 3_000,
      retentionDaysByStream: {},
      infrequentAfterDays: 90,
      warehouse: true,
    };
    await auditedBatch(testCtx(), [
      env.DB.prepare(
        'INSERT INTO archive_settings (project_id, settings, version, changed_at_ms, changed_by) VALUES (?1, ?2, 1, 1, ?3)',
      ).bind(projectId, JSON.stringify(settings), 'usr_test'),
    ]);
    await makeWarehouse(testCtx());
    const files = async () => (await env.STORE.list({ prefix: `warehouse/${projectId}/` })).objects.length;
    expect(await files()).toBe(3);
    const id = await askDeletion(projectId, JANE);
    await eraseWhole(id);
    expect(await files()).toBe(1);
    await makeWarehouse(testCtx());
    expect(await files()).toBe(3);

    expect(await textOf(projectId)).toEqual(before);
    await recordsOf(projectId);
    const after = await archivesOf(projectId);
    expect(after.map(({ state }) => state)).toEqual(['current', 'current', 'current']);
    const kept = archives.filter((old) => after.some((one) => one.id === old.id));
    expect(kept).toHaveLength(1);
    for (const gone of archives.filter((old) => !kept.includes(old)))
      expect(await env.STORE.head(gone.object_key)).toBeNull();
    expect(await strayKeys(projectId)).toEqual([]);
    const { results } = await env.DB.prepare(
      `SELECT reason FROM archive_manifests WHERE project_id = ?1 ORDER BY sequence DESC LIMIT 2`,
    )
      .bind(projectId)
      .all();
    expect(results).toEqual([{ reason: 'erased' }, { reason: 'erased' }]);
    expect((await dumpEverything(projectId)).split('\n').filter((line) => TRACES.test(line))).toEqual([]);

    const receipt = await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: await signInAs('admin') });
    expect(receipt.body.erased[0]).toMatchObject({
      ...{ category: 'records', counts: { records: 5, blocks: 5, objects: 2, warehouseFiles: 2 } },
    });
    const sequences = (await listBlocks(env.DB, projectId, { fromMs: -8.64e15, toMs: 8.64e15, stream: null })).map(
      ({ firstSeq, lastSeq }) => [firstSeq, lastSeq],
    );
    expect(sequences.sort(([a = 0], [b = 0]) => a - b)).toEqual([
      [1, 3],
      [4, 6],
      [7, 9],
      [10, 10],
      [11, 12],
      [13, 14],
    ]);
  });

  it('waits for objects that are on their way, which may hold what was there before', async () => {
    const { id: projectId } = await createProject();
    const ts = Date.now() - 60 * DAY_MS;
    await put(projectId, [
      { ts, message: 'hers', userId: 'usr-jane-4711' },
      { ts, message: 'of others' },
    ]);
    await seal(projectId);
    const id = await askDeletion(projectId, JANE);
    // The archive has put its object when the erasure rewrites the block, and dies.
    const real = env.STORE.put.bind(env.STORE);
    const bucket = new Proxy(env.STORE, {
      get: (target, name) => {
        const value = Reflect.get(target, name);
        if (name !== 'put') return typeof value === 'function' ? value.bind(target) : value;
        return async (...put: Parameters<R2Bucket['put']>) => {
          await real(...put);
          throw new Error('dead');
        };
      },
    });
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const nowMs = Date.now() + 2 * HOUR_MS;
    await moveBlocks(testCtx({ env: { ...env, STORE: bucket }, nowMs }), { projectId, isPatient: false });
    expect((await archivesOf(projectId)).map(({ state }) => state)).toEqual(['writing']);
    await expect(eraseWhole(id, nowMs)).rejects.toThrow(/on their way|being written/);
    await moveBlocks(testCtx({ nowMs: nowMs + HOUR_MS }), { projectId, isPatient: false });
    await eraseWhole(id, nowMs + 4 * HOUR_MS);
    expect((await textOf(projectId)).map((text) => JSON.parse(text).message)).toEqual(['of others']);
    expect((await dumpEverything(projectId)).split('\n').filter((line) => TRACES.test(line))).toEqual([]);
    expect(await strayKeys(projectId)).toEqual([]);
  });
});

describe('a death between any two calls to a store', () => {
  it('loses nothing of others, brings nothing back, and leaves a ledger that is true', async () => {
    vi.spyOn(console, 'error').mockImplementation(() => undefined);
    vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const steps = {
      prepare: async () => {
        const state = await little();
        return { ...state, id: await askDeletion(state.projectId, JANE), nowMs: Date.now() };
      },
      act: (faulty: Env, { id, nowMs }: State) => eraseWhole(id, nowMs, faulty),
      check: async ({ projectId, before, id, nowMs }: State, place: string) => {
        // At the boundary itself: nobody else has lost a line, wherever it lies.
        expect(others(await textOf(projectId)), place).toEqual(before);
        await recordsOf(projectId);
        // The other job that goes on: what of the archive is on its way comes to rest.
        await moveBlocks(testCtx({ nowMs: nowMs + HOUR_MS }), { projectId, isPatient: true });
        await eraseWhole(id, nowMs + HOUR_MS);
        // A listing is in pages, one a run.
        do await replayLedger(testCtx({ nowMs: nowMs + 2 * HOUR_MS }));
        while ((await replayCursor(env.DB)) !== null);
        expect(await textOf(projectId), place).toEqual(before);
        expect(await strayKeys(projectId), place).toEqual([]);
        const request = await findRequest(env.DB, id);
        const ledger = await (await env.STORE.get(ledgerKey(id)))?.json<LedgerObject>();
        expect(ledger, place).toMatchObject({ executedAtMs: request?.executedAtMs, request: { id } });
        const counts = await env.DB.prepare(
          `SELECT counts FROM deletion_steps WHERE request_id = ?1 AND category = 'records'`,
        )
          .bind(id)
          .first<{ counts: string }>();
        expect(JSON.parse(counts?.counts ?? '{}'), place).toMatchObject({ records: 3, blocks: 3, objects: 1 });
        // Each replay lists all that there is.
        await env.STORE.delete(ledgerKey(id));
      },
    };
    const boundaries = await atEachFaultPoint(env, steps, { betweenCalls: true });
    expect(boundaries, `of ${boundaries}`).toBeGreaterThan(80);
  }, 1_200_000);
});
