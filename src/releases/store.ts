import { bound, type Register, UNSEALED, unsealedArgs } from '../rollups/index.ts';
import type { Release } from '../wire/error-groups.ts';
import { releasesOf } from './release.ts';

/**
 * Of a project. The oldest that nobody announced go first: a page that makes up a name for each visit must neither fill the database nor keep the next
 * real release from being seen.
 */
export const MAX_RELEASES = 2_000;

const AT = 'coalesce(announced_at_ms, seen_at_ms)';
const FORGET_OLDEST = `DELETE FROM releases WHERE changes() > 0 AND project_id = ?1 AND announced_at_ms IS NULL AND release IN (
  SELECT release FROM releases WHERE project_id = ?1 ORDER BY announced_at_ms IS NULL, ${AT} DESC LIMIT -1 OFFSET ${MAX_RELEASES})`;

/** Releases that a sealed block names, in the transaction that seals it. */
export const registerReleases: Register = (db, place, records) =>
  bound(releasesOf(records)).flatMap((text) => [
    db
      .prepare(
        `INSERT INTO releases (project_id, release, seen_at_ms) SELECT ?1, value->>0, value->>1 FROM json_each(?6) WHERE ${UNSEALED}
         ON CONFLICT (project_id, release) DO UPDATE SET seen_at_ms = excluded.seen_at_ms
           WHERE releases.seen_at_ms IS NULL OR excluded.seen_at_ms < releases.seen_at_ms`,
      )
      .bind(...unsealedArgs(place), text),
    db.prepare(FORGET_OLDEST).bind(place.projectId),
  ]);

/** Announces a release; its time may be corrected by a repeat. */
export function announceStatement(
  db: D1Database,
  projectId: string,
  { release, atMs, by }: { release: string; atMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO releases (project_id, release, announced_at_ms, announced_by) SELECT ?1, ?2, ?3, ?4
       WHERE (SELECT count(*) FROM releases WHERE project_id = ?1 AND announced_at_ms IS NOT NULL) < ${MAX_RELEASES}
         OR EXISTS (SELECT 1 FROM releases WHERE project_id = ?1 AND release = ?2 AND announced_at_ms IS NOT NULL)
       ON CONFLICT (project_id, release) DO UPDATE SET announced_at_ms = excluded.announced_at_ms, announced_by = excluded.announced_by`,
    )
    .bind(projectId, release, atMs, by);
}

export interface ReleasePage {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  limit: number;
  /** The page starts after this one. */
  after: { atMs: number; release: string } | null;
}

interface ReleaseRow {
  release: string;
  at_ms: number;
  announced: number;
}

/** The newest first. */
export async function listReleases(db: D1Database, projectId: string, page: ReleasePage): Promise<Release[]> {
  const { fromMs, toMs, limit, after } = page;
  const { results } = await db
    .prepare(
      `SELECT release, ${AT} AS at_ms, announced_at_ms IS NOT NULL AS announced FROM releases
       WHERE project_id = ?1 AND ${AT} >= ?2 AND ${AT} < ?3 AND (?4 IS NULL OR (${AT}, release) < (?4, ?5))
       ORDER BY ${AT} DESC, release DESC LIMIT ?6`,
    )
    .bind(projectId, fromMs, toMs, after?.atMs ?? null, after?.release ?? '', limit)
    .all<ReleaseRow>();
  return results.map(({ release, at_ms, announced }) => ({
    release,
    atMs: at_ms,
    source: announced ? 'announced' : 'seen',
  }));
}
