import { type Register, UNSEALED, unsealedArgs } from '../rollups/index.ts';
import type { PageList, SiteList } from '../wire/browser.ts';
import { pagesOf } from './pages.ts';

/** A page that is seen all the time costs a written row this often. */
const NOTED_AGAIN_MS = 3_600_000;
/** Pages of a site, counted so far; nobody reads more of them. */
const COUNTED_PAGES = 10_000;

/** What a sealed block says of sites and pages, in the block's own transaction. */
export const registerPages: Register = (db, place, records, nowMs) => {
  const pages = pagesOf(records, nowMs);
  if (pages.length === 0) return [];
  const text = JSON.stringify(pages.map(({ site, page, firstMs, lastMs }) => [site, page, firstMs, lastMs]));
  return [
    db
      .prepare(
        `INSERT INTO pages (project_id, site, page, first_seen_ms, last_seen_ms)
         SELECT ?1, value->>0, value->>1, value->>2, value->>3 FROM json_each(?6) WHERE ${UNSEALED}
         ON CONFLICT (project_id, site, page) DO UPDATE SET
           first_seen_ms = min(pages.first_seen_ms, excluded.first_seen_ms),
           last_seen_ms = max(pages.last_seen_ms, excluded.last_seen_ms)
         WHERE excluded.last_seen_ms >= pages.last_seen_ms + ${NOTED_AGAIN_MS}
           OR excluded.first_seen_ms <= pages.first_seen_ms - ${NOTED_AGAIN_MS}`,
      )
      .bind(...unsealedArgs(place), text),
  ];
};

/** By name, behind `after`; one more than `limit`. */
export async function listSites(
  db: D1Database,
  projectId: string,
  { after, limit }: { after: string; limit: number },
): Promise<SiteList['items']> {
  const { results } = await db
    .prepare(
      `SELECT s.site, s.first_seen_ms AS firstSeenMs, s.last_seen_ms AS lastSeenMs,
         (SELECT count(*) FROM (SELECT 1 FROM pages p WHERE p.project_id = ?1 AND p.site = s.site AND p.page > '' LIMIT ${COUNTED_PAGES})) AS pages
       FROM pages s WHERE s.project_id = ?1 AND s.page = '' AND s.site > ?2 ORDER BY s.site LIMIT ?3`,
    )
    .bind(projectId, after, limit + 1)
    .all<SiteList['items'][number]>();
  return results;
}

/** By site and name, behind `after`, of one site or all whose name holds `q`; one more than `limit`. */
export async function listPages(
  db: D1Database,
  projectId: string,
  { site, q, after, limit }: { site: string | null; q: string; after: readonly [string, string]; limit: number },
): Promise<PageList['items']> {
  const { results } = await db
    .prepare(
      `SELECT site, page, first_seen_ms AS firstSeenMs, last_seen_ms AS lastSeenMs FROM pages
       WHERE project_id = ?1 AND (?2 IS NULL OR site = ?2) AND page > '' AND instr(lower(page), lower(?3)) > 0
         AND (site, page) > (?4, ?5) ORDER BY site, page LIMIT ?6`,
    )
    .bind(projectId, site, q, ...after, limit + 1)
    .all<PageList['items'][number]>();
  return results;
}

/** Up to `limit` rows that nothing came from since `beforeMs`. */
export async function forgetPagesBefore(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM pages WHERE (project_id, site, page) IN
         (SELECT project_id, site, page FROM pages WHERE last_seen_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, limit)
    .run();
  return meta.changes;
}
