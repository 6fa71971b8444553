import { env } from 'cloudflare:workers';
import { Secret } from 'otpauth/slim';
import { totpCode } from '../../../src/auth/factors/totp.ts';
import { PASSWORD, type TestUser } from './accounts.ts';
import { type Algorithm, Authenticator } from './authenticator.ts';
import { type Answer, callApp, ORIGIN, type SignedIn } from './call-app.ts';

export interface App {
  secret: Uint8Array<ArrayBuffer>;
  recoveryCodes: string[];
}

/** Sets an authenticator app up over HTTP. */
export async function enableTotp(as: SignedIn): Promise<App> {
  const started = await callApp('POST', '/api/auth/factors/totp', { as });
  const secret = new Uint8Array(Secret.fromBase32(started.body.secret).bytes);
  const body = { code: totpCode(secret, Date.now()) };
  const confirmed = await callApp('POST', '/api/auth/factors/totp/confirm', { as, body });
  if (confirmed.status !== 200) throw new Error(`confirming answered ${confirmed.status}`);
  return { secret, recoveryCodes: confirmed.body.recoveryCodes };
}

/** As if no code had been used so far: the one that confirmed is of the step that a test runs in. */
export async function forgetSteps(userId: string): Promise<void> {
  await env.DB.prepare('UPDATE user_totp SET last_step = -1 WHERE user_id = ?1').bind(userId).run();
}

/** Registers a passkey over HTTP. */
export async function addPasskey(
  as: SignedIn,
  algorithm: Algorithm = 'ES256',
  name = 'Laptop',
): Promise<Authenticator> {
  const authenticator = await Authenticator.create(ORIGIN, algorithm);
  const { body } = await callApp('POST', '/api/auth/passkeys/registration', { as });
  const credential = await authenticator.register(body.options);
  const added = await callApp('POST', '/api/auth/passkeys', {
    as,
    body: { challenge: body.challenge, credential, name },
  });
  if (added.status !== 201) throw new Error(`adding a passkey answered ${added.status}: ${JSON.stringify(added.body)}`);
  return authenticator;
}

export function password(user: TestUser, address?: string): Promise<Answer> {
  return callApp('POST', '/api/auth/login', {
    body: { username: user.username, password: PASSWORD },
    ...(address === undefined ? {} : { address }),
  });
}

/** The challenge after a right password. */
export async function challengeFor(user: TestUser): Promise<string> {
  const { body } = await password(user);
  if (body.code !== 'second_factor_required') throw new Error(`signing in answered ${JSON.stringify(body)}`);
  return body.challenge;
}

export function second(body: object): Promise<Answer> {
  return callApp('POST', '/api/auth/login/second-factor', { body });
}
