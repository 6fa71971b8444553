import type { BreakerTransition } from '../../src/wire/delivery.ts';

type MetaName = 'config' | 'receiver' | 'gone_at_ms' | 'dns' | 'cleaned_at_ms' | 'warm_at_ms';

/** Two a minute, all day: what is older explains nothing any more. */
const TRANSITIONS_KEPT = 1_000;

/** What there is once of a destination, and what its breaker did. */
export class MetaStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  meta(name: MetaName): string | null {
    const [row] = this.#sql.exec<{ value: string }>('SELECT value FROM meta WHERE name = ?', name).toArray();
    return row?.value ?? null;
  }

  setMeta(name: MetaName, value: string | null): void {
    if (value === null) this.#sql.exec('DELETE FROM meta WHERE name = ?', name);
    else this.#sql.exec('INSERT OR REPLACE INTO meta (name, value) VALUES (?,?)', name, value);
  }

  addTransition({ atMs, from, to, reason, failureRate, slowCallRate, calls, by }: BreakerTransition): void {
    this.#sql.exec(
      'INSERT INTO transitions (at_ms, from_state, to_state, reason, failure_rate, slow_call_rate, calls, by_whom) VALUES (?,?,?,?,?,?,?,?)',
      ...[atMs, from, to, reason, failureRate, slowCallRate, calls, by],
    );
    this.#sql.exec('DELETE FROM transitions WHERE seq <= (SELECT max(seq) FROM transitions) - ?', TRANSITIONS_KEPT);
  }

  /** The newest first. */
  transitions(limit: number): BreakerTransition[] {
    return this.#sql
      .exec<
        Record<'at_ms' | 'calls', number> &
          Record<'failure_rate' | 'slow_call_rate', number | null> &
          Record<'from_state' | 'to_state' | 'reason', string> & { by_whom: string | null }
      >(
        'SELECT at_ms, from_state, to_state, reason, failure_rate, slow_call_rate, calls, by_whom FROM transitions ORDER BY seq DESC LIMIT ?',
        limit,
      )
      .toArray()
      .map((row) => ({
        atMs: row.at_ms,
        from: row.from_state as BreakerTransition['from'],
        to: row.to_state as BreakerTransition['to'],
        reason: row.reason,
        failureRate: row.failure_rate,
        slowCallRate: row.slow_call_rate,
        calls: row.calls,
        by: row.by_whom,
      }));
  }
}
