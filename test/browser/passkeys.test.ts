import { describe, expect, it } from 'vitest';
import { byHostName } from './account-steps.ts';
import { addAuthenticator } from './authenticator.ts';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Passkeys');

/** In the page: a request to the server, with the token of the session where there is one. */
const CALL = `async (method, path, body, csrf) => {
  const answer = await fetch(path, {
    method,
    headers: { 'content-type': 'application/json', ...(csrf ? { 'x-csrf-token': csrf } : {}) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: answer.status, body: answer.status === 204 ? null : await answer.json() };
}`;

describe('passkeys in Chromium', () => {
  it('are made, sign in alone, and are the second factor after a password', async () => {
    const { page } = await dashboard.visit();
    await addAuthenticator(page);
    await page.goto(byHostName(dashboard.server.url));
    const outcome = await page.evaluate(`(async () => {
      const call = ${CALL};
      const credentials = { username: 'admin', password: ${JSON.stringify(dashboard.server.adminPassword)} };
      const first = await call('POST', '/api/auth/login', credentials);
      const registration = await call('POST', '/api/auth/passkeys/registration', {}, first.body.csrf);
      const made = await navigator.credentials.create({
        publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(registration.body.options),
      });
      const added = await call(
        'POST',
        '/api/auth/passkeys',
        { challenge: registration.body.challenge, credential: made.toJSON(), name: 'Virtual' },
        first.body.csrf,
      );
      await call('POST', '/api/auth/logout', {}, first.body.csrf);

      const alone = await call('POST', '/api/auth/passkeys/options', {});
      const signed = await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(alone.body.options),
      });
      const entered = await call('POST', '/api/auth/passkeys/login', {
        challenge: alone.body.challenge,
        credential: signed.toJSON(),
      });
      await call('POST', '/api/auth/logout', {}, entered.body.csrf);

      const asked = await call('POST', '/api/auth/login', credentials);
      const second = await navigator.credentials.get({
        publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(asked.body.passkey),
      });
      const whole = await call('POST', '/api/auth/login/second-factor', {
        challenge: asked.body.challenge,
        credential: second.toJSON(),
      });
      const listed = await call('GET', '/api/auth/factors');
      return {
        added: [added.status, added.body.name],
        entered: [entered.status, entered.body.username],
        asked: [asked.status, asked.body.code, asked.body.methods],
        whole: [whole.status, whole.body.username],
        used: listed.body.passkeys.map(({ lastUsedAtMs }) => typeof lastUsedAtMs),
      };
    })()`);
    expect(outcome).toEqual({
      added: [201, 'Virtual'],
      entered: [200, 'admin'],
      asked: [401, 'second_factor_required', ['passkey']],
      whole: [200, 'admin'],
      used: ['number'],
    });
  });
});
