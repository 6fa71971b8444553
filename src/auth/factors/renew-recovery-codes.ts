import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { hasChanged } from '../../shared/changed.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { deleteOtherCodesIfChanged, insertRecoveryCodes } from './factor-store.ts';
import { newRecoveryCodes, recoveryCodeHash } from './recovery-codes.ts';

/** Ten new recovery codes; those before open nothing any more. Told this once. */
export async function renewRecoveryCodes(
  ctx: Ctx,
  { userId }: UserActor,
): Promise<Result<{ recoveryCodes: string[] }, AuthError>> {
  const db = ctx.env.DB;
  const recoveryCodes = newRecoveryCodes();
  const hashes = recoveryCodes.map((text) => recoveryCodeHash(userId, text));
  const [inserted] = await auditedBatch(ctx, [
    insertRecoveryCodes(db, userId, hashes, ctx.nowMs),
    auditIfChanged(ctx, {
      action: 'factor.recovery_codes_renew',
      target: userId,
      projectId: null,
      detail: { recoveryCodes: hashes.length },
    }),
    deleteOtherCodesIfChanged(db, userId, hashes),
  ]);
  return hasChanged(inserted) ? ok({ recoveryCodes }) : err({ kind: 'no_second_factor' });
}
