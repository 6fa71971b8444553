import { auditedBatch, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { knownDevice } from '../device.ts';
import type { AuthError } from '../errors.ts';
import type { UserActor } from '../session.ts';
import { admitAttempt, settleAttempt } from '../throttle.ts';
import { takeChallenge } from './challenge-store.ts';
import { findPasskey } from './factor-store.ts';
import { proveCode } from './prove-code.ts';
import { provePasskey } from './prove-passkey.ts';
import type { FactorProof } from './schema.ts';
import type { Factor, Site } from './types.ts';

/**
 * For a step-up: whether the caller showed a second factor of their own, and which. A passkey signs the challenge that passkeyOptions gave this
 * session. Attempts count like those at sign-in: a borrowed session is no oracle.
 */
export async function proveFactor(
  ctx: Ctx,
  caller: UserActor,
  proof: FactorProof,
  { site, deviceToken }: { site: Site; deviceToken: string | null },
): Promise<Result<Factor, AuthError>> {
  const deviceId = knownDevice(ctx.config, caller.username, deviceToken);
  const admitted = await admitAttempt(ctx, caller.username, deviceId);
  if (!admitted.ok) return admitted;
  const factor =
    'code' in proof ? await proveCode(ctx, caller.userId, proof.code) : await passkeyOf(ctx, site, caller, proof);
  if (factor === null) {
    await auditedBatch(ctx, [
      auditStatement(ctx, {
        action: 'session.step_up_failed',
        target: caller.sessionId,
        projectId: null,
        detail: { by: 'code' in proof ? 'code' : 'passkey' },
      }),
    ]);
    return err({ kind: 'second_factor_failed' });
  }
  await ctx.env.DB.batch(settleAttempt(ctx, caller.username, deviceId));
  return ok(factor);
}

async function passkeyOf(
  ctx: Ctx,
  site: Site,
  { userId, sessionId }: UserActor,
  { challenge, credential }: Extract<FactorProof, { challenge: string }>,
): Promise<'passkey' | null> {
  const db = ctx.env.DB;
  const taken = await takeChallenge(db, 'step_up', challenge, ctx.nowMs);
  if (taken?.userId !== userId || taken.binding !== sessionId) return null;
  const passkey = await findPasskey(db, credential.id);
  if (passkey?.userId !== userId) return null;
  const proven = await provePasskey(ctx, site, challenge, credential, passkey);
  return proven.ok ? 'passkey' : null;
}
