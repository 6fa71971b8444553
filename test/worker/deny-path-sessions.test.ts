import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { SESSION_IDLE_MS } from '../../src/auth/session.ts';
import type { Role } from '../../src/env.ts';
import { createKey, createProject, createUser, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, type CallOptions, callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { type Fixture, ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

/** Denials of credentials that look right, for every route of the table; deny-path.test.ts has those of credentials that are not. */

const of = (...kinds: RouteRule['access']['kind'][]) =>
  ROUTES.filter(({ access }) => kinds.includes(access.kind)).map((rule): [string, RouteRule] => [
    `${rule.method} ${rule.route}`,
    rule,
  ]);
/** Everything that identify stands before. */
const READ_SIDE = of('session', 'own-projects', 'deployment', 'role', 'project', 'socket', 'send');

let admin: SignedIn;
/** A project and a session; what else a path names is refused before it is looked for. */
let fixture: Fixture;
let key: string;
/** Their cookies are still tokens of ours, unexpired. */
let endedSessions: Record<'loggedOut' | 'revoked' | 'revokedAll' | 'idle', SignedIn>;
/** An administrator's session from before the role became viewer, and an analyst's from before the grant went. */
let lowered: SignedIn;
let cut: SignedIn;

function call(rule: RouteRule, options: CallOptions): Promise<Answer> {
  const body = rule.body?.(fixture);
  return callApp(rule.method, rule.url?.(fixture) ?? rule.route, {
    ...(body === undefined ? {} : { body }),
    ...options,
    headers: { ...rule.headers, ...options.headers },
  });
}

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();

beforeAll(async () => {
  admin = await signInAs('admin');
  const [project, other] = [await createProject(), await createProject()];
  const session = await signInAs('viewer');
  fixture = { projectId: project.id, userId: session.userId, sessionId: session.sessionId } as Fixture;
  key = (await createKey(project.id, ['admin', 'query', 'ingest'])).key;
  await endSessions();
  const wasAdmin = await createUser({ role: 'admin' });
  lowered = await signIn(wasAdmin);
  await changeUser(wasAdmin.id, { role: 'viewer', projectIds: [project.id] });
  const wasGranted = await createUser({ role: 'analyst', projectIds: [project.id] });
  cut = await signIn(wasGranted);
  await changeUser(wasGranted.id, { projectIds: [other.id] });
});

/** In the row, as a PATCH of the user leaves it: the route also ends the sessions, which would hide that the row decides. */
async function changeUser(userId: string, { role, projectIds }: { role?: Role; projectIds: string[] }): Promise<void> {
  await env.DB.prepare('UPDATE users SET role = coalesce(?2, role), project_ids = ?3 WHERE id = ?1')
    .bind(userId, role ?? null, JSON.stringify(projectIds))
    .run();
}

async function endSessions(): Promise<void> {
  const user = await createUser({ role: 'admin' });
  const [loggedOut, revoked, revoker] = [await signIn(user), await signIn(user), await signIn(user)];
  const revokedAll = await signInAs('admin');
  const idle = await signInAs('admin');
  await env.DB.prepare('UPDATE sessions SET last_seen_at_ms = ?2 WHERE id = ?1')
    .bind(idle.sessionId, Date.now() - SESSION_IDLE_MS)
    .run();
  endedSessions = { loggedOut, revoked, revokedAll, idle };
  const ends = [
    await callApp('POST', '/api/auth/logout', { as: loggedOut }),
    await callApp('DELETE', `/api/auth/sessions/${revoked.sessionId}`, { as: revoker }),
    await callApp('POST', '/api/auth/revoke-all', { as: revokedAll }),
  ];
  expect(ends.map(({ status }) => status)).toEqual([204, 204, 204]);
}

function neededRole({ access }: RouteRule): Role {
  const least: Record<string, Role> = { read: 'viewer', export: 'analyst', write: 'analyst', admin: 'admin' };
  if (access.kind === 'role') return access.role;
  if (access.kind === 'socket') return 'viewer';
  if (access.kind === 'deployment') return 'admin';
  return least[access.kind === 'project' ? access.action : 'write'] ?? 'admin';
}

describe('of a session that has ended', () => {
  it.each(READ_SIDE)('%s answers 401 to its cookie, replayed with its token', async (_, rule) => {
    for (const ended of Object.values(endedSessions)) {
      expect(outcome(await call(rule, { as: ended }))).toBe('401 unauthenticated');
    }
  });
});

describe('of a session that is older than the loss of a right', () => {
  it.each(of('project', 'role', 'deployment', 'send', 'socket'))(
    '%s goes by the role and the grants of now',
    async (_, rule) => {
      if (neededRole(rule) !== 'viewer') expect(outcome(await call(rule, { as: lowered }))).toBe('403 forbidden');
      expect(outcome(await call(rule, { as: cut }))).toMatch(/^(404 not_found|403 forbidden)$/);
    },
  );
});

describe('with two session cookies', () => {
  it.each(READ_SIDE)('%s answers 400, whichever is good, and beside a good key too', async (_, rule) => {
    const cookie = `${admin.cookie}; gsession=planted`;
    const as = { ...admin, cookie };
    expect(outcome(await call(rule, { as }))).toBe('400 duplicate_session_cookie');
    expect(outcome(await call(rule, { as: { ...as, cookie: `gsession=planted; ${admin.cookie}` } }))).toBe(
      '400 duplicate_session_cookie',
    );
    expect(outcome(await call(rule, { as, key }))).toBe('400 duplicate_session_cookie');
  });
});

describe('with a session cookie whose name is not that of the transport', () => {
  it.each(READ_SIDE)('%s answers 401', async (_, rule) => {
    const named = { plain: admin.cookie, prefixed: `__Host-${admin.cookie}`, secure: `__Secure-${admin.cookie}` };
    const cases: [cookie: string, origin: string][] = [
      [named.plain, 'https://app.example'],
      [named.secure, 'https://app.example'],
      [named.prefixed, ORIGIN],
      [named.plain, 'http://192.168.1.5'],
      [named.prefixed, 'http://192.168.1.5'],
    ];
    for (const [cookie, origin] of cases) {
      const headers = { origin };
      expect(
        outcome(await call(rule, { as: { ...admin, cookie }, origin, headers })),
        `${cookie.slice(0, 12)} ${origin}`,
      ).toBe('401 unauthenticated');
    }
  });

  it.each(of('session').filter(([, { method }]) => method === 'GET'))(
    '%s lets the one of HTTPS in, so the refusals above are those of the name',
    async (_, rule) => {
      const as = { ...admin, cookie: `__Host-${admin.cookie}` };
      expect((await call(rule, { as, origin: 'https://app.example' })).status).toBe(200);
    },
  );
});

describe('with a token that was tampered with', () => {
  it.each(READ_SIDE)('%s answers 401', async (_, rule) => {
    const [header = '', payload = '', signature = ''] = admin.cookie.slice('gsession='.length).split('.');
    const unsigned = Buffer.from('{"alg":"none","typ":"JWT","kid":"k1"}').toString('base64url');
    for (const token of [`${header}.${payload}.${signature}A`, `${unsigned}.${payload}.`, `${header}.${payload}`]) {
      expect(outcome(await call(rule, { as: { ...admin, cookie: `gsession=${token}` } }))).toBe('401 unauthenticated');
    }
  });
});

describe('with a key in a place that is none', () => {
  it.each(READ_SIDE)(
    '%s answers 401: a key in the URL, in a cookie or by another scheme opens nothing',
    async (_, rule) => {
      const url = (on: Fixture) => {
        const path = rule.url?.(on) ?? rule.route;
        return `${path}${path.includes('?') ? '&' : '?'}key=${key}&token=${key}&access_token=${key}`;
      };
      expect(outcome(await call({ ...rule, url }, {}))).toBe('401 unauthenticated');
      expect(outcome(await call(rule, { headers: { cookie: `gsession=${key}` } }))).toBe('401 unauthenticated');
      const headers = { authorization: `Basic ${Buffer.from(`x:${key}`).toString('base64')}` };
      expect(outcome(await call(rule, { headers }))).toBe('401 key_invalid');
    },
  );
});
