import type { Ctx } from '../env.ts';
import { actorId } from './statement.ts';

/** The first statement of a transaction: whatever triggers write in it is of who acts. */
export function openContext(ctx: Ctx): D1PreparedStatement {
  return ctx.env.DB.prepare(
    // Whatever a session at the console left there must not keep the program from writing.
    'INSERT OR REPLACE INTO audit_context (id, at_ms, actor_kind, actor_id, request_id, address) VALUES (1, ?1, ?2, ?3, ?4, ?5)',
  ).bind(ctx.nowMs, ctx.actor.kind, actorId(ctx.actor), ctx.requestId, ctx.address);
}

/** The last one. */
export function closeContext(db: D1Database): D1PreparedStatement {
  return db.prepare('DELETE FROM audit_context');
}
