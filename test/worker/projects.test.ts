import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Actor } from '../../src/env.ts';
import { type ProjectAction, projectAccess, reconcileRevocations } from '../../src/projects/index.ts';
import { DEFAULT_PROJECT_LIMITS } from '../../src/wire/limits.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWith, recordingPorts, toldOf } from '../helpers/worker/ports.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

describe('/api/projects', () => {
  it('creates a project, audited, and gives it back', async () => {
    const made = await callApp('POST', '/api/projects', { as: admin, body: { name: '  Köln shop  ' } });
    expect(made.status).toBe(201);
    const id = made.body.id;
    expect(made.body).toEqual({
      id,
      name: 'Köln shop',
      createdAtMs: expect.any(Number),
      disabled: false,
      limits: DEFAULT_PROJECT_LIMITS,
    });
    expect(id).toMatch(/^prj_[0-9a-z]{16}$/);
    expect((await callApp('GET', `/api/projects/${id}`, { as: admin })).body).toEqual(made.body);
    expect(await auditOf(id)).toMatchObject([
      { action: 'project.create', actor_id: admin.userId, project_id: id, detail: { name: 'Köln shop' } },
    ]);
  });

  it.each([{}, { name: '' }, { name: 'x'.repeat(101) }, { name: 7 }, { name: 'a', id: 'prj_mine' }])(
    'refuses %j',
    async (body) => {
      const answer = await callApp('POST', '/api/projects', { as: admin, body });
      expect([answer.status, answer.body.code]).toEqual([400, 'invalid_input']);
    },
  );

  it('lists what the caller may see: all, the granted ones, or the project of the key', async () => {
    const [one, two] = [await createProject('one'), await createProject('two')];
    const ids = async (options: Parameters<typeof callApp>[2]) =>
      (await callApp('GET', '/api/projects', options)).body.items.map(({ id }: { id: string }) => id);
    expect(await ids({ as: admin })).toEqual(expect.arrayContaining([one.id, two.id]));
    expect(await ids({ as: await signInAs('viewer', [two.id]) })).toEqual([two.id]);
    expect(await ids({ as: await signInAs('analyst', []) })).toEqual([]);
    expect(await ids({ key: (await createKey(one.id, ['query'])).key })).toEqual([one.id]);
  });

  it('pages with a cursor', async () => {
    const ids: string[] = [];
    let cursor: string | null = null;
    do {
      const { body } = await callApp('GET', `/api/projects?limit=2${cursor ? `&cursor=${cursor}` : ''}`, { as: admin });
      ids.push(...body.items.map(({ id }: { id: string }) => id));
      cursor = body.nextCursor;
    } while (cursor !== null);
    const all = await callApp('GET', '/api/projects', { as: admin });
    expect(ids).toEqual(all.body.items.map(({ id }: { id: string }) => id));
  });

  it('refuses a change of nothing, and writes nothing', async () => {
    const project = await createProject();
    expect((await callApp('PATCH', `/api/projects/${project.id}`, { as: admin, body: {} })).status).toBe(400);
    expect((await auditOf(project.id)).map(({ action }) => action)).toEqual(['project.create']);
  });

  it('renames without telling the journals', async () => {
    const ports = recordingPorts();
    const project = await createProject('before');
    const answer = await callApp('PATCH', `/api/projects/${project.id}`, {
      app: appWith(ports),
      as: admin,
      body: { name: 'after' },
    });
    expect([answer.status, answer.body.name]).toEqual([200, 'after']);
    expect(ports.told).toEqual([]);
    expect((await auditOf(project.id)).at(-1)).toMatchObject({ action: 'project.update', detail: { name: 'after' } });
  });
});

describe('disabling a project', () => {
  it('is told to the journals before the answer, closes the project to its keys and readers, and is undone by the administrator', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const project = await createProject();
    const { key } = await createKey(project.id, ['query']);
    const viewer = await signInAs('viewer');
    const path = `/api/projects/${project.id}`;
    const disabled = await callApp('PATCH', path, { app, as: admin, body: { disabled: true } });
    expect([disabled.status, disabled.body.disabled]).toEqual([200, true]);
    expect(toldOf(ports, 'setProjectDisabled')).toEqual([['setProjectDisabled', project.id, true]]);
    for (const who of [{ key }, { as: viewer }]) {
      const refused = await callApp('GET', path, who);
      expect([refused.status, refused.body.code]).toEqual([403, 'project_disabled']);
    }
    expect((await callApp('GET', '/api/projects', { as: viewer })).body.items).toContainEqual({
      ...project,
      disabled: true,
    });

    await callApp('PATCH', path, { app, as: admin, body: { disabled: false } });
    expect(toldOf(ports, 'setProjectDisabled').at(-1)).toEqual(['setProjectDisabled', project.id, false]);
    expect((await callApp('GET', path, { key })).status).toBe(200);
    expect((await auditOf(project.id)).map(({ detail }) => detail)).toEqual([
      { name: 'Test project' },
      { disabled: true },
      { disabled: false },
    ]);
  });

  it('answers 503 while a journal cannot be told; the row says disabled, a repeat or cron tells it', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const project = await createProject();
    const disable = () => callApp('PATCH', `/api/projects/${project.id}`, { app, as: admin, body: { disabled: true } });
    ports.failing = true;
    const failed = await disable();
    expect([failed.status, failed.body.code, failed.headers.get('retry-after')]).toEqual([
      503,
      'revocation_pending',
      '1',
    ]);
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 1 });
    ports.failing = false;
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 1, failed: 0 });
    expect(await reconcileRevocations(testCtx(), ports)).toEqual({ keys: 0, projects: 0, failed: 0 });
    expect((await disable()).status).toBe(200);
    expect(toldOf(ports, 'setProjectDisabled')).toEqual([
      ['setProjectDisabled', project.id, true],
      ['setProjectDisabled', project.id, true],
    ]);
  });

  it('are told again after the migration that brought objects that had not been there to be told', async () => {
    const [project, other] = [await createProject(), await createProject()];
    const key = await createKey(project.id, ['ingest']);
    await callApp('DELETE', `/api/projects/${project.id}/keys/${key.id}`, { as: admin });
    await callApp('PATCH', `/api/projects/${other.id}`, { as: admin, body: { disabled: true } });
    const migration = env.TEST_MIGRATIONS.find(({ name }) => name === '0014_fraud_told.sql');
    for (const query of migration?.queries ?? []) await env.DB.prepare(query).run();
    const ports = recordingPorts();
    expect((await reconcileRevocations(testCtx(), ports)).failed).toBe(0);
    expect(toldOf(ports, 'revokeKey').map(([, projectId, keyId]) => [projectId, keyId])).toContainEqual([
      project.id,
      key.id,
    ]);
    expect(toldOf(ports, 'setProjectDisabled')).toContainEqual(['setProjectDisabled', other.id, true]);
  });

  it('leaves the journals with the last word of the row when two changes overtake each other', async () => {
    const project = await createProject();
    const ports = recordingPorts();
    const told = ports.setProjectDisabled;
    let overtaken = false;
    ports.setProjectDisabled = async (id, disabled) => {
      if (!overtaken) {
        overtaken = true;
        // Another request enables the project while this push is on its way.
        await env.DB.prepare('UPDATE projects SET disabled = 0, confirmed_shards = 0 WHERE id = ?1').bind(id).run();
      }
      await told(id, disabled);
    };
    await callApp('PATCH', `/api/projects/${project.id}`, { app: appWith(ports), as: admin, body: { disabled: true } });
    expect(toldOf(ports, 'setProjectDisabled').map(([, , disabled]) => disabled)).toEqual([true, false]);
  });
});

describe('projectAccess', () => {
  const ACTIONS: ProjectAction[] = ['read', 'export', 'write', 'admin'];
  const user = { kind: 'user', userId: 'usr_1', username: 'u', sessionId: 'ses_1', provenAtMs: 0 } as const;
  const OPEN: Record<string, string[]> = {
    admin: ['ok', 'ok', 'ok', 'ok'],
    analyst: ['ok', 'ok', 'ok', 'forbidden'],
    viewer: ['ok', 'forbidden', 'forbidden', 'forbidden'],
    'query key': ['ok', 'ok', 'forbidden', 'forbidden'],
    'admin key': ['ok', 'ok', 'ok', 'ok'],
    'ingest key': ['forbidden', 'forbidden', 'forbidden', 'forbidden'],
    anonymous: ['unauthenticated', 'unauthenticated', 'unauthenticated', 'unauthenticated'],
    'viewer of another project': ['not_found', 'not_found', 'not_found', 'not_found'],
    'admin key of another project': ['not_found', 'not_found', 'not_found', 'not_found'],
    cron: ['ok', 'ok', 'ok', 'ok'],
  };
  const DISABLED: Record<string, string[]> = {
    admin: ['project_disabled', 'project_disabled', 'project_disabled', 'ok'],
    viewer: ['project_disabled', 'forbidden', 'forbidden', 'forbidden'],
    'admin key': ['project_disabled', 'project_disabled', 'project_disabled', 'project_disabled'],
    'viewer of another project': ['not_found', 'not_found', 'not_found', 'not_found'],
  };

  function actor(name: string, projectId: string): Actor {
    switch (name) {
      case 'anonymous':
        return { kind: 'anonymous' };
      case 'cron':
        return { kind: 'system', job: 'job' };
      case 'viewer of another project':
        return { ...user, role: 'viewer', projectIds: ['prj_other'] };
      case 'admin key of another project':
        return { kind: 'key', keyId: 'key_1', projectId: 'prj_other', scopes: ['admin'] };
      case 'query key':
      case 'admin key':
      case 'ingest key':
        return { kind: 'key', keyId: 'key_1', projectId, scopes: [name.slice(0, -4)] };
      case 'admin':
        return { ...user, role: 'admin', projectIds: null };
      case 'analyst':
        return { ...user, role: 'analyst', projectIds: [projectId] };
      default:
        return { ...user, role: 'viewer', projectIds: null };
    }
  }

  async function outcomes(name: string, projectId: string): Promise<string[]> {
    const ctx = testCtx({ actor: actor(name, projectId) });
    const results = await Promise.all(ACTIONS.map((action) => projectAccess(ctx, projectId, action)));
    return results.map((result) => (result.ok ? 'ok' : result.error.kind));
  }

  it.each(Object.keys(OPEN))('%s', async (name) => {
    expect(await outcomes(name, (await createProject()).id)).toEqual(OPEN[name]);
  });

  it.each(Object.keys(DISABLED))('%s of a disabled project', async (name) => {
    const project = await createProject();
    await env.DB.prepare('UPDATE projects SET disabled = 1 WHERE id = ?1').bind(project.id).run();
    expect(await outcomes(name, project.id)).toEqual(DISABLED[name]);
  });

  it('finds no project that does not exist, whoever asks', async () => {
    expect(await outcomes('admin', 'prj_none')).toEqual(['not_found', 'not_found', 'not_found', 'not_found']);
  });
});
