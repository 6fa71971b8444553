import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
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
  const [used] = await auditedBatch(ctx, [usePasskey(ctx.env.DB, passkey.id, { ...verified.value, nowMs: ctx.nowMs })]);
  if (hasChanged(used)) return ok(null);
  await auditedBatch(ctx, [
    auditStatement(ctx, {
      action: 'factor.passkey_counter_refused',
      target: passkey.userId,
      projectId: null,
      detail: { passkeyId: passkey.id, counter: verified.value.counter, known: passkey.counter },
    }),
  ]);
  return err({ reason: 'the counter did not rise: the authenticator may have been copied' });
}
