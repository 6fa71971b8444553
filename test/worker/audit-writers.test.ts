import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { totpCode } from '../../src/auth/factors/totp.ts';
import { GRACE_MS } from '../../src/auth/rotation.ts';
import { createKey, createUser, login, PASSWORD, signIn } from '../helpers/worker/accounts.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { PREPARED } from '../helpers/worker/changes.ts';
import { addPasskey, challengeFor, enableTotp, forgetSteps, password, second } from '../helpers/worker/factors.ts';
import { makeFixture, makeFixtureFor } from '../helpers/worker/fixture.ts';
import { count, fromSeq, noEntryOfAConsole, programWrites } from '../helpers/worker/no-console.ts';
import { ROUTES, type RouteRule } from '../helpers/worker/route-table.ts';

// A busy machine is slow, not wrong.
vi.setConfig({ testTimeout: 120_000 });

noEntryOfAConsole();

const changes = () => count('SELECT count(*) AS n FROM audit WHERE seq > ?1 AND table_name IS NOT NULL', fromSeq);
const done = (answer: Answer): Answer => {
  expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(300);
  return answer;
};
const cookieOf = (as: SignedIn, answer: Answer): SignedIn => ({
  ...as,
  cookie: answer.cookies.get('gsession')?.split(';', 1)[0] ?? as.cookie,
});
/** Moves the clock that requests read; storage keeps its own. */
function at(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs);
}

const CHANGING = ROUTES.filter(
  ({ method, access }) => !['GET', 'OPTIONS'].includes(method) && access.kind !== 'public',
);

describe('a state-changing route', () => {
  /** What they need beside the table, for they are about the session that calls them. */
  const bodies: Readonly<Record<string, unknown>> = {
    'POST /api/auth/step-up': { password: PASSWORD },
  };

  it.each(CHANGING.map((rule): [string, RouteRule] => [`${rule.method} ${rule.route}`, rule]))(
    '%s says who acts',
    async (name, rule) => {
      const fixture = await (name in PREPARED ? makeFixture() : makeFixtureFor(rule));
      const user = await createUser({ role: 'admin' });
      const as = await signIn(user);
      const on = { ...fixture, sessionId: (await signIn(user)).sessionId };
      const { url, body } = { url: undefined, body: undefined, ...(await PREPARED[name]?.(as, fixture)) };
      const sent = body ?? bodies[name] ?? rule.body?.(on);
      const { key } = await createKey(fixture.projectId, ['ingest']);
      const answer = await callApp(rule.method, url ?? rule.url?.(on) ?? rule.route, {
        ...(['ingest', 'probe'].includes(rule.access.kind) ? { key } : { as }),
        ...(sent === undefined ? {} : { body: sent }),
        ...(rule.headers ? { headers: rule.headers } : {}),
      });
      // Of rejects that are rejects still: a run, and written down as one.
      expect(answer.status, JSON.stringify(answer.body)).toBeLessThan(rule.route.endsWith('/resend') ? 423 : 300);
    },
  );
});

describe('who signs in', () => {
  it('for the first time, or has lost everything, by the token of the deployment', async () => {
    const headers = { authorization: `Bearer ${env.SETUP_TOKEN}` };
    const body = { username: 'first-admin', password: PASSWORD };
    expect(done(await callApp('POST', '/api/auth/setup', { headers, body })).body).toMatchObject({ created: true });
    expect(done(await callApp('POST', '/api/auth/setup', { headers, body })).body).toMatchObject({ created: false });
    expect(await changes()).toBeGreaterThanOrEqual(2);
  });

  it('with a password, with a wrong one, and with one whose hash is of old parameters', async () => {
    const user = await createUser({ role: 'viewer' });
    expect(
      (await callApp('POST', '/api/auth/login', { body: { username: user.username, password: 'wrong' } })).status,
    ).toBe(401);
    expect((await callApp('POST', '/api/auth/login', { body: { username: 'nobody', password: 'wrong' } })).status).toBe(
      401,
    );
    await login(user.username);
    // The vector of RFC 7914, section 12, with p=1.
    const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex');
    const old = `$scrypt$ln=14,r=8,p=1$${Buffer.from('SodiumChloride').toString('base64url')}$${hash.toString('base64url')}`;
    await env.DB.prepare('UPDATE users SET password_hash = ?2 WHERE id = ?1').bind(user.id, old).run();
    await programWrites();
    await login(user.username, 'pleaseletmein');
    expect(await changes()).toBe(2);
  });

  it('again in the same browser, whose session before ends', async () => {
    const user = await createUser({ role: 'viewer' });
    const before = await login(user.username);
    const body = { username: user.username, password: PASSWORD };
    done(await callApp('POST', '/api/auth/login', { body, headers: { cookie: before.cookie } }));
    expect(
      await count('SELECT count(*) AS n FROM sessions WHERE id = ?1 AND revoked_at_ms > 0', before.sessionId),
    ).toBe(1);
  });

  it('with a code of an app, one that was used, one for emergencies, and as step-up', async () => {
    const user = await createUser({ role: 'viewer' });
    const session = await signIn(user);
    const app = await enableTotp(session);
    await forgetSteps(user.id);
    await programWrites();
    const code = totpCode(app.secret, Date.now());
    done(await second({ challenge: await challengeFor(user), code }));
    expect((await second({ challenge: await challengeFor(user), code })).status).toBe(401);
    done(await second({ challenge: await challengeFor(user), code: app.recoveryCodes[0] }));
    done(await callApp('POST', '/api/auth/step-up', { as: session, body: { code: app.recoveryCodes[1] } }));
    expect(await changes()).toBeGreaterThanOrEqual(6);
  });

  it('with a passkey alone, after the password, and with a copy of it', async () => {
    const user = await createUser({ role: 'viewer' });
    const passkey = await addPasskey(await signIn(user));
    const enter = async (counter: number) => {
      const { body } = await callApp('POST', '/api/auth/passkeys/options', { body: {} });
      const credential = await passkey.sign(body.options, { counter });
      return callApp('POST', '/api/auth/passkeys/login', { body: { challenge: body.challenge, credential } });
    };
    done(await enter(5));
    expect((await enter(5)).status).toBe(401);
    const asked = (await password(user)).body;
    const credential = await passkey.sign(asked.passkey, { userHandle: null, counter: 9 });
    done(await second({ challenge: asked.challenge, credential }));
    expect(await count(`SELECT count(*) AS n FROM audit WHERE seq > ?1 AND action = 'passkeys.update'`, fromSeq)).toBe(
      2,
    );
  });
});

describe('a session', () => {
  it('that is used, moves, is refreshed, is copied and ends', async () => {
    const startMs = Date.now();
    const session = await signIn(await createUser({ role: 'viewer' }), startMs);
    at(startMs + 16 * 60_000);
    done(await callApp('GET', '/api/auth/me', { as: session, address: '198.51.100.7' }));
    expect(
      await count(
        'SELECT count(*) AS n FROM sessions WHERE id = ?1 AND last_address = ?2',
        session.sessionId,
        '198.51.100.7',
      ),
    ).toBe(1);
    const newest = cookieOf(session, done(await callApp('POST', '/api/auth/refresh', { as: session })));
    expect(newest.cookie).not.toBe(session.cookie);
    at(startMs + 16 * 60_000 + GRACE_MS);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
    expect((await callApp('GET', '/api/auth/me', { as: newest })).status).toBe(401);
    expect(
      await count(`SELECT count(*) AS n FROM audit WHERE seq > ?1 AND action = 'session.reuse_detected'`, fromSeq),
    ).toBe(1);
  });
});

describe('the Worker', () => {
  it('has no route that changes something and is neither in the table nor among those who sign in', () => {
    const open = createApp()
      .routes.filter(({ method }) => !['ALL', 'GET', 'OPTIONS'].includes(method))
      .map(({ method, path }) => `${method} ${path}`);
    const called = new Set([
      ...CHANGING.map(({ method, route }) => `${method} ${route}`),
      ...['setup', 'login', 'login/second-factor', 'passkeys/options', 'passkeys/login'].map(
        (name) => `POST /api/auth/${name}`,
      ),
    ]);
    expect([...new Set(open)].filter((route) => !called.has(route))).toEqual([]);
  });
});
