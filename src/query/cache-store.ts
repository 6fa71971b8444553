/** Rows of one delete: a cron run stays short however much has expired. */
const DELETE_ROWS = 1_000;

export async function findCached(db: D1Database, key: string, nowMs: number): Promise<string | null> {
  const row = await db
    .prepare('SELECT body FROM query_cache WHERE key = ?1 AND expires_at_ms > ?2')
    .bind(key, nowMs)
    .first<{ body: string }>();
  return row?.body ?? null;
}

export async function storeCached(db: D1Database, key: string, body: string, expiresAtMs: number): Promise<void> {
  await db
    .prepare('INSERT OR REPLACE INTO query_cache (key, body, expires_at_ms) VALUES (?1, ?2, ?3)')
    .bind(key, body, expiresAtMs)
    .run();
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
