import { totpCode } from '../../../src/auth/factors/totp.ts';
import { PASSWORD } from './accounts.ts';
import { Authenticator } from './authenticator.ts';
import { callApp, ORIGIN, type SignedIn } from './call-app.ts';
import { addPasskey, enableTotp } from './factors.ts';

/** What a change of the table of routes needs beside the fixture: it is made in the session, and answers what is sent. */
export const PREPARED: Readonly<Record<string, (as: SignedIn) => Promise<{ body?: unknown; url?: string }>>> = {
  'POST /api/auth/password': async () => ({
    body: { currentPassword: PASSWORD, newPassword: 'another password of mine' },
  }),
  async 'POST /api/auth/factors/totp/confirm'(as) {
    const { body } = await callApp('POST', '/api/auth/factors/totp', { as });
    const { Secret } = await import('otpauth/slim');
    return { body: { code: totpCode(new Uint8Array(Secret.fromBase32(body.secret).bytes), Date.now()) } };
  },
  async 'DELETE /api/auth/factors/totp'(as) {
    await enableTotp(as);
    return {};
  },
  async 'POST /api/auth/factors/recovery-codes'(as) {
    await enableTotp(as);
    return {};
  },
  async 'POST /api/auth/passkeys'(as) {
    const { challenge, options } = (await callApp('POST', '/api/auth/passkeys/registration', { as })).body;
    return { body: { challenge, name: 'x', credential: await (await Authenticator.create(ORIGIN)).register(options) } };
  },
  async 'DELETE /api/auth/passkeys/:id'(as) {
    await addPasskey(as);
    const { passkeys } = (await callApp('GET', '/api/auth/factors', { as })).body;
    return { url: `/api/auth/passkeys/${passkeys[0].id}` };
  },
};
