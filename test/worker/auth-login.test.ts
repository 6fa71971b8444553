import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { siteOf } from '../../src/auth/factors/index.ts';
import { login as loginVerb } from '../../src/auth/login.ts';
import { createUser, login, PASSWORD, signIn } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { appWith, authPortsOf, recordingPorts } from '../helpers/worker/ports.ts';

const SETUP = { authorization: 'Bearer test-setup-token' };

describe('POST /api/auth/setup', () => {
  it('takes neither token nor password over plain HTTP to another machine', async () => {
    const [origin, body] = ['http://192.168.1.5', { password: PASSWORD }];
    const answer = await callApp('POST', '/api/auth/setup', { origin, headers: SETUP, body });
    expect([answer.status, answer.body.code]).toEqual([403, 'insecure_transport']);
    expect(await env.DB.prepare('SELECT count(*) AS n FROM users').first('n')).toBe(0);
  });

  it('refuses a missing or wrong token, whatever the body', async () => {
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: 'Basic test-setup-token' }]) {
      const answer = await callApp('POST', '/api/auth/setup', { headers, body: {} });
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_setup_token']);
    }
  });

  it('does not exist while no token is configured', async () => {
    const options = { app: createApp(), env: { ...env, SETUP_TOKEN: '' } };
    const answer = await callApp('POST', '/api/auth/setup', {
      ...options,
      headers: { authorization: 'Bearer ' },
      body: {},
    });
    expect(answer.status).toBe(404);
  });

  it('refuses a short password with a pointer', async () => {
    const answer = await callApp('POST', '/api/auth/setup', { headers: SETUP, body: { password: 'short' } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toEqual([{ pointer: '/password', reason: 'must have at least 12 characters' }]);
  });

  it('creates the first administrator as "admin"; again, it resets that password and ends the sessions', async () => {
    const first = await callApp('POST', '/api/auth/setup', { headers: SETUP, body: { password: PASSWORD } });
    expect([first.status, first.body]).toEqual([201, { userId: first.body.userId, username: 'admin', created: true }]);
    const session = await login('admin');

    const again = await callApp('POST', '/api/auth/setup', {
      headers: SETUP,
      body: { password: 'another long password' },
    });
    expect([again.status, again.body]).toEqual([201, { userId: first.body.userId, username: 'admin', created: false }]);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
    await login('admin', 'another long password');

    const audit = await auditOf(first.body.userId);
    expect(audit.map(({ action, actor_kind }) => [action, actor_kind])).toEqual([
      ['user.setup', 'anonymous'],
      ['user.recover', 'anonymous'],
    ]);
    expect(JSON.stringify(audit)).not.toContain('scrypt');
  });

  it('brings back an administrator who was disabled, but makes nobody an administrator', async () => {
    const admin = await createUser({ role: 'admin' });
    await env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(admin.id).run();
    const back = await callApp('POST', '/api/auth/setup', {
      headers: SETUP,
      body: { username: admin.username, password: PASSWORD },
    });
    expect(back.status).toBe(201);
    expect((await callApp('GET', '/api/auth/me', { as: await login(admin.username) })).status).toBe(200);

    const viewer = await createUser({ role: 'viewer' });
    const body = { username: viewer.username, password: PASSWORD };
    const refused = await callApp('POST', '/api/auth/setup', { headers: SETUP, body });
    expect([refused.status, refused.body.code]).toEqual([409, 'not_an_administrator']);
    expect(await auditOf(viewer.id)).toEqual([]);
  });

  it('throttles guesses of the token by address: from then on the right one is not looked at, except from elsewhere', async () => {
    const setup = (token: string, address: string) =>
      callApp('POST', '/api/auth/setup', {
        headers: { authorization: `Bearer ${token}` },
        address,
        body: { password: 'short' },
      });
    for (let i = 0; i < 40; i++) expect((await setup('test-setup-token', '203.0.113.77')).status).toBe(400);
    for (let i = 0; i < 30; i++) expect((await setup(`guess-${i}`, '203.0.113.77')).status).toBe(401);
    const right = await setup('test-setup-token', '203.0.113.77');
    expect([right.status, right.body.code]).toEqual([429, 'login_throttled']);
    expect((await setup('test-setup-token', '203.0.113.78')).status).toBe(400);
  });
});

describe('POST /api/auth/login', () => {
  it('answers with the user, the CSRF token and the cookies of the session, says how long it took, and writes who signed in', async () => {
    const user = await createUser({ role: 'analyst', username: 'Grace.Hopper' });
    const answer = await callApp('POST', '/api/auth/login', {
      body: { username: 'grace.hopper', password: PASSWORD },
      headers: { 'user-agent': 'Test browser' },
      address: '198.51.100.4',
    });
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      userId: user.id,
      username: 'Grace.Hopper',
      role: 'analyst',
      csrf: expect.stringMatching(/^k1\.[\w-]{43}$/),
      message: 'Signed in as Grace.Hopper.',
      expiresAt: expect.any(Number),
      refreshAt: expect.any(Number),
    });
    expect(Number(answer.headers.get('x-login-time'))).toBeGreaterThanOrEqual(0);
    expect(answer.cookies.get('gsession')).toMatch(/; Path=\/; Max-Age=43\d{3}; HttpOnly; SameSite=Strict$/);
    expect(answer.cookies.get('csrfToken')).toMatch(
      /^csrfToken=k1\.[\w-]{43}; Path=\/; Max-Age=43\d{3}; SameSite=Strict$/,
    );
    expect(answer.headers.get('cache-control')).toBe('no-store');

    const cookie = answer.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
    const { userId, username, role, projectIds, sessionId, csrf, expiresAt, refreshAt } = me.body;
    expect({ userId, username, role, projectIds }).toEqual({
      userId: user.id,
      username: 'Grace.Hopper',
      role: 'analyst',
      projectIds: null,
    });
    expect([csrf, expiresAt, refreshAt]).toEqual([answer.body.csrf, answer.body.expiresAt, answer.body.refreshAt]);

    const [audit] = await auditOf(sessionId);
    expect(audit).toMatchObject({
      action: 'session.login',
      actor_kind: 'user',
      actor_id: user.id,
      address: '198.51.100.4',
    });
    const stored = await env.DB.prepare('SELECT * FROM sessions WHERE id = ?1').bind(sessionId).first();
    expect(stored).toMatchObject({ user_id: user.id, user_agent: 'Test browser', address: '198.51.100.4' });
    const seen = await env.DB.prepare('SELECT last_login_at_ms FROM users WHERE id = ?1')
      .bind(user.id)
      .first<number>('last_login_at_ms');
    expect(seen).toBe(audit?.at_ms);
  });

  it('stores nothing from which a cookie could be made', async () => {
    await createUser({ role: 'viewer', username: 'stored' });
    const session = await login('stored');
    const payload = session.cookie.split('.')[1] ?? '';
    const { sec } = JSON.parse(Buffer.from(payload, 'base64url').toString());
    expect(sec).toMatch(/^[\w-]{43}$/);
    const tables = ['sessions', 'users', 'audit', 'login_throttle'];
    const dump = await Promise.all(tables.map((table) => env.DB.prepare(`SELECT * FROM ${table}`).all()));
    expect(JSON.stringify(dump)).not.toContain(sec);
    expect(JSON.stringify(dump)).not.toContain(PASSWORD);
  });

  it('gives a wrong password, an unknown name and a disabled user one and the same answer, and audits without the name', async () => {
    const wrong = await createUser({ role: 'viewer' });
    const disabled = await createUser({ role: 'viewer' });
    await env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(disabled.id).run();
    const attempts = [
      { username: wrong.username, password: 'not the password' },
      { username: 'my-password-typed-here', password: PASSWORD },
      { username: disabled.username, password: PASSWORD },
    ];
    const bodies: unknown[] = [];
    for (const body of attempts) {
      const answer = await callApp('POST', '/api/auth/login', { body, address: '198.51.100.9' });
      expect([answer.status, answer.cookies.size]).toEqual([401, 0]);
      bodies.push({ ...answer.body, requestId: null });
    }
    expect(bodies[1]).toEqual(bodies[0]);
    expect(bodies[2]).toEqual(bodies[0]);
    expect(bodies[0]).toMatchObject({
      code: 'invalid_credentials',
      type: expect.stringMatching(/#invalid_credentials$/),
    });
    expect((await auditOf(wrong.id)).map(({ action }) => action)).toEqual(['session.login_failed']);
    expect((await auditOf('unknown')).length).toBe(1);
    expect(JSON.stringify(await auditOf('unknown'))).not.toContain('typed-here');
  });

  it('opens a new session every time and ends the one whose cookie it overwrites', async () => {
    const user = await createUser({ role: 'viewer' });
    const before = await signIn(user);
    const other = await signIn(user);
    const answer = await callApp('POST', '/api/auth/login', {
      as: before,
      csrf: null,
      body: { username: user.username, password: PASSWORD },
    });
    expect(answer.status).toBe(200);
    expect((await callApp('GET', '/api/auth/me', { as: before })).status).toBe(401);
    expect((await callApp('GET', '/api/auth/me', { as: other })).status).toBe(200);
    expect((await auditOf(before.sessionId)).map(({ action }) => action)).toEqual(['session.replace']);
  });

  it('is open to a browser that has signed in before while strangers have the account locked, and so is a change of password', async () => {
    // The clock stands: hashes take long on a busy machine, and the lock lasts 30 s.
    vi.useFakeTimers({ toFake: ['Date'] });
    const user = await createUser({ role: 'viewer' });
    const attempt = (password: string, cookie = '') =>
      callApp('POST', '/api/auth/login', {
        headers: { cookie },
        address: '198.51.100.77',
        body: { username: user.username, password },
      });
    const first = await attempt(PASSWORD);
    const line = first.cookies.get('gdevice') ?? '';
    expect(line).toMatch(/^gdevice=k1\.[\w-]{22}\.[\w-]{43}; Path=\/; Max-Age=15552000; HttpOnly; SameSite=Strict$/);
    const device = line.split(';', 1)[0] ?? '';
    for (let i = 0; i < 5; i++) expect((await attempt('wrong')).status).toBe(401);
    expect((await attempt(PASSWORD)).status).toBe(429);
    expect((await attempt(PASSWORD, `${device}; ${device}`)).status).toBe(429);
    const again = await attempt(PASSWORD, device);
    expect(again.status).toBe(200);
    expect(again.cookies.get('gdevice')).toBe(line);

    const session = again.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    const change = (cookie: string) =>
      callApp('POST', '/api/auth/password', {
        headers: { cookie, origin: ORIGIN, 'x-csrf-token': again.body.csrf },
        body: { currentPassword: PASSWORD, newPassword: 'a password of tomorrow' },
      });
    expect((await change(session)).status).toBe(429);
    expect((await change(`${session}; ${device}`)).status).toBe(200);
  });

  it('closes the sockets of the session that it ends; a hub that cannot be told keeps nobody out', async () => {
    const user = await createUser({ role: 'viewer' });
    const ports = recordingPorts();
    const again = (as: SignedIn) =>
      callApp('POST', '/api/auth/login', {
        ...{ app: appWith(ports), as, csrf: null },
        body: { username: user.username, password: PASSWORD },
      });
    const first = await signIn(user);
    expect((await again(first)).status).toBe(200);
    expect(ports.told).toEqual([['sessionsEnded', user.id, first.sessionId]]);

    ports.failing = true;
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const second = await signIn(user);
    expect((await again(second)).status).toBe(200);
    expect(String(silenced.mock.calls[0]?.[0])).toContain('sockets_not_told');
    silenced.mockRestore();
    expect((await callApp('GET', '/api/auth/me', { as: second })).status).toBe(401);
  });

  it('replaces a hash with old parameters when the password was right', async () => {
    const user = await createUser({ role: 'viewer' });
    // The vector of RFC 7914, section 12, with p=1.
    const hash = Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex').toString(
      'base64url',
    );
    const old = `$scrypt$ln=14,r=8,p=1$${Buffer.from('SodiumChloride').toString('base64url')}$${hash}`;
    await env.DB.prepare('UPDATE users SET password_hash = ?2 WHERE id = ?1').bind(user.id, old).run();
    await login(user.username, 'pleaseletmein');
    const now = await env.DB.prepare('SELECT password_hash FROM users WHERE id = ?1')
      .bind(user.id)
      .first<string>('password_hash');
    expect(now).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    await login(user.username, 'pleaseletmein');
  });

  it.each([
    ['another password', "UPDATE users SET password_hash = password_hash || 'x' WHERE id = ?1"],
    ['disabled', 'UPDATE users SET disabled = 1 WHERE id = ?1'],
  ])('opens no session for a user who becomes %s while the hash is computed', async (_, sql) => {
    const user = await createUser({ role: 'viewer' });
    let change: Promise<unknown> = Promise.resolve();
    const verify = () => {
      change = env.DB.prepare(sql).bind(user.id).run();
      return true;
    };
    const input = {
      username: user.username,
      password: PASSWORD,
      userAgent: '',
      deviceToken: null,
      replaces: null,
      site: siteOf(new URL(ORIGIN)),
    };
    const result = await loginVerb(
      testCtx({ actor: { kind: 'anonymous' } }),
      authPortsOf(recordingPorts(), env.DB),
      input,
      verify,
    );
    await change;
    expect(result).toEqual({ ok: false, error: { kind: 'invalid_credentials' } });
    const open = await env.DB.prepare('SELECT count(*) AS n FROM sessions WHERE user_id = ?1').bind(user.id).first('n');
    expect(open).toBe(0);
    expect((await auditOf(user.id)).map(({ action }) => action)).toEqual(['session.login_failed']);
  });

  it('needs HTTPS or loopback', async () => {
    const answer = await callApp('POST', '/api/auth/login', {
      origin: 'http://192.168.1.5',
      body: { username: 'a', password: 'b' },
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'insecure_transport']);
  });

  it('refuses to be driven by another site', async () => {
    const answer = await callApp('POST', '/api/auth/login', {
      headers: { origin: 'https://evil.example' },
      body: { username: 'a', password: 'b' },
    });
    expect([answer.status, answer.body.code]).toEqual([403, 'cross_site_request']);
  });

  const malformed: [what: string, body: unknown, type: string, status: number, code: string][] = [
    ['no JSON', '{', 'application/json', 400, 'invalid_json'],
    ['a form', 'username=a&password=b', 'application/x-www-form-urlencoded', 415, 'unsupported_media_type'],
    ['an empty object', {}, 'application/json', 400, 'invalid_input'],
    ['a password that is no text', { username: 'a', password: 1 }, 'application/json', 400, 'invalid_input'],
    ['a field too many', { username: 'a', password: 'b', role: 'admin' }, 'application/json', 400, 'invalid_input'],
    ['too much', { username: 'a', password: 'b'.repeat(70_000) }, 'application/json', 413, 'body_too_large'],
  ];
  it.each(malformed)('refuses %s', async (_, body, type, status, code) => {
    const answer = await callApp('POST', '/api/auth/login', { body, headers: { 'content-type': type } });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
  });
});
