import { auditedBatch, auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { knownDevice } from './device.ts';
import { closeSockets } from './end-sessions.ts';
import type { AuthError } from './errors.ts';
import { type FactorList, factorList, factorsOf, hasFactor } from './factors/index.ts';
import { requireRecentProof } from './guard.ts';
import { hashPassword, passwordWeakness, verifyPassword } from './password.ts';
import { grantSession, newSession, type SessionGrant, type UserActor } from './session.ts';
import { findUser, insertSession, replacePasswordHash, revokeUserSessionsIfChanged } from './store.ts';
import { admitAttempt, settleAttempt } from './throttle.ts';
import type { AuthPorts } from './types.ts';

export interface PasswordChange {
  currentPassword: string;
  newPassword: string;
  userAgent: string;
  deviceToken: string | null;
}

/** What still signs in, or is still asked for, beside the new password. */
export interface PasswordChanged {
  grant: SessionGrant;
  factors: FactorList;
}

/**
 * Sets a new password and opens a new session in place of all others. Second factors and passkeys stay: they are other secrets than the one that was
 * changed, and who loses them with it has nothing left but a password. The caller is told which there are. Attempts count like those at sign-in: a
 * borrowed session is no oracle.
 */
export async function changePassword(
  ctx: Ctx,
  ports: AuthPorts,
  caller: UserActor,
  change: PasswordChange,
): Promise<Result<PasswordChanged, AuthError>> {
  const weakness =
    change.newPassword === change.currentPassword
      ? 'must differ from the current password'
      : passwordWeakness(change.newPassword, caller.username);
  if (weakness !== null) return err({ kind: 'invalid_input', pointer: '/newPassword', reason: weakness });
  // Who has a second factor proves with it, as for everything that a copied cookie must not do; the password alone would be enough otherwise.
  const factors = await factorsOf(ctx.env.DB, caller.userId);
  if (hasFactor(factors)) {
    const proof = requireRecentProof(ctx);
    if (!proof.ok) return proof;
  }
  const deviceId = knownDevice(ctx.config, caller.username, change.deviceToken);
  const admitted = await admitAttempt(ctx, caller.username, deviceId);
  if (!admitted.ok) return admitted;

  const db = ctx.env.DB;
  const user = await findUser(db, caller.userId);
  if (!user || !verifyPassword(change.currentPassword, user.passwordHash)) {
    await auditedBatch(ctx, [
      auditStatement(ctx, {
        action: 'user.change_password_failed',
        target: caller.userId,
        projectId: null,
        detail: {},
      }),
    ]);
    return err({ kind: 'invalid_credentials' });
  }

  const passwordHash = hashPassword(change.newPassword);
  const session = newSession(ctx, user.id, change.userAgent);
  // A change of the password is no step-up.
  session.row.provenAtMs = caller.provenAtMs;
  const [replaced] = await auditedBatch(ctx, [
    replacePasswordHash(db, user.id, user.passwordHash, passwordHash),
    auditIfChanged(ctx, {
      action: 'user.change_password',
      target: user.id,
      projectId: null,
      detail: { newSession: session.row.id },
    }),
    revokeUserSessionsIfChanged(db, user.id, ctx.nowMs),
    // After the revocation, or it would end at once; not inserted if the hash was not replaced.
    insertSession(db, session.row, passwordHash),
    ...settleAttempt(ctx, user.username, deviceId),
  ]);
  // Another request changed the password or disabled the user first.
  if (!hasChanged(replaced)) return err({ kind: 'invalid_credentials' });
  const closed = await closeSockets(ctx, ports, user.id, null);
  if (!closed.ok) return closed;
  const grant = await grantSession(ctx.config, session.secret, session.row, ctx.nowMs);
  return ok({ grant, factors: factorList(factors) });
}
