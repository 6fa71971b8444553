import type { CacheCounts } from './cache-counts.ts';

/** Rows of one delete: a cron run stays short however much has expired. */
const DELETE_ROWS = 1_000;

export async function findCached(db: D1Database, key: string, nowMs: number): Promise<string | null> {
  const row = await db
    .prepare('SELECT body FROM query_cache WHERE key = ?1 AND expires_at_ms > ?2')
    .bind(key, nowMs)
    .first<{ body: string }>();
  return row?.body ?? null;
}

/** An answer to keep. */
export interface CachedRow {
  key: string;
  body: string;
  expiresAtMs: number;
}

/** Keeps an answer, where there is one, and adds the counts. */
export async function storeCached(
  db: D1Database,
  row: CachedRow | null,
  counts: readonly CacheCounts[],
): Promise<void> {
  const statements = [
    ...(row === null
      ? []
      : [
          db
            .prepare('INSERT OR REPLACE INTO query_cache (key, body, expires_at_ms) VALUES (?1, ?2, ?3)')
            .bind(row.key, row.body, row.expiresAtMs),
        ]),
    db
      .prepare(
        `INSERT INTO query_cache_counts (project_id, operation, hits, misses)
         SELECT value->>0, value->>1, value->>2, value->>3 FROM json_each(?1) WHERE TRUE
         ON CONFLICT (project_id, operation) DO UPDATE SET hits = hits + excluded.hits, misses = misses + excluded.misses`,
      )
      .bind(
        JSON.stringify(counts.map(({ projectId, operation, hits, misses }) => [projectId, operation, hits, misses])),
      ),
  ];
  await db.batch(statements);
}

/** Of these projects; null is all. */
export async function readCacheCounts(db: D1Database, projectIds: readonly string[] | null): Promise<CacheCounts[]> {
  const { results } = await db
    .prepare(
      `SELECT project_id AS projectId, operation, hits, misses FROM query_cache_counts
       WHERE ?1 IS NULL OR project_id IN (SELECT value FROM json_each(?1)) ORDER BY project_id, operation`,
    )
    .bind(projectIds === null ? null : JSON.stringify(projectIds))
    .all<CacheCounts>();
  return results;
}

/** Deletes some of what has expired; how many. */
export async function deleteExpired(db: D1Database, nowMs: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM query_cache WHERE key IN
         (SELECT key FROM query_cache WHERE expires_at_ms <= ?1 ORDER BY expires_at_ms LIMIT ?2)`,
    )
    .bind(nowMs, DELETE_ROWS)
    .run();
  return meta.changes;
}
