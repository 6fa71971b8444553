import type { Review, Verdict } from '../wire/fraud.ts';

export interface StoredVerdict {
  projectId: string;
  eventId: string;
  verdict: Verdict;
  note: string | null;
  decidedBy: string;
  decidedAtMs: number;
  /** Whether the object is known to have it. */
  applied: boolean;
}

interface Row {
  project_id: string;
  event_id: string;
  verdict: string;
  note: string | null;
  decided_by: string;
  decided_at_ms: number;
  applied: 0 | 1;
}

const COLUMNS = 'project_id, event_id, verdict, note, decided_by, decided_at_ms, applied';

/** The last by time stays. Changes nothing where the row says the same already. */
export function saveVerdict(db: D1Database, verdict: StoredVerdict): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO fraud_verdicts (${COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0)
       ON CONFLICT (project_id, event_id) DO UPDATE SET verdict = excluded.verdict, note = excluded.note,
         decided_by = excluded.decided_by, decided_at_ms = excluded.decided_at_ms, applied = 0
       WHERE excluded.decided_at_ms >= fraud_verdicts.decided_at_ms
         AND (excluded.verdict <> fraud_verdicts.verdict OR excluded.note IS NOT fraud_verdicts.note)`,
    )
    .bind(verdict.projectId, verdict.eventId, verdict.verdict, verdict.note, verdict.decidedBy, verdict.decidedAtMs);
}

export async function findVerdicts(
  db: D1Database,
  projectId: string,
  eventIds: readonly string[],
): Promise<StoredVerdict[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM fraud_verdicts
       WHERE project_id = ?1 AND event_id IN (SELECT value FROM json_each(?2))`,
    )
    .bind(projectId, JSON.stringify(eventIds))
    .all<Row>();
  return results.map(verdictOf);
}

/** As events are shown with, by event id. */
export async function findReviews(
  db: D1Database,
  projectId: string,
  eventIds: readonly string[],
): Promise<Map<string, Review>> {
  const verdicts = await findVerdicts(db, projectId, eventIds);
  return new Map(verdicts.map(({ projectId: _, eventId, ...review }): [string, Review] => [eventId, review]));
}

/** Changes nothing where another verdict has taken its place since it was told. */
export function confirmVerdict(db: D1Database, verdict: StoredVerdict): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE fraud_verdicts SET applied = 1
       WHERE project_id = ?1 AND event_id = ?2 AND verdict = ?3 AND decided_at_ms = ?4`,
    )
    .bind(verdict.projectId, verdict.eventId, verdict.verdict, verdict.decidedAtMs);
}

/** Of an event that the object does not have, and which was never applied. */
export function dropVerdict(db: D1Database, projectId: string, eventId: string): D1PreparedStatement {
  return db
    .prepare('DELETE FROM fraud_verdicts WHERE project_id = ?1 AND event_id = ?2 AND applied = 0')
    .bind(projectId, eventId);
}

/** The longest waiting first. */
export async function unappliedVerdicts(db: D1Database, limit: number): Promise<StoredVerdict[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM fraud_verdicts WHERE applied = 0 ORDER BY decided_at_ms LIMIT ?1`)
    .bind(limit)
    .all<Row>();
  return results.map(verdictOf);
}

function verdictOf(row: Row): StoredVerdict {
  return {
    projectId: row.project_id,
    eventId: row.event_id,
    verdict: row.verdict as Verdict,
    note: row.note,
    decidedBy: row.decided_by,
    decidedAtMs: row.decided_at_ms,
    applied: row.applied === 1,
  };
}
