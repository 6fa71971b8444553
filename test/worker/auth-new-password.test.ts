import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { createUser, login, PASSWORD, signIn, signInAs, type TestUser } from '../helpers/worker/accounts.ts';
import type { Authenticator } from '../helpers/worker/authenticator.ts';
import { type Answer, callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { addPasskey, enableTotp } from '../helpers/worker/factors.ts';

/** What stands after a password was replaced: by its user, and by an administrator. */

const NEW_PASSWORD = 'a password of tomorrow';
const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();

async function withEverything() {
  const user = await createUser({ role: 'analyst' });
  const session = await signIn(user);
  await enableTotp(session);
  const passkey = await addPasskey(session, 'ES256', 'Laptop');
  await addPasskey(session, 'ES256', 'Phone');
  return { user, session, passkey };
}

/** With the passkey alone. */
async function enter(passkey: Authenticator): Promise<Answer> {
  const { body } = await callApp('POST', '/api/auth/passkeys/options', { body: {} });
  const credential = await passkey.sign(body.options);
  return callApp('POST', '/api/auth/passkeys/login', { body: { challenge: body.challenge, credential } });
}

const byPassword = ({ username }: TestUser, password = NEW_PASSWORD) =>
  callApp('POST', '/api/auth/login', { body: { username, password } });
const isAlive = async (as: SignedIn) => (await callApp('GET', '/api/auth/me', { as })).status === 200;
const patch = (user: TestUser, as: SignedIn, body: object) => callApp('PATCH', `/api/users/${user.id}`, { as, body });

describe('a password that its user changes', () => {
  const change = (as: SignedIn) =>
    callApp('POST', '/api/auth/password', { as, body: { currentPassword: PASSWORD, newPassword: NEW_PASSWORD } });

  it('ends every other session and every sign-in that has begun, and leaves the factors, which the answer lists', async () => {
    const { user, session, passkey } = await withEverything();
    const other = await signIn(user);
    const begun = (await byPassword(user, PASSWORD)).body.challenge;
    const listed = (await callApp('GET', '/api/auth/factors', { as: session })).body;
    const changed = await change(session);
    expect(changed.status).toBe(200);
    expect(changed.body.factors).toEqual(listed);
    expect(changed.body.factors).toMatchObject({
      totp: { enabledAtMs: expect.any(Number) },
      recoveryCodesLeft: 10,
      passkeys: [{ name: 'Laptop' }, { name: 'Phone' }],
    });
    expect([await isAlive(session), await isAlive(other)]).toEqual([false, false]);
    const late = { challenge: begun, code: '000000' };
    expect(outcome(await callApp('POST', '/api/auth/login/second-factor', { body: late }))).toBe(
      '400 challenge_invalid',
    );
    expect((await enter(passkey)).status).toBe(200);
    expect(outcome(await byPassword(user))).toBe('401 second_factor_required');
  });

  it('says so as well where there are none', async () => {
    const changed = await change(await signInAs('viewer'));
    expect(changed.body.factors).toEqual({ totp: null, recoveryCodesLeft: 0, passkeys: [] });
  });
});

describe('a password that an administrator sets', () => {
  it('ends the sessions and leaves the factors, which the answer counts and does not name', async () => {
    const { user, session, passkey } = await withEverything();
    const set = await patch(user, await signInAs('admin'), { password: NEW_PASSWORD });
    expect([set.status, set.body.factors]).toEqual([200, { totp: true, passkeys: 2 }]);
    expect(JSON.stringify(set.body)).not.toContain('Laptop');
    expect(await isAlive(session)).toBe(false);
    expect((await enter(passkey)).status).toBe(200);
    expect(outcome(await byPassword(user))).toBe('401 second_factor_required');
  });

  it('takes all factors away in the same step where that is said, for an account that is in other hands', async () => {
    const { user, session, passkey } = await withEverything();
    const admin = await signInAs('admin');
    const set = await patch(user, admin, { password: NEW_PASSWORD, resetFactors: true });
    expect([set.status, set.body.factors]).toEqual([200, { totp: false, passkeys: 0 }]);
    expect(await isAlive(session)).toBe(false);
    expect(outcome(await enter(passkey))).toBe('401 passkey_refused');
    await login(user.username, NEW_PASSWORD);
    const rows = (await auditOf(user.id)).filter(({ actor_id }) => actor_id === admin.userId);
    expect(rows.map(({ action, detail }) => [action, detail])).toEqual([
      ['user.reset_factors', { cleared: ['totp', 'recovery', 'passkey'] }],
      ['user.update', { password: 'changed' }],
    ]);
  });

  it('takes nothing away where the password is refused', async () => {
    const { user, session, passkey } = await withEverything();
    const weak = await patch(user, await signInAs('admin'), { password: 'short', resetFactors: true });
    expect([outcome(weak), weak.body.errors[0].pointer]).toEqual(['400 invalid_input', '/password']);
    expect(await isAlive(session)).toBe(true);
    expect((await enter(passkey)).status).toBe(200);
  });

  it('goes with no other change than that of the factors', async () => {
    const { user } = await withEverything();
    const body = { password: NEW_PASSWORD, resetFactors: true, role: 'admin' };
    const mixed = await patch(user, await signInAs('admin'), body);
    expect([outcome(mixed), mixed.body.errors[0].pointer]).toEqual(['400 invalid_input', '/resetFactors']);
  });
});

describe('the list of users', () => {
  it('says of each who has what, and of an app that was never confirmed nothing', async () => {
    const { user } = await withEverything();
    const plain = await createUser({ role: 'viewer' });
    const started = await createUser({ role: 'viewer' });
    await callApp('POST', '/api/auth/factors/totp', { as: await signIn(started) });
    const ids = [user, plain, started].map(({ id }) => id);
    // Others of this file are on the same page.
    expect(await env.DB.prepare('SELECT count(*) AS n FROM users').first('n')).toBeLessThan(100);
    const { items } = (await callApp('GET', '/api/users?limit=100', { as: await signInAs('admin') })).body;
    const found = items.filter(({ id }: { id: string }) => ids.includes(id));
    expect(found.map(({ factors }: { factors: unknown }) => factors)).toEqual([
      { totp: true, passkeys: 2 },
      { totp: false, passkeys: 0 },
      { totp: false, passkeys: 0 },
    ]);
  });
});
