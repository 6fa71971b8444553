import type { AlertRule, AlertRuleInput } from '../../wire/alerts.ts';

export interface RuleRow {
  id: string;
  project_id: string;
  rule: string;
  version: number;
  created_at_ms: number;
  changed_at_ms: number;
  changed_by: string;
}

const COLUMNS = 'id, project_id, rule, version, created_at_ms, changed_at_ms, changed_by';

/** In the order in which they were made. `limit` rows from behind `after`. */
export function selectRules(
  db: D1Database,
  projectId: string,
  { limit, after }: { limit: number; after: { atMs: number; id: string } },
): D1PreparedStatement {
  return db
    .prepare(
      `SELECT ${COLUMNS} FROM alert_rules
       WHERE project_id = ?1 AND (created_at_ms, id) > (?2, ?3) ORDER BY created_at_ms, id LIMIT ?4`,
    )
    .bind(projectId, after.atMs, after.id, limit);
}

/** Null also for a rule of another project. */
export async function findRule(db: D1Database, projectId: string, id: string): Promise<AlertRule | null> {
  const row = await db
    .prepare(`SELECT ${COLUMNS} FROM alert_rules WHERE project_id = ?1 AND id = ?2`)
    .bind(projectId, id)
    .first<RuleRow>();
  return row && ruleOfRow(row);
}

/** Does nothing where the project has `most` rules already. */
export function insertRule(db: D1Database, rule: AlertRule, most: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO alert_rules (${COLUMNS}) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7
       WHERE (SELECT count(*) FROM alert_rules WHERE project_id = ?2) < ?8`,
    )
    .bind(...valuesOf(rule), most);
}

/** Changes nothing where the version before `rule.version` is not the newest any more. */
export function updateRule(db: D1Database, rule: AlertRule): D1PreparedStatement {
  const [id, projectId, text, version, , changedAtMs, changedBy] = valuesOf(rule);
  return db
    .prepare(
      `UPDATE alert_rules SET rule = ?3, version = ?4, changed_at_ms = ?5, changed_by = ?6
       WHERE project_id = ?2 AND id = ?1 AND version = ?4 - 1`,
    )
    .bind(id, projectId, text, version, changedAtMs, changedBy);
}

export function deleteRuleRow(db: D1Database, projectId: string, id: string): D1PreparedStatement {
  return db.prepare('DELETE FROM alert_rules WHERE project_id = ?1 AND id = ?2').bind(projectId, id);
}

export function ruleOfRow(row: RuleRow): AlertRule {
  return {
    ...(JSON.parse(row.rule) as AlertRuleInput),
    ...{ id: row.id, projectId: row.project_id, version: row.version },
    ...{ createdAtMs: row.created_at_ms, changedAtMs: row.changed_at_ms, changedBy: row.changed_by },
  };
}

/** The rule as its author wrote it, without what the project knows of it. */
export function inputOf(rule: AlertRule): AlertRuleInput {
  const { id: _, projectId: _1, version: _2, createdAtMs: _3, changedAtMs: _4, changedBy: _5, ...input } = rule;
  return input;
}

function valuesOf(rule: AlertRule): [string, string, string, number, number, number, string] {
  const { id, projectId, version, createdAtMs, changedAtMs, changedBy } = rule;
  return [id, projectId, JSON.stringify(inputOf(rule)), version, createdAtMs, changedAtMs, changedBy];
}
