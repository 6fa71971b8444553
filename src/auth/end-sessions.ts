import { auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuthError } from './errors.ts';
import type { UserActor } from './session.ts';
import { findSession, revokeSession, revokeUserSessions } from './store.ts';
import type { AuthPorts } from './types.ts';

/** Ends one session of the caller. A session that has ended already is ended again, so that a push that failed can be repeated. */
export async function endSession(
  ctx: Ctx,
  ports: AuthPorts,
  caller: UserActor,
  sessionId: string,
  action: 'session.logout' | 'session.revoke',
): Promise<Result<null, AuthError>> {
  const found = await findSession(ctx.env.DB, sessionId);
  if (found?.session.userId !== caller.userId) return err({ kind: 'not_found' });
  await ctx.env.DB.batch([
    revokeSession(ctx.env.DB, sessionId, ctx.nowMs),
    auditIfChanged(ctx, { action, target: sessionId, projectId: null, detail: {} }),
  ]);
  return closeSockets(ctx, ports, caller.userId, sessionId);
}

/** Ends every session of the caller, this one too. */
export async function endAllSessions(ctx: Ctx, ports: AuthPorts, caller: UserActor): Promise<Result<null, AuthError>> {
  await ctx.env.DB.batch([
    revokeUserSessions(ctx.env.DB, caller.userId, ctx.nowMs),
    auditStatement(ctx, { action: 'session.revoke_all', target: caller.userId, projectId: null, detail: {} }),
  ]);
  return closeSockets(ctx, ports, caller.userId, null);
}

/** The rows are dead by now and no request gets past them; open sockets are told here. */
export async function closeSockets(
  ctx: Ctx,
  ports: AuthPorts,
  userId: string,
  sessionId: string | null,
): Promise<Result<null, AuthError>> {
  try {
    await ports.sessionsEnded(userId, sessionId);
    return ok(null);
  } catch (cause) {
    console.error(
      JSON.stringify({
        level: 'error',
        event: 'sockets_not_told',
        requestId: ctx.requestId,
        userId,
        cause: String(cause),
      }),
    );
    return err({ kind: 'revocation_pending' });
  }
}
