import { bound, type Register, UNSEALED, unsealedArgs } from '../rollups/index.ts';
import { groupsOf, type SeenGroup } from './group.ts';

/** Groups of a sealed block of errors, in the transaction that seals it. */
export const registerErrorGroups: Register = (db, place, records) =>
  bound(groupsOf(records).map(rowOf)).map((text) => db.prepare(UPSERT).bind(...unsealedArgs(place), text));

function rowOf(group: SeenGroup): unknown[] {
  const { fingerprint, type, message, culprit, firstSeenMs, lastSeenMs, firstRelease, lastRelease, sampleId } = group;
  return [fingerprint, type, message, culprit, firstSeenMs, lastSeenMs, firstRelease, lastRelease, sampleId];
}

/** Newest by time and id, as mergeGroup has it: blocks of several journals come in any order. */
const IS_NEWER = '(excluded.last_seen_ms, excluded.sample_id) > (error_groups.last_seen_ms, error_groups.sample_id)';
const newest = (column: string) => `${column} = iif(${IS_NEWER}, excluded.${column}, error_groups.${column})`;

const UPSERT = `INSERT INTO error_groups (project_id, fingerprint, type, message, culprit, first_seen_ms, last_seen_ms, first_release,
    last_release, sample_id)
  SELECT ?1, value->>0, value->>1, value->>2, value->>3, value->>4, value->>5, value->>6, value->>7, value->>8
  FROM json_each(?6) WHERE ${UNSEALED}
  ON CONFLICT (project_id, fingerprint) DO UPDATE SET
    ${['type', 'message', 'culprit', 'last_release', 'sample_id'].map(newest).join(', ')},
    first_release = iif(excluded.first_seen_ms < error_groups.first_seen_ms, excluded.first_release, error_groups.first_release),
    first_seen_ms = min(error_groups.first_seen_ms, excluded.first_seen_ms),
    last_seen_ms = max(error_groups.last_seen_ms, excluded.last_seen_ms)`;

export type GroupStatus = 'open' | 'resolved' | 'ignored';

export interface KnownGroup extends SeenGroup {
  status: GroupStatus;
  statusAtMs: number | null;
}

interface GroupRow {
  fingerprint: string;
  type: string;
  message: string;
  culprit: string | null;
  first_seen_ms: number;
  last_seen_ms: number;
  first_release: string | null;
  last_release: string | null;
  sample_id: string;
  status: GroupStatus;
  status_at_ms: number | null;
}

/** Those of these fingerprints that the register has. */
export async function readGroups(
  db: D1Database,
  projectId: string,
  fingerprints: readonly string[],
): Promise<KnownGroup[]> {
  const found: KnownGroup[] = [];
  for (const text of bound(fingerprints)) {
    const { results } = await db
      .prepare(
        `SELECT fingerprint, type, message, culprit, first_seen_ms, last_seen_ms, first_release, last_release, sample_id, status, status_at_ms
         FROM error_groups WHERE project_id = ?1 AND fingerprint IN (SELECT value FROM json_each(?2))`,
      )
      .bind(projectId, text)
      .all<GroupRow>();
    found.push(...results.map(groupOfRow));
  }
  return found;
}

function groupOfRow(row: GroupRow): KnownGroup {
  const { fingerprint, type, message, culprit, status } = row;
  return {
    ...{ fingerprint, type, message, culprit, status, statusAtMs: row.status_at_ms },
    ...{ firstSeenMs: row.first_seen_ms, lastSeenMs: row.last_seen_ms, sampleId: row.sample_id },
    ...{ firstRelease: row.first_release, lastRelease: row.last_release },
  };
}

/** Says what is to become of a group. One that is in no sealed block yet gets its row now; sealing adds to it. */
export function statusStatement(
  db: D1Database,
  projectId: string,
  group: SeenGroup,
  { status, atMs, by }: { status: GroupStatus; atMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO error_groups (project_id, fingerprint, type, message, culprit, first_seen_ms, last_seen_ms, first_release, last_release,
         sample_id, status, status_at_ms, status_by)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)
       ON CONFLICT (project_id, fingerprint) DO UPDATE SET status = excluded.status, status_at_ms = excluded.status_at_ms,
         status_by = excluded.status_by`,
    )
    .bind(projectId, ...rowOf(group), status, atMs, by);
}

/** Deletes groups that were last seen before a time, at most `limit`; says how many. */
export async function deleteGroups(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM error_groups WHERE (project_id, fingerprint) IN (SELECT project_id, fingerprint FROM error_groups
         WHERE last_seen_ms < ?1 ORDER BY last_seen_ms LIMIT ?2)`,
    )
    .bind(beforeMs, limit)
    .run();
  return meta.changes;
}
