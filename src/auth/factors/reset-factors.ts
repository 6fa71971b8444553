import { auditedBatch, auditIfChanged, auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { closeSockets } from '../end-sessions.ts';
import type { AuthError } from '../errors.ts';
import { hashPassword, passwordWeakness } from '../password.ts';
import { findUser, revokeUserSessions, updateUser } from '../store.ts';
import type { AuthPorts, UserRow } from '../types.ts';
import { clearFactors, factorsOf } from './factor-store.ts';
import { methodsOf } from './types.ts';

/**
 * For administrators: takes all second factors of a user away and ends the sessions. The password stays where somebody has lost every device. Where the
 * account is in other hands a new one comes with it, in one transaction: between two a passkey of the thief would still sign in.
 */
export async function resetFactors(
  ctx: Ctx,
  ports: AuthPorts,
  userId: string,
  newPassword: string | null,
): Promise<Result<UserRow, AuthError>> {
  const db = ctx.env.DB;
  const user = await findUser(db, userId);
  if (!user) return err({ kind: 'not_found' });
  const weakness = newPassword === null ? null : passwordWeakness(newPassword, user.username);
  if (weakness !== null) return err({ kind: 'invalid_input', pointer: '/password', reason: weakness });
  const cleared = methodsOf(await factorsOf(db, userId));
  await auditedBatch(ctx, [
    ...clearFactors(db, userId),
    auditStatement(ctx, { action: 'user.reset_factors', target: userId, projectId: null, detail: { cleared } }),
    ...(newPassword === null ? [] : setPassword(ctx, userId, hashPassword(newPassword))),
    revokeUserSessions(db, userId, ctx.nowMs),
  ]);
  const closed = await closeSockets(ctx, ports, userId, null);
  return closed.ok ? ok(user) : closed;
}

function setPassword(ctx: Ctx, userId: string, passwordHash: string): D1PreparedStatement[] {
  return [
    updateUser(ctx.env.DB, userId, { role: null, projectIds: undefined, disabled: null, passwordHash }),
    auditIfChanged(ctx, {
      action: 'user.update',
      target: userId,
      projectId: null,
      detail: { password: 'changed' },
    }),
  ];
}
