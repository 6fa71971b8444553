import type { Actor, Ctx } from '../env.ts';
import type { JsonObject } from '../wire/record.ts';

export interface AuditEntry {
  /** `<noun>.<verb>`, such as `key.revoke`. */
  action: string;
  /** Id of what was changed. */
  target: string;
  /** Null where the change concerns the whole deployment. */
  projectId: string | null;
  /** What a reader needs to understand the change; never a password, key, token or hash of one. */
  detail: JsonObject;
}

const COLUMNS =
  'at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail, claim_id, session_id';
const VALUES = '?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11';

/**
 * The audit row of a change, for the same `DB.batch` as the change. The batch fails, and the request is answered 401, where the session that makes the
 * change has ended by then (trigger audit_needs_its_session).
 */
export function auditStatement(ctx: Ctx, entry: AuditEntry): D1PreparedStatement {
  return bind(ctx, entry, `INSERT INTO audit (${COLUMNS}) VALUES (${VALUES})`);
}

/**
 * The same for a change that decides inside SQL whether it happens: writes the row only if the statement directly before
 * it in the batch changed something (SQLite `changes()`), so that what was refused leaves no trace of having been done.
 */
export function auditIfChanged(ctx: Ctx, entry: AuditEntry): D1PreparedStatement {
  return bind(ctx, entry, `INSERT INTO audit (${COLUMNS}) SELECT ${VALUES} WHERE changes() > 0`);
}

/** Who is asking, as audit rows and `createdBy` columns name them; null for anonymous. */
export function actorId(actor: Actor): string | null {
  switch (actor.kind) {
    case 'anonymous':
      return null;
    case 'user':
      return actor.userId;
    case 'key':
      return actor.keyId;
    case 'system':
      return actor.job;
  }
}

function bind(ctx: Ctx, entry: AuditEntry, sql: string): D1PreparedStatement {
  return ctx.env.DB.prepare(sql).bind(
    ctx.nowMs,
    ctx.actor.kind,
    actorId(ctx.actor),
    entry.action,
    entry.target,
    entry.projectId,
    ctx.requestId,
    ctx.address,
    JSON.stringify(entry.detail),
    ctx.claim?.id ?? null,
    ctx.actor.kind === 'user' ? ctx.actor.sessionId : null,
  );
}
