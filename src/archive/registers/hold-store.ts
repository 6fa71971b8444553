import type { LegalHold } from '../../wire/archive.ts';
import type { Stream } from '../../wire/record.ts';

interface HoldRow {
  id: string;
  project_id: string;
  stream: string | null;
  from_ms: number;
  to_ms: number | null;
  reason: string;
  created_at_ms: number;
  created_by: string;
  created_by_name: string;
  released_at_ms: number | null;
}

const COLUMNS =
  'id, project_id, stream, from_ms, to_ms, reason, created_at_ms, created_by, created_by_name, released_at_ms';

function toHold(row: HoldRow): LegalHold {
  return {
    ...{ id: row.id, projectId: row.project_id, stream: row.stream as Stream | null },
    ...{ fromMs: row.from_ms, toMs: row.to_ms, reason: row.reason },
    ...{ createdAtMs: row.created_at_ms, createdBy: row.created_by, createdByName: row.created_by_name },
    releasedAtMs: row.released_at_ms,
  };
}

/** Those that nobody has released. */
export async function holdsInForce(db: D1Database, projectId: string): Promise<LegalHold[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM legal_holds WHERE project_id = ?1 AND released_at_ms IS NULL ORDER BY created_at_ms, id`,
    )
    .bind(projectId)
    .all<HoldRow>();
  return results.map(toHold);
}

/** Newest first, from behind a place on. */
export async function listHolds(
  db: D1Database,
  projectId: string,
  after: { createdAtMs: number; id: string } | null,
  limit: number,
): Promise<LegalHold[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM legal_holds WHERE project_id = ?1 AND (created_at_ms, id) < (?2, ?3)
       ORDER BY created_at_ms DESC, id DESC LIMIT ?4`,
    )
    .bind(projectId, after?.createdAtMs ?? Number.MAX_SAFE_INTEGER, after?.id ?? '', limit)
    .all<HoldRow>();
  return results.map(toHold);
}

export async function findHold(db: D1Database, id: string): Promise<LegalHold | null> {
  const row = await db.prepare(`SELECT ${COLUMNS} FROM legal_holds WHERE id = ?1`).bind(id).first<HoldRow>();
  return row === null ? null : toHold(row);
}

/** Does nothing where the project has `most` in force. */
export function insertHold(db: D1Database, hold: LegalHold, most: number): D1PreparedStatement {
  const { id, projectId, stream, fromMs, toMs, reason, createdAtMs, createdBy, createdByName } = hold;
  return db
    .prepare(
      `INSERT INTO legal_holds (id, project_id, stream, from_ms, to_ms, reason, created_at_ms, created_by, created_by_name)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT count(*) FROM legal_holds WHERE project_id = ?2 AND released_at_ms IS NULL) < ?10`,
    )
    .bind(id, projectId, stream, fromMs, toMs, reason, createdAtMs, createdBy, createdByName, most);
}

/** Once: who released it first stays. */
export function releaseHoldStatement(
  db: D1Database,
  id: string,
  { nowMs, by }: { nowMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare('UPDATE legal_holds SET released_at_ms = ?2, released_by = ?3 WHERE id = ?1 AND released_at_ms IS NULL')
    .bind(id, nowMs, by);
}
