import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { closeSockets } from './end-sessions.ts';
import { revokeSession } from './store.ts';
import type { AuthPorts, SessionRow } from './types.ts';

/**
 * Ends a session whose superseded secret came back: either its holder or the holder of the newest is a thief, and nobody can tell which (RFC 9700,
 * 4.14.2). Of many such requests at once one writes the audit row and tells the sockets. `ctx.actor` is the user whose token it was.
 */
export async function revokeReused(
  ctx: Ctx,
  ports: Pick<AuthPorts, 'sessionsEnded'>,
  session: SessionRow,
): Promise<void> {
  const [revoked] = await auditedBatch(ctx, [
    revokeSession(ctx.env.DB, session.id, ctx.nowMs),
    auditIfChanged(ctx, {
      action: 'session.reuse_detected',
      target: session.id,
      projectId: null,
      detail: { openedFrom: session.opened.address, lastSeenFrom: session.last.address },
    }),
  ]);
  // The rows are dead: a hub that cannot be told is logged and told again by cron, and the request is refused either way.
  if (hasChanged(revoked)) await closeSockets(ctx, ports, session.userId, session.id);
}
