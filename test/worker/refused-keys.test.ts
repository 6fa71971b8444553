import { runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { signKey } from '../../src/projects/key.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { upgrade } from '../helpers/worker/live-client.ts';

let admin: SignedIn;
let projectId: string;

beforeEach(async () => {
  admin = await signInAs('admin');
  projectId = (await createProject()).id;
});

/** Requests refused for their key and owned by no project, by code. */
async function refusedKeys(): Promise<Record<string, number>> {
  const { status, body } = await callApp('GET', '/api/refused-keys', { as: admin });
  expect([status, body.nextCursor]).toEqual([200, null]);
  return Object.fromEntries(
    body.items.map(({ code, requests }: { code: string; requests: number }) => [code, requests]),
  );
}

/** Requests refused in the project's ledger, by key. */
async function refusedInLedger(): Promise<Record<string, number>> {
  const { body } = await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin });
  return Object.fromEntries(
    body.keys.map(({ keyId, refused }: { keyId: string; refused: number }) => [keyId, refused]),
  );
}

const send = (headers: Record<string, string>) =>
  exports.default.fetch(new Request(`${ORIGIN}/api/ingest`, { method: 'POST', headers, body: '{"message":"a"}' }));

describe('a request that is refused for its key is counted where a person sees it', () => {
  it('without a key, or with one that nobody signed: under its code, with the time of the last one', async () => {
    const before = await refusedKeys();
    const startedMs = Date.now();
    expect((await send({})).status).toBe(401);
    expect((await send({ authorization: 'Bearer made-up' })).status).toBe(401);
    expect((await send({ 'x-api-key': 'bw_1.k1.e30.x' })).status).toBe(401);
    expect(await refusedKeys()).toEqual({
      key_missing: (before.key_missing ?? 0) + 1,
      key_invalid: (before.key_invalid ?? 0) + 2,
    });
    const { items } = (await callApp('GET', '/api/refused-keys', { as: admin })).body;
    for (const { lastSeenAtMs } of items) expect(lastSeenAtMs).toBeGreaterThanOrEqual(startedMs);
  });

  it('also where records are read, and at the door of a socket', async () => {
    const before = (await refusedKeys()).key_invalid ?? 0;
    expect((await callApp('GET', '/api/projects', { key: 'made-up' })).status).toBe(401);
    expect((await upgrade({ project: projectId, key: 'made-up' })).status).toBe(401);
    expect((await refusedKeys()).key_invalid).toBe(before + 2);
  });

  it('not in the ledger of the project that a forged key names', async () => {
    const { id } = await createKey(projectId, ['query']);
    const forged = signKey(testCtx().config, { keyId: id, projectId, scopes: ['admin'], origins: null, quota: null });
    const before = (await refusedKeys()).key_invalid ?? 0;
    expect((await callApp('GET', '/api/projects', { key: forged })).body.code).toBe('key_invalid');
    expect((await refusedKeys()).key_invalid).toBe(before + 1);
    expect(await refusedInLedger()).toEqual({});
  });

  it('in the ledger of its project if it is a key that has ended', async () => {
    const { id, key } = await createKey(projectId, ['query', 'ingest']);
    expect((await callApp('DELETE', `/api/projects/${projectId}/keys/${id}`, { as: admin })).status).toBe(204);
    const before = await refusedKeys();
    expect((await callApp('GET', '/api/projects', { key })).body.code).toBe('key_revoked');
    expect((await send({ authorization: `Bearer ${key}` })).status).toBe(401);
    expect(await refusedInLedger()).toEqual({ [id]: 2 });
    expect(await refusedKeys()).toEqual(before);
  });

  it('and what is no fault of a key is not counted as one', async () => {
    const before = await refusedKeys();
    expect((await callApp('GET', '/api/projects')).status).toBe(401);
    expect((await callApp('POST', '/api/projects', { as: admin, csrf: null, body: {} })).status).toBe(403);
    expect(await refusedKeys()).toEqual(before);
  });

  it('for a day by the minute, then in sum: a flood that never ends does not grow for ever', async () => {
    const journal = env.JOURNAL.getByName('no-project-of-this-test/0');
    const count = (nowMs: number) =>
      journal.countRefused({ keyId: 'key_invalid', nowMs, code: 'key_invalid', requests: 1 });
    const startMs = Date.now();
    for (let minute = 0; minute < 20; minute++) await count(startMs + minute * 60_000);
    await count(startMs + 2 * 86_400_000);
    const { ledger } = await journal.status();
    expect(ledger).toMatchObject([{ keyId: 'key_invalid', refused: 21, lastSeenAtMs: startMs + 2 * 86_400_000 }]);
    const rows = await runInDurableObject(journal, (_, { storage }) =>
      storage.sql.exec('SELECT minute FROM ledger').toArray(),
    );
    expect(rows.length).toBe(2);
  });
});
