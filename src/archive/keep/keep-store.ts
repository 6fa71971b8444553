import type { Stream } from '../../wire/record.ts';
import { ARCHIVE_COLUMNS, type ArchiveRow, type StoredArchive, toStored } from '../archives-store.ts';

/** SQL of `covers` (keep.ts), so that a hold that is set meanwhile is not too late. */
const HELD = `EXISTS (SELECT 1 FROM legal_holds h WHERE h.project_id = a.project_id AND h.released_at_ms IS NULL
  AND (h.stream IS NULL OR h.stream = a.stream) AND h.from_ms <= a.max_ts AND (h.to_ms IS NULL OR h.to_ms > a.min_ts))`;

/** Archives past their retention that no hold keeps, in the order of the list. */
export async function listExpired(
  db: D1Database,
  of: readonly { projectId: string; stream: Stream; beforeMs: number }[],
  limit: number,
): Promise<StoredArchive[]> {
  const { results } = await db
    .prepare(
      `SELECT ${ARCHIVE_COLUMNS} FROM json_each(?1) j CROSS JOIN archives a
       WHERE a.project_id = j.value ->> 'projectId' AND a.stream = j.value ->> 'stream' AND a.max_ts < j.value ->> 'beforeMs'
         AND a.state = 'current' AND NOT ${HELD} LIMIT ?2`,
    )
    .bind(JSON.stringify(of), limit)
    .all<ArchiveRow>();
  return results.map(toStored);
}

/** It leaves, unless a hold keeps it by now. */
export function leavesStatement(db: D1Database, id: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives AS a SET state = 'leaving', manifest_sequence = NULL WHERE a.id = ?1 AND a.state = 'current' AND NOT ${HELD}`,
    )
    .bind(id);
}

/** Archives of these days and of those before that are in the class for what is read often, in the order of the list. */
export async function listOften(
  db: D1Database,
  of: readonly { projectId: string; toDay: string }[],
  limit: number,
): Promise<StoredArchive[]> {
  const { results } = await db
    .prepare(
      `SELECT ${ARCHIVE_COLUMNS} FROM json_each(?1) j CROSS JOIN archives a
       WHERE a.project_id = j.value ->> 'projectId' AND a.day <= j.value ->> 'toDay'
         AND a.storage_class = 'Standard' AND a.state = 'current' AND a.problem IS NULL LIMIT ?2`,
    )
    .bind(JSON.stringify(of), limit)
    .all<ArchiveRow>();
  return results.map(toStored);
}

export async function saveInfrequent(db: D1Database, id: string): Promise<void> {
  await db.prepare(`UPDATE archives SET storage_class = 'InfrequentAccess' WHERE id = ?1`).bind(id).run();
}
