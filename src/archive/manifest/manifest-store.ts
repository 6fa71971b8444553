import { ARCHIVE_COLUMNS, type ArchiveRow, type StoredArchive, toStored } from '../archives-store.ts';

/** The newest version of a project. */
export interface ChainHead {
  sequence: number;
  /** Null before the first. */
  sha256: string | null;
}

export interface DayState {
  head: ChainHead;
  /** Whether a version of the day was in R2 and not here, and the day's rows were not held against it yet. */
  hasFound: boolean;
  /** Those that the day's next version names. */
  current: StoredArchive[];
  /** Those whose coming or going no version has said yet. */
  untold: Pick<StoredArchive, 'id' | 'state' | 'replaces'>[];
}

const HEAD = 'SELECT sequence, sha256 FROM archive_manifests WHERE project_id = ?1 ORDER BY sequence DESC LIMIT 1';

/** All of one moment. */
export async function readDayState(db: D1Database, projectId: string, day: string): Promise<DayState> {
  const [heads, current, untold, found] = await db.batch([
    db.prepare(HEAD).bind(projectId),
    db
      .prepare(
        `SELECT ${ARCHIVE_COLUMNS} FROM archives a WHERE a.project_id = ?1 AND a.day = ?2 AND a.state = 'current' ORDER BY a.number`,
      )
      .bind(projectId, day),
    db
      .prepare(
        `SELECT id, state, replaces FROM archives WHERE project_id = ?1 AND day = ?2 AND manifest_sequence IS NULL AND state <> 'writing'`,
      )
      .bind(projectId, day),
    db
      .prepare('SELECT sequence FROM archive_manifests WHERE project_id = ?1 AND day = ?2 AND found = 1 LIMIT 1')
      .bind(projectId, day),
  ]);
  const [head] = (heads?.results ?? []) as { sequence: number; sha256: string }[];
  return {
    head: { sequence: head?.sequence ?? 0, sha256: head?.sha256 ?? null },
    current: ((current?.results ?? []) as ArchiveRow[]).map(toStored),
    untold: (untold?.results ?? []) as DayState['untold'],
    hasFound: (found?.results ?? []).length > 0,
  };
}

export interface VersionRow {
  sequence: number;
  day: string;
  reason: 'archived' | 'erased' | 'expired';
  sha256: string;
  writtenAtMs: number;
}

/**
 * A version that is in R2; again, it changes nothing. Those archives are told by it, as far as they are what they were when it was made. `isFound`: it was there, and
 * its day's rows are to be held against it.
 */
export async function saveVersion(
  db: D1Database,
  projectId: string,
  version: VersionRow,
  { told, isFound }: { told: readonly Pick<StoredArchive, 'id' | 'state'>[]; isFound: boolean },
): Promise<void> {
  const { sequence, day, reason, sha256, writtenAtMs } = version;
  await db.batch([
    db
      .prepare(
        `INSERT OR IGNORE INTO archive_manifests (project_id, sequence, day, reason, sha256, written_at_ms, found) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)`,
      )
      .bind(projectId, sequence, day, reason, sha256, writtenAtMs, isFound ? 1 : 0),
    db
      .prepare(
        `UPDATE archives SET manifest_sequence = ?2 FROM json_each(?3) j
         WHERE archives.id = j.value ->> 'id' AND archives.state = j.value ->> 'state' AND manifest_sequence IS NULL
           AND EXISTS (SELECT 1 FROM archive_manifests WHERE project_id = ?1 AND sequence = ?2 AND sha256 = ?4)`,
      )
      .bind(projectId, sequence, JSON.stringify(told.map(({ id, state }) => ({ id, state }))), sha256),
  ]);
}

/** Versions behind `after`, in their order. `isLast`: no later one is of the same day. */
export async function listVersions(
  db: D1Database,
  projectId: string,
  after: number,
  limit: number,
): Promise<(VersionRow & { isLast: boolean })[]> {
  const { results } = await db
    .prepare(
      `SELECT sequence, day, reason, sha256, written_at_ms, NOT EXISTS (SELECT 1 FROM archive_manifests n
         WHERE n.project_id = m.project_id AND n.day = m.day AND n.sequence > m.sequence) AS is_last
       FROM archive_manifests m WHERE m.project_id = ?1 AND m.sequence > ?2 ORDER BY m.sequence LIMIT ?3`,
    )
    .bind(projectId, after, limit)
    .all<{ sequence: number; day: string; reason: string; sha256: string; written_at_ms: number; is_last: number }>();
  return results.map((row) => ({
    ...{ sequence: row.sequence, day: row.day, reason: row.reason as VersionRow['reason'], sha256: row.sha256 },
    ...{ writtenAtMs: row.written_at_ms, isLast: row.is_last === 1 },
  }));
}

export async function findVersion(db: D1Database, projectId: string, sequence: number): Promise<VersionRow | null> {
  return (await listVersions(db, projectId, sequence - 1, 1)).find((row) => row.sequence === sequence) ?? null;
}

/** `hasFound`: rows of some days were not yet held against versions that were in R2 alone. */
export async function readHead(db: D1Database, projectId: string): Promise<ChainHead & { hasFound: boolean }> {
  const row = await db
    .prepare(
      `SELECT sequence, sha256, EXISTS (SELECT 1 FROM archive_manifests WHERE project_id = ?1 AND found = 1) AS has_found
       FROM (${HEAD})`,
    )
    .bind(projectId)
    .first<{ sequence: number; sha256: string; has_found: number }>();
  return { sequence: row?.sequence ?? 0, sha256: row?.sha256 ?? null, hasFound: row?.has_found === 1 };
}

/** Days whose rows were not yet held against versions that were in R2 alone. */
export async function listFoundDays(db: D1Database, projectId: string, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT DISTINCT day FROM archive_manifests WHERE project_id = ?1 AND found = 1 ORDER BY day LIMIT ?2')
    .bind(projectId, limit)
    .all<{ day: string }>();
  return results.map(({ day }) => day);
}

/** The day's newest version; null before the first. */
export async function newestOfDay(
  db: D1Database,
  projectId: string,
  day: string,
): Promise<{ sequence: number; sha256: string } | null> {
  return db
    .prepare(
      'SELECT sequence, sha256 FROM archive_manifests WHERE project_id = ?1 AND day = ?2 ORDER BY sequence DESC LIMIT 1',
    )
    .bind(projectId, day)
    .first<{ sequence: number; sha256: string }>();
}

/** The rows of the day are what its versions say, up to this one. */
export async function settleFound(db: D1Database, projectId: string, day: string, sequence: number): Promise<void> {
  await db
    .prepare(
      'UPDATE archive_manifests SET found = 0 WHERE project_id = ?1 AND day = ?2 AND sequence <= ?3 AND found = 1',
    )
    .bind(projectId, day, sequence)
    .run();
}
