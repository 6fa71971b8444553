import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { Journal } from '../../durable-objects/journal/journal.ts';
import type { FraudErased } from '../../src/fraud/erasure.ts';
import { fraudOf } from '../../src/fraud/index.ts';
import type { PersonIdentity } from '../../src/wire/compliance.ts';
import { cookieOf, dumpOf, fraudProject } from '../helpers/worker/fraud.ts';
import { until } from '../helpers/worker/until.ts';

const JANE: PersonIdentity = { userIds: ['usr-jane'], sessionIds: [], identifiers: ['jane@example.com'] };
const LATER = Date.now() + 60_000;

const erase = async (
  projectId: string,
  ...[erasure]: Parameters<ReturnType<typeof fraudOf>['erase']>
): Promise<FraudErased> => fraudOf(env, projectId).erase(erasure);
const find = (projectId: string, identity = JANE, beganAtMs = LATER) =>
  erase(projectId, { kind: 'find', identity, beganAtMs, afterSeq: 0 });

describe('the Fraud object', () => {
  it('forgets a person whole, and nothing of others but the device that was theirs together', async () => {
    const project = await fraudProject();
    const mine = await project.login({ userId: 'usr-jane', deviceId: 'phone-of-jane' });
    await project.login({ userId: 'usr-jane', deviceId: 'shared-tablet' });
    await project.login({ userId: 'usr-mary', deviceId: 'shared-tablet' });
    for (const userId of ['usr-jane', 'usr-mary'])
      await project.post('register', { userId, references: { email: 'jane@example.com' } });
    const headers = { ...cookieOf(mine), 'idempotency-key': 'once' };
    await project.event({ userId: 'usr-jane', metadata: { note: 'x' } }, { headers });
    await project.event({ userId: 'usr-mary', metadata: { payee: { mail: 'Jane@example.com' } } });
    const kept = await project.event({ userId: 'usr-mary', metadata: { payee: { mail: 'mary.jane@example.com' } } });

    const { ids } = await find(project.id);
    expect(ids).toHaveLength(2);
    expect(await erase(project.id, { kind: 'events', ids })).toMatchObject({ counts: { events: 2 }, left: 0 });
    expect((await erase(project.id, { kind: 'events', ids })).counts.events).toBe(0);
    const { counts } = await erase(project.id, { kind: 'profile', identity: JANE });
    expect(counts).toMatchObject({ users: 1, sessions: 2, devices: 1, links: 2 });
    expect((await erase(project.id, { kind: 'profile', identity: JANE })).counts).toMatchObject({
      users: 0,
      sessions: 0,
    });

    const dump = await dumpOf(project.id);
    expect(dump).not.toContain('usr-jane');
    expect(dump).not.toMatch(/(?<!mary\.)jane@example\.com/i);
    expect(dump).toContain('usr-mary');
    const history = await project.get('history?userId=usr-mary');
    expect(history.body.items.map(({ id }: { id: string }) => id)).toEqual([kept.body.eventId]);
    // The shared device is still known of the other account.
    const references = (await project.get('references?userId=usr-mary')).body.items;
    expect(references.map(({ type }: { type: string }) => type)).toEqual(['device']);
  });

  it('finds by session and by user alone, and only what came before the execution', async () => {
    const project = await fraudProject();
    const event = await project.event({ userId: 'usr-jane' });
    const byUser = { userIds: ['usr-jane'], sessionIds: [], identifiers: [] };
    expect((await find(project.id, byUser)).ids).toEqual([event.body.eventId]);
    expect((await find(project.id, byUser, Date.now() - 60_000)).ids).toEqual([]);
    expect((await find(project.id, { ...byUser, userIds: ['usr-mary'] })).ids).toEqual([]);
    const login = await project.login({ userId: 'usr-mary' });
    await project.event({ userId: 'usr-mary' }, { headers: cookieOf(login) });
    const sessionId = login.body.sessionId;
    expect((await find(project.id, { userIds: [], sessionIds: [sessionId], identifiers: [] })).ids).toHaveLength(1);
  });

  it('never gives the number of an erased event to another: the journal would take it for a repeat', async () => {
    const project = await fraudProject();
    const away = vi.spyOn(Journal.prototype, 'append').mockRejectedValue(new Error('away'));
    await project.event({ userId: 'usr-jane' });
    away.mockRestore();
    const { ids } = await find(project.id);
    expect(await erase(project.id, { kind: 'events', ids })).toMatchObject({ counts: { events: 1 }, left: 0 });
    expect(await erase(project.id, { kind: 'flush' })).toMatchObject({ left: 0 });
    const next = await project.event({ userId: 'usr-mary' });
    expect(next.body.recorded).toBe('stored');
    expect(await dumpOf(project.id)).toContain('"seq":2');
  });

  it('says what the journal has not taken yet, and leaves what is on its way', async () => {
    const project = await fraudProject();
    const gate = Promise.withResolvers<void>();
    const real = Journal.prototype.append;
    const slow = vi.spyOn(Journal.prototype, 'append').mockImplementation(async function (this: Journal, request) {
      await gate.promise;
      return real.call(this, request);
    });
    const sent = project.event({ userId: 'usr-jane' });
    await until('the append is on its way', () => slow.mock.calls.length > 0);
    const { ids } = await find(project.id);
    expect(await erase(project.id, { kind: 'events', ids })).toMatchObject({ counts: { events: 0 }, left: 1 });
    gate.resolve();
    await sent;
    slow.mockRestore();
    expect(await erase(project.id, { kind: 'events', ids })).toMatchObject({ counts: { events: 1 }, left: 0 });
  });
});
