import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { GRACE_MS } from '../../src/auth/rotation.ts';
import type { Env } from '../../src/env.ts';
import { SUBPROTOCOL } from '../../src/wire/protocol.ts';
import { createUser, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { appWith, recordingPorts } from '../helpers/worker/ports.ts';

// A busy machine is slow, not wrong: a hundred rounds are 5,600 requests.
vi.setConfig({ testTimeout: 600_000 });

/** Moves the clock that requests read; storage keeps its own. */
function at(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs);
}

type App = ReturnType<typeof createApp>;

const cookieOf = (answer: Answer): string | null => answer.cookies.get('gsession')?.split(';', 1)[0] ?? null;

function claimsOf(cookie: string): { sub: string; sid: string; sec: string } {
  return JSON.parse(Buffer.from(cookie.split('.')[1] ?? '', 'base64url').toString());
}

const refresh = (as: SignedIn, app?: App): Promise<Answer> =>
  callApp('POST', '/api/auth/refresh', { as, ...(app ? { app } : {}) });

/** With the cookie of the answer, or the one from before where it has none. */
const withCookieOf = (as: SignedIn, answer: Answer): SignedIn => ({ ...as, cookie: cookieOf(answer) ?? as.cookie });

async function statusOf(as: SignedIn, app?: App): Promise<number> {
  return (await callApp('GET', '/api/auth/me', { as, ...(app ? { app } : {}) })).status;
}

const actionsOf = async (target: string) => (await auditOf(target)).map(({ action }) => action);

describe('50 tabs of one browser, 100 rounds', () => {
  it('no logout, no fork: each round ends with one secret, whichever cookie a tab had read', async () => {
    const [TABS, ROUNDS, STEP_MS] = [50, 100, 15 * 60_000];
    const startMs = Date.now();
    // The limit of a user's requests counts minutes, and each round is in another.
    const app = createApp();
    const bindings: Env = { ...env, USER_REQUESTS_PER_MINUTE: '1000000' };
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    let jar = session.cookie;
    let expiresAtMs = 0;
    for (let round = 1; round <= ROUNDS; round++) {
      at(startMs + round * STEP_MS);
      const before = jar;
      /** Even tabs all read the cookie before any answer; odd ones wait for the answer of the tab before them and read what there is then. */
      const tab = async (path: string, cookie: string) => {
        const method = path.endsWith('/refresh') ? 'POST' : 'GET';
        const answer = await callApp(method, path, { app, env: bindings, as: { ...session, cookie } });
        expect(answer.status, `round ${round}`).toBe(200);
        jar = cookieOf(answer) ?? jar;
        return answer;
      };
      const pairs = Array.from({ length: TABS / 2 }, async () => {
        const first = await tab('/api/auth/refresh', before);
        return [first, await tab('/api/auth/refresh', jar)];
      });
      const users = Array.from({ length: 5 }, () => tab('/api/auth/me', before));
      const answers = (await Promise.all(pairs)).flat();
      await Promise.all(users);
      const secrets = new Set(answers.map((answer) => claimsOf(cookieOf(answer) ?? jar).sec));
      expect([secrets.size, secrets.has(claimsOf(before).sec)], `round ${round}`).toEqual([1, false]);
      // A tab that was asleep presents the cookie of before at the end of the grace, and is walked to the same.
      at(startMs + round * STEP_MS + GRACE_MS - 1);
      const late = await tab('/api/auth/refresh', before);
      expect([...secrets]).toEqual([claimsOf(cookieOf(late) ?? '').sec]);
      expect(late.body.expiresAt).toBeGreaterThan(expiresAtMs);
      expiresAtMs = late.body.expiresAt;
    }
    const row = await env.DB.prepare('SELECT generation, revoked_at_ms FROM sessions WHERE id = ?1')
      .bind(session.sessionId)
      .first();
    expect(row).toEqual({ generation: ROUNDS, revoked_at_ms: null });
    expect(await auditOf(session.sessionId)).toEqual([]);
    expect(await statusOf({ ...session, cookie: jar })).toBe(200);
  });
});

describe('POST /api/auth/refresh', () => {
  it('keeps session and CSRF token, gives a new secret, and says when the next is due', async () => {
    const startMs = Math.floor(Date.now() / 1000) * 1000;
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs + 60_000);
    const answer = await refresh(session);
    const [before, now] = [claimsOf(session.cookie), claimsOf(cookieOf(answer) ?? '')];
    expect([now.sub, now.sid, answer.body.csrf]).toEqual([before.sub, session.sessionId, session.csrf]);
    expect(now.sec).not.toBe(before.sec);
    expect(answer.body.refreshAt).toBe(startMs + 60_000 + 15 * 60_000);
    const me = await callApp('GET', '/api/auth/me', { as: withCookieOf(session, answer) });
    expect([me.body.expiresAt, me.body.refreshAt]).toEqual([answer.body.expiresAt, answer.body.refreshAt]);
  });

  it('with the old cookie within the grace gives the same newest secret, and so does one with the new', async () => {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs);
    const newest = cookieOf(await refresh(session)) ?? '';
    at(startMs + GRACE_MS - 1);
    for (const as of [session, { ...session, cookie: newest }]) {
      expect(claimsOf(cookieOf(await refresh(as)) ?? '').sec).toBe(claimsOf(newest).sec);
    }
    // Now an answer could overtake that of the next rotation, so the browser keeps what it has.
    at(startMs + GRACE_MS);
    const kept = await refresh({ ...session, cookie: newest });
    expect([kept.status, cookieOf(kept), kept.body.csrf]).toEqual([200, null, session.csrf]);
    at(startMs + 2 * GRACE_MS);
    expect(claimsOf(cookieOf(await refresh({ ...session, cookie: newest })) ?? '').sec).not.toBe(claimsOf(newest).sec);
  });

  it('stores hashes and nonces, from which no secret follows', async () => {
    const session = await signInAs('viewer');
    const newest = cookieOf(await refresh(session)) ?? '';
    const row = await env.DB.prepare('SELECT * FROM sessions WHERE id = ?1').bind(session.sessionId).first();
    for (const cookie of [session.cookie, newest]) expect(JSON.stringify(row)).not.toContain(claimsOf(cookie).sec);
    expect(JSON.parse(String(row?.superseded))).toEqual([
      { h: expect.stringMatching(/^[\da-f]{64}$/), n: expect.any(String), k: 'k1', at: expect.any(Number) },
    ]);
  });

  it.each([
    ['a revocation', '/api/auth/revoke-all'],
    ['a sign-out', '/api/auth/logout'],
  ])('never outlives %s at the same moment', async (_, path) => {
    for (let i = 0; i < 10; i++) {
      const session = await signInAs('viewer');
      const calls = Array.from({ length: 6 }, (__, n) =>
        n === 3 ? callApp('POST', path, { as: session }) : refresh(session),
      );
      const answers = await Promise.all(calls);
      expect(answers[3]?.status).toBe(204);
      for (const answer of answers.filter(({ status }) => status !== 204)) {
        expect([200, 401]).toContain(answer.status);
        expect(await statusOf(withCookieOf(session, answer))).toBe(401);
      }
      expect(await actionsOf(session.sessionId)).not.toContain('session.reuse_detected');
    }
  });

  it('gives nothing to a cookie whose signing secret was dropped, and does not take it for a thief', async () => {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs);
    const k1 = env.SESSION_SECRETS;
    const k2 = `k2:${'second-secret-'.repeat(4)}`;
    const app = createApp();
    const call = (secrets: string, method: string, path: string, as: SignedIn) =>
      callApp(method, path, { app, env: { ...env, SESSION_SECRETS: secrets }, as });
    const rotated = await call(`${k2},${k1}`, 'POST', '/api/auth/refresh', session);
    expect(rotated.status).toBe(200);
    const newest = withCookieOf(session, rotated);
    // Both live on while both are listed.
    expect((await call(`${k2},${k1}`, 'POST', '/api/auth/refresh', session)).status).toBe(200);
    expect((await call(`${k2},${k1}`, 'GET', '/api/auth/me', newest)).status).toBe(200);
    // k2 goes within the grace: what it signed and what it derived is out of reach, and nobody is suspected.
    expect((await call(k1, 'GET', '/api/auth/me', newest)).status).toBe(401);
    expect((await call(k1, 'GET', '/api/auth/me', session)).status).toBe(200);
    expect((await call(k1, 'POST', '/api/auth/refresh', session)).status).toBe(401);
    // k1 goes instead: the newest is signed with k2 and stays good.
    expect((await call(k2, 'GET', '/api/auth/me', session)).status).toBe(401);
    expect((await call(k2, 'GET', '/api/auth/me', newest)).status).toBe(200);
    expect(await auditOf(session.sessionId)).toEqual([]);
  });
});

describe('a superseded secret after its grace', () => {
  /** Who refreshes first does not matter: the other's cookie is then the old one. */
  async function copied(): Promise<{ session: SignedIn; newest: SignedIn; startMs: number }> {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs);
    return { session, newest: withCookieOf(session, await refresh(session)), startMs };
  }

  it.each([
    ['reads', 'GET', '/api/auth/me', {}],
    ['refreshes', 'POST', '/api/auth/refresh', {}],
    ['opens a socket', 'GET', '/ws/telemetry', { upgrade: 'websocket', 'sec-websocket-protocol': SUBPROTOCOL }],
  ])('ends the session for both holders when it %s, whoever is the thief', async (_, method, path, headers) => {
    const { session, newest, startMs } = await copied();
    at(startMs + GRACE_MS - 1);
    expect([await statusOf(session), await statusOf(newest)]).toEqual([200, 200]);
    at(startMs + GRACE_MS);
    expect((await callApp(method, path, { as: session, headers })).status).toBe(401);
    expect([await statusOf(newest), await statusOf(session)]).toEqual([401, 401]);
    expect((await refresh(newest)).status).toBe(401);
    expect(await auditOf(session.sessionId)).toMatchObject([
      {
        action: 'session.reuse_detected',
        actor_kind: 'user',
        actor_id: session.userId,
        detail: { openedFrom: '192.0.2.1' },
      },
    ]);
  });

  it('closes the sockets and is audited once, also when fifty such requests come together', async () => {
    const { session, startMs } = await copied();
    at(startMs + GRACE_MS);
    const ports = recordingPorts();
    const app = appWith(ports);
    const statuses = await Promise.all(Array.from({ length: 50 }, () => statusOf(session, app)));
    expect(new Set(statuses)).toEqual(new Set([401]));
    expect(ports.told).toEqual([['sessionsEnded', session.userId, session.sessionId]]);
    expect(await actionsOf(session.sessionId)).toEqual(['session.reuse_detected']);
  });

  it('ends the session also when no hub can be told, which cron does later', async () => {
    const { session, newest, startMs } = await copied();
    at(startMs + GRACE_MS);
    const ports = recordingPorts();
    ports.failing = true;
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    expect(await statusOf(session, appWith(ports))).toBe(401);
    silenced.mockRestore();
    expect(await statusOf(newest)).toBe(401);
    const row = await env.DB.prepare('SELECT sockets_told FROM sessions WHERE id = ?1').bind(session.sessionId).first();
    expect(row).toEqual({ sockets_told: 0 });
  });

  it('leaves other sessions of the user alone, and keeps nobody from signing in with it in the jar', async () => {
    const user = await createUser({ role: 'viewer' });
    const startMs = Date.now();
    const [session, other] = [await signIn(user, startMs), await signIn(user, startMs)];
    at(startMs);
    await refresh(session);
    at(startMs + GRACE_MS);
    const body = { username: user.username, password: PASSWORD };
    const again = await callApp('POST', '/api/auth/login', { as: session, csrf: null, body });
    expect(again.status).toBe(200);
    expect(await statusOf(other)).toBe(200);
    expect(await actionsOf(session.sessionId)).toEqual(['session.reuse_detected']);
  });

  it('is simply not signed in once its token has expired, or the session has ended', async () => {
    const { session, newest, startMs } = await copied();
    at(startMs + 11 * 3_600_000);
    expect(await statusOf(newest)).toBe(200);
    at(startMs + 12 * 3_600_000);
    expect(await statusOf(session)).toBe(401);
    expect(await statusOf({ ...newest })).toBe(401);
    expect(await auditOf(session.sessionId)).toEqual([]);

    const ended = await copied();
    await callApp('POST', '/api/auth/logout', { as: ended.newest });
    at(ended.startMs + GRACE_MS);
    expect(await statusOf(ended.session)).toBe(401);
    expect(await actionsOf(ended.session.sessionId)).toEqual(['session.logout']);
  });

  it('is not let in for longer because the clock was set back', async () => {
    const { session, newest, startMs } = await copied();
    // As far as a token is still read that was signed later than now (token.ts).
    at(startMs - 50_000);
    expect([await statusOf(newest), await statusOf(session)]).toEqual([200, 401]);
    expect(await actionsOf(session.sessionId)).toEqual(['session.reuse_detected']);
  });
});

describe('a session of before secrets rotated', () => {
  it('is not signed in', async () => {
    const session = await signInAs('viewer');
    await env.DB.prepare("UPDATE sessions SET secret_hash = '' WHERE id = ?1").bind(session.sessionId).run();
    expect(await statusOf(session)).toBe(401);
  });
});

describe('a new id and secret', () => {
  it('come with a sign-in, whatever session the browser was given before', async () => {
    const [attacker, victim] = [await signInAs('viewer'), await createUser({ role: 'viewer' })];
    const body = { username: victim.username, password: PASSWORD };
    const answer = await callApp('POST', '/api/auth/login', { as: attacker, csrf: null, body });
    const [planted, own] = [claimsOf(attacker.cookie), claimsOf(cookieOf(answer) ?? '')];
    expect([own.sid === planted.sid, own.sec === planted.sec, own.sub]).toEqual([false, false, victim.id]);
    expect(await statusOf(attacker)).toBe(401);
  });

  it('come with a new password, in place of what was open', async () => {
    const session = await signInAs('viewer');
    const body = { currentPassword: PASSWORD, newPassword: 'a password of tomorrow' };
    const [answer, again] = await Promise.all([
      callApp('POST', '/api/auth/password', { as: session, body }),
      refresh(session),
    ]);
    const [before, now] = [claimsOf(session.cookie), claimsOf(cookieOf(answer) ?? '')];
    expect([now.sid === before.sid, now.sec === before.sec]).toEqual([false, false]);
    expect(await statusOf(withCookieOf(session, answer))).toBe(200);
    expect(await statusOf(withCookieOf(session, again))).toBe(401);
    // The double submit: the session that it came with has ended.
    expect((await callApp('POST', '/api/auth/password', { as: session, body })).status).toBe(401);
  });

  it('are needed after a change of role: what was open has ended', async () => {
    const [admin, analyst] = [await signInAs('admin'), await signInAs('analyst')];
    const newest = withCookieOf(analyst, await refresh(analyst));
    const changed = await callApp('PATCH', `/api/users/${analyst.userId}`, { as: admin, body: { role: 'viewer' } });
    expect(changed.status).toBe(200);
    expect([await statusOf(analyst), await statusOf(newest)]).toEqual([401, 401]);
  });
});
