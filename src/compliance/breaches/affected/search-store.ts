import type { BreachSearch } from '../../../wire/compliance.ts';
import type { Stream } from '../../../wire/record.ts';

/** A place in the order of a search: by time, then by id. */
export interface SearchPlace {
  ts: number;
  id: string;
}

export interface StoredSearch {
  id: string;
  breachId: string;
  number: number;
  projectId: string;
  q: string;
  stream: Stream | null;
  fromMs: number;
  toMs: number;
  state: BreachSearch['state'];
  startedAtMs: number;
  startedBy: string;
  startedByName: string;
  endedAtMs: number | null;
  problem: string | null;
  pages: number;
  cursor: SearchPlace | null;
  matched: number;
  named: number;
}

interface Row {
  id: string;
  breach_id: string;
  number: number;
  project_id: string;
  q: string;
  stream: Stream | null;
  from_ms: number;
  to_ms: number;
  state: BreachSearch['state'];
  started_at_ms: number;
  started_by: string;
  started_by_name: string;
  ended_at_ms: number | null;
  problem: string | null;
  pages: number;
  cursor: string | null;
  matched: number;
  named: number;
}

const COLUMNS =
  'id, breach_id, number, project_id, q, stream, from_ms, to_ms, state, started_at_ms, started_by, started_by_name, ended_at_ms, problem, pages, cursor, matched, named';

/** Does nothing where the breach is resolved, or has `most` searches already. */
export function insertSearch(
  db: D1Database,
  search: Omit<StoredSearch, 'number' | 'state' | 'endedAtMs' | 'problem' | 'pages' | 'cursor' | 'matched' | 'named'>,
  most: number,
): D1PreparedStatement {
  const { id, breachId, projectId, q, stream, fromMs, toMs, startedAtMs, startedBy, startedByName } = search;
  return db
    .prepare(
      `INSERT INTO breach_searches (id, breach_id, number, project_id, q, stream, from_ms, to_ms, state, started_at_ms, started_by, started_by_name)
       SELECT ?1, ?2, 1 + (SELECT count(*) FROM breach_searches WHERE breach_id = ?2), ?3, ?4, ?5, ?6, ?7, 'running', ?8, ?9, ?10
       WHERE (SELECT count(*) FROM breach_searches WHERE breach_id = ?2) < ?11
         AND EXISTS (SELECT 1 FROM breaches WHERE id = ?2 AND state <> 'resolved')`,
    )
    .bind(...[id, breachId, projectId, q, stream, fromMs, toMs, startedAtMs, startedBy, startedByName, most]);
}

/** Of one breach, in the order in which they were started. */
export async function listSearchRows(db: D1Database, breachId: string): Promise<StoredSearch[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM breach_searches WHERE breach_id = ?1 ORDER BY number`)
    .bind(breachId)
    .all<Row>();
  return results.map(searchOfRow);
}

/** Of each breach the one that was started first: what it has had is known before the next counts its records. The longest running first. */
export async function runningSearches(db: D1Database, limit: number): Promise<StoredSearch[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM breach_searches s WHERE state = 'running'
         AND NOT EXISTS (SELECT 1 FROM breach_searches e WHERE e.breach_id = s.breach_id AND e.number < s.number AND e.state = 'running')
       ORDER BY started_at_ms, id LIMIT ?1`)
    .bind(limit)
    .all<Row>();
  return results.map(searchOfRow);
}

/** What a page brings its search on by. */
export interface SearchStep {
  /** Of who read the page: two runs may have read the same one. */
  run: string;
  cursor: SearchPlace | null;
  matched: number;
  named: number;
  state: BreachSearch['state'];
  problem: string | null;
}

/** Does nothing where another run was first with this page. */
export function stepSearch(
  db: D1Database,
  { id, pages }: StoredSearch,
  { run, cursor, matched, named, state, problem }: SearchStep,
  nowMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_searches SET pages = pages + 1, run = ?3, cursor = ?4, matched = matched + ?5, named = named + ?6, state = ?7, problem = ?8,
              ended_at_ms = iif(?7 = 'running', NULL, ?9)
       WHERE id = ?1 AND pages = ?2 AND state = 'running'`,
    )
    .bind(id, pages, run, cursor && JSON.stringify(cursor), matched, named, state, problem, nowMs);
}

export function stopSearchRows(db: D1Database, breachId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_searches SET state = 'stopped', ended_at_ms = ?2 WHERE breach_id = ?1 AND state = 'running'`,
    )
    .bind(breachId, nowMs);
}

function searchOfRow(row: Row): StoredSearch {
  return {
    ...{ id: row.id, breachId: row.breach_id, number: row.number, projectId: row.project_id, q: row.q },
    ...{ stream: row.stream, fromMs: row.from_ms, toMs: row.to_ms, state: row.state, startedAtMs: row.started_at_ms },
    ...{ startedBy: row.started_by, startedByName: row.started_by_name, endedAtMs: row.ended_at_ms },
    ...{ problem: row.problem, pages: row.pages, matched: row.matched, named: row.named },
    cursor: row.cursor === null ? null : (JSON.parse(row.cursor) as SearchPlace),
  };
}
