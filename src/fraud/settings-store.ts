import type { RiskSettings } from '../wire/fraud.ts';
import { completeSettings } from './risk/settings.ts';

export interface StoredSettings {
  settings: RiskSettings;
  changedAtMs: number;
  changedBy: string;
  /** Whether the object is known to score by them. */
  confirmed: boolean;
}

interface Row {
  version: number;
  settings: string;
  changed_at_ms: number;
  changed_by: string;
  confirmed_version: number;
}

/** Null where the project never changed its rules. */
export async function findSettings(db: D1Database, projectId: string): Promise<StoredSettings | null> {
  const row = await db
    .prepare(
      'SELECT version, settings, changed_at_ms, changed_by, confirmed_version FROM fraud_settings WHERE project_id = ?1',
    )
    .bind(projectId)
    .first<Row>();
  if (!row) return null;
  return {
    settings: completeSettings({ ...JSON.parse(row.settings), version: row.version }),
    changedAtMs: row.changed_at_ms,
    changedBy: row.changed_by,
    confirmed: row.confirmed_version === row.version,
  };
}

/** Changes nothing where the version before `settings.version` is not the newest any more. */
export function saveSettings(
  db: D1Database,
  projectId: string,
  { version, ...settings }: RiskSettings,
  changed: { atMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO fraud_settings (project_id, version, settings, changed_at_ms, changed_by)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?2 = 1 OR EXISTS (SELECT 1 FROM fraud_settings WHERE project_id = ?1)
       ON CONFLICT (project_id) DO UPDATE SET version = excluded.version, settings = excluded.settings,
         changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by
       WHERE fraud_settings.version = excluded.version - 1`,
    )
    .bind(projectId, version, JSON.stringify(settings), changed.atMs, changed.by);
}

/** Changes nothing where the settings have moved on since they were pushed. */
export function confirmSettings(db: D1Database, projectId: string, version: number): D1PreparedStatement {
  return db
    .prepare('UPDATE fraud_settings SET confirmed_version = ?2 WHERE project_id = ?1 AND version = ?2')
    .bind(projectId, version);
}

/** Projects whose object may not know their newest settings, the longest waiting first. */
export async function unconfirmedSettings(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT project_id FROM fraud_settings WHERE confirmed_version < version ORDER BY changed_at_ms LIMIT ?1')
    .bind(limit)
    .all<{ project_id: string }>();
  return results.map(({ project_id }) => project_id);
}
