import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { reconcileEndedSessions } from '../../src/auth/index.ts';
import { createProject, createUser, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWith, recordingPorts } from '../helpers/worker/ports.ts';

let admin: SignedIn;
beforeAll(async () => {
  admin = await signInAs('admin');
});

const isSignedIn = async (as: SignedIn) => (await callApp('GET', '/api/auth/me', { as })).status === 200;
const patch = (userId: string, body: unknown) => callApp('PATCH', `/api/users/${userId}`, { as: admin, body });

describe('POST /api/users', () => {
  it('creates a user who can sign in, shows no hash, and is audited', async () => {
    const project = await createProject();
    const body = { username: 'ada@example.com', password: PASSWORD, role: 'viewer', projectIds: [project.id] };
    const answer = await callApp('POST', '/api/users', { as: admin, body });
    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^usr_[0-9a-z]{16}$/),
      username: 'ada@example.com',
      role: 'viewer',
      projectIds: [project.id],
      disabled: false,
      createdAtMs: expect.any(Number),
      lastLoginAtMs: null,
      factors: { totp: false, passkeys: 0 },
    });
    const [audit] = await auditOf(answer.body.id);
    expect(audit).toMatchObject({ action: 'user.create', actor_kind: 'user', actor_id: admin.userId });
    expect(audit?.detail).toEqual({ username: 'ada@example.com', role: 'viewer', projectIds: [project.id] });
    const login = await callApp('POST', '/api/auth/login', {
      body: { username: 'ADA@example.com', password: PASSWORD },
    });
    expect(login.status).toBe(200);
  });

  it('refuses a name that differs in case only, and leaves no trace', async () => {
    await createUser({ role: 'viewer', username: 'linus' });
    const before = await env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'user.create'").first('n');
    const body = { username: 'Linus', password: PASSWORD, role: 'viewer' };
    const answer = await callApp('POST', '/api/users', { as: admin, body });
    expect([answer.status, answer.body.code]).toEqual([409, 'username_taken']);
    expect(await env.DB.prepare("SELECT count(*) AS n FROM audit WHERE action = 'user.create'").first('n')).toBe(
      before,
    );
  });

  const good = { username: 'someone', password: PASSWORD, role: 'viewer' };
  const refused: [what: string, body: Record<string, unknown>, pointer: string][] = [
    ['a name with a space', { ...good, username: 'two words' }, '/username'],
    ['a name in another script', { ...good, username: 'аdmin' }, '/username'],
    ['a short password', { ...good, password: 'short' }, '/password'],
    ['an unknown role', { ...good, role: 'root' }, '/role'],
    ['a project that does not exist', { ...good, projectIds: ['prj_none'] }, '/projectIds/0'],
    ['grants for an administrator', { ...good, role: 'admin', projectIds: [] }, '/projectIds'],
    ['an unknown field', { ...good, admin: true }, ''],
  ];
  it.each(refused)('refuses %s with a pointer', async (_, body, pointer) => {
    const answer = await callApp('POST', '/api/users', { as: admin, body });
    expect([answer.status, answer.body.code, answer.body.errors[0].pointer]).toEqual([400, 'invalid_input', pointer]);
  });
});

describe('GET /api/users', () => {
  it('lists users oldest first, without hashes', async () => {
    const { body } = await callApp('GET', '/api/users', { as: admin });
    expect(body.items[0].id).toBe(admin.userId);
    expect(body.nextCursor).toBeNull();
    expect(JSON.stringify(body)).not.toMatch(/scrypt|password/i);
    const page = await callApp('GET', '/api/users?limit=1', { as: admin });
    expect(page.body.items.length).toBe(1);
    const next = await callApp('GET', `/api/users?limit=1&cursor=${page.body.nextCursor}`, { as: admin });
    expect(next.body.items[0].id).toBe(body.items[1].id);
  });
});

describe('PATCH /api/users/:id', () => {
  it.each([
    [{ disabled: true }, { disabled: true }],
    [{ role: 'analyst' }, { role: 'analyst' }],
    [{ projectIds: [] }, { projectIds: [] }],
    [{ password: 'a password of tomorrow' }, { password: 'changed' }],
  ])('%j ends the sessions of the user at once and is audited as %j', async (change, detail) => {
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user);
    expect(await isSignedIn(session)).toBe(true);
    const answer = await patch(user.id, change);
    expect(answer.status).toBe(200);
    expect(await isSignedIn(session)).toBe(false);
    expect(await auditOf(user.id)).toMatchObject([{ action: 'user.update', actor_id: admin.userId, detail }]);
  });

  it('a disabled user cannot sign in until enabled again, and old sessions stay dead', async () => {
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user);
    await patch(user.id, { disabled: true });
    const body = { username: user.username, password: PASSWORD };
    expect((await callApp('POST', '/api/auth/login', { body })).status).toBe(401);
    expect((await patch(user.id, { disabled: false })).body.disabled).toBe(false);
    expect(await isSignedIn(session)).toBe(false);
    expect((await callApp('POST', '/api/auth/login', { body })).status).toBe(200);
  });

  it('making somebody an administrator lifts the limit to projects', async () => {
    const user = await createUser({ role: 'viewer', projectIds: [] });
    expect((await patch(user.id, { role: 'admin' })).body).toMatchObject({ role: 'admin', projectIds: null });
    expect((await patch(user.id, { role: 'viewer', projectIds: [] })).body).toMatchObject({
      role: 'viewer',
      projectIds: [],
    });
  });

  it('refuses a change of nothing, and writes nothing', async () => {
    const user = await createUser({ role: 'viewer' });
    expect((await patch(user.id, {})).status).toBe(400);
    expect(await auditOf(user.id)).toEqual([]);
  });

  it('an unknown user is not found', async () => {
    expect((await patch('usr_none', { disabled: true })).status).toBe(404);
  });

  it('sockets are told; when they cannot be, the answer is 503, the sessions are dead, and a repeat tells them', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user);
    ports.failing = true;
    const call = () => callApp('PATCH', `/api/users/${user.id}`, { app, as: admin, body: { disabled: true } });
    const failed = await call();
    expect([failed.status, failed.body.code, failed.headers.get('retry-after')]).toEqual([
      503,
      'revocation_pending',
      '1',
    ]);
    expect(await isSignedIn(session)).toBe(false);
    ports.failing = false;
    expect((await call()).status).toBe(200);
    expect(ports.told).toEqual([['sessionsEnded', user.id, null]]);
  });
});

describe('the last active administrator', () => {
  it('cannot be disabled or demoted, and nothing is written; with a second one both work', async () => {
    await env.DB.prepare("UPDATE users SET disabled = 1 WHERE role = 'admin' AND id <> ?1").bind(admin.userId).run();
    for (const change of [
      { disabled: true },
      { role: 'viewer' },
      { role: 'analyst', disabled: true, password: PASSWORD },
    ]) {
      const answer = await patch(admin.userId, change);
      expect([answer.status, answer.body.code]).toEqual([409, 'last_admin']);
    }
    expect(await isSignedIn(admin)).toBe(true);
    expect(await auditOf(admin.userId)).toEqual([]);

    const second = await createUser({ role: 'admin' });
    expect((await patch(second.id, { role: 'viewer' })).status).toBe(200);
  });

  it('survives two administrators who demote each other at the same moment', async () => {
    await env.DB.prepare("UPDATE users SET disabled = 1 WHERE role = 'admin'").run();
    const [a, b] = [await createUser({ role: 'admin' }), await createUser({ role: 'admin' })];
    const [asA, asB] = [await signIn(a), await signIn(b)];
    const answers = await Promise.all([
      callApp('PATCH', `/api/users/${b.id}`, { as: asA, body: { role: 'viewer' } }),
      callApp('PATCH', `/api/users/${a.id}`, { as: asB, body: { role: 'viewer' } }),
    ]);
    const left = await env.DB.prepare("SELECT count(*) AS n FROM users WHERE role = 'admin' AND disabled = 0").first(
      'n',
    );
    expect(left).toBe(1);
    expect(answers.filter(({ status }) => status === 200).length).toBe(1);
  });
});

describe('what ends sessions tells the sockets', () => {
  it('of one session at logout and revocation, of all at revoke-all and a new password', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    const user = await createUser({ role: 'viewer' });
    const open = () => signIn(user);
    const [logout, revoked, current, all, password] = [
      await open(),
      await open(),
      await open(),
      await open(),
      await open(),
    ];
    await callApp('POST', '/api/auth/logout', { app, as: logout });
    await callApp('DELETE', `/api/auth/sessions/${revoked.sessionId}`, { app, as: current });
    const body = { currentPassword: PASSWORD, newPassword: 'a password of tomorrow' };
    expect((await callApp('POST', '/api/auth/password', { app, as: password, body })).status).toBe(200);
    expect((await callApp('POST', '/api/auth/revoke-all', { app, as: all })).status).toBe(401);
    expect(ports.told).toEqual([
      ['sessionsEnded', user.id, logout.sessionId],
      ['sessionsEnded', user.id, revoked.sessionId],
      ['sessionsEnded', user.id, null],
    ]);
  });

  it('or answers 503, with the session dead all the same', async () => {
    const ports = recordingPorts();
    ports.failing = true;
    const session = await signInAs('viewer');
    const answer = await callApp('POST', '/api/auth/revoke-all', { app: appWith(ports), as: session });
    expect([answer.status, answer.body.code]).toEqual([503, 'revocation_pending']);
    expect(await isSignedIn(session)).toBe(false);
  });

  it('again by cron, session by session, until they have been told, and then no more', async () => {
    const ports = recordingPorts();
    const app = appWith(ports);
    await reconcileEndedSessions(testCtx(), ports);
    ports.told.length = 0;
    ports.failing = true;
    const user = await createUser({ role: 'viewer' });
    const [lost, kept] = [await signIn(user), await signIn(user)];
    expect((await callApp('POST', '/api/auth/logout', { app, as: lost })).status).toBe(503);
    expect(await reconcileEndedSessions(testCtx(), ports)).toEqual({ sessions: 0, failed: 1 });
    ports.failing = false;
    expect(await reconcileEndedSessions(testCtx(), ports)).toEqual({ sessions: 1, failed: 0 });
    expect(ports.told).toEqual([['sessionsEnded', user.id, lost.sessionId]]);
    expect(await reconcileEndedSessions(testCtx(), ports)).toEqual({ sessions: 0, failed: 0 });
    expect(await isSignedIn(kept)).toBe(true);
    expect((await callApp('POST', '/api/auth/logout', { app, as: kept })).status).toBe(204);
    expect(await reconcileEndedSessions(testCtx(), ports)).toEqual({ sessions: 0, failed: 0 });
  });
});

describe('the audit table', () => {
  it('takes rows and gives none back: neither change nor deletion', async () => {
    await expect(env.DB.prepare("UPDATE audit SET actor_id = 'x'").run()).rejects.toThrow('audit rows are not changed');
    await expect(env.DB.prepare('DELETE FROM audit').run()).rejects.toThrow('audit rows are not deleted');
  });

  it('rolls back the change it was to tell of when its row cannot be written', async () => {
    const { createProject: create } = await import('../../src/projects/create-project.ts');
    const broken = testCtx({ requestId: null as unknown as string });
    await expect(create(broken, { name: 'never there' })).rejects.toThrow();
    expect(await env.DB.prepare("SELECT count(*) AS n FROM projects WHERE name = 'never there'").first('n')).toBe(0);
  });
});
