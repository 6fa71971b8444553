/** A user who is affected, and what is told of them. */
export interface ToldUser {
  projectId: string;
  userId: string;
  eventId: string;
  destinationId: string;
  notification: number;
  atMs: number;
}

export interface UserKey {
  projectId: string;
  userId: string;
}

interface Row {
  project_id: string;
  user_id: string;
  event_id: string;
  destination_id: string;
  notification: number;
  at_ms: number;
}

/**
 * Changes of many users are upserts of rows that are there: for each in the list one look-up by key. UPDATE … FROM would go through all users of the breach, each
 * against the whole list.
 */
const COLUMNS =
  'breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state, event_id, destination_id, notification, at_ms, problem';
const KEPT = 'a.breach_id, a.project_id, a.user_id, a.records, a.first_ts, a.last_ts, a.search_number';
const EACH = (list: string): string =>
  `FROM json_each(${list}) j CROSS JOIN breach_affected a
     ON a.breach_id = ?1 AND a.project_id = j.value ->> 'projectId' AND a.user_id = j.value ->> 'userId'`;
const REPLACED = `ON CONFLICT (breach_id, project_id, user_id) DO UPDATE SET state = excluded.state, event_id = excluded.event_id,
  destination_id = excluded.destination_id, notification = excluded.notification, at_ms = excluded.at_ms, problem = excluded.problem`;

/** Whoever waits, in the order of the index. */
export async function waitingUsers(db: D1Database, breachId: string, limit: number): Promise<UserKey[]> {
  const { results } = await db
    .prepare(
      `SELECT project_id, user_id FROM breach_affected WHERE breach_id = ?1 AND state = 'waiting' ORDER BY project_id, user_id LIMIT ?2`,
    )
    .bind(breachId, limit)
    .all<Row>();
  return results.map(({ project_id, user_id }) => ({ projectId: project_id, userId: user_id }));
}

/**
 * Written before the destination hears of them: from here on it is settled by which event, text and destination each is told, whatever dies. Changes nothing where
 * the notification was stopped.
 */
export function claimUsers(
  db: D1Database,
  { breachId, number, destinationId }: { breachId: string; number: number; destinationId: string },
  users: readonly (UserKey & { eventId: string })[],
  nowMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO breach_affected (${COLUMNS})
       SELECT ${KEPT}, 'claimed', j.value ->> 'eventId', ?3, ?2, ?5, NULL ${EACH('?4')}
       WHERE a.state = 'waiting' AND EXISTS (SELECT 1 FROM breach_notifications WHERE breach_id = ?1 AND number = ?2 AND stopped_at_ms IS NULL)
       ${REPLACED}`,
    )
    .bind(breachId, number, destinationId, JSON.stringify(users), nowMs);
}

export async function usersIn(
  db: D1Database,
  breachId: string,
  state: 'claimed' | 'queued',
  after: UserKey | null,
  limit: number,
): Promise<ToldUser[]> {
  const { results } = await db
    .prepare(
      `SELECT project_id, user_id, event_id, destination_id, notification, at_ms FROM breach_affected
       WHERE breach_id = ?1 AND state = ?2 AND (project_id, user_id) > (?3, ?4) ORDER BY project_id, user_id LIMIT ?5`,
    )
    .bind(breachId, state, after?.projectId ?? '', after?.userId ?? '', limit)
    .all<Row>();
  return results.map((row) => ({
    ...{ projectId: row.project_id, userId: row.user_id, eventId: row.event_id, destinationId: row.destination_id },
    ...{ notification: row.notification, atMs: row.at_ms },
  }));
}

export interface Settled extends UserKey {
  state: 'queued' | 'delivered' | 'failed';
  atMs: number;
  problem: string | null;
}

/** What became of users who were in `from`; another run may have been first. */
export function settleUsers(
  db: D1Database,
  breachId: string,
  from: 'claimed' | 'queued',
  settled: readonly Settled[],
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO breach_affected (${COLUMNS})
       SELECT ${KEPT}, j.value ->> 'state', a.event_id, a.destination_id, a.notification, j.value ->> 'atMs', j.value ->> 'problem' ${EACH('?3')}
       WHERE a.state = ?2 ${REPLACED}`,
    )
    .bind(breachId, from, JSON.stringify(settled));
}

/** Whoever could not be told waits again. */
export function retryFailed(db: D1Database, breachId: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_affected SET state = 'waiting', at_ms = NULL, problem = NULL WHERE breach_id = ?1 AND state = 'failed'
         AND EXISTS (SELECT 1 FROM breaches WHERE id = ?1 AND state <> 'resolved')`,
    )
    .bind(breachId);
}

/** At the destination, or about to be. */
export async function countUnderWay(db: D1Database, breachId: string, destinationId: string): Promise<number> {
  const row = await db
    .prepare(
      `SELECT count(*) AS n FROM breach_affected WHERE breach_id = ?1 AND state IN ('claimed', 'queued') AND destination_id = ?2`,
    )
    .bind(breachId, destinationId)
    .first<{ n: number }>();
  return row?.n ?? 0;
}
