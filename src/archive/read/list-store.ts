import { dayOf } from '../../shared/calendar.ts';
import type { Stream } from '../../wire/record.ts';
import { ARCHIVE_COLUMNS, type ArchiveRow, type StoredArchive, toStored } from '../archives-store.ts';

/** With when the last of its payloads leaves the database. */
export interface ListedArchive extends StoredArchive {
  hotUntilMs: number | null;
  failedReads: number;
}

type ListedRow = ArchiveRow & { hot_until_ms: number | null; failed_reads: number };

const LISTED = `${ARCHIVE_COLUMNS}, a.failed_reads,
  (SELECT max(b.hot_until_ms) FROM blocks b WHERE b.archive_id = a.id) AS hot_until_ms`;

const toListed = (row: ListedRow): ListedArchive => ({
  ...toStored(row),
  ...{ hotUntilMs: row.hot_until_ms, failedReads: row.failed_reads },
});

export interface ListRequest {
  stream: Stream | null;
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** The last of the page before. */
  after: { day: string; number: number } | null;
  limit: number;
}

/** Behind every day. */
const LAST_DAY = '~';
/** Days of years that four digits do not hold begin with a sign, and stand before all others. */
const SIGNED_DAYS = `a.day < '0'`;

/**
 * The newest day first. Which they are comes from an index that has the times too: a stream has one of its own, because a rare one must not be looked for among
 * all. The day of an archive is that of its newest record, so none from before the range is looked at.
 */
export async function listArchives(db: D1Database, projectId: string, request: ListRequest): Promise<ListedArchive[]> {
  const { stream, fromMs, toMs, after, limit } = request;
  const index = stream === null ? 'archives_by_day' : 'archives_by_stream';
  const part = (days: string) =>
    `SELECT a.id, a.day, a.number FROM archives a INDEXED BY ${index} WHERE a.project_id = ?1 ${stream === null ? '' : 'AND a.stream = ?8'}
       AND ${days} AND (a.day, a.number) < (?4, ?5) AND a.max_ts >= ?2 AND a.min_ts < ?3`;
  const firstDay = dayOf(fromMs);
  const values = [projectId, fromMs, toMs, after?.day ?? LAST_DAY, after?.number ?? 0, limit];
  const { results } = await db
    .prepare(
      `SELECT ${LISTED} FROM (${part('a.day >= ?7')} UNION ALL ${part(SIGNED_DAYS)} ORDER BY day DESC, number DESC LIMIT ?6) k
       CROSS JOIN archives a ON a.id = k.id ORDER BY a.day DESC, a.number DESC`,
    )
    .bind(...values, /^\d/.test(firstDay) ? firstDay : '0', ...(stream === null ? [] : [stream]))
    .all<ListedRow>();
  return results.map(toListed);
}

export async function findListed(db: D1Database, id: string): Promise<ListedArchive | null> {
  const row = await db.prepare(`SELECT ${LISTED} FROM archives a WHERE a.id = ?1`).bind(id).first<ListedRow>();
  return row === null ? null : toListed(row);
}

export interface ArchiveSums {
  archives: number;
  records: number;
  rawBytes: number;
  packedBytes: number;
  oldestDay: string | null;
  newestDay: string | null;
}

/** Of the archives that are read; the sums come from an index that holds nothing else. */
export async function sumArchives(db: D1Database, projectId: string): Promise<ArchiveSums> {
  const end = (order: 'ASC' | 'DESC') =>
    `(SELECT day FROM archives WHERE project_id = ?1 AND state = 'current' ORDER BY day ${order}, number ${order} LIMIT 1)`;
  const row = await db
    .prepare(
      `SELECT count(*) AS archives, total(records) AS records, total(raw_bytes) AS raw_bytes, total(packed_bytes) AS packed_bytes,
         ${end('ASC')} AS oldest_day, ${end('DESC')} AS newest_day FROM archives WHERE project_id = ?1 AND state = 'current'`,
    )
    .bind(projectId)
    .first<{
      archives: number;
      records: number;
      raw_bytes: number;
      packed_bytes: number;
      oldest_day: string | null;
      newest_day: string | null;
    }>();
  return {
    ...{ archives: row?.archives ?? 0, records: row?.records ?? 0, rawBytes: row?.raw_bytes ?? 0 },
    ...{ packedBytes: row?.packed_bytes ?? 0, oldestDay: row?.oldest_day ?? null, newestDay: row?.newest_day ?? null },
  };
}
