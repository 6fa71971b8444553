import type { DeletionHold, ErasureCategory } from '../../../wire/compliance.ts';
import type { Stream } from '../../../wire/record.ts';

export interface StoredHold extends DeletionHold {
  requestId: string;
  projectId: string;
}

interface Row {
  id: string;
  request_id: string;
  project_id: string;
  category: string;
  stream: string | null;
  reason: string;
  at_ms: number;
  set_by: string;
  set_by_name: string;
  released_at_ms: number | null;
}

/** Does nothing where the same is held already, or where the request takes no holds any more: `states`. */
export function insertHold(db: D1Database, hold: StoredHold, states: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO deletion_holds (id, request_id, project_id, category, stream, reason, at_ms, set_by, set_by_name)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE EXISTS (SELECT 1 FROM deletion_requests WHERE id = ?2 AND state IN (SELECT value FROM json_each(?10)))
         AND NOT EXISTS (SELECT 1 FROM deletion_holds WHERE request_id = ?2 AND category = ?4 AND stream IS ?5 AND released_at_ms IS NULL)
         AND NOT EXISTS (SELECT 1 FROM deletion_holds WHERE id = ?1)`,
    )
    .bind(
      ...[hold.id, hold.requestId, hold.projectId, hold.category, hold.stream, hold.reason, hold.atMs],
      ...[hold.by, hold.byName, JSON.stringify(states)],
    );
}

export function releaseHold(
  db: D1Database,
  requestId: string,
  holdId: string,
  { atMs, by }: { atMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE deletion_holds SET released_at_ms = ?3, released_by = ?4
       WHERE id = ?2 AND request_id = ?1 AND released_at_ms IS NULL`,
    )
    .bind(requestId, holdId, atMs, by);
}

/** Of each of these requests, in the order in which they were set. */
export async function holdsOf(db: D1Database, requestIds: readonly string[]): Promise<Map<string, StoredHold[]>> {
  const { results } = await db
    .prepare(
      `SELECT id, request_id, project_id, category, stream, reason, at_ms, set_by, set_by_name, released_at_ms FROM deletion_holds
       WHERE request_id IN (SELECT value FROM json_each(?1)) ORDER BY request_id, at_ms, id`,
    )
    .bind(JSON.stringify(requestIds))
    .all<Row>();
  const holds = new Map<string, StoredHold[]>();
  for (const row of results) {
    const of = holds.get(row.request_id) ?? [];
    holds.set(row.request_id, of);
    of.push(holdOf(row));
  }
  return holds;
}

function holdOf(row: Row): StoredHold {
  return {
    ...{ id: row.id, requestId: row.request_id, projectId: row.project_id, reason: row.reason, atMs: row.at_ms },
    ...{ category: row.category as ErasureCategory, stream: row.stream as Stream | null },
    ...{ by: row.set_by, byName: row.set_by_name, releasedAtMs: row.released_at_ms },
  };
}

/** A legal hold of the archive (migrations/0026_archives.sql) that is in force. */
export interface RecordHold {
  id: string;
  stream: Stream | null;
  fromMs: number;
  /** Exclusive; null is without end. */
  toMs: number | null;
  reason: string;
}

export async function legalHolds(db: D1Database, projectId: string): Promise<RecordHold[]> {
  const { results } = await db
    .prepare(
      `SELECT id, stream, from_ms AS fromMs, to_ms AS toMs, reason FROM legal_holds
       WHERE project_id = ?1 AND released_at_ms IS NULL ORDER BY created_at_ms, id`,
    )
    .bind(projectId)
    .all<RecordHold>();
  return results;
}
