import { auditedBatch, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { sha256Hex } from '../shared/hash.ts';
import { ok, type Result } from '../shared/result.ts';
import type { FraudError } from './errors.ts';
import { fraudOf } from './object.ts';
import { asked } from './send.ts';

/**
 * Ends every session of an end user, by an operator. The audit row comes first: who ends sessions unseen would be worse than a row of an attempt
 * that failed, which says so by its repeat. It names the user by a hash, because rows are kept for longer than users.
 */
export async function endSessions(
  ctx: Ctx,
  projectId: string,
  userId: string,
): Promise<Result<{ userId: string; sessionsRevoked: number }, FraudError>> {
  await auditedBatch(ctx, [
    auditStatement(ctx, {
      ...{ action: 'fraud_sessions.revoke', target: `fraud_user:${sha256Hex(`${projectId}\n${userId}`).slice(0, 32)}` },
      ...{ projectId, detail: {} },
    }),
  ]);
  const revoked = await asked(ctx, () => fraudOf(ctx.env, projectId).revokeSessions(userId));
  return revoked.ok ? ok({ userId, sessionsRevoked: revoked.value }) : revoked;
}
