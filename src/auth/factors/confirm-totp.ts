import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { decryptAtRest } from '../../shared/at-rest.ts';
import { hasChanged } from '../../shared/changed.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { deleteOtherCodesIfChanged, insertRecoveryCodesIfChanged } from './factor-store.ts';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';
import { totpPurpose, totpStep } from './totp.ts';
import { enableTotp, findTotp } from './totp-store.ts';

/** Turns TOTP on, once a code shows that the app has the secret. Answers the recovery codes, which are told this once and replace all before. */
export async function confirmTotp(
  ctx: Ctx,
  { userId }: UserActor,
  code: string,
): Promise<Result<{ recoveryCodes: string[] }, AuthError>> {
  const db = ctx.env.DB;
  const totp = await findTotp(db, userId);
  if (totp === null) return err({ kind: 'totp_not_started' });
  if (totp.enabledAtMs !== null) return err({ kind: 'totp_already_on' });
  const step = totpStep(
    decryptAtRest(ctx.config, totpPurpose(userId), totp.secret),
    code.replace(/\s/g, ''),
    ctx.nowMs,
  );
  if (step === null) return err({ kind: 'invalid_input', pointer: '/code', reason: 'is not the code of now' });

  const recoveryCodes = newRecoveryCodes();
  const hashes = recoveryCodes.map((text) => recoveryCodeHash(userId, text));
  const [enabled] = await auditedBatch(ctx, [
    enableTotp(db, userId, totp.secret, step, ctx.nowMs),
    auditIfChanged(ctx, {
      action: 'factor.totp_enable',
      target: userId,
      projectId: null,
      detail: { recoveryCodes: hashes.length },
    }),
    insertRecoveryCodesIfChanged(db, userId, hashes, ctx.nowMs),
    deleteOtherCodesIfChanged(db, userId, hashes),
  ]);
  // Confirmed, or started anew, by another request meanwhile.
  return hasChanged(enabled) ? ok({ recoveryCodes }) : err({ kind: 'totp_not_started' });
}
