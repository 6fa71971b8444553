import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { parseConfig } from '../../src/env.ts';
import { reconcileRevocations, verifyKey } from '../../src/projects/index.ts';
import { signKey } from '../../src/projects/key.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWith, recordingPorts } from '../helpers/worker/ports.ts';

let admin: SignedIn;
let projectId: string;
const config = parseConfig(env);
beforeAll(async () => {
  admin = await signInAs('admin');
  projectId = (await createProject()).id;
});

const read = async (key: string) => {
  const answer = await callApp('GET', `/api/projects/${projectId}`, { key });
  return answer.status === 200 ? 'ok' : answer.body.code;
};

describe('POST /api/projects/:id/keys', () => {
  it('shows the key this once, stores its hash, and is audited without it', async () => {
    const body = { name: 'collector', scopes: ['ingest:logs', 'query', 'query'] };
    const answer = await callApp('POST', `/api/projects/${projectId}/keys`, { as: admin, body });
    expect(answer.status).toBe(201);
    const { id, key, prefix } = answer.body;
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^key_[0-9a-z]{16}$/),
      key,
      projectId,
      name: 'collector',
      scopes: ['ingest:logs', 'query'],
      origins: null,
      quota: null,
      prefix: id.replace('key_', 'bw_'),
      createdAtMs: expect.any(Number),
      createdBy: admin.userId,
      revokedAtMs: null,
    });
    const claims = { keyId: id, projectId, scopes: ['ingest:logs', 'query'], origins: null, quota: null };
    expect(verifyKey(config, key)).toEqual(claims);
    expect(await read(key)).toBe('ok');

    const [listed] = (await callApp('GET', `/api/projects/${projectId}/keys`, { as: admin })).body.items.slice(-1);
    expect({ ...listed, key }).toEqual(answer.body);
    const [audit] = await auditOf(id);
    expect(audit).toMatchObject({ action: 'key.create', actor_id: admin.userId, project_id: projectId });
    const dump = await Promise.all(
      ['project_keys', 'audit'].map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()),
    );
    expect(JSON.stringify(dump)).not.toContain(key.slice(prefix.length));
  });

  it('may be made by a key with the scope admin, for its own project, and says so', async () => {
    const maker = await createKey(projectId, ['admin']);
    const body = { name: 'made by a key', scopes: ['ingest'], origins: ['https://shop.example'] };
    const answer = await callApp('POST', `/api/projects/${projectId}/keys`, { key: maker.key, body });
    expect([answer.status, answer.body.createdBy, answer.body.origins]).toEqual([
      201,
      maker.id,
      ['https://shop.example'],
    ]);
    expect(await auditOf(answer.body.id)).toMatchObject([{ actor_kind: 'key', actor_id: maker.id }]);
    const other = await createProject();
    expect((await callApp('POST', `/api/projects/${other.id}/keys`, { key: maker.key, body })).status).toBe(404);
  });
});

describe('on the read side a key', () => {
  it('comes as bearer, as X-Api-Key, or as a subprotocol of an upgrade', async () => {
    const { key } = await createKey(projectId, ['query']);
    const path = `/api/projects/${projectId}`;
    const ways: Record<string, string>[] = [
      { authorization: `Bearer ${key}` },
      { authorization: `bearer ${key}` },
      { 'x-api-key': key },
      { upgrade: 'websocket', 'sec-websocket-protocol': `dashboard-v1.3+telemetry, bearer.${key}` },
    ];
    for (const headers of ways) expect((await callApp('GET', path, { headers })).status).toBe(200);
    expect((await callApp('GET', `${path}?key=${key}`)).status).toBe(401);
    const plain = await callApp('GET', path, { headers: { 'sec-websocket-protocol': `bearer.${key}` } });
    expect(plain.status).toBe(401);
  });

  it('decides alone: a bad one is not passed over in favour of a cookie, a good one needs no CSRF token', async () => {
    for (const authorization of ['Bearer bw_x', 'Bearer', 'Basic YTpi']) {
      const answer = await callApp('GET', '/api/projects', { as: admin, headers: { authorization } });
      expect([answer.status, answer.body.code]).toEqual([401, 'key_invalid']);
    }
    const { key } = await createKey(projectId, ['admin']);
    const options = { key, headers: { origin: 'https://elsewhere.example' }, body: { name: 'renamed by a key' } };
    expect((await callApp('PATCH', `/api/projects/${projectId}`, options)).status).toBe(200);
  });

  it('with the right signature but no row is refused: a leaked signing secret alone reads nothing', async () => {
    const real = await createKey(projectId, ['query']);
    const forged = signKey(config, { keyId: 'key_forged', projectId, scopes: ['admin'], origins: null, quota: null });
    const promoted = signKey(config, { keyId: real.id, projectId, scopes: ['admin'], origins: null, quota: null });
    const elsewhere = signKey(config, {
      keyId: real.id,
      projectId: (await createProject()).id,
      scopes: ['query'],
      origins: null,
      quota: null,
    });
    for (const key of [forged, promoted, elsewhere]) {
      expect(verifyKey(config, key)).not.toBeNull();
      expect(await read(key)).toBe('key_invalid');
    }
  });
});

describe('DELETE /api/projects/:id/keys/:keyId', () => {
  it('ends the key in D1, tells the journals, then answers; again it tells them again, audited once', async () => {
    const ports = recordingPorts();
    const { id, key } = await createKey(projectId, ['query']);
    const call = () => callApp('DELETE', `/api/projects/${projectId}/keys/${id}`, { app: appWith(ports), as: admin });
    expect((await call()).status).toBe(204);
    expect(await read(key)).toBe('key_revoked');
    expect((await call()).status).toBe(204);
    const audit = (await auditOf(id)).filter(({ action }) => action === 'key.revoke');
    expect(audit.length).toBe(1);
    const atMs = audit[0]?.at_ms;
    expect(ports.told).toEqual([
      ['revokeKey', projectId, id, atMs],
      ['revokeKey', projectId, id, atMs],
    ]);
  });

  it('answers 503 while a journal cannot be told: the key is dead here, and a repeat or cron tells the journal', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const [one, two] = [await createKey(projectId, ['query']), await createKey(projectId, ['query'])];
    const revoke = (id: string) => callApp('DELETE', `/api/projects/${projectId}/keys/${id}`, { app, as: admin });
    ports.failing = true;
    for (const { id, key } of [one, two]) {
      const failed = await revoke(id);
      expect([failed.status, failed.body.code]).toEqual([503, 'revocation_pending']);
      expect(await read(key)).toBe('key_revoked');
    }
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 2 });
    ports.failing = false;
    expect((await revoke(one.id)).status).toBe(204);
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 1, projects: 0, failed: 0 });
    expect(ports.told.map(([, , id]) => id)).toEqual([one.id, two.id]);
  });

  it('knows no key of another project', async () => {
    const ports = recordingPorts();
    const other = await createProject();
    const { id, key } = await createKey(projectId, ['query']);
    const answer = await callApp('DELETE', `/api/projects/${other.id}/keys/${id}`, { app: appWith(ports), as: admin });
    expect([answer.status, ports.told, await read(key)]).toEqual([404, [], 'ok']);
  });
});

describe('POST /api/projects/:id/keys/:keyId/rotate', () => {
  const rotate = (id: string, ports = recordingPorts(), body: unknown = undefined) =>
    callApp('POST', `/api/projects/${projectId}/keys/${id}/rotate`, {
      app: appWith(ports),
      as: admin,
      ...(body === undefined ? {} : { body }),
    });

  it('makes a successor of the same kind and ends the old key at once', async () => {
    const ports = recordingPorts();
    const old = await createKey(projectId, ['query', 'ingest:logs']);
    const answer = await rotate(old.id, ports);
    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      name: 'test',
      scopes: ['query', 'ingest:logs'],
      origins: null,
      revokedAtMs: null,
    });
    expect([await read(old.key), await read(answer.body.key)]).toEqual(['key_revoked', 'ok']);
    const [audit] = (await auditOf(old.id)).filter(({ action }) => action === 'key.rotate');
    expect(audit).toMatchObject({ actor_id: admin.userId, detail: { successor: answer.body.id, graceSeconds: 0 } });
    expect(ports.told).toEqual([['revokeKey', projectId, old.id, audit?.at_ms]]);
  });

  it('with a grace both keys work until it ends, and the journals know the end in advance', async () => {
    const ports = recordingPorts();
    const old = await createKey(projectId, ['query']);
    const answer = await rotate(old.id, ports, { graceSeconds: 600 });
    expect([await read(old.key), await read(answer.body.key)]).toEqual(['ok', 'ok']);
    const { items } = (await callApp('GET', `/api/projects/${projectId}/keys`, { as: admin })).body;
    const endsAtMs = items.find(({ id }: { id: string }) => id === old.id).revokedAtMs;
    expect(endsAtMs).toBe(answer.body.createdAtMs + 600_000);
    expect(ports.told).toEqual([['revokeKey', projectId, old.id, endsAtMs]]);

    await env.DB.prepare('UPDATE project_keys SET revoked_at_ms = ?2 WHERE id = ?1').bind(old.id, Date.now()).run();
    expect([await read(old.key), await read(answer.body.key)]).toEqual(['key_revoked', 'ok']);
  });

  it('a grace is cut short by revoking, and never made longer by rotating again', async () => {
    const ports = recordingPorts();
    const old = await createKey(projectId, ['query']);
    await rotate(old.id, ports, { graceSeconds: 600 });
    await rotate(old.id, ports, { graceSeconds: 3600 });
    const [, , , first] = ports.told[0] ?? [];
    expect(ports.told[1]).toEqual(['revokeKey', projectId, old.id, first]);
    await callApp('DELETE', `/api/projects/${projectId}/keys/${old.id}`, { app: appWith(ports), as: admin });
    expect(Number(ports.told[2]?.[3])).toBeLessThan(Number(first));
    expect(await read(old.key)).toBe('key_revoked');
  });

  it('answers 503 without a key while a journal cannot be told, leaves no key that nobody holds, and can be repeated', async () => {
    const ports = recordingPorts();
    const old = await createKey(projectId, ['query']);
    const before = await env.DB.prepare(
      'SELECT count(*) AS n FROM project_keys WHERE revoked_at_ms IS NULL',
    ).first<number>('n');
    ports.failing = true;
    const failed = await rotate(old.id, ports);
    expect([failed.status, failed.body.code, failed.body.key]).toEqual([503, 'revocation_pending', undefined]);
    const after = await env.DB.prepare(
      'SELECT count(*) AS n FROM project_keys WHERE revoked_at_ms IS NULL',
    ).first<number>('n');
    expect(after).toBe((before ?? 0) - 1);
    const [rotated] = (await auditOf(old.id)).filter(({ action }) => action === 'key.rotate');
    const discarded = await auditOf(String(rotated?.detail.successor));
    expect(discarded).toMatchObject([{ action: 'key.discard', detail: { rotationOf: old.id } }]);

    ports.failing = false;
    const repeated = await rotate(old.id, ports);
    expect([repeated.status, await read(repeated.body.key)]).toEqual([201, 'ok']);
  });

  it('refuses a key that has ended, and makes none', async () => {
    const old = await createKey(projectId, ['query']);
    await rotate(old.id);
    const count = () => env.DB.prepare('SELECT count(*) AS n FROM project_keys').first('n');
    const before = await count();
    const answer = await rotate(old.id);
    expect([answer.status, answer.body.code]).toEqual([409, 'key_already_revoked']);
    expect(await count()).toBe(before);
    expect((await rotate('key_none')).status).toBe(404);
  });

  it.each([-1, 1.5, 86_401, '60'])('refuses a grace of %j', async (graceSeconds) => {
    const old = await createKey(projectId, ['query']);
    const answer = await rotate(old.id, recordingPorts(), { graceSeconds });
    expect([answer.status, answer.body.errors[0].pointer]).toEqual([400, '/graceSeconds']);
    expect(await read(old.key)).toBe('ok');
  });
});

describe('reconcileRevocations', () => {
  it('tells new journal shards what the old ones know', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const { id } = await createKey(projectId, ['ingest']);
    await callApp('DELETE', `/api/projects/${projectId}/keys/${id}`, { app, as: admin });
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 0 });
    const more = testCtx({ config: { ...config, journalShards: 4 } });
    const counts = await reconcileRevocations(more, ports);
    expect([counts.keys > 0, counts.failed]).toEqual([true, 0]);
    expect(ports.told.filter(([, , told]) => told === id).length).toBe(2);
    expect(await reconcileRevocations(more, ports)).toEqual({ keys: 0, projects: 0, failed: 0 });
  });
});
