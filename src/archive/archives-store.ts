import type { Member } from '../blocks/index.ts';
import type { Archive } from '../wire/archive.ts';
import type { Stream } from '../wire/record.ts';
import { dayFolder } from './objects-store.ts';

/** A row of `archives`. */
export interface StoredArchive
  extends Omit<Archive, 'verified' | 'hotUntilMs' | 'expiresAtMs' | 'holdId' | 'failedReads'> {
  verifiedAtMs: number | null;
  problem: string | null;
  manifestSequence: number | null;
  /** While it is written: its blocks, in the order in which they lie. */
  sources: Member[];
  replaces: string | null;
}

export interface ArchiveRow {
  id: string;
  project_id: string;
  day: string;
  number: number;
  stream: string;
  state: string;
  object_key: string;
  blocks: number;
  records: number;
  raw_bytes: number;
  packed_bytes: number;
  min_ts: number;
  max_ts: number;
  sha256: string;
  storage_class: string;
  created_at_ms: number;
  verified_at_ms: number | null;
  problem: string | null;
  manifest_sequence: number | null;
  sources: string;
  replaces: string | null;
}

export const ARCHIVE_COLUMNS = `a.id, a.project_id, a.day, a.number, a.stream, a.state, a.object_key, a.blocks, a.records, a.raw_bytes, a.packed_bytes,
  a.min_ts, a.max_ts, a.sha256, a.storage_class, a.created_at_ms, a.verified_at_ms, a.problem, a.manifest_sequence, a.sources, a.replaces`;

export function toStored(row: ArchiveRow): StoredArchive {
  return {
    ...{ id: row.id, projectId: row.project_id, day: row.day, number: row.number, stream: row.stream as Stream },
    ...{ key: row.object_key, state: row.state as Archive['state'], blocks: row.blocks, records: row.records },
    ...{ rawBytes: row.raw_bytes, packedBytes: row.packed_bytes, minTs: row.min_ts, maxTs: row.max_ts },
    ...{ sha256: row.sha256, storageClass: row.storage_class as Archive['storageClass'] },
    ...{ createdAtMs: row.created_at_ms, verifiedAtMs: row.verified_at_ms, problem: row.problem },
    ...{ manifestSequence: row.manifest_sequence, replaces: row.replaces },
    sources: JSON.parse(row.sources) as Member[],
  };
}

/** What a row begins with; its number and its key come with it. */
export type NewArchive = Omit<
  StoredArchive,
  'number' | 'key' | 'state' | 'sha256' | 'storageClass' | 'verifiedAtMs' | 'problem' | 'manifestSequence'
>;

/** The row of an object that is about to be written, with the next number of its day. */
export async function insertWriting(db: D1Database, archive: NewArchive): Promise<StoredArchive> {
  const { projectId, day } = archive;
  const [, inserted] = await db.batch<ArchiveRow>([
    db
      .prepare(
        `INSERT INTO archive_numbers (project_id, day, last) VALUES (?1, ?2, 1)
         ON CONFLICT (project_id, day) DO UPDATE SET last = last + 1`,
      )
      .bind(projectId, day),
    db
      .prepare(
        `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts,
           sha256, storage_class, created_at_ms, sources, replaces)
         SELECT ?1, ?2, ?3, last, ?4, 'writing', ?5 || 'batch-' || printf('%04d', last) || '.ndjson.gz', ?6, ?7, ?8, ?9, ?10, ?11,
           '', 'Standard', ?12, ?13, ?14 FROM archive_numbers WHERE project_id = ?2 AND day = ?3
         RETURNING *`,
      )
      .bind(
        ...[archive.id, projectId, day, archive.stream, dayFolder(projectId, day), archive.blocks, archive.records],
        ...[archive.rawBytes, archive.packedBytes, archive.minTs, archive.maxTs, archive.createdAtMs],
        ...[JSON.stringify(archive.sources), archive.replaces],
      ),
  ]);
  const [row] = inserted?.results ?? [];
  if (!row) throw new Error(`the row of archive ${archive.id} was not written`);
  return toStored(row);
}

/**
 * The row of an object that is being written goes on behind the numbers that are taken, `taken` being the greatest of them. Answers the row as it is then: another
 * run may have done the same; null where it is no longer being written.
 */
export async function skipNumbers(
  db: D1Database,
  { id, projectId, day, number }: StoredArchive,
  taken: number,
): Promise<StoredArchive | null> {
  await db.batch([
    db
      .prepare(
        `UPDATE archive_numbers SET last = max(last, ?3) + 1 WHERE project_id = ?1 AND day = ?2
           AND EXISTS (SELECT 1 FROM archives WHERE id = ?4 AND state = 'writing' AND number = ?5)`,
      )
      .bind(projectId, day, taken, id, number),
    db
      .prepare(
        `UPDATE archives SET number = n.last, object_key = ?3 || 'batch-' || printf('%04d', n.last) || '.ndjson.gz' FROM archive_numbers n
         WHERE archives.id = ?4 AND archives.state = 'writing' AND archives.number = ?5 AND n.project_id = ?1 AND n.day = ?2`,
      )
      .bind(projectId, day, dayFolder(projectId, day), id, number),
  ]);
  const row = await findArchive(db, id);
  return row?.state === 'writing' ? row : null;
}

export async function findArchive(db: D1Database, id: string): Promise<StoredArchive | null> {
  const row = await db
    .prepare(`SELECT ${ARCHIVE_COLUMNS} FROM archives a WHERE a.id = ?1`)
    .bind(id)
    .first<ArchiveRow>();
  return row === null ? null : toStored(row);
}

/** Searches find it from now on. Only directly behind the statement that put its blocks there, and only where that put all of them. */
export function becomesCurrentStatement(
  db: D1Database,
  id: string,
  { sha256, nowMs }: { sha256: string; nowMs: number },
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives SET state = 'current', sha256 = ?2, verified_at_ms = ?3, problem = NULL, sources = '[]'
       WHERE id = ?1 AND state = 'writing' AND changes() = blocks`,
    )
    .bind(id, sha256, nowMs);
}

/** The `manifest_sequence` of what was given up. */
export const NEVER_NAMED = 0;

/** What will not be: its object goes, and no manifest ever named it. False where it is not, or no longer, being written. */
export async function abandon(db: D1Database, id: string): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `UPDATE archives SET state = 'leaving', manifest_sequence = ${NEVER_NAMED}, sources = '[]' WHERE id = ?1 AND state = 'writing'`,
    )
    .bind(id)
    .run();
  return meta.changes > 0;
}

/**
 * Of no project, of all: what is being written, what is leaving, and what no manifest has said yet; what waits longest first, one of each project in turn: where one
 * of them cannot get on, its rows must not keep the others from it.
 */
export async function listUnsettled(db: D1Database, projectId: string | null, limit: number): Promise<StoredArchive[]> {
  const { results } = await db
    .prepare(
      `SELECT ${ARCHIVE_COLUMNS} FROM archives a WHERE (a.state <> 'current' OR a.manifest_sequence IS NULL)
         AND (?1 IS NULL OR a.project_id = ?1) 
         ORDER BY row_number() OVER (PARTITION BY a.project_id ORDER BY a.created_at_ms, a.id), a.created_at_ms, a.id LIMIT ?2`,
    )
    .bind(projectId, limit)
    .all<ArchiveRow>();
  return results.map(toStored);
}

/** The last trace of what has left: its object is gone, and so are the manifests' words for it. */
export async function forget(db: D1Database, ids: readonly string[]): Promise<void> {
  await db
    .prepare(
      `DELETE FROM archives WHERE id IN (SELECT value FROM json_each(?1)) AND state = 'leaving' AND manifest_sequence IS NOT NULL`,
    )
    .bind(JSON.stringify(ids))
    .run();
}

/** What was found when its object was looked at; null is nothing. */
export function checkedStatement(
  db: D1Database,
  id: string,
  { nowMs, problem }: { nowMs: number; problem: string | null },
): D1PreparedStatement {
  return db.prepare('UPDATE archives SET verified_at_ms = ?2, problem = ?3 WHERE id = ?1').bind(id, nowMs, problem);
}

export async function findArchives(db: D1Database, ids: readonly string[]): Promise<Map<string, StoredArchive>> {
  const { results } = await db
    .prepare(`SELECT ${ARCHIVE_COLUMNS} FROM json_each(?1) j JOIN archives a ON a.id = j.value`)
    .bind(JSON.stringify(ids))
    .all<ArchiveRow>();
  return new Map(results.map((row) => [row.id, toStored(row)]));
}

/** What was replaced leaves, where what replaces it (a statement before) is current. */
export function replacedStatement(db: D1Database, id: string, by: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE archives SET state = 'leaving', manifest_sequence = NULL
       WHERE id = ?1 AND state = 'current' AND EXISTS (SELECT 1 FROM archives WHERE id = ?2 AND state = 'current')`,
    )
    .bind(id, by);
}

/** Replacements of an archive that are being written. */
export async function listReplacing(db: D1Database, projectId: string, id: string): Promise<StoredArchive[]> {
  const { results } = await db
    .prepare(
      `SELECT ${ARCHIVE_COLUMNS} FROM archives a WHERE (a.state <> 'current' OR a.manifest_sequence IS NULL)
         AND a.project_id = ?1 AND a.state = 'writing' AND a.replaces = ?2`,
    )
    .bind(projectId, id)
    .all<ArchiveRow>();
  return results.map(toStored);
}

/** Which of these keys have a row. */
export async function keysInRows(db: D1Database, keys: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT object_key FROM json_each(?1) j JOIN archives ON object_key = j.value')
    .bind(JSON.stringify(keys))
    .all<{ object_key: string }>();
  return results.map(({ object_key }) => object_key);
}
