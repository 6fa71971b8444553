import type { LogSettingsAnswer } from '../../wire/log-settings.ts';

/** Null before the first change. */
export async function findLogSettings(db: D1Database): Promise<LogSettingsAnswer | null> {
  const row = await db
    .prepare('SELECT project_id, changed_at_ms FROM log_settings WHERE id = 1')
    .first<{ project_id: string | null; changed_at_ms: number }>();
  return row && { projectId: row.project_id, changedAtMs: row.changed_at_ms };
}

export function saveLogSettings(
  db: D1Database,
  projectId: string | null,
  changedAtMs: number,
  changedBy: string,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO log_settings (id, project_id, changed_at_ms, changed_by) VALUES (1, ?1, ?2, ?3)
       ON CONFLICT (id) DO UPDATE SET project_id = excluded.project_id, changed_at_ms = excluded.changed_at_ms,
         changed_by = excluded.changed_by`,
    )
    .bind(projectId, changedAtMs, changedBy);
}
