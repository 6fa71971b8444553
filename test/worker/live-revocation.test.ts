import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { revokeSession } from '../../src/auth/store.ts';
import { runCron } from '../../src/cron.ts';
import { revokeKeyRow } from '../../src/projects/store.ts';
import { createKey, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { ingest, LiveClient, liveProject, upgrade } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

let admin: SignedIn;

beforeAll(async () => {
  admin = await signInAs('admin');
});

/** Open, subscribed, and with a witness beside it that nothing may happen to. */
async function watched(as: SignedIn): Promise<{ client: LiveClient; witness: LiveClient; project: string }> {
  const here = await liveProject();
  const client = await LiveClient.open({ project: here.project, as });
  await client.subscribe(['logs'], { csrf: as.csrf });
  const witness = await here.open();
  await witness.subscribe(['logs']);
  return { client, witness, project: here.project };
}

async function endsAlone(client: LiveClient, witness: LiveClient): Promise<void> {
  expect((await client.closing()).code).toBe(4401);
  await witness.settled();
  expect(witness.closed).toBeNull();
}

describe('sockets end with what opened them', () => {
  it('when the session signs out', async () => {
    const viewer = await signInAs('viewer');
    const { client, witness } = await watched(viewer);
    expect((await callApp('POST', '/api/auth/logout', { as: viewer })).status).toBe(204);
    await endsAlone(client, witness);
  });

  it('when the session is revoked from another one, and only that one', async () => {
    const user = await createUser({ role: 'viewer' });
    const [lost, kept] = [await signIn(user), await signIn(user)];
    const { client, witness, project } = await watched(lost);
    const other = await LiveClient.open({ project, as: kept });
    expect((await callApp('DELETE', `/api/auth/sessions/${lost.sessionId}`, { as: kept })).status).toBe(204);
    await endsAlone(client, witness);
    await other.settled();
    expect(other.closed).toBeNull();
  });

  it.each<[string, Record<string, unknown>]>([
    ['is disabled', { disabled: true }],
    ['loses the project', { projectIds: [] }],
    ['loses a role', { role: 'viewer' }],
  ])('when the user %s', async (_, change) => {
    const analyst = await signInAs('analyst');
    const { client, witness } = await watched(analyst);
    const patched = await callApp('PATCH', `/api/users/${analyst.userId}`, { as: admin, body: change });
    expect(patched.status).toBe(200);
    await endsAlone(client, witness);
  });

  it('when the key is revoked, also when the hub has slept in between', async () => {
    const here = await liveProject();
    const { id, key } = await createKey(here.project, ['query']);
    const client = await here.open({ key });
    await client.subscribe(['logs']);
    const witness = await here.open();
    await evictDurableObject(env.HUB.getByName(here.project));
    expect((await callApp('DELETE', `/api/projects/${here.project}/keys/${id}`, { as: admin })).status).toBe(204);
    await endsAlone(client, witness);
    expect((await upgrade({ project: here.project, key })).status).toBe(401);
  });

  it('by cron, when the process died between the revocation and the word to the hub', async () => {
    const here = await liveProject();
    const [{ id, key }, viewer] = [await createKey(here.project, ['query']), await signInAs('viewer')];
    const byKey = await here.open({ key });
    const bySession = await LiveClient.open({ project: here.project, as: viewer });
    const witness = await here.open();
    // What a revocation writes in its one transaction, and nothing after it.
    await env.DB.batch([revokeKeyRow(env.DB, id, Date.now()), revokeSession(env.DB, viewer.sessionId, Date.now())]);
    await runCron({ cron: '*/5 * * * *' }, env);
    await endsAlone(byKey, witness);
    await endsAlone(bySession, witness);
  });

  it('when the grace of a rotated key is over, and not before', async () => {
    const here = await liveProject();
    const client = await here.open();
    const hub = env.HUB.getByName(here.project);
    const graceEndsAtMs = Date.now() + 1_200;
    expect(await hub.closeWhere({ kind: 'key', keyId: here.keyId }, graceEndsAtMs)).toBe(0);
    await client.settled();
    expect(client.closed).toBeNull();
    await evictDurableObject(hub);
    expect((await client.closing()).code).toBe(4401);
    expect(Date.now()).toBeGreaterThanOrEqual(graceEndsAtMs);
  });

  it('when the project is disabled', async () => {
    const { client, witness, project } = await watched(await signInAs('viewer'));
    const patched = await callApp('PATCH', `/api/projects/${project}`, { as: admin, body: { disabled: true } });
    expect(patched.status).toBe(200);
    expect((await client.closing()).code).toBe(4401);
    expect((await witness.closing()).code).toBe(4401);
  });

  /** A socket of a session that ends so soon. */
  async function expiring(inMs = 1_000): Promise<{ client: LiveClient; project: string; endsAtMs: number }> {
    const viewer = await signInAs('viewer');
    const endsAtMs = Date.now() + inMs;
    await env.DB.prepare('UPDATE sessions SET expires_at_ms = ?2 WHERE id = ?1').bind(viewer.sessionId, endsAtMs).run();
    const { project } = await liveProject();
    return { client: await LiveClient.open({ project, as: viewer }), project, endsAtMs };
  }

  it('when the session expires, although nobody does anything', async () => {
    const { client, endsAtMs } = await expiring();
    await client.settled();
    expect((await client.closing()).code).toBe(4401);
    expect(Date.now()).toBeGreaterThanOrEqual(endsAtMs);
  });

  it('when a frame comes after the session has expired, should the alarm be late', async () => {
    // Long enough to take the alarm away before it rings.
    const { client, project, endsAtMs } = await expiring(5_000);
    await runInDurableObject(env.HUB.getByName(project), (_, state) => state.storage.deleteAlarm());
    await until('the session has expired', () => Date.now() > endsAtMs);
    client.send({ type: 'SUBSCRIBE', topics: ['logs'] });
    expect((await client.closing()).code).toBe(4401);
    expect(client.frames).toMatchObject([{ type: 'ERROR', code: 'session_expired' }]);
  });

  it('gets nothing any more from the moment of the revocation', async () => {
    const here = await liveProject();
    const { id, key } = await createKey(here.project, ['query']);
    const client = await here.open({ key });
    await client.subscribe(['logs']);
    await env.HUB.getByName(here.project).closeWhere({ kind: 'key', keyId: id }, 0);
    await ingest(here, { message: 'after' });
    await client.closing();
    expect(client.updates('logs')).toEqual([]);
  });
});
