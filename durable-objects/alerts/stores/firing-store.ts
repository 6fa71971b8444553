import type { FiringQuery } from '../../../src/alerts/calls.ts';
import type { GroupState } from '../../../src/alerts/state/index.ts';
import type { Firing, FiringState } from '../../../src/wire/alerts.ts';

/** What was, newest first, and the states that the next evaluation goes on from. */
export class FiringStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  states(ruleId: string): GroupState[] {
    return this.#sql
      .exec<{ state: string }>('SELECT state FROM rule_groups WHERE rule_id = ?', ruleId)
      .toArray()
      .map(({ state }) => JSON.parse(state) as GroupState);
  }

  state(ruleId: string, firingId: string): GroupState | null {
    const [row] = this.#sql
      .exec<{ state: string }>('SELECT state FROM rule_groups WHERE rule_id = ? AND firing_id = ?', ruleId, firingId)
      .toArray();
    return row ? (JSON.parse(row.state) as GroupState) : null;
  }

  saveState(ruleId: string, state: GroupState): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO rule_groups (rule_id, firing_id, state) VALUES (?,?,?)',
      ruleId,
      state.firingId,
      JSON.stringify(state),
    );
  }

  forgetState(ruleId: string, firingId: string): void {
    this.#sql.exec('DELETE FROM rule_groups WHERE rule_id = ? AND firing_id = ?', ruleId, firingId);
  }

  /** Its place in the list is that of its beginning. */
  save(firing: Firing): void {
    this.#sql.exec(
      `INSERT INTO firings (id, rule_id, state, began_at_ms, firing) VALUES (?,?,?,?,?)
       ON CONFLICT (id) DO UPDATE SET state = excluded.state, firing = excluded.firing`,
      firing.id,
      firing.ruleId,
      firing.state,
      firing.pendingSinceMs,
      JSON.stringify(firing),
    );
  }

  /** It pended and came to nothing. */
  drop(firingId: string): void {
    this.#sql.exec('DELETE FROM firings WHERE id = ?', firingId);
  }

  find(firingId: string): Firing | null {
    const [row] = this.#sql.exec<{ firing: string }>('SELECT firing FROM firings WHERE id = ?', firingId).toArray();
    return row ? (JSON.parse(row.firing) as Firing) : null;
  }

  list({ state, ruleId, limit, cursor }: FiringQuery): { items: Firing[]; nextCursor: string | null } {
    const before = cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor);
    const rows = this.#sql
      .exec<{ seq: number; firing: string }>(
        `SELECT seq, firing FROM firings WHERE seq < ?1 AND (?2 IS NULL OR state = ?2) AND (?3 IS NULL OR rule_id = ?3)
         ORDER BY seq DESC LIMIT ?4`,
        before,
        state,
        ruleId,
        limit + 1,
      )
      .toArray();
    const page = rows.slice(0, limit);
    const items = page.map(({ firing }) => JSON.parse(firing) as Firing);
    return { items, nextCursor: rows.length > limit ? String(page.at(-1)?.seq) : null };
  }

  counts(): { ruleId: string; state: FiringState; firings: number }[] {
    return this.#sql
      .exec<{ rule_id: string; state: string; firings: number }>(
        `SELECT rule_id, state, count(*) AS firings FROM firings WHERE state IN ('pending', 'firing') GROUP BY rule_id, state`,
      )
      .toArray()
      .map(({ rule_id, state, firings }) => ({ ruleId: rule_id, state: state as FiringState, firings }));
  }

  /** What ended before then, or is over and has more than `keep` newer ones. */
  forget(beforeMs: number, keep: number): void {
    this.#sql.exec(
      `DELETE FROM firings WHERE state = 'resolved' AND (coalesce(json_extract(firing, '$.resolvedAtMs'), began_at_ms) < ?1 OR seq <= (SELECT seq FROM firings ORDER BY seq DESC LIMIT 1 OFFSET ?2))`,
      beforeMs,
      keep,
    );
  }
}
