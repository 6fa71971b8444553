import { env } from 'cloudflare:workers';
import { Secret } from 'otpauth/slim';
import { describe, expect, it } from 'vitest';
import { changePassword } from '../../src/auth/change-password.ts';
import { siteOf } from '../../src/auth/factors/index.ts';
import { completeLogin } from '../../src/auth/factors/second-factor.ts';
import { totpCode } from '../../src/auth/factors/totp.ts';
import { PROOF_MS } from '../../src/auth/guard.ts';
import { cleanChallenges, reencryptFactors } from '../../src/auth/index.ts';
import { login as openLogin } from '../../src/auth/login.ts';
import { parseConfig } from '../../src/env.ts';
import { decryptAtRest, isUnderOldKey } from '../../src/shared/at-rest.ts';
import { createUser, login, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { SECRET_2 } from '../helpers/worker/config.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { challengeFor, enableTotp, forgetSteps, password, second } from '../helpers/worker/factors.ts';
import { authPortsOf, recordingPorts } from '../helpers/worker/ports.ts';

const MINUTE_MS = 60_000;
const now = (secret: Uint8Array<ArrayBuffer>) => totpCode(secret, Date.now());
const outcome = ({ status, body }: { status: number; body: { code?: string } }) =>
  `${status} ${body.code ?? ''}`.trim();

/** A user with an authenticator app, and an open session of before. */
async function userWithTotp() {
  const user = await createUser({ role: 'analyst' });
  const session = await signIn(user);
  const app = await enableTotp(session);
  await forgetSteps(user.id);
  return { user, session, ...app };
}

/** Any code but the three that are right now. */
function wrongCode(secret: Uint8Array<ArrayBuffer>): string {
  const right = new Set([-30_000, 0, 30_000].map((offset) => totpCode(secret, Date.now() + offset)));
  return ['000000', '111111', '222222', '333333'].find((code) => !right.has(code)) ?? '';
}

describe('setting an authenticator app up', () => {
  it('shows a secret, is no factor until a code is confirmed, and then tells ten recovery codes once', async () => {
    const user = await createUser({ role: 'viewer' });
    const as = await signIn(user);
    const started = await callApp('POST', '/api/auth/factors/totp', { as });
    expect(started.body).toEqual({
      secret: expect.stringMatching(/^[A-Z2-7]{32}$/),
      uri: expect.stringContaining(`otpauth://totp/Breakwater:${user.username}?issuer=Breakwater&secret=`),
    });
    expect((await password(user)).status).toBe(200);
    const none = await callApp('GET', '/api/auth/factors', { as });
    expect(none.body).toEqual({ totp: null, recoveryCodesLeft: 0, passkeys: [] });

    const { recoveryCodes } = await enableTotp(as);
    expect(recoveryCodes).toHaveLength(10);
    const listed = await callApp('GET', '/api/auth/factors', { as });
    expect(listed.body).toEqual({ totp: { enabledAtMs: expect.any(Number) }, recoveryCodesLeft: 10, passkeys: [] });
    const audit = await auditOf(user.id);
    expect(audit.map(({ action }) => action)).toEqual(
      expect.arrayContaining(['factor.totp_start', 'factor.totp_enable']),
    );
  });

  it('keeps neither secret nor codes in a form that reads', async () => {
    const { user, recoveryCodes, secret } = await userWithTotp();
    const stored = await env.DB.batch([
      env.DB.prepare('SELECT * FROM user_totp WHERE user_id = ?1').bind(user.id),
      env.DB.prepare('SELECT * FROM recovery_codes WHERE user_id = ?1').bind(user.id),
      env.DB.prepare('SELECT * FROM audit WHERE target = ?1').bind(user.id),
    ]);
    const text = JSON.stringify(stored.map(({ results }) => results));
    for (const code of recoveryCodes) {
      expect(text).not.toContain(code);
      expect(text).not.toContain(code.replaceAll('-', ''));
    }
    expect(text).not.toContain(Buffer.from(secret).toString('base64url'));
  });

  it('refuses a wrong code, a second app beside the first, and confirming what was not started', async () => {
    const as = await signInAs('viewer');
    const confirm = (code: string) => callApp('POST', '/api/auth/factors/totp/confirm', { as, body: { code } });
    expect(outcome(await confirm('123456'))).toBe('409 totp_not_started');
    await callApp('POST', '/api/auth/factors/totp', { as });
    const refused = await confirm('abcdef');
    expect([outcome(refused), refused.body.errors[0].pointer]).toEqual(['400 invalid_input', '/code']);
    await enableTotp(as);
    expect(outcome(await callApp('POST', '/api/auth/factors/totp', { as }))).toBe('409 totp_already_on');
    expect(outcome(await confirm('123456'))).toBe('409 totp_already_on');
  });

  it('is once confirmed by two requests at once: one of them tells the codes that hold', async () => {
    const user = await createUser({ role: 'viewer' });
    const as = await signIn(user);
    const { body } = await callApp('POST', '/api/auth/factors/totp', { as });
    const code = now(new Uint8Array(Secret.fromBase32(body.secret).bytes));
    const confirm = () => callApp('POST', '/api/auth/factors/totp/confirm', { as, body: { code } });
    const answers = await Promise.all([confirm(), confirm(), confirm()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    const listed = await callApp('GET', '/api/auth/factors', { as });
    expect(listed.body.recoveryCodesLeft).toBe(10);
    const told = answers.find(({ status }) => status === 200)?.body.recoveryCodes[0];
    expect((await second({ challenge: await challengeFor(user), code: told })).status).toBe(200);
  });

  it('needs a recent proof for every change', async () => {
    const user = await createUser({ role: 'admin' });
    const as = await signIn(user, Date.now() - PROOF_MS);
    for (const [method, path, body] of [
      ['POST', '/api/auth/factors/totp', {}],
      ['POST', '/api/auth/factors/totp/confirm', { code: '123456' }],
      ['DELETE', '/api/auth/factors/totp', {}],
      ['POST', '/api/auth/factors/recovery-codes', {}],
      ['POST', '/api/auth/passkeys/registration', {}],
      ['POST', '/api/auth/passkeys', {}],
      ['DELETE', '/api/auth/passkeys/pky_1', {}],
    ] as const) {
      expect(outcome(await callApp(method, path, { as, body })), path).toBe('403 step_up_required');
    }
  });

  it('is undone by turning it off: the codes go with it, the session stays, and the password is enough again', async () => {
    const { user, session } = await userWithTotp();
    expect((await callApp('DELETE', '/api/auth/factors/totp', { as: session })).status).toBe(204);
    expect((await callApp('DELETE', '/api/auth/factors/totp', { as: session })).status).toBe(204);
    expect((await callApp('GET', '/api/auth/factors', { as: session })).body).toEqual({
      ...{ totp: null, recoveryCodesLeft: 0, passkeys: [] },
    });
    expect((await password(user)).status).toBe(200);
    const audit = (await auditOf(user.id)).filter(({ action }) => action === 'factor.totp_disable');
    expect(audit).toHaveLength(1);
    expect(outcome(await callApp('POST', '/api/auth/factors/recovery-codes', { as: session }))).toBe(
      '409 no_second_factor',
    );
  });
});

describe('signing in with a second factor', () => {
  it('opens nothing for the password alone, and says what is missing only to who knows it', async () => {
    const { user } = await userWithTotp();
    const asked = await password(user);
    expect([outcome(asked), asked.cookies.size]).toEqual(['401 second_factor_required', 0]);
    expect(asked.body).toMatchObject({
      challenge: expect.stringMatching(/^[\w-]{43}$/),
      methods: ['totp', 'recovery'],
    });
    expect(asked.body).not.toHaveProperty('passkey');

    const plain = await createUser({ role: 'viewer' });
    const wrong = await Promise.all(
      [user.username, plain.username, 'nobody-of-that-name'].map((username) =>
        callApp('POST', '/api/auth/login', { body: { username, password: 'not the password' } }),
      ),
    );
    const seen = wrong.map(({ status, body: { requestId: _, ...body } }) => JSON.stringify([status, body]));
    expect(new Set(seen).size).toBe(1);
    expect((await auditOf(user.id)).at(-1)?.action).toBe('session.login_failed');
  });

  it('answers like login to the code, which is taken once, and audits the factor', async () => {
    const { user, secret } = await userWithTotp();
    const code = now(secret);
    const done = await second({ challenge: await challengeFor(user), code });
    expect([done.status, [...done.cookies.keys()]]).toEqual([200, ['gsession', 'csrfToken', 'gdevice']]);
    expect(done.body).toMatchObject({ userId: user.id, username: user.username, role: 'analyst' });
    const cookie = done.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
    expect(me.status).toBe(200);
    const [row] = await auditOf(me.body.sessionId);
    expect([row?.action, row?.detail]).toEqual(['session.login', { userId: user.id, factor: 'totp' }]);

    const again = await second({ challenge: await challengeFor(user), code });
    expect(outcome(again)).toBe('401 second_factor_failed');
    expect((await auditOf(user.id)).at(-1)).toMatchObject({
      action: 'session.second_factor_failed',
      detail: { factor: 'code' },
    });
  });

  it('of requests at the same moment with the same code, one gets in', async () => {
    const { user, secret } = await userWithTotp();
    const challenges = [await challengeFor(user), await challengeFor(user), await challengeFor(user)];
    const code = now(secret);
    const answers = await Promise.all(challenges.map((challenge) => second({ challenge, code })));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  });

  it('takes a recovery code once, in any case, and then knows one fewer', async () => {
    const { user, session, recoveryCodes } = await userWithTotp();
    const code = (recoveryCodes[3] ?? '').toLowerCase();
    expect((await second({ challenge: await challengeFor(user), code })).status).toBe(200);
    expect(outcome(await second({ challenge: await challengeFor(user), code }))).toBe('401 second_factor_failed');
    expect((await callApp('GET', '/api/auth/factors', { as: session })).body.recoveryCodesLeft).toBe(9);

    const renewed = await callApp('POST', '/api/auth/factors/recovery-codes', { as: session });
    expect(renewed.body.recoveryCodes).toHaveLength(10);
    const old = { challenge: await challengeFor(user), code: recoveryCodes[4] };
    expect(outcome(await second(old))).toBe('401 second_factor_failed');
    expect((await second({ ...old, code: renewed.body.recoveryCodes[0] })).status).toBe(200);
  });

  it("takes no code of another user, and a challenge is its user's alone", async () => {
    const [one, other] = [await userWithTotp(), await userWithTotp()];
    const challenge = await challengeFor(one.user);
    expect(outcome(await second({ challenge, code: now(other.secret) }))).toBe('401 second_factor_failed');
    expect(outcome(await second({ challenge, code: other.recoveryCodes[0] }))).toBe('401 second_factor_failed');
    const done = await second({ challenge, code: now(one.secret) });
    expect(done.body.userId).toBe(one.user.id);
  });

  it('a challenge opens one session, and none that is unknown, of another kind, or after five minutes', async () => {
    const { user, secret, recoveryCodes, session } = await userWithTotp();
    const challenge = await challengeFor(user);
    expect((await second({ challenge, code: now(secret) })).status).toBe(200);
    expect(outcome(await second({ challenge, code: recoveryCodes[0] }))).toBe('400 challenge_invalid');
    expect(outcome(await second({ challenge: 'A'.repeat(43), code: recoveryCodes[0] }))).toBe('400 challenge_invalid');
    const registration = await callApp('POST', '/api/auth/passkeys/registration', { as: session });
    expect(outcome(await second({ challenge: registration.body.challenge, code: recoveryCodes[0] }))).toBe(
      '400 challenge_invalid',
    );

    const late = await challengeFor(user);
    const origin = { userAgent: '', deviceToken: null, replaces: null };
    const at = (nowMs: number) =>
      completeLogin(
        testCtx({ nowMs, actor: { kind: 'anonymous' } }),
        authPortsOf(recordingPorts(), env.DB),
        siteOf(new URL(ORIGIN)),
        { challenge: late, code: recoveryCodes[0] ?? '' },
        origin,
      );
    expect(await at(Date.now() + 5 * MINUTE_MS + 1)).toEqual({ ok: false, error: { kind: 'challenge_invalid' } });
    expect((await at(Date.now() + 4 * MINUTE_MS)).ok).toBe(true);
  });

  it('after five wrong codes the challenge is over, and the account waits', async () => {
    const { user, secret } = await userWithTotp();
    const challenge = await challengeFor(user);
    const wrong = wrongCode(secret);
    for (let i = 0; i < 5; i++)
      expect(outcome(await second({ challenge, code: wrong }))).toBe('401 second_factor_failed');
    expect(outcome(await second({ challenge, code: now(secret) }))).toBe('400 challenge_invalid');
    const locked = await password(user);
    expect([outcome(locked), locked.headers.has('retry-after')]).toEqual(['429 login_throttled', true]);
  });

  it('a right password in between does not start the count of wrong codes anew', async () => {
    const { user, secret } = await userWithTotp();
    const wrong = wrongCode(secret);
    const answers: string[] = [];
    for (let i = 0; i < 6; i++) {
      const asked = await password(user);
      if (asked.status === 429) answers.push('429');
      else answers.push(String((await second({ challenge: asked.body.challenge, code: wrong })).status));
    }
    expect(answers).toContain('429');
    expect(answers.filter((status) => status === '401').length).toBeLessThanOrEqual(5);
  });

  it('however many failures there were before, who waited shows the factor right after the password', async () => {
    const { user, secret } = await userWithTotp();
    const site = siteOf(new URL(ORIGIN));
    const origin = { userAgent: '', deviceToken: null, replaces: null };
    const ports = authPortsOf(recordingPorts(), env.DB);
    const at = (nowMs: number) => testCtx({ nowMs, actor: { kind: 'anonymous' } });
    const enter = (nowMs: number, password: string) =>
      openLogin(at(nowMs), ports, { username: user.username, password, site, ...origin });
    const failed = new Set<string>();
    let nowMs = Date.now();
    for (let failures = 0; failures < 9; nowMs += 15 * MINUTE_MS) {
      const done = await enter(nowMs, 'wrong');
      if (!done.ok) failed.add(done.error.kind);
      failures++;
    }
    expect([...failed]).toEqual(['invalid_credentials']);

    const asked = await enter(nowMs, PASSWORD);
    if (asked.ok || asked.error.kind !== 'second_factor_required') throw new Error('no second factor was asked for');
    const { challenge } = asked.error;
    const wrong = await completeLogin(at(nowMs), ports, site, { challenge, code: wrongCode(secret) }, origin);
    expect(wrong).toEqual({ ok: false, error: { kind: 'second_factor_failed' } });
    // That one counts, and locks: a right password is no way around it.
    expect(await enter(nowMs + MINUTE_MS, PASSWORD)).toMatchObject({ ok: false, error: { kind: 'login_throttled' } });
    nowMs += 15 * MINUTE_MS;
    const again = await enter(nowMs, PASSWORD);
    if (again.ok || again.error.kind !== 'second_factor_required') throw new Error('no second factor was asked for');
    const input = { challenge: again.error.challenge, code: totpCode(secret, nowMs) };
    expect((await completeLogin(at(nowMs), ports, site, input, origin)).ok).toBe(true);
  });

  it('a password that was changed, or a user who was disabled, since the challenge voids it', async () => {
    for (const sql of [
      'UPDATE users SET disabled = 1 WHERE id = ?1',
      "UPDATE users SET password_hash = password_hash || 'x' WHERE id = ?1",
    ]) {
      const { user, secret } = await userWithTotp();
      const challenge = await challengeFor(user);
      await env.DB.prepare(sql).bind(user.id).run();
      expect(outcome(await second({ challenge, code: now(secret) }))).toBe('400 challenge_invalid');
    }
  });

  it('keeps the session of the browser that it replaces from living on', async () => {
    const { user, session, secret } = await userWithTotp();
    const body = { challenge: await challengeFor(user), code: now(secret) };
    const done = await callApp('POST', '/api/auth/login/second-factor', {
      body,
      headers: { cookie: session.cookie, origin: ORIGIN },
    });
    expect(done.status).toBe(200);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
  });

  it('is refused from pages of another site and over plain HTTP to another machine', async () => {
    for (const path of ['/api/auth/login/second-factor', '/api/auth/passkeys/options', '/api/auth/passkeys/login']) {
      const foreign = await callApp('POST', path, { headers: { origin: 'https://evil.example' }, body: {} });
      expect(outcome(foreign), path).toBe('403 cross_site_request');
      const site = await callApp('POST', path, { headers: { 'sec-fetch-site': 'same-site' }, body: {} });
      expect(outcome(site), path).toBe('403 cross_site_request');
      const plain = await callApp('POST', path, { origin: 'http://192.168.1.5', body: {} });
      expect(outcome(plain), path).toBe('403 insecure_transport');
    }
  });
});

describe('no way around it', () => {
  it('a new password, of the user or by an administrator, leaves the second factor where it is', async () => {
    const { user, session } = await userWithTotp();
    const caller = {
      ...(await callApp('GET', '/api/auth/me', { as: session })).body,
      kind: 'user',
      provenAtMs: Date.now(),
    };
    const changed = await changePassword(testCtx({ actor: caller }), authPortsOf(recordingPorts(), env.DB), caller, {
      currentPassword: PASSWORD,
      newPassword: 'another long password',
      userAgent: '',
      deviceToken: null,
    });
    expect(changed.ok).toBe(true);
    const body = { username: user.username, password: 'another long password' };
    expect(outcome(await callApp('POST', '/api/auth/login', { body }))).toBe('401 second_factor_required');

    const admin = await signInAs('admin');
    const set = await callApp('PATCH', `/api/users/${user.id}`, { as: admin, body: { password: PASSWORD } });
    expect(set.status).toBe(200);
    expect(outcome(await password(user))).toBe('401 second_factor_required');
  });

  it('an administrator takes the factors of a user away: audited, and the sessions end', async () => {
    const { user, session } = await userWithTotp();
    const challenge = await challengeFor(user);
    const admin = await signInAs('admin');
    const path = `/api/users/${user.id}`;
    const mixed = await callApp('PATCH', path, { as: admin, body: { resetFactors: true, role: 'viewer' } });
    expect([outcome(mixed), mixed.body.errors[0].pointer]).toEqual(['400 invalid_input', '/resetFactors']);
    const reset = await callApp('PATCH', path, { as: admin, body: { resetFactors: true } });
    expect([reset.status, reset.body.id]).toEqual([200, user.id]);
    expect((await callApp('GET', '/api/auth/me', { as: session })).status).toBe(401);
    expect(outcome(await second({ challenge, code: '000000' }))).toBe('400 challenge_invalid');
    expect((await password(user)).status).toBe(200);
    const row = (await auditOf(user.id)).find(({ action }) => action === 'user.reset_factors');
    expect(row).toMatchObject({ actor_id: admin.userId, detail: { cleared: ['totp', 'recovery'] } });
    const unknown = await callApp('PATCH', '/api/users/usr_none', { as: admin, body: { resetFactors: true } });
    expect(outcome(unknown)).toBe('404 not_found');
  });

  it('setup, by which the deployment is owned, recovers an administrator who has lost every factor, and says so', async () => {
    const user = await createUser({ role: 'admin' });
    await enableTotp(await signIn(user));
    const recovered = await callApp('POST', '/api/auth/setup', {
      headers: { authorization: 'Bearer test-setup-token' },
      body: { username: user.username, password: PASSWORD },
    });
    expect(recovered.status).toBe(201);
    await login(user.username);
    const row = (await auditOf(user.id)).find(({ action }) => action === 'user.recover');
    expect(row?.detail).toEqual({ wasDisabled: false, factorsCleared: ['totp', 'recovery'] });
  });
});

describe('the cron', () => {
  it('puts secrets under the newest pair of DATA_SECRETS, counts them, and leaves them usable', async () => {
    const { user, secret } = await userWithTotp();
    const old = parseConfig(env);
    const config = { ...old, dataSecrets: [SECRET_2, ...old.dataSecrets] as const };
    const stored = async () =>
      (await env.DB.prepare('SELECT secret FROM user_totp WHERE user_id = ?1').bind(user.id).first<string>('secret')) ??
      '';
    const { n } = (await env.DB.prepare('SELECT count(*) AS n FROM user_totp').first<{ n: number }>()) ?? { n: 0 };
    expect(isUnderOldKey(config, await stored())).toBe(true);
    expect(await reencryptFactors(testCtx({ config }))).toEqual({ resealed: n, failed: 0 });
    expect(await reencryptFactors(testCtx({ config }))).toEqual({ resealed: 0, failed: 0 });
    expect(isUnderOldKey(config, await stored())).toBe(false);
    // The old pair may go now.
    const after = { dataSecrets: [SECRET_2] as const };
    expect(decryptAtRest(after, `totp ${user.id}`, await stored())).toEqual(secret);
    const text = await stored();
    expect(() => decryptAtRest(after, 'totp usr_other', text)).toThrow();
  });

  it('counts a secret whose pair is gone and leaves it as it is', async () => {
    await env.DB.prepare('DELETE FROM user_totp').run();
    await userWithTotp();
    const config = { ...parseConfig(env), dataSecrets: [SECRET_2] as const };
    expect(await reencryptFactors(testCtx({ config }))).toEqual({ resealed: 0, failed: 1 });
  });

  it('deletes challenges that are over', async () => {
    await env.DB.prepare('DELETE FROM auth_challenges').run();
    const { user } = await userWithTotp();
    await challengeFor(user);
    expect(await cleanChallenges(testCtx())).toEqual({ challenges: 0 });
    expect(await cleanChallenges(testCtx({ nowMs: Date.now() + 6 * MINUTE_MS }))).toEqual({ challenges: 1 });
  });
});
