import { auditStatement } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { closeSockets } from '../end-sessions.ts';
import type { AuthError } from '../errors.ts';
import { findUser, revokeUserSessions } from '../store.ts';
import type { AuthPorts, UserRow } from '../types.ts';
import { clearFactors, factorsOf } from './factor-store.ts';
import { methodsOf } from './types.ts';

/** For administrators, when somebody has lost every device: takes all second factors away and ends the user's sessions. The password stays. */
export async function resetFactors(ctx: Ctx, ports: AuthPorts, userId: string): Promise<Result<UserRow, AuthError>> {
  const db = ctx.env.DB;
  const user = await findUser(db, userId);
  if (!user) return err({ kind: 'not_found' });
  const cleared = methodsOf(await factorsOf(db, userId));
  await db.batch([
    ...clearFactors(db, userId),
    auditStatement(ctx, { action: 'user.reset_factors', target: userId, projectId: null, detail: { cleared } }),
    revokeUserSessions(db, userId, ctx.nowMs),
  ]);
  const closed = await closeSockets(ctx, ports, userId, null);
  return closed.ok ? ok(user) : closed;
}
