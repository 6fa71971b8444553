import type { Notice } from '../../wire/jobs.ts';

/** Of one event: what a statement of half a minute can mark, many times over. */
export const NOTICES_PER_BUNDLE = 20_000;
/** As they are told; the rest is a number. */
const NEWEST_TOLD = 20;
/** What a console wrote may be long: the whole is in the list. */
const MAX_DETAIL_CHARS = 2_000;
const MAX_TITLE_CHARS = 300;

export interface Bundle {
  id: string;
  kind: string;
  notices: number;
  /** Newest first. */
  newest: Pick<Notice, 'id' | 'severity' | 'title' | 'detail' | 'path' | 'atMs'>[];
  told: string[];
  createdAtMs: number;
}

/** Kinds of which something from after `sinceMs` is in no bundle. */
export async function unbundledKinds(db: D1Database, sinceMs: number, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT kind FROM notices WHERE bundle IS NULL AND at_ms > ?1 GROUP BY kind ORDER BY min(at_ms) LIMIT ?2')
    .bind(sinceMs, limit)
    .all<{ kind: string }>();
  return results.map(({ kind }) => kind);
}

/** Two statements for one transaction: the oldest of a kind that are in none. Of two that run at once one makes a bundle of nothing, which is none. */
export function bundleStatements(
  db: D1Database,
  { id, kind, sinceMs, nowMs }: { id: string; kind: string; sinceMs: number; nowMs: number },
): D1PreparedStatement[] {
  const chosen = `SELECT id, severity, title, detail, path, at_ms FROM notices
    WHERE bundle IS NULL AND at_ms > ?3 AND kind = ?2 ORDER BY at_ms, id LIMIT ${NOTICES_PER_BUNDLE}`;
  return [
    db
      .prepare(
        `INSERT INTO notice_bundles (id, kind, notices, newest, told, created_at_ms)
         WITH chosen AS MATERIALIZED (${chosen}), newest AS (SELECT * FROM chosen ORDER BY at_ms DESC, id DESC LIMIT ${NEWEST_TOLD})
         SELECT ?1, ?2, (SELECT count(*) FROM chosen), (
             SELECT json_group_array(json_object('id', substr(id, 1, ${MAX_TITLE_CHARS}), 'severity', severity,
               'title', substr(title, 1, ${MAX_TITLE_CHARS}),
               'detail', json(iif(length(detail) <= ${MAX_DETAIL_CHARS}, detail, '{}')), 'path', path, 'atMs', at_ms)) FROM newest),
           '[]', ?4 WHERE EXISTS (SELECT 1 FROM chosen)`,
      )
      .bind(id, kind, sinceMs, nowMs),
    db
      .prepare(`UPDATE notices SET bundle = ?1 WHERE changes() > 0 AND id IN (SELECT id FROM (${chosen}))`)
      .bind(id, kind, sinceMs),
  ];
}

/** Those that some destination may lack, oldest first. */
export async function unsentBundles(db: D1Database, sinceMs: number, limit: number): Promise<Bundle[]> {
  const { results } = await db
    .prepare(
      `SELECT id, kind, notices, newest, told, created_at_ms AS createdAtMs FROM notice_bundles
       WHERE sent_at_ms IS NULL AND created_at_ms > ?1 ORDER BY created_at_ms, id LIMIT ?2`,
    )
    .bind(sinceMs, limit)
    .all<Omit<Bundle, 'newest' | 'told'> & { newest: string; told: string }>();
  return results.map((row) => ({
    ...row,
    newest: JSON.parse(row.newest) as Bundle['newest'],
    told: JSON.parse(row.told) as string[],
  }));
}

/** `sentAtMs` is null while a destination lacks it. */
export function toldStatement(
  db: D1Database,
  { id, told, sentAtMs }: { id: string; told: readonly string[]; sentAtMs: number | null },
): D1PreparedStatement {
  return db
    .prepare('UPDATE notice_bundles SET told = ?2, sent_at_ms = ?3 WHERE id = ?1 AND sent_at_ms IS NULL')
    .bind(id, JSON.stringify(told), sentAtMs);
}
