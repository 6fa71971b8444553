import type { DeletionState } from '../../../wire/compliance.ts';
import { statesBefore } from '../lifecycle/lifecycle.ts';

export interface StoredRequest {
  id: string;
  projectId: string;
  regimeId: string;
  reference: string;
  /** Identity and contact, encrypted; null once they are forgotten. */
  sealed: string | null;
  state: DeletionState;
  receivedAtMs: number;
  createdAtMs: number;
  createdBy: string;
  createdByName: string;
  graceEndsAtMs: number;
  deadlineAtMs: number;
  cancelledAtMs: number | null;
  cancelReason: string | null;
  beganAtMs: number | null;
  executedAtMs: number | null;
  restorableUntilMs: number | null;
}

const COLUMNS = `id, project_id AS projectId, regime_id AS regimeId, reference, sealed, state, received_at_ms AS receivedAtMs,
  created_at_ms AS createdAtMs, created_by AS createdBy, created_by_name AS createdByName, grace_ends_at_ms AS graceEndsAtMs,
  deadline_at_ms AS deadlineAtMs, cancelled_at_ms AS cancelledAtMs, cancel_reason AS cancelReason, began_at_ms AS beganAtMs,
  executed_at_ms AS executedAtMs, restorable_until_ms AS restorableUntilMs`;

const INSERT = `INSERT INTO deletion_requests (id, project_id, regime_id, reference, sealed, state, received_at_ms, created_at_ms, created_by,
  created_by_name, grace_ends_at_ms, deadline_at_ms, began_at_ms)`;

const valuesOf = (r: StoredRequest): unknown[] => [
  ...[r.id, r.projectId, r.regimeId, r.reference, r.sealed, r.state, r.receivedAtMs, r.createdAtMs, r.createdBy],
  ...[r.createdByName, r.graceEndsAtMs, r.deadlineAtMs, r.beganAtMs],
];

/** Does nothing where an open request of the project has one of these references. */
export function insertRequest(
  db: D1Database,
  request: StoredRequest,
  references: readonly string[],
): D1PreparedStatement {
  return db
    .prepare(
      `${INSERT} SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13
       WHERE NOT EXISTS (SELECT 1 FROM deletion_requests WHERE project_id = ?2 AND state IN ('grace', 'due', 'running')
         AND reference IN (SELECT value FROM json_each(?14)))`,
    )
    .bind(...valuesOf(request), JSON.stringify(references));
}

/** As the ledger has it, where this database has lost it. */
export function restoreRequest(db: D1Database, request: StoredRequest): D1PreparedStatement {
  return db
    .prepare(
      `${INSERT} VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, sealed = excluded.sealed, began_at_ms = excluded.began_at_ms`,
    )
    .bind(...valuesOf(request));
}

export async function findRequest(db: D1Database, id: string): Promise<StoredRequest | null> {
  return db.prepare(`SELECT ${COLUMNS} FROM deletion_requests WHERE id = ?1`).bind(id).first<StoredRequest>();
}

export async function findRequests(db: D1Database, ids: readonly string[]): Promise<StoredRequest[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM deletion_requests WHERE id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all<StoredRequest>();
  return results;
}

/** The open request of a project that has one of these references. */
export async function findOpen(
  db: D1Database,
  projectId: string,
  references: readonly string[],
): Promise<StoredRequest | null> {
  return db
    .prepare(
      `SELECT ${COLUMNS} FROM deletion_requests WHERE project_id = ?1 AND state IN ('grace', 'due', 'running')
         AND reference IN (SELECT value FROM json_each(?2)) LIMIT 1`,
    )
    .bind(projectId, JSON.stringify(references))
    .first<StoredRequest>();
}

/** Newest first, by an index in each case. One row more than the page holds. */
export async function listRequests(
  db: D1Database,
  only: { projectId: string | null; state: DeletionState | null },
  page: { beforeMs: number; beforeId: string; limit: number },
): Promise<StoredRequest[]> {
  const { projectId, state } = only;
  const by = `${projectId === null ? '' : '_project'}${state === null ? '' : '_state'}`;
  const index = `deletion_requests_by${by === '' ? '_time' : by}`;
  const bindings: unknown[] = [page.beforeMs, page.beforeId, page.limit + 1];
  const where = ['(created_at_ms, id) < (?1, ?2)'];
  if (projectId !== null) where.push(`project_id = ?${bindings.push(projectId)}`);
  if (state !== null) where.push(`state = ?${bindings.push(state)}`);
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deletion_requests INDEXED BY ${index} WHERE ${where.join(' AND ')}
       ORDER BY created_at_ms DESC, id DESC LIMIT ?3`,
    )
    .bind(...bindings)
    .all<StoredRequest>();
  return results;
}

/** Guarded by the state that the event can come in. */
export function cancelRequest(
  db: D1Database,
  id: string,
  { atMs, reason }: { atMs: number; reason: string },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_requests SET state = 'cancelled', cancelled_at_ms = ?2, cancel_reason = ?3
       WHERE id = ?1 AND state IN (SELECT value FROM json_each(?4))`,
    )
    .bind(id, atMs, reason, JSON.stringify(statesBefore('cancel')));
}

/** Ends the grace period. */
export function makeDue(db: D1Database, id: string, graceEndsAtMs: number): D1PreparedStatement {
  return db
    .prepare(`UPDATE deletion_requests SET state = 'due', grace_ends_at_ms = ?2 WHERE id = ?1 AND state = 'grace'`)
    .bind(id, graceEndsAtMs);
}

export function beginRequest(db: D1Database, id: string, beganAtMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_requests SET state = 'running', began_at_ms = coalesce(began_at_ms, ?2)
       WHERE id = ?1 AND state = 'due' AND sealed IS NOT NULL`,
    )
    .bind(id, beganAtMs);
}

export function finishRequest(
  db: D1Database,
  id: string,
  { executedAtMs, restorableUntilMs }: { executedAtMs: number; restorableUntilMs: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_requests SET state = 'done', executed_at_ms = ?2, restorable_until_ms = ?3
       WHERE id = ?1 AND state = 'running'
         AND NOT EXISTS (SELECT 1 FROM deletion_steps WHERE request_id = ?1 AND state NOT IN ('done', 'held'))`,
    )
    .bind(id, executedAtMs, restorableUntilMs);
}

/** What was received before it began is meant again, and nothing later. */
export function reopenRequest(db: D1Database, id: string): D1PreparedStatement {
  return db
    .prepare(`UPDATE deletion_requests SET state = 'running' WHERE id = ?1 AND state = 'done' AND sealed IS NOT NULL`)
    .bind(id);
}

/** Whose grace has ended, the longest waiting first. */
export async function graceEnded(db: D1Database, nowMs: number, limit: number): Promise<StoredRequest[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deletion_requests WHERE state = 'grace' AND grace_ends_at_ms <= ?1 ORDER BY grace_ends_at_ms LIMIT ?2`,
    )
    .bind(nowMs, limit)
    .all<StoredRequest>();
  return results;
}

/** Those to be worked on now, the nearest deadline first; not those that somebody else works on or that wait after a failure. */
export async function readyRequests(db: D1Database, nowMs: number, limit: number): Promise<StoredRequest[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deletion_requests r WHERE state IN ('due', 'running')
         AND NOT EXISTS (SELECT 1 FROM deletion_work w WHERE w.request_id = r.id AND w.category = '' AND w.next_at_ms > ?1)
       ORDER BY deadline_at_ms, id LIMIT ?2`,
    )
    .bind(nowMs, limit)
    .all<StoredRequest>();
  return results;
}

/** Open ones whose deadline is near or over, of which nobody was told that. */
export async function nearDeadline(
  db: D1Database,
  { nowMs, warnMs }: { nowMs: number; warnMs: number },
  limit: number,
): Promise<StoredRequest[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM deletion_requests r WHERE state IN ('grace', 'due', 'running') AND deadline_at_ms <= ?1 + ?2
         AND NOT EXISTS (SELECT 1 FROM notices n WHERE n.id = 'deletion.deadline/' || r.id || iif(r.deadline_at_ms <= ?1, '/over', '/near'))
       ORDER BY deadline_at_ms, id LIMIT ?3`,
    )
    .bind(nowMs, warnMs, limit)
    .all<StoredRequest>();
  return results;
}

/**
 * Whose identity is of no use any more: nothing can be brought back, and nothing waits for the end of a hold that somebody has set. What the product holds by
 * itself is held for good.
 */
export async function forgettable(
  db: D1Database,
  { nowMs, cancelledBeforeMs }: { nowMs: number; cancelledBeforeMs: number },
  limit: number,
): Promise<StoredRequest[]> {
  const { results } = await db
    .prepare(
      `SELECT * FROM (SELECT ${COLUMNS} FROM deletion_requests r WHERE sealed IS NOT NULL AND state = 'done' AND restorable_until_ms <= ?1
           AND NOT EXISTS (SELECT 1 FROM deletion_steps s, json_each(s.held) h WHERE s.request_id = r.id AND s.state = 'held'
             AND NOT EXISTS (SELECT 1 FROM deletion_holds d WHERE d.id = h.value ->> 'holdId' AND d.set_by = 'system')) LIMIT ?3)
       UNION ALL
       SELECT * FROM (SELECT ${COLUMNS} FROM deletion_requests WHERE sealed IS NOT NULL AND state = 'cancelled' AND cancelled_at_ms <= ?2 LIMIT ?3)
       LIMIT ?3`,
    )
    .bind(nowMs, cancelledBeforeMs, limit)
    .all<StoredRequest>();
  return results;
}

export function forgetPerson(db: D1Database, id: string): [D1PreparedStatement, D1PreparedStatement] {
  return [
    db.prepare('UPDATE deletion_requests SET sealed = NULL WHERE id = ?1').bind(id),
    db.prepare('UPDATE erasure_ledger SET sealed = NULL WHERE request_id = ?1').bind(id),
  ];
}
