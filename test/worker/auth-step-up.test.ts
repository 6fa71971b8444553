import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { PROOF_MS } from '../../src/auth/guard.ts';
import { GRACE_MS } from '../../src/auth/rotation.ts';
import { createKey, createProject, createUser, PASSWORD, signIn, type TestUser } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';

/** Moves the clock that requests read; storage keeps its own. */
function at(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs);
}

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();
const sessionLine = (answer: Answer) => answer.cookies.get('gsession')?.split(';', 1)[0];
const withCookieOf = (as: SignedIn, answer: Answer): SignedIn => ({ ...as, cookie: sessionLine(answer) ?? as.cookie });
const stepUp = (as: SignedIn, password = PASSWORD, address = '192.0.2.60') =>
  callApp('POST', '/api/auth/step-up', { as, body: { password }, address });

let projectId: string;
let admin: TestUser;
beforeAll(async () => {
  projectId = (await createProject()).id;
  admin = await createUser({ role: 'admin' });
});

/** Signed in too long ago for what is dangerous. */
const stale = (): Promise<SignedIn> => signIn(admin, Date.now() - PROOF_MS);

interface Dangerous {
  what: string;
  call: (who: { as?: SignedIn; key?: string; headers?: Record<string, string> }) => Promise<Answer>;
  /** How many changes of its kind there were. */
  action: string;
}

const user = async () => (await createUser({ role: 'viewer' })).id;
const key = async () => (await createKey(projectId)).id;
const patchProject =
  (body: object): Dangerous['call'] =>
  (who) =>
    callApp('PATCH', `/api/projects/${projectId}`, { ...who, body });
const newKey =
  (scopes: string[]): Dangerous['call'] =>
  (who) =>
    callApp('POST', `/api/projects/${projectId}/keys`, { ...who, body: { name: 'new', scopes } });

const DANGEROUS: readonly Dangerous[] = [
  {
    what: 'creating a user',
    action: 'user.create',
    call: (who) =>
      callApp('POST', '/api/users', {
        ...who,
        body: { username: `u${crypto.randomUUID().slice(0, 8)}`, password: PASSWORD, role: 'viewer' },
      }),
  },
  {
    what: 'changing a user',
    action: 'user.update',
    call: async (who) => callApp('PATCH', `/api/users/${await user()}`, { ...who, body: { role: 'admin' } }),
  },
  { what: 'creating a key that administers', action: 'key.create', call: newKey(['admin']) },
  { what: 'creating a key that reads', action: 'key.create', call: newKey(['ingest', 'query']) },
  {
    what: 'rotating a key',
    action: 'key.rotate',
    call: async (who) => callApp('POST', `/api/projects/${projectId}/keys/${await key()}/rotate`, { ...who, body: {} }),
  },
  {
    what: 'changing fraud rules',
    action: 'fraud_rules.change',
    call: async (who) => {
      const { version, reviewAt } = (await callApp('GET', `/api/fraud/rules?project=${projectId}`, who)).body;
      const body = { version: version ?? 0, reviewAt: reviewAt === 41 ? 42 : 41 };
      return callApp('PUT', `/api/fraud/rules?project=${projectId}`, { ...who, body });
    },
  },
  { what: 'enabling a project', action: 'project.update', call: patchProject({ disabled: false }) },
  // Last: nothing else can be done to the project then by a key.
  { what: 'disabling a project', action: 'project.update', call: patchProject({ disabled: true }) },
];
const table = DANGEROUS.map((one): [string, Dangerous] => [one.what, one]);

async function changes(action: string): Promise<number> {
  const count = await env.DB.prepare('SELECT count(*) AS n FROM audit WHERE action = ?1').bind(action).first('n');
  return Number(count);
}

describe('what a stolen cookie must not do', () => {
  it.each(table.slice(0, -1))('%s needs a recent proof of a person, and none of a key', async (_, { call, action }) => {
    const [old, before] = [await stale(), await changes(action)];
    expect(outcome(await call({ as: old }))).toBe('403 step_up_required');
    expect(await changes(action)).toBe(before);
    const proven = withCookieOf(old, await stepUp(old));
    expect((await call({ as: proven })).status).toBeLessThan(300);
    expect(await changes(action)).toBe(before + 1);
  });

  it.each(table.slice(2, -1))('%s is not asked of a key', async (_, { call }) => {
    const { key } = await createKey(projectId, ['admin']);
    expect((await call({ key })).status).toBeLessThan(300);
  });

  it.each(table)('%s is refused to a lower role as before, proof or not', async (_, { call }) => {
    const analyst = await createUser({ role: 'analyst' });
    for (const as of [await signIn(analyst), await signIn(analyst, Date.now() - PROOF_MS)]) {
      expect(outcome(await call({ as }))).toBe('403 forbidden');
    }
  });

  it('a repeat of what was made needs it too: its answer holds the new key', async () => {
    const headers = { 'idempotency-key': 'made once' };
    const create = newKey(['admin']);
    const first = await create({ as: await signIn(admin), headers });
    expect(first.status).toBe(201);
    const old = await stale();
    expect(outcome(await create({ as: old, headers }))).toBe('403 step_up_required');
    const again = await create({ as: withCookieOf(old, await stepUp(old)), headers });
    expect([again.status, again.body.key]).toEqual([201, first.body.key]);
  });

  it('disabling a project needs a recent proof, and nothing that is harmless does', async () => {
    const old = await stale();
    const harmless: Answer[] = [
      await patchProject({ name: 'renamed' })({ as: old }),
      await newKey(['ingest'])({ as: old }),
      await patchProject({ limits: { queryPerMinute: 500 } })({ as: old }),
      await callApp('DELETE', `/api/projects/${projectId}/keys/${await key()}`, { as: old }),
      await callApp('GET', '/api/users', { as: old }),
      await callApp('POST', '/api/projects', { as: old, body: { name: 'another' } }),
    ];
    expect(harmless.every(({ status }) => status < 300)).toBe(true);
    expect(outcome(await patchProject({ disabled: true })({ as: old }))).toBe('403 step_up_required');
    expect((await patchProject({ disabled: true })({ as: withCookieOf(old, await stepUp(old)) })).status).toBe(200);
    // To get out of somebody's hands is not for the thief to prevent.
    expect((await callApp('POST', '/api/auth/revoke-all', { as: await stale() })).status).toBe(204);
  });
});

describe('POST /api/auth/step-up', () => {
  it('proves for half an hour, gives the session a new secret, and is audited', async () => {
    const startMs = Math.floor(Date.now() / 1000) * 1000;
    const old = await signIn(admin, startMs - PROOF_MS);
    at(startMs);
    const answer = await stepUp(old);
    expect(answer.body).toEqual({
      provenAt: startMs,
      csrf: old.csrf,
      expiresAt: startMs + 12 * 3_600_000,
      refreshAt: startMs + 15 * 60_000,
    });
    const proven = withCookieOf(old, answer);
    expect(proven.cookie).not.toBe(old.cookie);
    const create = newKey(['query']);
    at(startMs + PROOF_MS - 1);
    expect((await create({ as: proven })).status).toBe(201);
    at(startMs + PROOF_MS);
    expect(outcome(await create({ as: proven }))).toBe('403 step_up_required');
    expect(await auditOf(old.sessionId)).toMatchObject([{ action: 'session.step_up', detail: { by: 'password' } }]);
  });

  it('gives no part of its proof to who holds the cookie from before, and no way to the new one', async () => {
    const startMs = Date.now();
    const old = await signIn(admin, startMs - PROOF_MS);
    at(startMs);
    const proven = withCookieOf(old, await stepUp(old));
    expect(outcome(await newKey(['query'])({ as: old }))).toBe('403 step_up_required');
    const refreshed = await callApp('POST', '/api/auth/refresh', { as: old });
    expect([refreshed.status, sessionLine(refreshed)]).toEqual([200, undefined]);
    expect((await callApp('GET', '/api/auth/me', { as: old })).status).toBe(200);
    // With the password it is who lost the answer, and gets the newest.
    const again = withCookieOf(old, await stepUp(old));
    expect((await newKey(['query'])({ as: again })).status).toBe(201);
    expect((await newKey(['query'])({ as: proven })).status).toBe(201);
    at(startMs + GRACE_MS);
    expect((await callApp('GET', '/api/auth/me', { as: old })).status).toBe(401);
    expect((await callApp('GET', '/api/auth/me', { as: again })).status).toBe(401);
  });

  it('twice at once, and beside refreshes, leaves one newest secret', async () => {
    const session = await signIn(await createUser({ role: 'admin' }));
    const answers = await Promise.all([
      stepUp(session),
      callApp('POST', '/api/auth/refresh', { as: session }),
      stepUp(session),
      callApp('POST', '/api/auth/refresh', { as: session }),
    ]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const row = await env.DB.prepare('SELECT generation, superseded FROM sessions WHERE id = ?1')
      .bind(session.sessionId)
      .first<{ generation: number; superseded: string }>();
    expect(JSON.parse(row?.superseded ?? '[]').length).toBe(row?.generation);
    expect((await auditOf(session.sessionId)).map(({ action }) => action)).toEqual([
      'session.step_up',
      'session.step_up',
    ]);
    for (const answer of answers)
      expect((await callApp('GET', '/api/auth/me', { as: withCookieOf(session, answer) })).status).toBe(200);
  });

  it('refuses a wrong password, audits it, keeps the session, and throttles like sign-in', async () => {
    at(Date.now());
    const user = await createUser({ role: 'admin' });
    const session = await signIn(user, Date.now() - PROOF_MS);
    for (let i = 0; i < 5; i++) {
      expect(outcome(await stepUp(session, 'not the password', '192.0.2.61'))).toBe('401 invalid_credentials');
    }
    const last = await stepUp(session, PASSWORD, '192.0.2.61');
    expect([outcome(last), last.headers.get('retry-after')]).toEqual(['429 login_throttled', '30']);
    const body = { username: user.username, password: PASSWORD };
    expect((await callApp('POST', '/api/auth/login', { body, address: '192.0.2.62' })).status).toBe(429);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(200);
    const audit = await auditOf(session.sessionId);
    expect(audit.map(({ action }) => action)).toEqual(Array(5).fill('session.step_up_failed'));
    expect(JSON.stringify(audit)).not.toContain('not the password');
  });

  it('proves nothing for a session that was revoked while the password was checked', async () => {
    const session = await signIn(await createUser({ role: 'admin' }), Date.now() - PROOF_MS);
    const [proven, ended] = await Promise.all([stepUp(session), callApp('POST', '/api/auth/logout', { as: session })]);
    expect(ended.status).toBe(204);
    expect([200, 401]).toContain(proven.status);
    expect((await callApp('GET', '/api/auth/me', { as: withCookieOf(session, proven) })).status).toBe(401);
  });

  it.each([
    ['an empty object', {}],
    ['a field too many', { password: PASSWORD, provenAt: 0 }],
  ])('refuses %s', async (_, body) => {
    const session = await signIn(admin);
    expect(outcome(await callApp('POST', '/api/auth/step-up', { as: session, body }))).toBe('400 invalid_input');
  });
});
