import { totpCode } from '../../../src/auth/factors/totp.ts';
import { runSearches } from '../../../src/compliance/index.ts';
import { PASSWORD } from './accounts.ts';
import { Authenticator } from './authenticator.ts';
import { callApp, ORIGIN, type SignedIn } from './call-app.ts';
import { testCtx } from './context.ts';
import { addPasskey, enableTotp } from './factors.ts';
import type { Fixture } from './route-table.ts';
import { sealAll, skipNumbers } from './trail.ts';

type Prepared = (as: SignedIn, fixture: Fixture) => Promise<{ body?: unknown; url?: string }>;

/** What a change of the table of routes needs beside the fixture: it is made in the session, and answers what is sent. */
export const PREPARED: Readonly<Record<string, Prepared>> = {
  async 'POST /api/audit/seal'() {
    await sealAll();
    return {};
  },
  'POST /api/audit/gap': async () => ({ body: { toSeq: await skipNumbers(100_001), reason: 'seen' } }),
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
  // A breach is resolved once its clocks are answered.
  async 'POST /api/compliance/breaches/:id/resolve'(as, { breachId }) {
    await done(as, `breaches/${breachId}/clocks/gdpr.authority_72h`, { notNeeded: true, note: 'no risk' });
    return { body: { version: 2, resolution: 'over' } };
  },
  // Which stops what runs, and writes nothing where nothing does.
  async 'POST /api/compliance/breaches/:id/searches/stop'(as, { breachId }) {
    await done(as, `breaches/${breachId}/affected`, { q: '', from: 0, to: Date.now() + 60_000 });
    return {};
  },
  async 'POST /api/compliance/breaches/:id/notify'(as, fixture) {
    return { body: await notification(as, fixture) };
  },
  async 'POST /api/compliance/breaches/:id/notify/stop'(as, fixture) {
    await done(as, `breaches/${fixture.breachId}/notify`, await notification(as, fixture));
    return {};
  },
};

async function done(as: SignedIn, path: string, body: unknown): Promise<void> {
  const answer = await callApp('POST', `/api/compliance/${path}`, { as, body });
  if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
}

/** For the one user of the fixture's records. */
async function notification(as: SignedIn, { breachId, projectId }: Fixture): Promise<object> {
  const url = 'https://receiver.example/affected';
  const made = await callApp('POST', `/api/destinations?project=${projectId}`, { as, body: { name: 'mails', url } });
  await done(as, `breaches/${breachId}/affected`, { q: '', from: 0, to: Date.now() + 60_000 });
  await runSearches(testCtx());
  return { destinationId: made.body.id, subject: 'A breach', body: 'Read this.' };
}
