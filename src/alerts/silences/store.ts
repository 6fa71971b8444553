import type { Silence } from '../../wire/alerts.ts';

export interface SilenceRow {
  id: string;
  project_id: string;
  matchers: string;
  from_ms: number;
  until_ms: number;
  comment: string | null;
  created_by: string;
  created_by_name: string;
  created_at_ms: number;
}

const COLUMNS = 'id, project_id, matchers, from_ms, until_ms, comment, created_by, created_by_name, created_at_ms';

/** Those that have not ended, the next to end first. */
export function selectSilences(db: D1Database, projectId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(`SELECT ${COLUMNS} FROM alert_silences WHERE project_id = ?1 AND until_ms > ?2 ORDER BY until_ms, id`)
    .bind(projectId, nowMs);
}

/** Does nothing where `most` silences of the project have not ended. */
export function insertSilence(db: D1Database, silence: Silence, most: number): D1PreparedStatement {
  const { id, projectId, matchers, fromMs, untilMs, comment, createdBy, createdByName, createdAtMs } = silence;
  return db
    .prepare(
      `INSERT INTO alert_silences (${COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9
       WHERE (SELECT count(*) FROM alert_silences WHERE project_id = ?2 AND until_ms > ?9) < ?10`,
    )
    .bind(
      id,
      projectId,
      JSON.stringify(matchers),
      fromMs,
      untilMs,
      comment,
      createdBy,
      createdByName,
      createdAtMs,
      most,
    );
}

export function deleteSilenceRow(db: D1Database, projectId: string, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM alert_silences WHERE project_id = ?1 AND id = ?2').bind(projectId, id);
}

/** Returns each. */
export function deleteEndedSilences(db: D1Database, beforeMs: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      'DELETE FROM alert_silences WHERE id IN (SELECT id FROM alert_silences WHERE until_ms < ?1 LIMIT ?2) RETURNING id',
    )
    .bind(beforeMs, limit);
}

export function silenceOfRow(row: SilenceRow): Silence {
  return {
    ...{ id: row.id, projectId: row.project_id, matchers: JSON.parse(row.matchers) as Record<string, string> },
    ...{ fromMs: row.from_ms, untilMs: row.until_ms, comment: row.comment },
    ...{ createdBy: row.created_by, createdByName: row.created_by_name, createdAtMs: row.created_at_ms },
  };
}
