import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { siteOf } from '../../src/auth/factors/index.ts';
import { passkeyLogin } from '../../src/auth/factors/passkey-login.ts';
import { passkeyOptions } from '../../src/auth/factors/passkey-options.ts';
import { proveFactor } from '../../src/auth/factors/prove-factor.ts';
import type { AssertionCredential } from '../../src/auth/factors/schema.ts';
import type { UserActor } from '../../src/auth/session.ts';
import { createUser, PASSWORD, signIn, signInAs, type TestUser } from '../helpers/worker/accounts.ts';
import { Authenticator, type Deviation } from '../helpers/worker/authenticator.ts';
import { type Answer, callApp, lateBody, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { addPasskey, enableTotp, password, second } from '../helpers/worker/factors.ts';
import { authPortsOf, recordingPorts } from '../helpers/worker/ports.ts';

const outcome = ({ status, body }: { status: number; body: { code?: string } }) =>
  `${status} ${body.code ?? ''}`.trim();
const site = siteOf(new URL(ORIGIN));

async function userWithPasskey(algorithm: Authenticator['algorithm'] = 'ES256') {
  const user = await createUser({ role: 'analyst' });
  const session = await signIn(user);
  return { user, session, passkey: await addPasskey(session, algorithm) };
}

const options = () => callApp('POST', '/api/auth/passkeys/options', { body: {} });

/** Signs in with the passkey alone. */
async function enter(passkey: Authenticator, deviation: Deviation = {}) {
  const { body } = await options();
  const credential = await passkey.sign(body.options, deviation);
  return callApp('POST', '/api/auth/passkeys/login', { body: { challenge: body.challenge, credential } });
}

async function lastAudit(user: TestUser) {
  const row = (await auditOf(user.id)).at(-1);
  return { action: row?.action, ...row?.detail };
}

describe('registering a passkey', () => {
  it('asks for one of this host and user, with PIN or biometrics, and lists it by its name', async () => {
    const user = await createUser({ role: 'viewer', username: 'Ada.L' });
    const as = await signIn(user);
    const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as });
    expect(body.options).toMatchObject({
      challenge: body.challenge,
      rp: { id: 'localhost', name: 'Breakwater' },
      user: { id: Buffer.from(user.id).toString('base64url'), name: 'Ada.L' },
      attestation: 'none',
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
      excludeCredentials: [],
    });
    const passkey = await Authenticator.create(ORIGIN);
    const credential = await passkey.register(body.options);
    const added = await callApp('POST', '/api/auth/passkeys', {
      as,
      body: { challenge: body.challenge, credential, name: ' Phone ' },
    });
    const item = {
      id: expect.stringMatching(/^pky_/),
      name: 'Phone',
      createdAtMs: expect.any(Number),
      lastUsedAtMs: null,
    };
    expect([added.status, added.body]).toEqual([201, item]);
    expect((await callApp('GET', '/api/auth/factors', { as })).body.passkeys).toEqual([item]);
    expect(await lastAudit(user)).toMatchObject({ action: 'factor.passkey_add', passkeyId: added.body.id });

    const next = await callApp('POST', '/api/auth/passkeys/registration', { as });
    expect(next.body.options.excludeCredentials).toMatchObject([{ id: passkey.id, type: 'public-key' }]);
  });

  const wrong: [string, Deviation][] = [
    ['of another origin', { origin: 'https://evil.example' }],
    ['of another port', { origin: `${ORIGIN}:8787` }],
    ['of another host', { rpId: 'evil.example' }],
    ['for another challenge', { challenge: 'A'.repeat(43) }],
    ['of another ceremony', { type: 'webauthn.get' }],
    ['without PIN or biometrics', { unverified: true }],
    ['in a frame of another site', { crossOrigin: true }],
  ];
  it.each(wrong)('refuses one %s, and the challenge is gone', async (_, deviation) => {
    const as = await signInAs('viewer');
    const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as });
    const passkey = await Authenticator.create(ORIGIN);
    const send = async (deviation: Deviation) =>
      callApp('POST', '/api/auth/passkeys', {
        as,
        body: { challenge: body.challenge, credential: await passkey.register(body.options, deviation), name: 'x' },
      });
    const refused = await send(deviation);
    expect([outcome(refused), refused.body.errors?.[0].pointer]).toEqual(['400 invalid_input', '/credential']);
    expect(outcome(await send({}))).toBe('400 challenge_invalid');
    expect((await callApp('GET', '/api/auth/factors', { as })).body.passkeys).toEqual([]);
  });

  it('refuses what is no attestation at all', async () => {
    const as = await signInAs('viewer');
    const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as });
    const passkey = await Authenticator.create(ORIGIN);
    const credential = {
      ...(await passkey.register(body.options)),
      response: { clientDataJSON: 'AAAA', attestationObject: '_w' },
    };
    const refused = await callApp('POST', '/api/auth/passkeys', {
      as,
      body: { challenge: body.challenge, credential, name: 'x' },
    });
    expect(outcome(refused)).toBe('400 invalid_input');
  });

  it('leaves nothing behind for a session that was revoked while the request was on its way', async () => {
    const user = await createUser({ role: 'analyst' });
    const as = await signIn(user);
    const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as });
    const credential = await (await Authenticator.create(ORIGIN)).register(body.options);
    const text = JSON.stringify({ challenge: body.challenge, credential, name: 'x' });
    // Whoever holds a copied cookie keeps the body back until the owner has signed out everywhere.
    const late = lateBody(async () => {
      expect((await callApp('POST', '/api/auth/revoke-all', { as })).status).toBe(204);
    }, text);
    const answer = await callApp('POST', '/api/auth/passkeys', { as, body: late });
    const count = 'SELECT count(*) AS n FROM passkeys WHERE user_id = ?1';
    expect([answer.status, await env.DB.prepare(count).bind(user.id).first('n')]).toEqual([401, 0]);
    expect((await auditOf(user.id)).map(({ action }) => action)).not.toContain('factor.passkey_add');
  });

  it("refuses another session's challenge, of the same user too, and a credential that is known", async () => {
    const { user, passkey, session } = await userWithPasskey();
    const other = await signIn(user);
    const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as: session });
    const add = async (as: SignedIn, challenge: string, options: typeof body.options) =>
      callApp('POST', '/api/auth/passkeys', {
        as,
        body: { challenge, credential: await passkey.register(options), name: 'x' },
      });
    expect(outcome(await add(other, body.challenge, body.options))).toBe('400 challenge_invalid');
    const stranger = await signInAs('viewer');
    const theirs = await callApp('POST', '/api/auth/passkeys/registration', { as: stranger });
    expect(outcome(await add(stranger, theirs.body.challenge, theirs.body.options))).toBe('409 passkey_not_added');
  });

  it('is undone by removing it, which only its owner can', async () => {
    const { user, session, passkey } = await userWithPasskey();
    const [{ id }] = (await callApp('GET', '/api/auth/factors', { as: session })).body.passkeys;
    const stranger = await signInAs('admin');
    expect((await callApp('DELETE', `/api/auth/passkeys/${id}`, { as: stranger })).status).toBe(204);
    expect((await enter(passkey)).status).toBe(200);
    expect((await callApp('DELETE', `/api/auth/passkeys/${id}`, { as: session })).status).toBe(204);
    expect(await lastAudit(user)).toEqual({ action: 'factor.passkey_remove', passkeyId: id });
    expect(outcome(await enter(passkey))).toBe('401 passkey_refused');
    expect((await password(user)).status).toBe(200);
  });
});

describe('signing in with a passkey alone', () => {
  it.each(['ES256', 'RS256', 'EdDSA'] as const)(
    'opens a session for a signature by %s, and audits the factor',
    async (algorithm) => {
      const { user, passkey } = await userWithPasskey(algorithm);
      const done = await enter(passkey);
      expect([done.status, [...done.cookies.keys()]]).toEqual([200, ['gsession', 'csrfToken', 'gdevice']]);
      expect(done.body).toMatchObject({ userId: user.id, username: user.username });
      const cookie = done.cookies.get('gsession')?.split(';', 1)[0] ?? '';
      const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
      expect((await auditOf(me.body.sessionId))[0]?.detail).toEqual({ userId: user.id, factor: 'passkey' });
      expect((await enter(passkey)).status).toBe(200);
    },
  );

  const wrong: [string, Deviation, string][] = [
    ['another origin', { origin: 'https://evil.example' }, 'origin'],
    ['another host', { rpId: 'evil.example' }, 'RP ID'],
    ['another challenge', { challenge: 'A'.repeat(43) }, 'challenge'],
    ['another ceremony', { type: 'webauthn.create' }, 'type'],
    ['a person who was not verified', { unverified: true }, 'verified'],
    ['another text than was signed', { tampered: true }, 'does not verify'],
    ['a frame of another site', { crossOrigin: true }, 'frame'],
    ['another user', { userHandle: Buffer.from('usr_other').toString('base64url') }, 'another user'],
    ['nobody', { userHandle: null }, 'no user handle'],
  ];
  it.each(wrong)(
    'refuses a signature for %s, with one answer for all, and the audit says why',
    async (_, deviation, why) => {
      const { user, passkey } = await userWithPasskey();
      const refused = await enter(passkey, deviation);
      expect([outcome(refused), refused.cookies.size]).toEqual(['401 passkey_refused', 0]);
      expect(await lastAudit(user)).toMatchObject({
        action: 'session.login_failed',
        factor: 'passkey',
        reason: expect.stringContaining(why),
      });
    },
  );

  it('refuses a key of another passkey under the id of this one', async () => {
    const { passkey } = await userWithPasskey();
    const thief = await Authenticator.create(ORIGIN);
    const { body } = await options();
    await thief.register({ challenge: body.challenge, user: { id: '' } });
    const credential = { ...(await thief.sign(body.options, { userHandle: null })), id: passkey.id, rawId: passkey.id };
    const refused = await callApp('POST', '/api/auth/passkeys/login', {
      body: { challenge: body.challenge, credential },
    });
    expect(outcome(refused)).toBe('401 passkey_refused');
  });

  it('refuses a counter that did not rise, tells it apart in the audit, and takes the next one that did', async () => {
    const { user, passkey } = await userWithPasskey();
    expect((await enter(passkey, { counter: 7 })).status).toBe(200);
    for (const counter of [7, 3, 0]) {
      expect(outcome(await enter(passkey, { counter })), String(counter)).toBe('401 passkey_refused');
      const audit = (await auditOf(user.id)).filter(({ action }) => action === 'factor.passkey_counter_refused');
      expect(audit.at(-1)?.detail).toMatchObject({ counter, known: 7 });
    }
    expect((await enter(passkey, { counter: 8 })).status).toBe(200);
  });

  it('takes one that never counts', async () => {
    const { passkey } = await userWithPasskey();
    for (let i = 0; i < 3; i++) expect((await enter(passkey, { counter: 0 })).status).toBe(200);
  });

  it('takes a signature once, also when it comes twice at the same moment, and none after five minutes', async () => {
    const { passkey } = await userWithPasskey();
    const { body } = await options();
    const credential = await passkey.sign(body.options);
    const send = () => callApp('POST', '/api/auth/passkeys/login', { body: { challenge: body.challenge, credential } });
    const answers = await Promise.all([send(), send(), send()]);
    expect(answers.map(outcome).sort()).toEqual(['200', '400 challenge_invalid', '400 challenge_invalid']);

    const late = await options();
    const input = {
      challenge: late.body.challenge,
      credential: { clientExtensionResults: {}, ...(await passkey.sign(late.body.options)) } as AssertionCredential,
    };
    const ctx = testCtx({ nowMs: Date.now() + 5 * 60_000 + 1, actor: { kind: 'anonymous' } });
    const origin = { userAgent: '', deviceToken: null, replaces: null };
    const ports = authPortsOf(recordingPorts(), env.DB);
    expect(await passkeyLogin(ctx, ports, site, input, origin)).toEqual({
      ok: false,
      error: { kind: 'challenge_invalid' },
    });
  });

  it('lets no disabled user in', async () => {
    const { user, passkey } = await userWithPasskey();
    await env.DB.prepare('UPDATE users SET disabled = 1 WHERE id = ?1').bind(user.id).run();
    expect(outcome(await enter(passkey))).toBe('401 passkey_refused');
  });

  it('names a hundred challenges to one address at a time', async () => {
    const ctx = testCtx({ address: '203.0.113.200', actor: { kind: 'anonymous' } });
    for (let i = 0; i < 100; i++) expect((await passkeyOptions(ctx, site, null)).ok).toBe(true);
    expect(await passkeyOptions(ctx, site, null)).toMatchObject({ ok: false, error: { kind: 'login_throttled' } });
    const later = { ...ctx, nowMs: ctx.nowMs + 5 * 60_000 };
    expect((await passkeyOptions(later, site, null)).ok).toBe(true);
  });
});

describe('a passkey as the second factor', () => {
  it('is asked for after the password, with the passkeys of this user, and opens a session', async () => {
    const { user, passkey } = await userWithPasskey();
    const asked = await password(user);
    expect(asked.body).toMatchObject({
      ...{ code: 'second_factor_required', methods: ['passkey'] },
      passkey: { rpId: 'localhost', userVerification: 'required', allowCredentials: [{ id: passkey.id }] },
    });
    const { challenge } = asked.body;
    const done = await second({ challenge, credential: await passkey.sign(asked.body.passkey, { userHandle: null }) });
    expect([done.status, done.body.userId]).toEqual([200, user.id]);
  });

  it("is no other user's passkey, nor a signature for another challenge", async () => {
    const [one, other] = [await userWithPasskey(), await userWithPasskey()];
    const { challenge, passkey: request } = (await password(one.user)).body;
    expect(outcome(await second({ challenge, credential: await other.passkey.sign(request) }))).toBe(
      '401 second_factor_failed',
    );
    const elsewhere = (await options()).body.options;
    expect(outcome(await second({ challenge, credential: await one.passkey.sign(elsewhere) }))).toBe(
      '401 second_factor_failed',
    );
    const audited = await lastAudit(one.user);
    expect(audited).toMatchObject({ action: 'session.second_factor_failed', factor: 'passkey' });
    // It lives on for four more tries, and stands for a right password.
    expect(JSON.stringify(audited)).not.toContain(challenge);
    // A challenge of the password's is none for signing in without it.
    const credential = await one.passkey.sign(request);
    const alone = await callApp('POST', '/api/auth/passkeys/login', { body: { challenge, credential } });
    expect(outcome(alone)).toBe('400 challenge_invalid');
  });
});

describe('a step-up', () => {
  const actorOf = async (session: SignedIn): Promise<UserActor> => {
    const { body } = await callApp('GET', '/api/auth/me', { as: session });
    return { kind: 'user', provenAtMs: 0, ...body };
  };

  it('takes a passkey of the caller for the challenge of the same session, once', async () => {
    const { user, session, passkey } = await userWithPasskey();
    const caller = await actorOf(session);
    const asked = await callApp('POST', '/api/auth/passkeys/options', { as: session, body: {} });
    expect(asked.body.options.allowCredentials).toMatchObject([{ id: passkey.id }]);
    const credential = (await passkey.sign(asked.body.options)) as AssertionCredential;
    const prove = (who: UserActor, challenge: string) =>
      proveFactor(testCtx({ actor: who }), who, { challenge, credential }, { site, deviceToken: null });
    expect(await prove(caller, asked.body.challenge)).toEqual({ ok: true, value: 'passkey' });
    expect(await prove(caller, asked.body.challenge)).toEqual({ ok: false, error: { kind: 'second_factor_failed' } });

    const elsewhere = await actorOf(await signIn(user));
    const again = await callApp('POST', '/api/auth/passkeys/options', { as: session, body: {} });
    const signed = (await passkey.sign(again.body.options)) as AssertionCredential;
    const proof = { challenge: again.body.challenge, credential: signed };
    const refused = await proveFactor(testCtx({ actor: elsewhere }), elsewhere, proof, { site, deviceToken: null });
    expect(refused).toEqual({ ok: false, error: { kind: 'second_factor_failed' } });
    expect((await auditOf(elsewhere.sessionId)).at(-1)?.action).toBe('session.step_up_failed');
  });
});

describe('POST /api/auth/step-up', () => {
  const late = (user: TestUser) => signIn(user, Date.now() - 31 * 60_000);
  const stepUp = (as: SignedIn, body: object) => callApp('POST', '/api/auth/step-up', { as, body });
  const renewed = ({ cookies, body }: Answer, as: SignedIn): SignedIn => ({
    ...as,
    cookie: cookies.get('gsession')?.split(';', 1)[0] ?? '',
    csrf: body.csrf,
  });

  it('takes a passkey in place of the password, and a sign-in of long ago may change factors again', async () => {
    const { user, passkey } = await userWithPasskey();
    const as = await late(user);
    expect(outcome(await callApp('POST', '/api/auth/factors/totp', { as }))).toBe('403 step_up_required');
    const { body } = await callApp('POST', '/api/auth/passkeys/options', { as, body: {} });
    const done = await stepUp(as, { challenge: body.challenge, credential: await passkey.sign(body.options) });
    expect([done.status, done.body.provenAt]).toEqual([200, expect.any(Number)]);
    expect((await auditOf(as.sessionId)).at(-1)).toMatchObject({
      action: 'session.step_up',
      detail: { by: 'passkey' },
    });
    expect((await callApp('POST', '/api/auth/factors/totp', { as: renewed(done, as) })).status).toBe(200);
  });

  it('does not take the password of who has a factor, so that a copied cookie and a known password switch nothing off', async () => {
    const { user } = await userWithPasskey();
    const as = await late(user);
    const refused = await stepUp(as, { password: PASSWORD });
    expect([outcome(refused), refused.body.methods]).toEqual(['403 second_factor_needed', ['passkey']]);
    const change = { currentPassword: PASSWORD, newPassword: `${PASSWORD} of a thief` };
    expect(outcome(await callApp('POST', '/api/auth/password', { as, body: change }))).toBe('403 step_up_required');
    expect(await auditOf(as.sessionId)).toEqual([]);
  });

  it('is not what a change of the password is: its session has proven no more than the one before', async () => {
    const as = await late(await createUser({ role: 'admin' }));
    const body = { currentPassword: PASSWORD, newPassword: `${PASSWORD} and more` };
    const changed = await callApp('POST', '/api/auth/password', { as, body });
    expect(changed.status).toBe(200);
    expect(outcome(await callApp('POST', '/api/auth/factors/totp', { as: renewed(changed, as) }))).toBe(
      '403 step_up_required',
    );
  });

  it('takes a code, once, and refuses a wrong one', async () => {
    const user = await createUser({ role: 'viewer' });
    const { recoveryCodes } = await enableTotp(await signIn(user));
    const as = await late(user);
    expect(outcome(await stepUp(as, { code: 'AAAA-AAAA-AAAA-AAAA' }))).toBe('401 second_factor_failed');
    const done = await stepUp(as, { code: recoveryCodes[0] });
    expect(done.status).toBe(200);
    expect(outcome(await stepUp(renewed(done, as), { code: recoveryCodes[0] }))).toBe('401 second_factor_failed');
    expect(outcome(await stepUp(renewed(done, as), { code: recoveryCodes[1], password: 'x' }))).toBe(
      '400 invalid_input',
    );
  });
});
