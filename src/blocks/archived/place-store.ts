import type { Stream } from '../../wire/record.ts';

/** Base64 of gzip, of those whose payload the database has. */
export async function readStored(db: D1Database, ids: readonly string[]): Promise<Map<string, string>> {
  const { results } = await db
    .prepare('SELECT block_id, data FROM block_payloads WHERE block_id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(ids))
    .all<{ block_id: string; data: string }>();
  return new Map(results.map(({ block_id, data }) => [block_id, data]));
}

/** A block of an object: which one, and what its bytes must be. */
export interface Member {
  id: string;
  sha256: string;
  packedBytes: number;
}

/** Which of these blocks the database alone has, with just this hash. */
export async function stillHot(db: D1Database, members: readonly Member[]): Promise<Set<string>> {
  const { results } = await db
    .prepare(
      `SELECT b.id FROM json_each(?1) j JOIN blocks b ON b.id = j.value ->> 'id'
       WHERE b.archive_id IS NULL AND b.sha256 = j.value ->> 'sha256'`,
    )
    .bind(JSON.stringify(members))
    .all<{ id: string }>();
  return new Set(results.map(({ id }) => id));
}

/** As JSON, with where each lies. */
export const lying = (members: readonly Member[]): string => {
  let offset = 0;
  const placed = members.map(({ id, sha256, packedBytes }) => {
    const at = offset;
    offset += packedBytes;
    return { id, sha256, offset: at };
  });
  return JSON.stringify(placed);
};

/**
 * All of these blocks lie in that object, one after another; their payloads stay until `hotUntilMs`. None, where one of them is gone, has another hash or is
 * archived already, or where the archive (its row comes after) is no longer being written: `changes()` then says 0.
 */
export function switchStatement(
  db: D1Database,
  archiveId: string,
  members: readonly Member[],
  hotUntilMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE blocks SET archive_id = ?1, archive_offset = j.value ->> 'offset', hot_until_ms = ?3 FROM json_each(?2) j
       WHERE blocks.id = j.value ->> 'id'
         AND EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'writing')
         AND (SELECT count(*) FROM json_each(?2) k JOIN blocks b ON b.id = k.value ->> 'id'
              WHERE b.archive_id IS NULL AND b.sha256 = k.value ->> 'sha256') = ?4`,
    )
    .bind(archiveId, lying(members), hotUntilMs, members.length);
}

/** A block of an archive. */
export interface ArchivedBlock extends Member {
  offset: number;
  rawBytes: number;
  records: number;
  /** Erased records leave empty lines: there are as many lines as there were records. */
  lines: number;
  minTs: number;
  maxTs: number;
  stream: Stream;
  archiveId: string;
  hotUntilMs: number | null;
}

interface ArchivedRow {
  id: string;
  stream: string;
  records: number;
  min_ts: number;
  max_ts: number;
  raw_bytes: number;
  packed_bytes: number;
  sha256: string;
  archive_id: string;
  archive_offset: number;
  first_seq: number;
  last_seq: number;
  hot_until_ms: number | null;
}

const ARCHIVED =
  'id, stream, records, min_ts, max_ts, raw_bytes, packed_bytes, sha256, archive_id, archive_offset, first_seq, last_seq, hot_until_ms';

function toArchived(row: ArchivedRow): ArchivedBlock {
  return {
    ...{ id: row.id, stream: row.stream as Stream, records: row.records, lines: row.last_seq - row.first_seq + 1 },
    ...{ minTs: row.min_ts, maxTs: row.max_ts, rawBytes: row.raw_bytes, packedBytes: row.packed_bytes },
    ...{ sha256: row.sha256, archiveId: row.archive_id, offset: row.archive_offset, hotUntilMs: row.hot_until_ms },
  };
}

/** In the order in which they lie. */
export async function listMembers(db: D1Database, archiveId: string): Promise<ArchivedBlock[]> {
  const { results } = await db
    .prepare(`SELECT ${ARCHIVED} FROM blocks WHERE archive_id = ?1 ORDER BY archive_offset`)
    .bind(archiveId)
    .all<ArchivedRow>();
  return results.map(toArchived);
}

/** Archived blocks whose time range meets [fromMs, toMs) and whose payload the database has not, newest first. */
export async function listCold(
  db: D1Database,
  projectId: string,
  range: { fromMs: number; toMs: number; stream: Stream | null },
  limit: number,
): Promise<ArchivedBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT ${ARCHIVED} FROM blocks WHERE project_id = ?1 AND max_ts >= ?2 AND min_ts < ?3 AND (?4 IS NULL OR stream = ?4)
         AND archive_id IS NOT NULL AND hot_until_ms IS NULL ORDER BY max_ts DESC, id DESC LIMIT ?5`,
    )
    .bind(projectId, range.fromMs, range.toMs, range.stream, limit)
    .all<ArchivedRow>();
  return results.map(toArchived);
}

/** The payload of an archived block, for so long; nothing where the block is gone or is another by now. */
export function restoreStatements(
  db: D1Database,
  block: ArchivedBlock,
  payload: string,
  hotUntilMs: number,
): D1PreparedStatement[] {
  return [
    db
      .prepare(
        `INSERT OR IGNORE INTO block_payloads (block_id, data)
         SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM blocks WHERE id = ?1 AND archive_id IS NOT NULL AND sha256 = ?3)`,
      )
      .bind(block.id, payload, block.sha256),
    db
      .prepare(
        `UPDATE blocks SET hot_until_ms = max(?2, coalesce(hot_until_ms, 0)) WHERE id = ?1 AND archive_id IS NOT NULL AND sha256 = ?3`,
      )
      .bind(block.id, hotUntilMs, block.sha256),
  ];
}

/** Those of a range whose payload is here stay at least so long. There are few, whatever the range: its index is of what is here. */
export function keepHotStatement(
  db: D1Database,
  projectId: string,
  range: { fromMs: number; toMs: number; stream: Stream | null },
  hotUntilMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE blocks INDEXED BY blocks_to_cool SET hot_until_ms = ?5 WHERE project_id = ?1 AND max_ts >= ?2 AND min_ts < ?3 AND (?4 IS NULL OR stream = ?4)
         AND archive_id IS NOT NULL AND hot_until_ms < ?5`,
    )
    .bind(projectId, range.fromMs, range.toMs, range.stream, hotUntilMs);
}

const WHOLE = `state = 'current' AND verified_at_ms IS NOT NULL AND problem IS NULL`;

/** What may go from the database by time: of each archive that is whole, which of its blocks. The longest overdue first. */
export async function listToCool(
  db: D1Database,
  hotUntilMs: number,
  limit: number,
): Promise<{ archiveId: string; id: string; packedBytes: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT archive_id, id, packed_bytes FROM blocks WHERE hot_until_ms <= ?1 AND archive_id IS NOT NULL
         AND EXISTS (SELECT 1 FROM archives WHERE id = archive_id AND ${WHOLE}) ORDER BY hot_until_ms, id LIMIT ?2`,
    )
    .bind(hotUntilMs, limit)
    .all<{ archive_id: string; id: string; packed_bytes: number }>();
  return results.map((row) => ({ archiveId: row.archive_id, id: row.id, packedBytes: row.packed_bytes }));
}

/** The payloads of these blocks go, where their time is over still and their archive is whole. */
export function coolStatements(
  db: D1Database,
  archiveId: string,
  ids: readonly string[],
  hotUntilMs: number,
): D1PreparedStatement[] {
  const these = `SELECT b.id FROM json_each(?1) j CROSS JOIN blocks b ON b.id = j.value WHERE b.archive_id = ?2 AND b.hot_until_ms <= ?3
    AND EXISTS (SELECT 1 FROM archives WHERE id = ?2 AND ${WHOLE})`;
  const list = JSON.stringify(ids);
  return [
    db.prepare(`DELETE FROM block_payloads WHERE block_id IN (${these})`).bind(list, archiveId, hotUntilMs),
    db.prepare(`UPDATE blocks SET hot_until_ms = NULL WHERE id IN (${these})`).bind(list, archiveId, hotUntilMs),
  ];
}

/** The blocks of an archive are no more, for any reader, where its row (a statement before) says that it leaves. */
export function forgetMembersStatements(db: D1Database, archiveId: string): D1PreparedStatement[] {
  const leaving = `archive_id = ?1 AND EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'leaving')`;
  const these = `SELECT id FROM blocks WHERE ${leaving}`;
  return [
    db.prepare(`DELETE FROM block_payloads WHERE block_id IN (${these})`).bind(archiveId),
    db.prepare(`DELETE FROM block_filters WHERE block_id IN (${these})`).bind(archiveId),
    db.prepare(`DELETE FROM blocks WHERE ${leaving}`).bind(archiveId),
  ];
}

/** A reader found a block of it missing or damaged. */
export async function countFailedRead(db: D1Database, archiveId: string): Promise<void> {
  await db.prepare('UPDATE archives SET failed_reads = failed_reads + 1 WHERE id = ?1').bind(archiveId).run();
}
