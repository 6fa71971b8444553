import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient } from '../helpers/worker/live-client.ts';

let admin: SignedIn;
let projectId: string;
/** Has stored nothing, and may store ten records a day. */
let sender: { id: string; key: string };
beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  sender = await createKey(projectId, ['ingest'], null, 10);
});

const records = (n: number, from = 0) => Array.from({ length: n }, (_, i) => ({ message: `m${from + i}` }));
const send = (body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  callApp('POST', '/api/ingest', { key: sender.key, body, headers });
const used = async (): Promise<number> => {
  const { quotas } = await env.LIMITER.getByName(`project:${projectId}`).status(Date.now());
  return quotas.find(({ keyId }) => keyId === sender.id)?.records ?? 0;
};

describe('a key with a quota', () => {
  it('stores so many records a day and not one more; what does not fit is refused whole', async () => {
    expect((await send(records(8))).status).toBe(202);
    const over = await send(records(3, 8));
    expect([over.status, over.body.code]).toEqual([429, 'quota_exceeded']);
    expect(over.body.detail).toContain('has 2 left');
    const fits = await send(records(2, 8));
    expect(fits.status).toBe(202);
    expect(fits.headers.get('ratelimit-policy')).toBe('"ingest";q=10000;w=60, "records";q=10;w=86400');
    expect(fits.headers.get('ratelimit')).toMatch(/^"ingest";r=\d+;t=\d+, "records";r=0;t=\d+$/);
    expect((await send(records(1, 10))).status).toBe(429);
    expect(await everyRecord(projectId)).toHaveLength(10);
    const { body } = await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin });
    expect(body.keys).toMatchObject([{ received: 10, stored: 10, refusedByCode: { quota_exceeded: 2 } }]);
  });

  it('may go on after midnight UTC, which is what Retry-After counts to', async () => {
    const midnight = Math.ceil(Date.now() / 86_400_000 + 1) * 86_400_000;
    vi.spyOn(Date, 'now').mockReturnValue(midnight - 90_000);
    const again = await signInAs('admin');
    await send(records(10));
    const over = await send(records(1));
    expect([over.status, over.headers.get('retry-after')]).toEqual([429, '90']);
    vi.spyOn(Date, 'now').mockReturnValue(midnight);
    expect((await send(records(1))).status).toBe(202);
    const { body } = await callApp('GET', `/api/projects/${projectId}/limits`, { as: again });
    expect(body.quotas).toMatchObject([{ used: 1, left: 9 }]);
  });

  it('shares it among requests that come at once', async () => {
    const answers = await Promise.all(Array.from({ length: 30 }, (_, i) => send(records(1, i))));
    expect(answers.filter(({ status }) => status === 202)).toHaveLength(10);
    expect(await everyRecord(projectId)).toHaveLength(10);
  });

  it('is charged for what is stored: not for repeats, rejected records, or what the journal refuses', async () => {
    const headers = { 'idempotency-key': 'once' };
    await send(records(4), headers);
    expect((await send(records(4), headers)).headers.get('idempotent-replayed')).toBe('true');
    expect(await used()).toBe(4);
    expect((await send(records(3), headers)).status).toBe(422);
    expect(await used()).toBe(4);
    expect((await send([{ message: 'a' }, 7, 'x'])).body).toMatchObject({ stored: 1, rejected: 2 });
    expect(await used()).toBe(5);
    await callApp('DELETE', `/api/projects/${projectId}/keys/${sender.id}`, { as: admin });
    expect((await send(records(3))).status).toBe(401);
    expect(await used()).toBe(5);
  });

  it('that is used up does not refuse a repeat of what is stored, whose answer was lost', async () => {
    const timed = records(8).map((record) => ({ ...record, ts: Date.now() }));
    await send(timed);
    const keyed = { 'idempotency-key': 'last' };
    await send(records(2), keyed);
    expect(await used()).toBe(10);
    expect(await send(timed)).toMatchObject({ status: 202, body: { received: 8, stored: 0, duplicate: 8 } });
    // For so long the isolate refuses whatever comes, without a look at it.
    vi.spyOn(Date, 'now').mockReturnValue(Date.now() + 5_001);
    expect((await send(records(2), keyed)).headers.get('idempotent-replayed')).toBe('true');
    expect((await send(records(1))).status).toBe(429);
    expect(await used()).toBe(10);
    const { body } = await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin });
    const row = { requests: 5, received: 20, stored: 10, duplicate: 10, rejected: 0, refused: 1 };
    expect(body.keys).toMatchObject([{ ...row, refusedByCode: { quota_exceeded: 1 } }]);
  });

  it('is not charged for tries while the journal is away, and once for the one that is stored', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const get = () => ({ append: () => Promise.reject(new Error('away')), countRefused: () => Promise.resolve() });
    const away = { ...env, JOURNAL: { getByName: get } } as unknown as typeof env;
    for (let i = 0; i < 3; i++) {
      const tried = { app: createApp(), env: away, key: sender.key, body: records(8) };
      expect((await callApp('POST', '/api/ingest', tried)).status).toBe(503);
    }
    error.mockRestore();
    expect(await used()).toBe(0);
    expect((await send(records(8))).status).toBe(202);
    expect(await used()).toBe(8);
  });

  it('does not bind another key of the project', async () => {
    await send(records(10));
    const other = await createKey(projectId, ['ingest'], null, 3);
    expect((await callApp('POST', '/api/ingest', { key: other.key, body: records(3) })).status).toBe(202);
    const free = await createKey(projectId, ['ingest']);
    expect((await callApp('POST', '/api/ingest', { key: free.key, body: records(50) })).status).toBe(202);
  });

  it('is charged for what a socket sends, whose frames are told when it is used up', async () => {
    const socket = await LiveClient.open({ project: projectId, key: sender.key });
    const frame = (id: string, n: number) =>
      socket.send({ type: 'TELEMETRY', id, project: projectId, payload: records(n) });
    frame('fits', 8);
    expect(await socket.next()).toMatchObject({ id: 'fits', stored: 8 });
    expect(await used()).toBe(8);
    frame('over', 5);
    expect(await socket.next()).toMatchObject({ id: 'over', code: 'quota_exceeded' });
    frame('rest', 2);
    expect(await socket.next()).toMatchObject({ id: 'rest', stored: 2 });
    expect(await everyRecord(projectId)).toHaveLength(10);
    const { ingestUsed } = await env.LIMITER.getByName(`project:${projectId}`).status(Date.now());
    expect(ingestUsed).toBe(0);
  });
});
