import { auditedBatch, auditIfChanged } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { decryptAtRest } from '../../shared/at-rest.ts';
import { hasChanged } from '../../shared/changed.ts';
import { useRecoveryCode } from './factor-store.ts';
import { readRecoveryCode, recoveryCodeHash } from './recovery-codes.ts';
import { totpPurpose, totpStep } from './totp.ts';
import { findTotp, useTotpStep } from './totp-store.ts';

/** Which factor of the user this code is, and uses it up; null for a wrong code and for one that was used before. Attempts are counted by the caller. */
export async function proveCode(ctx: Ctx, userId: string, text: string): Promise<'totp' | 'recovery' | null> {
  const db = ctx.env.DB;
  const code = readRecoveryCode(text);
  if (code !== null) {
    const [used] = await auditedBatch(ctx, [
      useRecoveryCode(db, userId, recoveryCodeHash(userId, code), ctx.nowMs),
      auditIfChanged(ctx, { action: 'factor.recovery_code_use', target: userId, projectId: null, detail: {} }),
    ]);
    return hasChanged(used) ? 'recovery' : null;
  }
  const totp = await findTotp(db, userId);
  if (totp === null || totp.enabledAtMs === null) return null;
  const step = totpStep(
    decryptAtRest(ctx.config, totpPurpose(userId), totp.secret),
    text.replace(/\s/g, ''),
    ctx.nowMs,
  );
  if (step === null) return null;
  const [used] = await auditedBatch(ctx, [useTotpStep(db, userId, step)]);
  return hasChanged(used) ? 'totp' : null;
}
