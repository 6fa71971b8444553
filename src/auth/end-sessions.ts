import { auditedBatch, auditIfChanged, auditStatement } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { AuthError } from './errors.ts';
import type { UserActor } from './session.ts';
import { findSession, noteSocketsTold, revokeSession, revokeUserSessions, untoldSessions } from './store.ts';
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
  await auditedBatch(ctx, [
    revokeSession(ctx.env.DB, sessionId, ctx.nowMs),
    auditIfChanged(ctx, { action, target: sessionId, projectId: null, detail: {} }),
  ]);
  return closeSockets(ctx, ports, caller.userId, sessionId);
}

/** Ends every session of the caller, this one too. */
export async function endAllSessions(ctx: Ctx, ports: AuthPorts, caller: UserActor): Promise<Result<null, AuthError>> {
  await auditedBatch(ctx, [
    revokeUserSessions(ctx.env.DB, caller.userId, ctx.nowMs),
    auditStatement(ctx, { action: 'session.revoke_all', target: caller.userId, projectId: null, detail: {} }),
  ]);
  return closeSockets(ctx, ports, caller.userId, null);
}

/**
 * Sessions in one run, each three statements and a call to every hub; a thousand statements and ten thousand calls are for all jobs of the
 * minute (cron.ts). What is left waits for the next run.
 */
const MAX_SESSIONS_PER_RUN = 20;

/**
 * Cron: closes the sockets of sessions that were revoked and whose sockets nobody could be told of, also after a crash between the two. Whoever
 * signed out cannot repeat the request: the session that it came with has ended.
 */
export async function reconcileEndedSessions(
  ctx: Ctx,
  ports: Pick<AuthPorts, 'sessionsEnded'>,
): Promise<{ sessions: number; failed: number }> {
  const counts = { sessions: 0, failed: 0 };
  for (const { id, userId } of await untoldSessions(ctx.env.DB, MAX_SESSIONS_PER_RUN)) {
    const closed = await closeSockets(ctx, ports, userId, id);
    counts[closed.ok ? 'sessions' : 'failed']++;
  }
  return counts;
}

/** The rows are dead by now and no request gets past them; open sockets are told here, and again by cron where that fails. */
export async function closeSockets(
  ctx: Ctx,
  ports: Pick<AuthPorts, 'sessionsEnded'>,
  userId: string,
  sessionId: string | null,
): Promise<Result<null, AuthError>> {
  try {
    await ports.sessionsEnded(userId, sessionId);
    await auditedBatch(ctx, [noteSocketsTold(ctx.env.DB, userId, sessionId, ctx.nowMs)]);
    return ok(null);
  } catch (cause) {
    log('error', 'sockets_not_told', { requestId: ctx.requestId, userId, cause: String(cause) });
    return err({ kind: 'revocation_pending' });
  }
}
