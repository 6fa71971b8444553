/** What other features keep in the database of a person: statements that erase it, each to be said twice without harm. */

/** In a transaction of the audit trail. */
export function deleteVerdicts(db: D1Database, projectId: string, eventIds: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM fraud_verdicts WHERE project_id = ?1 AND event_id IN (SELECT value FROM json_each(?2)) RETURNING event_id`,
    )
    .bind(projectId, JSON.stringify(eventIds));
}

/** In the place of what a group of errors shows of its newest record. */
const ERASED_TEXT = '(erased)';

/** Groups whose sample is one of these: they have none until the error comes again. */
export function clearSamples(
  db: D1Database,
  projectId: string,
  samples: readonly { fingerprint: string; sampleId: string }[],
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE error_groups SET message = ?3, sample_id = '' WHERE project_id = ?1
         AND (fingerprint, sample_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2)) RETURNING fingerprint`,
    )
    .bind(projectId, JSON.stringify(samples.map(({ fingerprint, sampleId }) => [fingerprint, sampleId])), ERASED_TEXT);
}

export interface GroupTexts {
  fingerprint: string;
  type: string;
  message: string;
  culprit: string | null;
}

export async function listGroupTexts(
  db: D1Database,
  projectId: string,
  after: string,
  limit: number,
): Promise<GroupTexts[]> {
  const { results } = await db
    .prepare(
      `SELECT fingerprint, type, message, culprit FROM error_groups WHERE project_id = ?1 AND fingerprint > ?2
       ORDER BY fingerprint LIMIT ?3`,
    )
    .bind(projectId, after, limit)
    .all<GroupTexts>();
  return results;
}

/** Of groups that say the person's name themselves. */
export function clearTexts(db: D1Database, projectId: string, fingerprints: readonly string[]): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE error_groups SET type = ?3, message = ?3, culprit = NULL, sample_id = '' WHERE project_id = ?1
         AND fingerprint IN (SELECT value FROM json_each(?2)) RETURNING fingerprint`,
    )
    .bind(projectId, JSON.stringify(fingerprints), ERASED_TEXT);
}

export interface RejectsRow {
  jobId: string;
  attempt: number;
  part: number;
  data: string;
}

/** Rejects of a project, in the order of their key, behind a place. */
export async function listRejects(
  db: D1Database,
  projectId: string,
  after: Omit<RejectsRow, 'data'>,
  limit: number,
): Promise<RejectsRow[]> {
  const { results } = await db
    .prepare(
      `SELECT job_id AS jobId, attempt, part, data FROM etl_rejects
       WHERE (job_id, attempt, part) > (?2, ?3, ?4) AND project_id = ?1 ORDER BY job_id, attempt, part LIMIT ?5`,
    )
    .bind(projectId, after.jobId, after.attempt, after.part, limit)
    .all<RejectsRow>();
  return results;
}

/** A part stays where nothing is left of it: who reads them stops at the first that is missing. */
export function rewriteRejects(
  db: D1Database,
  { jobId, attempt, part, data }: RejectsRow,
  was: string,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE etl_rejects SET data = ?4, bytes = length(?4) WHERE job_id = ?1 AND attempt = ?2 AND part = ?3 AND data = ?5 RETURNING part`,
    )
    .bind(jobId, attempt, part, data, was);
}

export async function destinationIds(db: D1Database, projectId: string): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT id FROM destinations WHERE project_id = ?1 ORDER BY id')
    .bind(projectId)
    .all<{ id: string }>();
  return results.map(({ id }) => id);
}

/** Answers that are kept of a project, some of them; behind the last there is none. */
export async function deleteCached(db: D1Database, projectId: string, limit: number): Promise<number> {
  const { results } = await db
    .prepare(
      `DELETE FROM query_cache WHERE key IN (SELECT key FROM query_cache
         WHERE key >= 'project:' || ?1 || ':' AND key < 'project:' || ?1 || ';' LIMIT ?2) RETURNING 1`,
    )
    .bind(projectId, limit)
    .all();
  return results.length;
}

const OF_USER = `project_id = ?1 AND user_id = ?2 AND breach_id IN (SELECT id FROM breaches)`;

/**
 * In the register of breaches a user stays counted, under a name that says nothing; rows keep their keys, so it is another row. Who was to be told of a
 * breach is no longer told. The second statement answers how many.
 */
export function anonymiseAffected(
  db: D1Database,
  projectId: string,
  { userId, name }: { userId: string; name: string },
): [D1PreparedStatement, D1PreparedStatement] {
  const isTold = `state NOT IN ('waiting', 'claimed')`;
  return [
    db
      .prepare(
        `INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state, destination_id, notification,
           at_ms, problem)
         SELECT breach_id, project_id, ?3, records, first_ts, last_ts, search_number, iif(${isTold}, state, 'failed'), destination_id, notification,
           at_ms, iif(${isTold}, problem, 'erased') FROM breach_affected WHERE ${OF_USER}`,
      )
      .bind(projectId, userId, name),
    db.prepare(`DELETE FROM breach_affected WHERE ${OF_USER} RETURNING breach_id`).bind(projectId, userId),
  ];
}
