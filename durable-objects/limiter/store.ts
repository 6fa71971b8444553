import type { SetKey } from '../../src/limits/names.ts';
import type { Usage } from '../../src/limits/quota.ts';
import type { Window } from '../../src/limits/window.ts';

/** Counters and settings of a limiter. Names are in names-store.ts beside it. */
export class LimiterStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  windows(): Map<string, Window> {
    const rows = this.#sql.exec<{ name: string; minute: number; used: number }>(
      'SELECT name, minute, used FROM windows',
    );
    return new Map(rows.toArray().map(({ name, minute, used }) => [name, { minute, used }]));
  }

  writeWindow(name: string, { minute, used }: Window): void {
    this.#sql.exec('INSERT OR REPLACE INTO windows (name, minute, used) VALUES (?,?,?)', name, minute, used);
  }

  usage(keyId: string): Usage | null {
    const [row] = this.#sql
      .exec<{ day: number; records: number }>('SELECT day, records FROM quotas WHERE key_id = ?', keyId)
      .toArray();
    return row ?? null;
  }

  usages(): (Usage & { keyId: string })[] {
    return this.#sql
      .exec<{ key_id: string; day: number; records: number }>('SELECT key_id, day, records FROM quotas')
      .toArray()
      .map(({ key_id, ...usage }) => ({ keyId: key_id, ...usage }));
  }

  writeUsage(keyId: string, { day, records }: Usage): void {
    this.#sql.exec('INSERT OR REPLACE INTO quotas (key_id, day, records) VALUES (?,?,?)', keyId, day, records);
  }

  setting(name: string): string | null {
    const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM settings WHERE name = ?', name).toArray();
    return row?.value ?? null;
  }

  setSetting(name: string, value: string | null): void {
    if (value === null) this.#sql.exec('DELETE FROM settings WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO settings (name, value) VALUES (?,?)', name, value);
  }

  /** Members of each set on a day. */
  counts(day: number): Map<SetKey, number> {
    const rows = this.#sql.exec<{ set_key: SetKey; members: number }>(
      'SELECT set_key, count(*) AS members FROM members WHERE day = ? GROUP BY set_key',
      day,
    );
    return new Map(rows.toArray().map(({ set_key, members }) => [set_key, members]));
  }
}
