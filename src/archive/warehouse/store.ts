import type { WarehouseFile } from '../../wire/archive.ts';
import type { Stream } from '../../wire/record.ts';

/** A day of archives that has no file, or one that was made of others. */
export interface StaleDay {
  day: string;
  stream: Stream;
  /** Ids of its archives; an archive never changes, another one replaces it. */
  sources: string;
  rawBytes: number;
}

const CURRENT = `SELECT group_concat(id, ',' ORDER BY id) FROM archives WHERE project_id = ?1 AND day = ?2 AND stream = ?3 AND state = 'current'`;

/** The newest first, but none larger than `mostRawBytes`; `tooLarge` counts those. */
export async function listStale(
  db: D1Database,
  projectId: string,
  mostRawBytes: number,
  limit: number,
): Promise<{ stale: StaleDay[]; tooLarge: number }> {
  const { results } = await db
    .prepare(
      `WITH days AS (
         SELECT day, stream, group_concat(id, ',' ORDER BY id) AS sources, sum(raw_bytes) AS raw_bytes FROM archives
         WHERE project_id = ?1 AND state = 'current' GROUP BY day, stream),
       stale AS (
         SELECT d.* FROM days d LEFT JOIN warehouse_files f ON f.project_id = ?1 AND f.day = d.day AND f.stream = d.stream
         WHERE f.sources IS NOT d.sources)
       SELECT day, stream, sources, raw_bytes, (SELECT count(*) FROM stale WHERE raw_bytes > ?2) AS too_large FROM stale
       ORDER BY raw_bytes > ?2, day DESC, stream LIMIT ?3`,
    )
    .bind(projectId, mostRawBytes, limit)
    .all<{ day: string; stream: string; sources: string; raw_bytes: number; too_large: number }>();
  const stale = results.map((row) => ({
    ...{ day: row.day, stream: row.stream as Stream, sources: row.sources, rawBytes: row.raw_bytes },
  }));
  return {
    stale: stale.filter(({ rawBytes }) => rawBytes <= mostRawBytes),
    tooLarge: results[0]?.too_large ?? 0,
  };
}

/** Files of days without an archive, and of projects that want none; `wanted` are those that do. */
export async function listLeft(
  db: D1Database,
  wanted: readonly string[],
  limit: number,
): Promise<{ projectId: string; day: string; stream: Stream; key: string }[]> {
  const { results } = await db
    .prepare(
      `SELECT project_id, day, stream, object_key FROM warehouse_files f
       WHERE project_id NOT IN (SELECT value FROM json_each(?1)) OR NOT EXISTS (
         SELECT 1 FROM archives a WHERE a.project_id = f.project_id AND a.day = f.day AND a.stream = f.stream AND a.state = 'current')
       LIMIT ?2`,
    )
    .bind(JSON.stringify(wanted), limit)
    .all<{ project_id: string; day: string; stream: string; object_key: string }>();
  return results.map((row) => ({
    ...{ projectId: row.project_id, day: row.day, stream: row.stream as Stream, key: row.object_key },
  }));
}

/** False where the day has other archives by now: the file must not stay. */
export async function saveFile(
  db: D1Database,
  projectId: string,
  file: WarehouseFile,
  sources: string,
): Promise<boolean> {
  const { day, stream, key, records, bytes, writtenAtMs } = file;
  const { meta } = await db
    .prepare(
      `INSERT INTO warehouse_files (project_id, day, stream, object_key, records, bytes, sources, written_at_ms)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8 WHERE (${CURRENT}) = ?7
       ON CONFLICT (project_id, day, stream) DO UPDATE SET object_key = excluded.object_key, records = excluded.records,
         bytes = excluded.bytes, sources = excluded.sources, written_at_ms = excluded.written_at_ms`,
    )
    .bind(projectId, day, stream, key, records, bytes, sources, writtenAtMs)
    .run();
  return meta.changes > 0;
}

export async function forgetFile(db: D1Database, projectId: string, day: string, stream: Stream): Promise<void> {
  await db
    .prepare('DELETE FROM warehouse_files WHERE project_id = ?1 AND day = ?2 AND stream = ?3')
    .bind(projectId, day, stream)
    .run();
}

interface Row {
  day: string;
  stream: string;
  object_key: string;
  records: number;
  bytes: number;
  written_at_ms: number;
}

const toFile = (row: Row): WarehouseFile => ({
  ...{ day: row.day, stream: row.stream as Stream, key: row.object_key },
  ...{ records: row.records, bytes: row.bytes, writtenAtMs: row.written_at_ms },
});

export interface FilePage {
  /** Days, both ends inclusive; null is open. */
  fromDay: string | null;
  toDay: string | null;
  limit: number;
  after: { day: string; stream: string } | null;
}

/** The newest day first. */
export async function listFiles(db: D1Database, projectId: string, page: FilePage): Promise<WarehouseFile[]> {
  const { results } = await db
    .prepare(
      `SELECT day, stream, object_key, records, bytes, written_at_ms FROM warehouse_files
       WHERE project_id = ?1 AND (?2 IS NULL OR day >= ?2) AND (?3 IS NULL OR day <= ?3)
         AND (?4 IS NULL OR day < ?4 OR (day = ?4 AND stream > ?5)) AND records > 0
       ORDER BY day DESC, stream LIMIT ?6`,
    )
    .bind(projectId, page.fromDay, page.toDay, page.after?.day ?? null, page.after?.stream ?? null, page.limit)
    .all<Row>();
  return results.map(toFile);
}

export async function findFile(
  db: D1Database,
  projectId: string,
  day: string,
  stream: string,
): Promise<WarehouseFile | null> {
  const row = await db
    .prepare(
      `SELECT day, stream, object_key, records, bytes, written_at_ms FROM warehouse_files
       WHERE project_id = ?1 AND day = ?2 AND stream = ?3 AND records > 0`,
    )
    .bind(projectId, day, stream)
    .first<Row>();
  return row === null ? null : toFile(row);
}
