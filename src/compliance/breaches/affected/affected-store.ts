import type { StoredSearch } from './search-store.ts';

export const STORED_STATES = ['waiting', 'claimed', 'queued', 'delivered', 'failed'] as const;
export type StoredState = (typeof STORED_STATES)[number];

/** Records of one user in a page of a search. */
export interface Named {
  userId: string;
  /** That no earlier search of the breach matched. */
  fresh: number;
  /** That one did: they count only for whom this search is the first to find. */
  again: number;
  firstTs: number;
  lastTs: number;
}

/**
 * The users of a page, each once. Behind the step of the search in its transaction, which says whose page it is: the page of a run that came second adds nobody
 * and counts nothing.
 */
export function addUsers(
  db: D1Database,
  { id, breachId, projectId, number, pages }: StoredSearch,
  run: string,
  users: readonly Named[],
): D1PreparedStatement[] {
  const isOurs = 'EXISTS (SELECT 1 FROM breach_searches WHERE id = ?3 AND pages = ?4 + 1 AND run = ?5)';
  const values = [breachId, projectId, id, pages, run, number, JSON.stringify(users)];
  return [
    db
      .prepare(
        `INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
         SELECT ?1, ?2, j.value ->> 'userId', 0, j.value ->> 'firstTs', j.value ->> 'lastTs', ?6, 'waiting' FROM json_each(?7) j WHERE ${isOurs}
         ON CONFLICT (breach_id, project_id, user_id) DO NOTHING`,
      )
      .bind(...values),
    db
      .prepare(
        // An upsert of rows that are there: for each of the page one look-up by key. UPDATE … FROM would go through all users of the breach, each against the page.
        `INSERT INTO breach_affected (breach_id, project_id, user_id, records, first_ts, last_ts, search_number, state)
         SELECT a.breach_id, a.project_id, a.user_id, a.records + (j.value ->> 'fresh') + iif(a.search_number = ?6, j.value ->> 'again', 0),
                min(a.first_ts, j.value ->> 'firstTs'), max(a.last_ts, j.value ->> 'lastTs'), a.search_number, a.state
         FROM json_each(?7) j CROSS JOIN breach_affected a ON a.breach_id = ?1 AND a.project_id = ?2 AND a.user_id = j.value ->> 'userId' WHERE ${isOurs}
         ON CONFLICT (breach_id, project_id, user_id) DO UPDATE SET records = excluded.records, first_ts = excluded.first_ts, last_ts = excluded.last_ts`,
      )
      .bind(...values),
  ];
}

/** Of a user, in the order of lists. */
export interface UserPlace {
  projectId: string;
  userId: string;
}

export interface AffectedRow extends UserPlace {
  records: number;
  firstTs: number;
  lastTs: number;
  state: StoredState;
  eventId: string | null;
  destinationId: string | null;
  atMs: number | null;
  problem: string | null;
}

interface Row {
  project_id: string;
  user_id: string;
  records: number;
  first_ts: number;
  last_ts: number;
  state: StoredState;
  event_id: string | null;
  destination_id: string | null;
  at_ms: number | null;
  problem: string | null;
}

/** Null is all states. */
export async function listAffectedRows(
  db: D1Database,
  breachId: string,
  states: readonly StoredState[] | null,
  after: UserPlace | null,
  limit: number,
): Promise<AffectedRow[]> {
  const part = (index: string, where: string) =>
    `SELECT project_id, user_id, records, first_ts, last_ts, state, event_id, destination_id, at_ms, problem FROM breach_affected ${index}
     WHERE breach_id = ?1 AND ${where} (project_id, user_id) > (?2, ?3)`;
  // An index has each state in this order, and SQLite merges what comes in order. Left to itself it goes through all users, whose key has this order too.
  const ofState = (state: StoredState) => part('INDEXED BY breach_affected_by_state', `state = '${state}' AND`);
  const parts = states === null ? [part('', '')] : states.map(ofState);
  const { results } = await db
    .prepare(`${parts.join(' UNION ALL ')} ORDER BY project_id, user_id LIMIT ?4`)
    .bind(breachId, after?.projectId ?? '', after?.userId ?? '', limit)
    .all<Row>();
  return results.map((row) => ({
    ...{ projectId: row.project_id, userId: row.user_id, records: row.records, firstTs: row.first_ts },
    ...{ lastTs: row.last_ts, state: row.state, eventId: row.event_id, destinationId: row.destination_id },
    ...{ atMs: row.at_ms, problem: row.problem },
  }));
}
