import type { Decision, RuleName } from '../../src/wire/fraud.ts';

/** Settings, keys, answers and counters of a project's fraud object. */
export class MetaStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  meta(name: string): string | null {
    const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name).toArray();
    return row?.value ?? null;
  }

  setMeta(name: string, value: string | null): void {
    if (value === null) this.#sql.exec('DELETE FROM meta WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)', name, value);
  }

  revokedKeys(): { keyId: string; fromMs: number }[] {
    return this.#sql
      .exec<{ key_id: string; from_ms: number }>('SELECT key_id, from_ms FROM revoked_keys')
      .toArray()
      .map(({ key_id, from_ms }) => ({ keyId: key_id, fromMs: from_ms }));
  }

  /** The earliest time told wins. */
  revokeKey(keyId: string, fromMs: number): void {
    this.#sql.exec(
      `INSERT INTO revoked_keys (key_id, from_ms) VALUES (?,?)
       ON CONFLICT (key_id) DO UPDATE SET from_ms = min(from_ms, excluded.from_ms)`,
      keyId,
      fromMs,
    );
  }

  answer(
    keyId: string,
    key: string,
    nowMs: number,
  ): { payload: string; answer: string; seq: number; batch: number } | null {
    const [row] = this.#sql
      .exec<{ payload: string; answer: string; seq: number; batch: number }>(
        'SELECT payload, answer, seq, batch FROM answers WHERE key_id = ? AND key = ? AND expires_at_ms > ?',
        keyId,
        key,
        nowMs,
      )
      .toArray();
    return row ?? null;
  }

  rememberAnswer(
    keyId: string,
    key: string,
    row: { payload: string; answer: string; seq: number; batch: number; expiresAtMs: number },
  ): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO answers (key_id, key, payload, answer, seq, batch, expires_at_ms) VALUES (?,?,?,?,?,?,?)',
      ...[keyId, key, row.payload, row.answer, row.seq, row.batch, row.expiresAtMs],
    );
  }

  count(hour: number, names: readonly string[]): void {
    this.#sql.exec(
      `INSERT INTO counters (hour, name, total) SELECT ?, value, 1 FROM json_each(?) WHERE true
       ON CONFLICT (hour, name) DO UPDATE SET total = total + 1`,
      hour,
      JSON.stringify(names),
    );
  }

  decisionsByHour(fromHour: number, toHour: number): { hour: number; decision: Decision; total: number }[] {
    return this.#sql
      .exec<{ hour: number; decision: Decision; total: number }>(
        `SELECT hour, substr(name, 10) AS decision, total FROM counters
         WHERE hour >= ? AND hour < ? AND name LIKE 'decision:%' ORDER BY hour`,
        fromHour,
        toHour,
      )
      .toArray();
  }

  ruleHits(fromHour: number, toHour: number): { rule: RuleName; hits: number }[] {
    return this.#sql
      .exec<{ rule: RuleName; hits: number }>(
        `SELECT substr(name, 6) AS rule, sum(total) AS hits FROM counters
         WHERE hour >= ? AND hour < ? AND name LIKE 'rule:%' GROUP BY name ORDER BY hits DESC, rule`,
        fromHour,
        toHour,
      )
      .toArray();
  }

  /** Forgets at most `rows` of each; the number of the fullest says whether there may be more. */
  forget(nowMs: number, beforeHour: number, rows: number): number {
    const answers = this.#sql.exec(
      `DELETE FROM answers WHERE (key_id, key) IN (SELECT key_id, key FROM answers WHERE expires_at_ms <= ? LIMIT ?)`,
      nowMs,
      rows,
    ).rowsWritten;
    this.#sql.exec('DELETE FROM counters WHERE hour < ?', beforeHour);
    return answers;
  }
}
