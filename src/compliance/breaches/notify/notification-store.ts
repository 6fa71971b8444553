import type { JsonObject } from '../../../wire/record.ts';

export interface StoredNotification {
  breachId: string;
  number: number;
  /** Of the destination. */
  projectId: string;
  destinationId: string;
  subject: string;
  body: string;
  /** Of the breach, for the placeholders, as they were when it began: everybody is told the same. */
  facts: JsonObject;
  startedAtMs: number;
  startedByName: string;
  stoppedAtMs: number | null;
}

interface Row {
  breach_id: string;
  number: number;
  project_id: string;
  destination_id: string;
  subject: string;
  body: string;
  facts: string;
  started_at_ms: number;
  started_by_name: string;
  stopped_at_ms: number | null;
}

const OPEN = `EXISTS (SELECT 1 FROM breaches WHERE id = ?1 AND state <> 'resolved')`;

/** The newest first. */
export async function listNotificationRows(db: D1Database, breachId: string): Promise<StoredNotification[]> {
  const { results } = await db
    .prepare(
      `SELECT breach_id, number, project_id, destination_id, subject, body, facts, started_at_ms, started_by_name, stopped_at_ms
       FROM breach_notifications WHERE breach_id = ?1 ORDER BY number DESC`,
    )
    .bind(breachId)
    .all<Row>();
  return results.map((row) => ({
    ...{ breachId: row.breach_id, number: row.number, projectId: row.project_id, destinationId: row.destination_id },
    ...{ subject: row.subject, body: row.body, startedAtMs: row.started_at_ms, startedByName: row.started_by_name },
    ...{ facts: JSON.parse(row.facts) as JsonObject, stoppedAtMs: row.stopped_at_ms },
  }));
}

export function stopNotification(db: D1Database, breachId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare('UPDATE breach_notifications SET stopped_at_ms = ?2 WHERE breach_id = ?1 AND stopped_at_ms IS NULL')
    .bind(breachId, nowMs);
}

/** All but the newest give way to it. */
export function stopOlder(db: D1Database, breachId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_notifications SET stopped_at_ms = ?2 WHERE breach_id = ?1 AND stopped_at_ms IS NULL
         AND number < (SELECT max(number) FROM breach_notifications WHERE breach_id = ?1)`,
    )
    .bind(breachId, nowMs);
}

/** Does nothing where the breach is resolved, or somebody else was first with this number. */
export function insertNotification(
  db: D1Database,
  { breachId, number, projectId, destinationId, subject, body, facts, startedAtMs, startedByName }: StoredNotification,
  startedBy: string,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO breach_notifications (breach_id, number, project_id, destination_id, subject, body, started_at_ms, started_by, started_by_name, facts)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10
       WHERE ${OPEN} AND (SELECT count(*) FROM breach_notifications WHERE breach_id = ?1) = ?2 - 1`,
    )
    .bind(
      breachId,
      number,
      projectId,
      destinationId,
      subject,
      body,
      startedAtMs,
      startedBy,
      startedByName,
      JSON.stringify(facts),
    );
}

/** How many there are and whether one is under way, as the rows say. */
export function noteNotifications(db: D1Database, breachId: string): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE breach_totals SET notifications = (SELECT count(*) FROM breach_notifications WHERE breach_id = ?1),
              notifying = EXISTS (SELECT 1 FROM breach_notifications WHERE breach_id = ?1 AND stopped_at_ms IS NULL)
       WHERE breach_id = ?1`,
    )
    .bind(breachId);
}

/** With users to tell, or receipts to fetch; the one that has waited longest first. */
export async function breachesInWork(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare(
      `SELECT breach_id FROM breach_totals WHERE queued > 0 OR (notifying = 1 AND (waiting > 0 OR claimed > 0))
       ORDER BY worked_at_ms LIMIT ?1`,
    )
    .bind(limit)
    .all<{ breach_id: string }>();
  return results.map(({ breach_id }) => breach_id);
}

export function noteWorked(db: D1Database, breachId: string, nowMs: number): D1PreparedStatement {
  return db.prepare('UPDATE breach_totals SET worked_at_ms = ?2 WHERE breach_id = ?1').bind(breachId, nowMs);
}
