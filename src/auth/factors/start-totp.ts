import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { encryptAtRest } from '../../shared/at-rest.ts';
import { hasChanged } from '../../shared/changed.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { TOTP_SECRET_BYTES, totpEnrolment, totpPurpose } from './totp.ts';
import { putPendingTotp } from './totp-store.ts';

/** A new secret for an authenticator app. It is no factor until a code of it is confirmed; started again, the one before is gone. */
export async function startTotp(
  ctx: Ctx,
  { userId, username }: UserActor,
): Promise<Result<{ secret: string; uri: string }, AuthError>> {
  const secret = crypto.getRandomValues(new Uint8Array(TOTP_SECRET_BYTES));
  const [put] = await auditedBatch(ctx, [
    putPendingTotp(ctx.env.DB, userId, encryptAtRest(ctx.config, totpPurpose(userId), secret), ctx.nowMs),
    auditIfChanged(ctx, { action: 'factor.totp_start', target: userId, projectId: null, detail: {} }),
  ]);
  return hasChanged(put) ? ok(totpEnrolment(secret, username)) : err({ kind: 'totp_already_on' });
}
