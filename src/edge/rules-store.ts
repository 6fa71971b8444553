import type { BrowserRules, BrowserRulesAnswer, VersionedBrowserRules } from '../wire/browser.ts';

interface Row {
  version: number;
  rules: string;
  changed_at_ms: number;
  changed_by: string;
  confirmed_version: number;
}

/** Null where the project never changed its rules. */
export async function findRules(
  db: D1Database,
  projectId: string,
): Promise<(BrowserRulesAnswer & { confirmed: boolean }) | null> {
  const row = await db
    .prepare(
      'SELECT version, rules, changed_at_ms, changed_by, confirmed_version FROM browser_rules WHERE project_id = ?1',
    )
    .bind(projectId)
    .first<Row>();
  if (!row) return null;
  const { pageRules, bots } = JSON.parse(row.rules) as BrowserRules;
  return {
    ...{ version: row.version, pageRules, bots },
    ...{ changedAtMs: row.changed_at_ms, changedBy: row.changed_by },
    confirmed: row.confirmed_version === row.version,
  };
}

/** Changes nothing where the version before `version` is not the newest any more. */
export function saveRules(
  db: D1Database,
  projectId: string,
  { version, pageRules, bots }: VersionedBrowserRules,
  changed: { atMs: number; by: string },
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO browser_rules (project_id, version, rules, changed_at_ms, changed_by)
       SELECT ?1, ?2, ?3, ?4, ?5 WHERE ?2 = 1 OR EXISTS (SELECT 1 FROM browser_rules WHERE project_id = ?1)
       ON CONFLICT (project_id) DO UPDATE SET version = excluded.version, rules = excluded.rules,
         changed_at_ms = excluded.changed_at_ms, changed_by = excluded.changed_by
       WHERE browser_rules.version = excluded.version - 1`,
    )
    .bind(projectId, version, JSON.stringify({ pageRules, bots }), changed.atMs, changed.by);
}

/** Changes nothing where the rules have moved on since they were pushed. */
export function confirmRules(db: D1Database, projectId: string, version: number): D1PreparedStatement {
  return db
    .prepare('UPDATE browser_rules SET confirmed_version = ?2 WHERE project_id = ?1 AND version = ?2')
    .bind(projectId, version);
}

/** Projects whose limiter may not know their newest rules, the longest waiting first. */
export async function unconfirmedRules(db: D1Database, limit: number): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT project_id FROM browser_rules WHERE confirmed_version < version ORDER BY changed_at_ms LIMIT ?1')
    .bind(limit)
    .all<{ project_id: string }>();
  return results.map(({ project_id }) => project_id);
}
