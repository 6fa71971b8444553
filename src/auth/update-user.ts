import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { JsonObject } from '../wire/record.ts';
import { checkGrants } from './create-user.ts';
import { closeSockets } from './end-sessions.ts';
import type { AuthError } from './errors.ts';
import { hashPassword, passwordWeakness } from './password.ts';
import type { UpdateUserInput } from './schema.ts';
import { findUser, revokeUserSessionsIfChanged, updateUser as updateUserRow } from './store.ts';
import type { AuthPorts, UserRow } from './types.ts';

/** Changes a user. What takes rights away, or may, ends the user's sessions in the same transaction: see endsSessions. */
export async function updateUser(
  ctx: Ctx,
  ports: AuthPorts,
  userId: string,
  change: UpdateUserInput,
): Promise<Result<UserRow, AuthError>> {
  const db = ctx.env.DB;
  const before = await findUser(db, userId);
  if (!before) return err({ kind: 'not_found' });
  if (change.password !== undefined) {
    const weakness = passwordWeakness(change.password, before.username);
    if (weakness !== null) return err({ kind: 'invalid_input', pointer: '/password', reason: weakness });
  }
  const grants = await checkGrants(ports, change.role ?? before.role, change.projectIds ?? null);
  if (!grants.ok) return grants;

  const ends = endsSessions(change);
  const [updated] = await auditedBatch(ctx, [
    updateUserRow(db, userId, {
      role: change.role ?? null,
      projectIds: change.projectIds,
      disabled: change.disabled ?? null,
      passwordHash: change.password === undefined ? null : hashPassword(change.password),
    }),
    auditIfChanged(ctx, { action: 'user.update', target: userId, projectId: null, detail: auditDetail(change) }),
    ...(ends ? [revokeUserSessionsIfChanged(db, userId, ctx.nowMs)] : []),
  ]);
  if (!hasChanged(updated)) return err({ kind: 'last_admin' });
  if (ends) {
    const closed = await closeSockets(ctx, ports, userId, null);
    if (!closed.ok) return closed;
  }
  const after = await findUser(db, userId);
  return after ? ok(after) : err({ kind: 'not_found' });
}

/**
 * By what the change names, not by what it alters: a repeat after `revocation_pending` finds the row as it should be and must still
 * reach the sockets. Enabling a user ends nothing, because a disabled user has no sessions.
 */
export function endsSessions(change: UpdateUserInput): boolean {
  return (
    change.role !== undefined ||
    change.projectIds !== undefined ||
    change.password !== undefined ||
    change.disabled === true
  );
}

function auditDetail({ role, projectIds, disabled, password }: UpdateUserInput): JsonObject {
  return {
    ...(role === undefined ? {} : { role }),
    ...(projectIds === undefined ? {} : { projectIds }),
    ...(disabled === undefined ? {} : { disabled }),
    ...(password === undefined ? {} : { password: 'changed' }),
  };
}
