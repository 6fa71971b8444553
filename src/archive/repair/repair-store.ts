import type { ManifestBatch } from '../../wire/archive.ts';
import { ARCHIVE_COLUMNS, type ArchiveRow, NEVER_NAMED, type StoredArchive, toStored } from '../archives-store.ts';

/** A version of a day's manifest: what is done by it is done only while it is the newest. */
export interface Version {
  projectId: string;
  day: string;
  sequence: number;
}

const NEWEST = 'NOT EXISTS (SELECT 1 FROM archive_manifests WHERE project_id = ?1 AND day = ?2 AND sequence > ?3)';

/** All rows of a day, whatever their state. */
export async function listDay(db: D1Database, projectId: string, day: string): Promise<StoredArchive[]> {
  const { results } = await db
    .prepare(`SELECT ${ARCHIVE_COLUMNS} FROM archives a WHERE a.project_id = ?1 AND a.day = ?2 ORDER BY a.number`)
    .bind(projectId, day)
    .all<ArchiveRow>();
  return results.map(toStored);
}

/**
 * The row of an object that is there and that a version names, first as one that is being written. A row under the key that is being
 * written or was given up, to this database, is of before; it goes.
 */
export function insertFoundStatements(
  db: D1Database,
  { projectId, day, sequence }: Version,
  found: { id: string; number: number; batch: ManifestBatch; createdAtMs: number; storageClass: string },
): D1PreparedStatement[] {
  const { id, number, batch, createdAtMs, storageClass } = found;
  return [
    db
      .prepare(
        `DELETE FROM archives WHERE project_id = ?1 AND day = ?2 AND object_key = ?4
           AND (state = 'writing' OR (state = 'leaving' AND manifest_sequence = ${NEVER_NAMED})) AND ${NEWEST}`,
      )
      .bind(projectId, day, sequence, batch.key),
    db
      .prepare(
        `INSERT INTO archive_numbers (project_id, day, last) VALUES (?1, ?2, ?3)
         ON CONFLICT (project_id, day) DO UPDATE SET last = max(last, excluded.last)`,
      )
      .bind(projectId, day, number),
    db
      .prepare(
        `INSERT OR IGNORE INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts,
           sha256, storage_class, created_at_ms, sources, replaces)
         SELECT ?4, ?1, ?2, ?5, ?6, 'writing', ?7, ?8, ?9, ?10, ?11, ?12, ?13, '', ?14, ?15, '[]', NULL WHERE ${NEWEST}`,
      )
      .bind(
        ...[projectId, day, sequence, id, number, batch.stream, batch.key, batch.blocks, batch.records, batch.rawBytes],
        ...[batch.packedBytes, batch.minTs, batch.maxTs],
        ...[storageClass === 'InfrequentAccess' ? storageClass : 'Standard', createdAtMs],
      ),
  ];
}

/** It is current, and the version has told it. Only directly behind the statement that put its blocks there, and only where that put all of them. */
export function foundIsCurrentStatement(
  db: D1Database,
  id: string,
  { sequence, sha256, nowMs }: { sequence: number; sha256: string; nowMs: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives SET state = 'current', sha256 = ?2, verified_at_ms = ?3, manifest_sequence = ?4
       WHERE id = ?1 AND state = 'writing' AND changes() = blocks`,
    )
    .bind(id, sha256, nowMs, sequence);
}

/** Where its blocks were not put there, nobody has anything to bring to an end. */
export function dropFoundStatement(db: D1Database, id: string): D1PreparedStatement {
  return db.prepare(`DELETE FROM archives WHERE id = ?1 AND state = 'writing'`).bind(id);
}

/** An archive that the version no longer names leaves where no block lies in it any more. */
export function emptyLeavesStatement(db: D1Database, id: string, sequence: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives SET state = 'leaving', manifest_sequence = ?2
       WHERE id = ?1 AND state = 'current' AND NOT EXISTS (SELECT 1 FROM blocks WHERE archive_id = ?1)`,
    )
    .bind(id, sequence);
}

/** An archive that the version no longer names, and whose object is gone, leaves. */
export function goneLeavesStatement(
  db: D1Database,
  { projectId, day, sequence }: Version,
  id: string,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives SET state = 'leaving', manifest_sequence = ?3 WHERE id = ?4 AND state = 'current' AND manifest_sequence IS NOT NULL AND ${NEWEST}`,
    )
    .bind(projectId, day, sequence, id);
}

/** An archive that the version does not name, and whose object is there: the next version names it again. */
export async function tellAgain(db: D1Database, { projectId, day, sequence }: Version, id: string): Promise<void> {
  await db
    .prepare(`UPDATE archives SET manifest_sequence = NULL WHERE id = ?4 AND state = 'current' AND ${NEWEST}`)
    .bind(projectId, day, sequence, id)
    .run();
}
