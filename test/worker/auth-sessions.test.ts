import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { cleanupExpired, sessionEndsAtMs } from '../../src/auth/index.ts';
import { SESSION_ABSOLUTE_MS, SESSION_IDLE_MS } from '../../src/auth/session.ts';
import { createUser, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';

/** Moves the clock that requests read; storage keeps its own. */
function at(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs);
}

async function isSignedIn(as: SignedIn): Promise<boolean> {
  const { status } = await callApp('GET', '/api/auth/me', { as });
  expect([200, 401]).toContain(status);
  return status === 200;
}

async function lastSeen(session: SignedIn): Promise<number | null> {
  return env.DB.prepare('SELECT last_seen_at_ms FROM sessions WHERE id = ?1')
    .bind(session.sessionId)
    .first('last_seen_at_ms');
}

describe('limits', () => {
  it('a session ends 12 hours after its last request, and is kept alive by requests and refreshes', async () => {
    const startMs = Date.now();
    const session = await signInAs('viewer');
    at(startMs + SESSION_IDLE_MS - 60_000);
    expect(await isSignedIn(session)).toBe(true);

    const refreshed = await callApp('POST', '/api/auth/refresh', { as: session });
    expect(refreshed.status).toBe(200);
    expect(refreshed.body.csrf).toBe(session.csrf);
    expect(refreshed.body.expiresAt).toBeGreaterThan(startMs + 2 * SESSION_IDLE_MS - 62_000);
    const cookie = refreshed.cookies.get('gsession')?.split(';', 1)[0] ?? '';

    at(startMs + 2 * SESSION_IDLE_MS - 62_000);
    expect(await isSignedIn({ ...session, cookie })).toBe(true);
    at(startMs + 4 * SESSION_IDLE_MS);
    expect(await isSignedIn({ ...session, cookie })).toBe(false);
  });

  it('a session ends after 7 days however often it is refreshed, and the cookie says so', async () => {
    const startMs = Date.now();
    let session = await signIn(await createUser({ role: 'viewer' }), startMs);
    for (let nowMs = startMs; nowMs < startMs + SESSION_ABSOLUTE_MS - 10_000; nowMs += SESSION_IDLE_MS - 60_000) {
      at(nowMs);
      const answer = await callApp('POST', '/api/auth/refresh', { as: session });
      expect(answer.status).toBe(200);
      expect(answer.body.expiresAt).toBeLessThanOrEqual(startMs + SESSION_ABSOLUTE_MS);
      session = { ...session, cookie: answer.cookies.get('gsession')?.split(';', 1)[0] ?? '' };
    }
    at(startMs + SESSION_ABSOLUTE_MS - 1000);
    expect(await isSignedIn(session)).toBe(true);
    at(startMs + SESSION_ABSOLUTE_MS);
    expect(await isSignedIn(session)).toBe(false);
    expect((await callApp('POST', '/api/auth/refresh', { as: session })).status).toBe(401);
  });

  it('last seen is written at most once a minute', async () => {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs + 59_999);
    await isSignedIn(session);
    expect(await lastSeen(session)).toBe(startMs);
    at(startMs + 60_000);
    await isSignedIn(session);
    expect(await lastSeen(session)).toBe(startMs + 60_000);
  });
});

describe('what outlives its request', () => {
  it('learns when its session ends, and that it has ended', async () => {
    const nowMs = Date.now();
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user, nowMs);
    expect(await sessionEndsAtMs(testCtx({ nowMs }), session.sessionId)).toBe(nowMs + SESSION_IDLE_MS);
    expect(await sessionEndsAtMs(testCtx({ nowMs: nowMs + SESSION_IDLE_MS }), session.sessionId)).toBeNull();
    await callApp('POST', '/api/auth/logout', { as: session });
    expect(await sessionEndsAtMs(testCtx({ nowMs }), session.sessionId)).toBeNull();
    expect(await sessionEndsAtMs(testCtx({ nowMs }), 'ses_none')).toBeNull();
  });
});

describe('revocation is by row: a token that is still valid opens nothing', () => {
  it('logout ends this session, clears both cookies and is audited', async () => {
    const user = await createUser({ role: 'viewer' });
    const [session, other] = [await signIn(user), await signIn(user)];
    const answer = await callApp('POST', '/api/auth/logout', { as: session });
    expect(answer.status).toBe(204);
    expect([...answer.cookies.values()].every((line) => line.includes('Max-Age=0'))).toBe(true);
    expect([...answer.cookies.keys()]).toEqual(['gsession', 'csrfToken']);
    expect([await isSignedIn(session), await isSignedIn(other)]).toEqual([false, true]);
    expect(await auditOf(session.sessionId)).toMatchObject([
      { action: 'session.logout', actor_kind: 'user', actor_id: user.id },
    ]);
  });

  it('revoke-all ends every session of the user and nobody else, and clears the site data', async () => {
    const user = await createUser({ role: 'viewer' });
    const [session, other, stranger] = [await signIn(user), await signIn(user), await signInAs('viewer')];
    const answer = await callApp('POST', '/api/auth/revoke-all', { as: session });
    expect([answer.status, answer.headers.get('clear-site-data')]).toEqual([204, '"cache", "storage"']);
    expect([await isSignedIn(session), await isSignedIn(other), await isSignedIn(stranger)]).toEqual([
      false,
      false,
      true,
    ]);
    expect((await auditOf(user.id)).map(({ action }) => action)).toEqual(['session.revoke_all']);
  });

  it('one session can be ended from another of the same user; twice is the same, audited once', async () => {
    const user = await createUser({ role: 'viewer' });
    const [session, other] = [await signIn(user), await signIn(user)];
    for (let i = 0; i < 2; i++) {
      expect((await callApp('DELETE', `/api/auth/sessions/${other.sessionId}`, { as: session })).status).toBe(204);
    }
    expect([await isSignedIn(session), await isSignedIn(other)]).toEqual([true, false]);
    expect((await auditOf(other.sessionId)).map(({ action }) => action)).toEqual(['session.revoke']);
  });

  it("another user's session is not found, even for an administrator", async () => {
    const [admin, victim] = [await signInAs('admin'), await signInAs('viewer')];
    expect((await callApp('DELETE', `/api/auth/sessions/${victim.sessionId}`, { as: admin })).status).toBe(404);
    expect((await callApp('DELETE', '/api/auth/sessions/ses_none', { as: admin })).status).toBe(404);
    expect(await isSignedIn(victim)).toBe(true);
    expect(await auditOf(victim.sessionId)).toEqual([]);
  });
});

describe('GET /api/auth/sessions', () => {
  it("lists the caller's live sessions, oldest first, and marks the current one", async () => {
    const user = await createUser({ role: 'viewer' });
    const nowMs = Date.now();
    const idle = await signIn(user, nowMs - SESSION_IDLE_MS - 1);
    const older = await signIn(user, nowMs - 5000);
    const current = await signIn(user, nowMs - 1000);
    const ended = await signIn(user, nowMs - 500);
    await callApp('POST', '/api/auth/logout', { as: ended });
    await signInAs('viewer');

    const { body } = await callApp('GET', '/api/auth/sessions', { as: current });
    expect(body.nextCursor).toBeNull();
    expect(body.items.map((item: { id: string; current: boolean }) => [item.id, item.current])).toEqual([
      [older.sessionId, false],
      [current.sessionId, true],
    ]);
    expect(body.items[0]).toEqual({
      id: older.sessionId,
      createdAtMs: nowMs - 5000,
      lastSeenAtMs: nowMs - 5000,
      expiresAtMs: nowMs - 5000 + SESSION_IDLE_MS,
      userAgent: 'test',
      address: '192.0.2.1',
      country: null,
      lastAddress: '192.0.2.1',
      lastCountry: null,
      lastUserAgent: 'test',
      current: false,
    });
    expect(JSON.stringify(body)).not.toContain(idle.sessionId);
  });

  it('pages with a cursor', async () => {
    const user = await createUser({ role: 'viewer' });
    const sessions = [];
    for (let i = 0; i < 3; i++) sessions.push(await signIn(user, Date.now() - 1000 * (3 - i)));
    const as = sessions[2];
    if (!as) throw new Error('no session');
    const first = await callApp('GET', '/api/auth/sessions?limit=2', { as });
    expect(first.body.items.length).toBe(2);
    const second = await callApp('GET', `/api/auth/sessions?limit=2&cursor=${first.body.nextCursor}`, { as });
    const ids = [...first.body.items, ...second.body.items].map(({ id }: { id: string }) => id);
    expect([ids, second.body.nextCursor]).toEqual([sessions.map(({ sessionId }) => sessionId), null]);
    for (const query of ['limit=0', 'limit=1001', 'limit=x', 'cursor=!!', 'cursor=eA']) {
      expect((await callApp('GET', `/api/auth/sessions?${query}`, { as })).status, query).toBe(400);
    }
  });
});

describe('cookie requests', () => {
  it('with two session cookies are refused, on every route and beside a key', async () => {
    const session = await signInAs('viewer');
    const headers = { cookie: `${session.cookie}; ${session.cookie}` };
    const calls: [string, string, Record<string, string>, unknown?][] = [
      ['GET', '/api/auth/me', headers],
      ['GET', '/api/projects', { ...headers, authorization: 'Bearer bw_x' }],
      ['POST', '/api/auth/login', headers, { username: 'a', password: 'b' }],
    ];
    for (const [method, path, sent, body] of calls) {
      const answer = await callApp(method, path, { headers: sent, ...(body === undefined ? {} : { body }) });
      expect([path, answer.status, answer.body.code]).toEqual([path, 400, 'duplicate_session_cookie']);
    }
  });

  it("with another session's CSRF token are refused", async () => {
    const [session, other] = [await signInAs('viewer'), await signInAs('viewer')];
    const answer = await callApp('POST', '/api/auth/logout', { as: session, csrf: other.csrf });
    expect([answer.status, answer.body.code]).toEqual([403, 'csrf_failed']);
    expect(await isSignedIn(session)).toBe(true);
  });

  it('over HTTPS use the host-bound cookie and ignore the plain one', async () => {
    const session = await signInAs('viewer');
    const value = session.cookie.slice('gsession='.length);
    const call = (cookie: string) =>
      callApp('GET', '/api/auth/me', { origin: 'https://app.example', headers: { cookie } });
    expect((await call(`__Host-gsession=${value}`)).status).toBe(200);
    expect((await call(`gsession=${value}`)).status).toBe(401);
  });

  it('whose user does not match the session row are nobody', async () => {
    const session = await signInAs('viewer');
    const other = await createUser({ role: 'admin' });
    await env.DB.prepare('UPDATE sessions SET user_id = ?2 WHERE id = ?1').bind(session.sessionId, other.id).run();
    expect(await isSignedIn(session)).toBe(false);
  });
});

describe('POST /api/auth/password', () => {
  it('sets the new password, opens a new session in place of all others, and is audited', async () => {
    const user = await createUser({ role: 'viewer' });
    const [session, other] = [await signIn(user), await signIn(user)];
    const body = { currentPassword: PASSWORD, newPassword: 'a password of tomorrow' };
    const answer = await callApp('POST', '/api/auth/password', { as: session, body });
    expect(answer.status).toBe(200);
    expect(Object.keys(answer.body)).toEqual(['csrf', 'expiresAt', 'refreshAt', 'factors']);
    expect([await isSignedIn(session), await isSignedIn(other)]).toEqual([false, false]);
    const cookie = answer.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
    expect([me.body.userId, me.body.csrf]).toEqual([user.id, answer.body.csrf]);
    expect(await auditOf(user.id)).toMatchObject([
      { action: 'user.change_password', actor_id: user.id, detail: { newSession: me.body.sessionId } },
    ]);
    const again = await callApp('POST', '/api/auth/login', {
      body: { username: user.username, password: body.newPassword },
    });
    expect(again.status).toBe(200);
  });

  it('refuses a wrong current password without ending anything, counts it, and in the end throttles it', async () => {
    // The clock stands: a hash takes long on a busy machine, and the wait is told in whole seconds.
    at(Date.now());
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user);
    const body = { currentPassword: 'not the password', newPassword: 'a password of tomorrow' };
    const first = await callApp('POST', '/api/auth/password', { as: session, body, address: '192.0.2.44' });
    expect([first.status, first.body.code]).toEqual([401, 'invalid_credentials']);
    for (let i = 0; i < 4; i++)
      await callApp('POST', '/api/auth/password', { as: session, body, address: '192.0.2.44' });
    const last = await callApp('POST', '/api/auth/password', { as: session, body, address: '192.0.2.44' });
    expect([last.status, last.body.code, last.headers.get('retry-after')]).toEqual([429, 'login_throttled', '30']);
    expect(await isSignedIn(session)).toBe(true);
    expect((await auditOf(user.id)).map(({ action }) => action)).toEqual(Array(5).fill('user.change_password_failed'));
  });

  it.each([
    ['short', 'must have at least 12 characters'],
    [PASSWORD, 'must differ from the current password'],
  ])('refuses the new password %j', async (newPassword, reason) => {
    const session = await signInAs('viewer');
    const answer = await callApp('POST', '/api/auth/password', {
      as: session,
      body: { currentPassword: PASSWORD, newPassword },
    });
    expect([answer.status, answer.body.errors]).toEqual([400, [{ pointer: '/newPassword', reason }]]);
  });
});

describe('the hourly cleanup', () => {
  it('deletes sessions that are over and attempts that no longer count, keeps the rest, and finds nothing the second time', async () => {
    const user = await createUser({ role: 'viewer' });
    const nowMs = Date.now() + 60 * 86_400_000;
    await env.DB.prepare('DELETE FROM sessions').run();
    await env.DB.prepare('DELETE FROM login_throttle').run();
    await signIn(user, nowMs - SESSION_IDLE_MS);
    const live = await signIn(user, nowMs - SESSION_IDLE_MS + 1);
    const attempts = env.DB.prepare('INSERT INTO login_throttle VALUES (?1, 1, 0, ?2)');
    await env.DB.batch([attempts.bind('over', nowMs), attempts.bind('counts', nowMs + 1)]);

    const ctx = testCtx({ nowMs });
    expect(await cleanupExpired(ctx)).toEqual({ sessions: 1, loginAttempts: 1 });
    expect(await cleanupExpired(ctx)).toEqual({ sessions: 0, loginAttempts: 0 });
    const left = await env.DB.prepare('SELECT id FROM sessions').all();
    expect(left.results).toEqual([{ id: live.sessionId }]);
  });
});
