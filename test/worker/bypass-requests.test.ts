import { env, exports } from 'cloudflare:workers';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { ADDRESS_POLICY } from '../../src/auth/throttle.ts';
import { createKey, createProject, createUser, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, type CallOptions, callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';

/** What every check of a password costs, counted at the door of the key derivation: the clock of a busy machine proves nothing. */
const derived: { stored: string; correct: boolean }[] = [];
vi.resetModules();
vi.doMock('../../src/auth/password.ts', async (original) => {
  const password = await original<typeof import('../../src/auth/password.ts')>();
  return {
    ...password,
    verifyPassword(text: string, stored: string) {
      const correct = password.verifyPassword(text, stored);
      derived.push({ stored, correct });
      return correct;
    },
  };
});
const { createApp } = await import('../../src/app.ts');
afterAll(() => {
  vi.doUnmock('../../src/auth/password.ts');
  vi.resetModules();
});

let session: SignedIn;
beforeEach(async () => {
  derived.length = 0;
  session = await signInAs('viewer');
  await env.DB.prepare('DELETE FROM login_throttle').run();
});

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();
const isAlive = async (as: Pick<SignedIn, 'cookie'> = session) =>
  (await callApp('GET', '/api/auth/me', { headers: { cookie: as.cookie } })).status === 200;
const attempt = async (username: string, password: string, options: CallOptions = {}) =>
  callApp('POST', '/api/auth/login', { app: createApp(), body: { username, password }, ...options });

describe('the client address', () => {
  it('missing, still counts: attempts without one share a budget', async () => {
    const outcomes: string[] = [];
    for (let i = 0; i < ADDRESS_POLICY.failures; i++) outcomes.push(outcome(await guessSetup({})));
    expect(new Set(outcomes)).toEqual(new Set(['401 invalid_setup_token']));
    expect(outcome(await guessSetup({}))).toBe('429 login_throttled');
  });

  it('is what the edge says: none of the headers that a client can write changes whose budget is used', async () => {
    const claimed = (i: number) =>
      Object.fromEntries(
        [
          'x-forwarded-for',
          'x-real-ip',
          'true-client-ip',
          'forwarded',
          'x-client-ip',
          'client-ip',
          'fastly-client-ip',
          'x-originating-ip',
        ].map((name) => [name, name === 'forwarded' ? `for=203.0.113.${i}` : `203.0.113.${i}`]),
      );
    for (let i = 0; i < ADDRESS_POLICY.failures; i++)
      await guessSetup({ address: '198.51.100.1', headers: claimed(i) });
    const next = await guessSetup({ address: '198.51.100.1', headers: claimed(200) });
    expect(outcome(next)).toBe('429 login_throttled');
    expect(outcome(await guessSetup({ address: '198.51.100.2', headers: claimed(200) }))).toBe(
      '401 invalid_setup_token',
    );
  });

  it('missing, an account still locks after five failures', async () => {
    const { username } = await createUser({ role: 'viewer' });
    for (let i = 0; i < 5; i++) expect(outcome(await attempt(username, 'wrong'))).toBe('401 invalid_credentials');
    expect(outcome(await attempt(username, PASSWORD))).toBe('429 login_throttled');
  });

  /** The cheapest thing that counts by address. */
  function guessSetup(options: CallOptions): Promise<Answer> {
    const headers = { ...options.headers, authorization: 'Bearer a-guess' };
    return callApp('POST', '/api/auth/setup', { ...options, headers, body: {} });
  }
});

describe('the host', () => {
  const evil = 'evil.example';
  it('of a header makes no origin ours, no cookie and no redirect', async () => {
    for (const name of ['host', 'x-forwarded-host', 'x-host', 'x-forwarded-server', 'forwarded']) {
      const headers = { [name]: name === 'forwarded' ? `host=${evil}` : evil, origin: `http://${evil}` };
      const answer = await callApp('POST', '/api/auth/logout', { as: session, headers });
      expect(outcome(answer), name).toBe('403 cross_site_request');
      const page = await callApp('GET', '/api/auth/me', { as: session, headers: { [name]: headers[name] ?? '' } });
      expect([page.status, page.headers.get('location')]).toEqual([200, null]);
      expect(JSON.stringify([page.body, ...page.headers])).not.toContain(evil);
    }
  });

  it('that a name was bound to again, over plain HTTP, gets no cookie and is read none', async () => {
    const origin = `http://${evil}`;
    const login = await callApp('POST', '/api/auth/login', {
      origin,
      headers: { origin },
      body: { username: 'a', password: 'b' },
    });
    expect([outcome(login), login.cookies.size]).toEqual(['403 insecure_transport', 0]);
    const cookie = `${session.cookie}; __Host-${session.cookie}`;
    expect(outcome(await callApp('GET', '/api/auth/me', { origin, headers: { cookie } }))).toBe('401 unauthenticated');
  });

  it('of another name over HTTPS gets a cookie for that host alone, without a Domain', async () => {
    const { username } = await createUser({ role: 'viewer' });
    const answer = await attempt(username, PASSWORD, { origin: 'https://other.example' });
    expect(answer.status).toBe(200);
    for (const [name, line] of answer.cookies) {
      expect(name).toMatch(/^__Host-/);
      expect(line).toMatch(/; Path=\/; .*; Secure; SameSite=Strict$/);
      expect(line).not.toMatch(/domain/i);
    }
  });

  it('of an absolute URL that names another is of no use: the request is judged by where it arrived', async () => {
    const request = new Request(`http://localhost:80/api/auth/logout?next=https://${evil}/`, {
      method: 'POST',
      headers: { cookie: session.cookie, 'x-csrf-token': session.csrf, origin: `https://${evil}` },
    });
    const answer = await exports.default.fetch(request);
    expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
  });
});

describe('session fixation', () => {
  it('a cookie that was planted before the sign-in is not kept: the session is new, and the planted one ends', async () => {
    const victim = await createUser({ role: 'viewer' });
    const planted = session;
    const answer = await attempt(victim.username, PASSWORD, { headers: { cookie: planted.cookie, origin: ORIGIN } });
    const cookie = answer.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    expect([answer.status, cookie === planted.cookie, answer.body.csrf === planted.csrf]).toEqual([200, false, false]);
    const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
    expect([me.body.userId, me.body.sessionId === planted.sessionId]).toEqual([victim.id, false]);
    expect(await isAlive(planted)).toBe(false);
  });

  it('a planted cookie that is no session is not given back', async () => {
    const { username } = await createUser({ role: 'viewer' });
    const answer = await attempt(username, PASSWORD, { headers: { cookie: 'gsession=chosen-by-somebody-else' } });
    expect(answer.status).toBe(200);
    expect(answer.cookies.get('gsession')).not.toContain('chosen-by-somebody-else');
  });

  it('a sign-in that fails leaves the session that was there, and sets none', async () => {
    const answer = await attempt('nobody', 'wrong', { headers: { cookie: session.cookie, origin: ORIGIN } });
    expect([answer.status, answer.cookies.size, await isAlive()]).toEqual([401, 0, true]);
  });

  it('two sign-ins of one user share nothing', async () => {
    const user = await createUser({ role: 'viewer' });
    const [one, two] = [await signIn(user), await signIn(user)];
    expect([one.cookie === two.cookie, one.csrf === two.csrf, one.sessionId === two.sessionId]).toEqual([
      false,
      false,
      false,
    ]);
  });
});

describe('unknown users', () => {
  it('cost the same work as known ones: one derivation, with the same parameters', async () => {
    const known = await createUser({ role: 'viewer' });
    const disabled = await createUser({ role: 'viewer' });
    await env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(disabled.id).run();
    const costs: string[] = [];
    for (const [username, password] of [
      [known.username, 'wrong'],
      ['nobody-of-this-name', 'wrong'],
      [disabled.username, PASSWORD],
      ["x' OR '1'='1", 'wrong'],
      ['', 'wrong'],
    ] as const) {
      derived.length = 0;
      expect(outcome(await attempt(username, password))).toBe('401 invalid_credentials');
      costs.push(derived.map(({ stored }) => stored.split('$').slice(0, 3).join('$')).join());
    }
    expect(new Set(costs)).toEqual(new Set(['$scrypt$ln=14,r=8,p=5']));
  });

  it('have no password: what they are compared against opens nothing', async () => {
    for (const password of ['', 'A'.repeat(43), PASSWORD]) await attempt('nobody-of-this-name', password);
    expect(derived.map(({ correct }) => correct)).toEqual([false, false, false]);
  });
});

describe('methods', () => {
  it.each(['x-http-method-override', 'x-method-override', 'x-http-method'])('%s changes nothing', async (name) => {
    const headers = { [name]: 'POST', origin: ORIGIN };
    expect(outcome(await callApp('GET', '/api/auth/logout?_method=POST', { as: session, headers }))).toBe(
      '405 method_not_allowed',
    );
    const asGet = { [name]: 'GET', origin: ORIGIN };
    expect(
      outcome(await callApp('POST', '/api/auth/logout?_method=GET', { as: session, csrf: null, headers: asGet })),
    ).toBe('403 csrf_failed');
    expect(await isAlive()).toBe(true);
  });

  it.each(['GET', 'HEAD', 'OPTIONS'])('%s changes no state, on any route that takes a change', async (method) => {
    const changing = createApp().routes.filter(
      (route) => /^(POST|PUT|PATCH|DELETE)$/.test(route.method) && route.path.startsWith('/api/'),
    );
    for (const { path } of changing) {
      const url = path.replaceAll(/:\w+/g, (part) =>
        path.startsWith('/api/auth/sessions/') ? session.sessionId : part.slice(1),
      );
      const headers = { cookie: session.cookie, origin: ORIGIN, 'x-csrf-token': session.csrf };
      const answer = await exports.default.fetch(new Request(ORIGIN + url, { method, headers }));
      await answer.body?.cancel();
      expect(answer.status, `${method} ${path}`).not.toBe(500);
    }
    expect(await isAlive()).toBe(true);
    expect(await auditOf(session.sessionId)).toEqual([]);
    expect(await auditOf(session.userId)).toEqual([]);
  });

  it('that are none of ours, or in another case, need the token and reach nothing', async () => {
    for (const method of ['patch', 'PROPFIND', 'M-SEARCH', 'GETPOST', 'LOCK']) {
      const status = async (csrf: string | null) => {
        const request = () => callApp(method, '/api/auth/logout', { as: session, csrf });
        // The runtime itself knows some of them not at all.
        return request().then(outcome, (cause: unknown) =>
          cause instanceof TypeError ? 'not sent' : Promise.reject(cause),
        );
      };
      expect(['403 csrf_failed', 'not sent'], method).toContain(await status(null));
      expect(['405 method_not_allowed', 'not sent'], method).toContain(await status(session.csrf));
    }
    expect(await isAlive()).toBe(true);
  });
});

describe('a key beside a cookie', () => {
  it('is who asks: the cookie adds no right, a bad key is not mended by it, and another scheme is no way around', async () => {
    const admin = await signInAs('admin');
    const { key } = await createKey((await createProject()).id, ['admin', 'query', 'ingest']);
    const body = { username: 'by-a-key', password: PASSWORD, role: 'admin' };
    expect(outcome(await callApp('POST', '/api/users', { as: admin, key, body }))).toBe('403 forbidden');
    expect(outcome(await callApp('POST', '/api/users', { as: admin, key: `${key}x`, body }))).toBe('401 key_invalid');
    for (const authorization of [
      'Basic YTpi',
      'Bearer',
      'Bearer ',
      `bearer\t${key}`,
      `Token ${key}`,
      `Bearer ${key} x`,
    ]) {
      const answer = await callApp('POST', '/api/users', { as: admin, headers: { authorization }, body });
      expect(outcome(answer), authorization).toBe('401 key_invalid');
    }
    const headers = { 'x-api-key': key };
    expect(outcome(await callApp('POST', '/api/users', { as: admin, headers, body }))).toBe('403 forbidden');
  });

  it('does not stand in for the token of a change that only a person may make', async () => {
    const { key } = await createKey((await createProject()).id, ['admin']);
    expect(outcome(await callApp('POST', '/api/auth/logout', { as: session, csrf: null, key }))).toBe('403 forbidden');
    expect(await isAlive()).toBe(true);
  });
});
