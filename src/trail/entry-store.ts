/** A row of `audit`, each column of it. */
export interface EntryRow {
  seq: number;
  at_ms: number;
  actor_kind: string;
  actor_id: string | null;
  action: string;
  target: string;
  project_id: string | null;
  request_id: string;
  address: string;
  detail: string;
  claim_id: string | null;
  session_id: string | null;
  table_name: string | null;
  operation: string | null;
  old_values: string | null;
  new_values: string | null;
}

export const ENTRY_COLUMNS = [
  ...['seq', 'at_ms', 'actor_kind', 'actor_id', 'action', 'target', 'project_id', 'request_id', 'address', 'detail'],
  ...['claim_id', 'session_id', 'table_name', 'operation', 'old_values', 'new_values'],
];

/** Entries `fromSeq` to `toSeq`, both included, oldest first. */
export async function entriesBetween(db: D1Database, fromSeq: number, toSeq: number): Promise<EntryRow[]> {
  const { results } = await db
    .prepare(`SELECT ${ENTRY_COLUMNS.join(', ')} FROM audit WHERE seq BETWEEN ?1 AND ?2 ORDER BY seq`)
    .bind(fromSeq, toSeq)
    .all<EntryRow>();
  return results;
}

export interface TrailEnds {
  /** Null of an empty trail; below 1 is no number that this program gives. */
  firstSeq: number | null;
  /** The last number that was given, be its entry there or not. */
  lastGiven: number;
  /** The first entry behind `size`; null where none is there. */
  nextSeq: number | null;
}

/** SQLite keeps the last number of an AUTOINCREMENT beside the table: taking away the newest entries does not take it back. */
export async function trailEnds(db: D1Database, size: number): Promise<TrailEnds> {
  const ends = await db
    .prepare(
      `SELECT (SELECT min(seq) FROM audit) AS firstSeq,
         max((SELECT coalesce(max(seq), 0) FROM audit), coalesce((SELECT seq FROM sqlite_sequence WHERE name = 'audit'), 0)) AS lastGiven,
         (SELECT min(seq) FROM audit WHERE seq > ?1) AS nextSeq`,
    )
    .bind(size)
    .first<TrailEnds>();
  return ends ?? { firstSeq: null, lastGiven: 0, nextSeq: null };
}

/** Goes on behind a checkpoint when the database was put back to before it: the numbers that it sealed are not given again. Null where it is not needed. */
export function continueStatement(db: D1Database, size: number, atMs: number, requestId: string): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO audit (seq, at_ms, actor_kind, actor_id, action, target, project_id, request_id, address, detail)
       SELECT CAST(?1 AS INTEGER) + 1, ?2, 'system', 'audit_seal', 'audit.continue', 'audit', NULL, ?3, 'cron', json_object('afterSeq', CAST(?1 AS INTEGER))
       WHERE (SELECT coalesce(max(seq), 0) FROM audit) <= ?1`,
    )
    .bind(size, atMs, requestId);
}

/** A row of `audit_context` that is there between transactions: none of this program's leaves one. */
export interface LeftContext {
  at_ms: number;
  actor_kind: string;
  actor_id: string | null;
  request_id: string;
}

export async function leftContext(db: D1Database): Promise<LeftContext | null> {
  return db.prepare('SELECT at_ms, actor_kind, actor_id, request_id FROM audit_context').first<LeftContext>();
}

export function clearContextStatement(db: D1Database): D1PreparedStatement {
  return db.prepare('DELETE FROM audit_context');
}
