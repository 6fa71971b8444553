import type { SetKey } from '../../src/limits/names.ts';
import type { Cardinality, QuarantinedName } from '../../src/limits/types.ts';

/** Rows of a list that a person reads. */
const MAX_QUARANTINE_ROWS = 200;
/** What has not come for this long makes room for what comes now. */
const QUARANTINE_KEPT_MS = 7 * 86_400_000;
/** A day can leave two million members behind; each call that adds some takes away so many, in about 10 ms. */
const FORGOTTEN_PER_CALL = 2_000;

/** Which names a project has used, and which were refused; its tables come with those of LimiterStore. */
export class NamesStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Those that are not in the set yet, in the order given. */
  fresh(day: number, set: SetKey, members: readonly number[]): number[] {
    return this.#sql
      .exec<{ hash: number }>(
        `SELECT DISTINCT value AS hash FROM json_each(?3) j
         WHERE NOT EXISTS (SELECT 1 FROM members WHERE day = ?1 AND set_key = ?2 AND hash = j.value)`,
        day,
        set,
        JSON.stringify(members),
      )
      .toArray()
      .map(({ hash }) => hash);
  }

  add(day: number, set: SetKey, members: readonly number[]): void {
    this.#sql.exec(
      'INSERT OR IGNORE INTO members (day, set_key, hash) SELECT ?1, ?2, value FROM json_each(?3)',
      day,
      set,
      JSON.stringify(members),
    );
  }

  all(day: number, set: SetKey): number[] {
    return this.#sql
      .exec<{ hash: number }>('SELECT hash FROM members WHERE day = ? AND set_key = ?', day, set)
      .toArray()
      .map(({ hash }) => hash);
  }

  forgetBefore(day: number): void {
    this.#sql.exec(
      `DELETE FROM members WHERE (day, set_key, hash) IN
         (SELECT day, set_key, hash FROM members WHERE day < ? LIMIT ${FORGOTTEN_PER_CALL})`,
      day,
    );
  }

  /** True where the list had no room for all of them. */
  noteQuarantined(items: readonly QuarantinedName[], nowMs: number): boolean {
    this.#sql.exec('DELETE FROM quarantine WHERE last_seen_at_ms < ?', nowMs - QUARANTINE_KEPT_MS);
    const [row] = this.#sql.exec<{ rows: number }>('SELECT count(*) AS rows FROM quarantine').toArray();
    let rows = row?.rows ?? 0;
    let leftOut = false;
    for (const { kind, name, value, records } of items) {
      const known = this.#sql.exec(
        `UPDATE quarantine SET records = records + ?4, last_seen_at_ms = max(last_seen_at_ms, ?5)
         WHERE kind = ?1 AND name = ?2 AND value = ?3`,
        kind,
        name,
        value ?? '',
        records,
        nowMs,
      );
      if (known.rowsWritten > 0) continue;
      if (rows >= MAX_QUARANTINE_ROWS) {
        leftOut = true;
        continue;
      }
      rows++;
      this.#sql.exec(
        'INSERT INTO quarantine (kind, name, value, records, first_seen_at_ms, last_seen_at_ms) VALUES (?1,?2,?3,?4,?5,?5)',
        kind,
        name,
        value ?? '',
        records,
        nowMs,
      );
    }
    return leftOut;
  }

  quarantine(): Cardinality['quarantine']['items'] {
    return this.#sql
      .exec<{
        kind: 'name' | 'value';
        name: string;
        value: string;
        records: number;
        first_seen_at_ms: number;
        last_seen_at_ms: number;
      }>('SELECT * FROM quarantine ORDER BY records DESC, name, value')
      .toArray()
      .map((row) => ({
        kind: row.kind,
        name: row.name,
        value: row.kind === 'name' ? null : row.value,
        records: row.records,
        firstSeenAtMs: row.first_seen_at_ms,
        lastSeenAtMs: row.last_seen_at_ms,
      }));
  }

  forgetQuarantine(): number {
    return this.#sql.exec('DELETE FROM quarantine').rowsWritten;
  }
}
