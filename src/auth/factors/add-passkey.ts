import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { randomId } from '../../shared/ids.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { takeChallenge } from './challenge-store.ts';
import { insertPasskey } from './factor-store.ts';
import { type PublicPasskey, publicPasskey } from './list-factors.ts';
import type { AddPasskeyInput } from './schema.ts';
import type { PasskeyRow, Site } from './types.ts';
import { verifyRegistration } from './webauthn.ts';

/** More devices than anybody carries; the list goes into every request for a signature. */
const MAX_PASSKEYS = 20;

/** Keeps a passkey that the caller's browser made for the challenge of the same session. */
export async function addPasskey(
  ctx: Ctx,
  site: Site,
  { userId, sessionId }: UserActor,
  { challenge, credential, name }: AddPasskeyInput,
): Promise<Result<PublicPasskey, AuthError>> {
  const db = ctx.env.DB;
  const taken = await takeChallenge(db, 'registration', challenge, ctx.nowMs);
  if (taken?.userId !== userId || taken.binding !== sessionId) return err({ kind: 'challenge_invalid' });
  const made = await verifyRegistration(site, challenge, credential);
  if (!made.ok) return err({ kind: 'invalid_input', pointer: '/credential', reason: made.error.reason });
  const passkey: PasskeyRow = {
    ...made.value,
    id: randomId('pky'),
    ...{ userId, name, createdAtMs: ctx.nowMs, lastUsedAtMs: null },
  };
  const [inserted] = await auditedBatch(ctx, [
    insertPasskey(db, passkey, MAX_PASSKEYS),
    auditIfChanged(ctx, {
      action: 'factor.passkey_add',
      target: userId,
      projectId: null,
      detail: { passkeyId: passkey.id, name, backedUp: passkey.backedUp },
    }),
  ]);
  return hasChanged(inserted) ? ok(publicPasskey(passkey)) : err({ kind: 'passkey_not_added' });
}
