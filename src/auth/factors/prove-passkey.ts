import { auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { usePasskey } from './factor-store.ts';
import type { AssertionCredential } from './schema.ts';
import type { PasskeyRow, Site } from './types.ts';
import { type Refusal, verifyAssertion } from './webauthn.ts';

/** Whether this is a signature of the passkey for the challenge, and notes its use. Which challenge it may be is the caller's to know. */
export async function provePasskey(
  ctx: Ctx,
  site: Site,
  challenge: string,
  credential: AssertionCredential,
  passkey: PasskeyRow,
): Promise<Result<null, Refusal>> {
  const verified = await verifyAssertion(site, challenge, credential, passkey);
  if (!verified.ok) return verified;
  const used = await usePasskey(ctx.env.DB, passkey.id, { ...verified.value, nowMs: ctx.nowMs }).run();
  if (used.meta.changes === 1) return ok(null);
  await auditStatement(ctx, {
    action: 'factor.passkey_counter_refused',
    target: passkey.userId,
    projectId: null,
    detail: { passkeyId: passkey.id, counter: verified.value.counter, known: passkey.counter },
  }).run();
  return err({ reason: 'the counter did not rise: the authenticator may have been copied' });
}
