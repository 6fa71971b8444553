import { MAX_RULES } from '../../wire/alerts.ts';
import type { AlertSettings } from '../calls.ts';
import { type RuleRow, ruleOfRow, selectRules } from '../rules/store.ts';
import { type SilenceRow, selectSilences, silenceOfRow } from '../silences/store.ts';

/**
 * The next version of a project's settings. In a batch directly behind the audit row of the change, which is there only if the change happened: what
 * changed nothing makes no version.
 */
export function bumpIfChanged(db: D1Database, projectId: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO alert_settings (project_id, version, changed_at_ms) SELECT ?1, 1, ?2 WHERE changes() > 0
       ON CONFLICT (project_id) DO UPDATE SET version = version + 1, changed_at_ms = excluded.changed_at_ms`,
    )
    .bind(projectId, nowMs);
}

/** All of a version at one moment. Null where the project never had a rule or a silence. */
export async function readSettings(
  db: D1Database,
  projectId: string,
  nowMs: number,
): Promise<(Omit<AlertSettings, 'origin'> & { confirmed: boolean }) | null> {
  const [versions, rules, silences] = await db.batch([
    db
      .prepare(
        `SELECT s.version, s.confirmed_version, p.name FROM alert_settings s JOIN projects p ON p.id = s.project_id
         WHERE s.project_id = ?1`,
      )
      .bind(projectId),
    selectRules(db, projectId, { limit: MAX_RULES, after: { atMs: -1, id: '' } }),
    selectSilences(db, projectId, nowMs),
  ]);
  const row = versions?.results[0] as { version: number; confirmed_version: number; name: string } | undefined;
  if (!row) return null;
  return {
    ...{ projectId, projectName: row.name, version: row.version, confirmed: row.confirmed_version === row.version },
    rules: ((rules?.results ?? []) as RuleRow[]).map(ruleOfRow),
    silences: ((silences?.results ?? []) as SilenceRow[]).map(silenceOfRow),
  };
}

/** Changes nothing where the settings have moved on since they were pushed. */
export function confirmSettings(db: D1Database, projectId: string, version: number): D1PreparedStatement {
  return db
    .prepare('UPDATE alert_settings SET confirmed_version = ?2 WHERE project_id = ?1 AND version = ?2')
    .bind(projectId, version);
}

/** Projects whose object may not know their newest settings, the longest waiting first. */
export async function unconfirmedSettings(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT project_id FROM alert_settings WHERE confirmed_version < version ORDER BY changed_at_ms LIMIT ?1')
    .bind(limit)
    .all<{ project_id: string }>();
  return results.map(({ project_id }) => project_id);
}
