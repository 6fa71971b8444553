import type { AlertSettings } from '../../../src/alerts/calls.ts';
import type { AlertRule, Silence } from '../../../src/wire/alerts.ts';

export interface RuleRow {
  rule: AlertRule;
  countedSinceMs: number;
  /** Null: nothing changes by itself. */
  dueAtMs: number | null;
}

/** What the last evaluation of a rule came to. */
export interface Evaluation {
  value: number | null;
  evaluatedAtMs: number | null;
  problem: string | null;
  /** Evaluations in a row that had one. */
  failures: number;
}

type MetaName = 'project_id' | 'project_name' | 'origin' | 'version' | 'disabled' | 'cleaned_at_ms';

/** The copy of the project's settings, and how each rule stands. */
export class SettingsStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  meta(name: MetaName): string | null {
    return this.#sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name).toArray()[0]?.value ?? null;
  }

  setMeta(name: MetaName, value: string | null): void {
    if (value === null) this.#sql.exec('DELETE FROM meta WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)', name, value);
  }

  rules(): RuleRow[] {
    return this.#sql
      .exec<{ definition: string; counted_since_ms: number; due_at_ms: number | null }>(
        'SELECT definition, counted_since_ms, due_at_ms FROM rules',
      )
      .toArray()
      .map(({ definition, counted_since_ms, due_at_ms }) => ({
        rule: JSON.parse(definition) as AlertRule,
        countedSinceMs: counted_since_ms,
        dueAtMs: due_at_ms,
      }));
  }

  saveRule({ rule, countedSinceMs, dueAtMs }: RuleRow): void {
    this.#sql.exec(
      `INSERT INTO rules (id, definition, counted_since_ms, due_at_ms) VALUES (?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET definition = excluded.definition, counted_since_ms = excluded.counted_since_ms,
         due_at_ms = excluded.due_at_ms`,
      rule.id,
      JSON.stringify(rule),
      countedSinceMs,
      dueAtMs,
    );
  }

  removeRule(ruleId: string): void {
    this.#sql.exec('DELETE FROM rules WHERE id = ?', ruleId);
  }

  silences(): Silence[] {
    return this.#sql
      .exec<{ definition: string }>('SELECT definition FROM silences')
      .toArray()
      .map(({ definition }) => JSON.parse(definition) as Silence);
  }

  saveSilences(silences: AlertSettings['silences']): void {
    this.#sql.exec('DELETE FROM silences');
    for (const silence of silences) {
      this.#sql.exec('INSERT INTO silences (id, definition) VALUES (?,?)', silence.id, JSON.stringify(silence));
    }
  }

  evaluation(ruleId: string): Evaluation {
    const [row] = this.#sql
      .exec<{ value: number | null; evaluated_at_ms: number | null; problem: string | null; failures: number }>(
        'SELECT value, evaluated_at_ms, problem, failures FROM rules WHERE id = ?',
        ruleId,
      )
      .toArray();
    const { value = null, evaluated_at_ms = null, problem = null, failures = 0 } = row ?? {};
    return { value, evaluatedAtMs: evaluated_at_ms, problem, failures };
  }

  saveEvaluation(ruleId: string, { value, evaluatedAtMs, problem }: Omit<Evaluation, 'failures'>): void {
    this.#sql.exec(
      'UPDATE rules SET value = ?1, evaluated_at_ms = ?2, problem = ?3, failures = iif(?3 IS NULL, 0, failures + 1) WHERE id = ?4',
      value,
      evaluatedAtMs,
      problem,
      ruleId,
    );
  }

  setDue(ruleId: string, dueAtMs: number | null): void {
    this.#sql.exec('UPDATE rules SET due_at_ms = ? WHERE id = ?', dueAtMs, ruleId);
  }

  setCountedSince(ruleId: string, countedSinceMs: number): void {
    this.#sql.exec('UPDATE rules SET counted_since_ms = ? WHERE id = ?', countedSinceMs, ruleId);
  }

  bringForward(ruleId: string, dueAtMs: number): void {
    this.#sql.exec('UPDATE rules SET due_at_ms = min(coalesce(due_at_ms, ?1), ?1) WHERE id = ?2', dueAtMs, ruleId);
  }

  /** Due at once, or `pauseMs` after its last evaluation. */
  hasten(ruleId: string, nowMs: number, pauseMs: number): void {
    this.#sql.exec(
      'UPDATE rules SET due_at_ms = min(due_at_ms, max(?2, coalesce(min(evaluated_at_ms, ?2), 0) + ?3)) WHERE id = ?1',
      ruleId,
      nowMs,
      pauseMs,
    );
  }

  /** The longest due first. Times too far ahead are of a clock that was set back. */
  dueRules(nowMs: number, latestMs: number, limit: number): string[] {
    return this.#sql
      .exec<{ id: string }>(
        'SELECT id FROM rules WHERE due_at_ms <= ? OR due_at_ms > ? ORDER BY due_at_ms LIMIT ?',
        nowMs,
        latestMs,
        limit,
      )
      .toArray()
      .map(({ id }) => id);
  }

  /** Null where none is due. */
  firstDueAtMs(): number | null {
    return this.#sql.exec<{ at: number | null }>('SELECT min(due_at_ms) AS at FROM rules').one().at;
  }
}
