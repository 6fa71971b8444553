import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { compareLedger } from '../../src/compliance/deletions/replay/compare.ts';
import { type LedgerObject, ledgerKey } from '../../src/compliance/deletions/store/ledger-store.ts';
import { findRequest, type StoredRequest } from '../../src/compliance/deletions/store/request-store.ts';
import { eraseDue, replayLedger } from '../../src/compliance/index.ts';
import { createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { askDeletion, eraseWhole } from '../helpers/worker/deletions.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';
import { restore, snapshot } from '../helpers/worker/time-travel.ts';

const DAY_MS = 86_400_000;
const JANE = { userIds: ['usr-jane-4711'], identifiers: ['jane@example.com'] };
const OWN = [
  ...['deletion_requests', 'deletion_holds', 'deletion_steps', 'deletion_work', 'deletion_samples', 'deletion_days'],
  ...['erasure_ledger', 'erasure_replay', 'blocks', 'block_payloads', 'block_filters', 'notices'],
];

const object = async (id: string) => (await env.STORE.get(ledgerKey(id)))?.json<LedgerObject>();
const messages = async (projectId: string) => (await everyRecord(projectId)).map(({ message }) => message);

async function project(): Promise<string> {
  const { id } = await createProject();
  await put(id, [
    { message: 'hers', userId: 'usr-jane-4711' },
    { message: 'of others', userId: 'usr-mary' },
  ]);
  await seal(id);
  return id;
}

describe('the ledger', () => {
  it('is written before the first delete, without the identity in the clear, and ends with the execution', async () => {
    const projectId = await project();
    const id = await askDeletion(projectId, JANE);
    expect(await object(id)).toBeUndefined();
    await eraseDue(testCtx({ nowMs: Date.now() }));
    expect(await object(id)).toMatchObject({
      format: 'breakwater-erasure/1',
      executedAtMs: null,
      request: { id, projectId },
    });
    expect(JSON.stringify(await object(id))).not.toMatch(/jane/i);
    await eraseWhole(id, Date.now() + 10 * 60_000);
    const request = await findRequest(env.DB, id);
    expect(await object(id)).toMatchObject({
      executedAtMs: request?.executedAtMs,
      restorableUntilMs: request?.restorableUntilMs,
    });
  });

  it.each([
    ['before the request was entered', 'entered'],
    ['while the request was in its grace period', 'grace'],
  ])('is carried out again where the database was set back to %s', async (_, when) => {
    const projectId = await project();
    const early = await snapshot(OWN);
    const id = await askDeletion(projectId, { ...JANE, holds: [{ category: 'caches', reason: 'a dispute' }] });
    const grace = await snapshot(OWN);
    await eraseWhole(id);
    expect(await messages(projectId)).toEqual(['of others']);
    await restore(when === 'entered' ? early : grace);
    expect(await messages(projectId)).toEqual(['hers', 'of others']);

    const nowMs = Date.now() + DAY_MS;
    expect(await replayLedger(testCtx({ nowMs }))).toMatchObject({ replayed: 1 });
    await eraseWhole(id, nowMs);
    expect(await messages(projectId)).toEqual(['of others']);
    // A restore to just before this execution could bring it back: the horizon counts from here.
    const request = await findRequest(env.DB, id);
    expect(request?.restorableUntilMs).toBeGreaterThanOrEqual(nowMs + 30 * DAY_MS);
    expect(await replayLedger(testCtx({ nowMs: nowMs + DAY_MS }))).toMatchObject({ replayed: 0, corrected: 0 });
    expect((await auditOf(id)).map(({ action }) => action)).toContain('deletion.replay');
    const receipt = await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: await signInAs('admin') });
    expect(receipt.body.held.map(({ category }: { category: string }) => category)).toEqual([
      'breach_register',
      'caches',
    ]);
  });

  it('goes on by itself where the database was set back into the middle of an execution', async () => {
    const projectId = await project();
    const id = await askDeletion(projectId, JANE);
    await eraseDue(testCtx({ nowMs: Date.now() }));
    const middle = await snapshot(OWN);
    await eraseWhole(id, Date.now() + 10 * 60_000);
    await restore(middle);
    await replayLedger(testCtx());
    await eraseWhole(id, Date.now() + 20 * 60_000);
    expect(await messages(projectId)).toEqual(['of others']);
    expect(await replayLedger(testCtx())).toMatchObject({ replayed: 0, corrected: 0 });
  });

  it('is gone on with behind what cannot be put back, which is said and tried again', async () => {
    const said = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const projectId = await project();
    const before = await snapshot(OWN);
    const id = await askDeletion(projectId, JANE);
    await eraseWhole(id);
    await restore(before);
    // In the order of a listing before every request.
    const broken = ledgerKey('del_0000000000000000');
    await env.STORE.put(broken, 'no json', { customMetadata: { executedAtMs: '' } });
    expect(await replayLedger(testCtx())).toMatchObject({ replayed: 1, failed: 1 });
    expect(said.mock.calls.flat().join()).toContain('del_0000000000000000');
    await eraseWhole(id, Date.now() + 10 * 60_000);
    expect(await messages(projectId)).toEqual(['of others']);
    expect(await replayLedger(testCtx())).toMatchObject({ replayed: 0, failed: 1 });
    await env.STORE.delete(broken);
    expect(await replayLedger(testCtx())).toMatchObject({ replayed: 0, failed: 0 });
  });

  it('is put right where a run died between the row and the object', async () => {
    const projectId = await project();
    const id = await askDeletion(projectId, JANE);
    await eraseWhole(id);
    const known = await object(id);
    await env.STORE.put(ledgerKey(id), JSON.stringify({ ...known, executedAtMs: null }), {
      customMetadata: { executedAtMs: '' },
    });
    expect(await replayLedger(testCtx())).toMatchObject({ replayed: 0, corrected: 1 });
    expect(await object(id)).toEqual(known);
  });

  it('tells by both sides what is to be done', () => {
    const request = (state: StoredRequest['state'], executedAtMs: number | null) =>
      ({ state, executedAtMs }) as StoredRequest;
    const cases: [number | null, StoredRequest | null, string][] = [
      [null, null, 'replay'],
      [5, null, 'replay'],
      [null, request('grace', null), 'replay'],
      [5, request('due', null), 'replay'],
      [5, request('cancelled', null), 'replay'],
      [null, request('running', null), 'same'],
      [5, request('running', null), 'same'],
      [5, request('done', 5), 'same'],
      [6, request('done', 5), 'replay'],
      [null, request('done', 5), 'correct'],
      [4, request('done', 5), 'correct'],
    ];
    for (const [executedAtMs, row, verdict] of cases)
      expect(compareLedger({ requestId: 'del_1', executedAtMs }, row), JSON.stringify([executedAtMs, row])).toBe(
        verdict,
      );
  });
});

describe('the clock', () => {
  it('ends the grace period, warns before the deadline and behind it, once each', async () => {
    const { id: projectId } = await createProject();
    const received = Date.parse('2026-01-31T10:00:00Z');
    const id = await askDeletion(projectId, { ...JANE, graceDays: 30, nowMs: received });
    const told = async () =>
      (
        await env.DB.prepare(`SELECT id FROM notices WHERE kind = 'deletion.deadline' AND id LIKE ?1 ORDER BY at_ms`)
          .bind(`%${id}%`)
          .all<{ id: string }>()
      ).results.map((row) => row.id.split('/')[2]);
    const at = (iso: string) => eraseDue(testCtx({ nowMs: Date.parse(iso) }));
    await at('2026-02-25T10:00:00Z');
    expect([(await findRequest(env.DB, id))?.state, await told()]).toEqual(['grace', []]);
    await at('2026-02-26T12:00:00Z');
    await at('2026-02-26T12:02:00Z');
    expect([(await findRequest(env.DB, id))?.state, await told()]).toEqual(['grace', ['near']]);
    const { graceEndsAtMs = 0, deadlineAtMs = 0 } = (await findRequest(env.DB, id)) ?? {};
    // A month from 31 January ends with 28 February in Brussels.
    expect(new Date(deadlineAtMs).toISOString()).toBe('2026-02-28T22:59:59.999Z');
    await eraseDue(testCtx({ nowMs: graceEndsAtMs - 1 }));
    expect((await findRequest(env.DB, id))?.state).toBe('grace');
    await eraseDue(testCtx({ nowMs: graceEndsAtMs }));
    expect((await findRequest(env.DB, id))?.state).toBe('running');
    await eraseDue(testCtx({ nowMs: deadlineAtMs }));
    await eraseDue(testCtx({ nowMs: deadlineAtMs + 1 }));
    expect(await told()).toEqual(['near', 'over']);
  });

  it('has the identity forgotten everywhere once nothing could bring it back, and not while something is held', async () => {
    const projectId = await project();
    const id = await askDeletion(projectId, { ...JANE, holds: [{ category: 'fraud_profile', reason: 'a dispute' }] });
    await eraseWhole(id);
    const admin = await signInAs('admin');
    const request = (await callApp('GET', `/api/compliance/deletions/${id}`, { as: admin })).body;
    await eraseDue(testCtx({ nowMs: request.restorableUntilMs + DAY_MS }));
    // The hold may be released one day; that of the register of breaches, which nobody has set, is for good.
    expect((await findRequest(env.DB, id))?.sealed).not.toBeNull();
    const hold = request.holds.find(({ category }: { category: string }) => category === 'fraud_profile');
    await callApp('POST', `/api/compliance/deletions/${id}/holds/${hold.id}/release`, { as: admin });
    const later = request.restorableUntilMs + 2 * DAY_MS;
    await eraseDue(testCtx({ nowMs: later }));
    await eraseWhole(id, later + 120_000);
    const horizon = (await findRequest(env.DB, id))?.restorableUntilMs ?? 0;
    await eraseDue(testCtx({ nowMs: horizon - 1 }));
    expect((await findRequest(env.DB, id))?.sealed).not.toBeNull();
    expect(await eraseDue(testCtx({ nowMs: horizon }))).toMatchObject({ forgotten: 1 });
    expect((await findRequest(env.DB, id))?.sealed).toBeNull();
    expect(await object(id)).toBeUndefined();
    const row = await env.DB.prepare('SELECT sealed FROM erasure_ledger WHERE request_id = ?1').bind(id).first();
    expect(row).toEqual({ sealed: null });
    const view = await callApp('GET', `/api/compliance/deletions/${id}`, { as: admin });
    expect(view.body).toMatchObject({ identity: null, contact: null, reference: expect.any(String), problem: null });
    expect((await callApp('GET', `/api/compliance/deletions/${id}/receipt`, { as: admin })).status).toBe(200);
  });
});
