export interface SessionRow {
  id: string;
  userId: string;
  deviceRef: string;
  browser: string | null;
  os: string | null;
  createdAtMs: number;
  expiresAtMs: number;
}

/** Sessions and device cookies of end users, found by the SHA-256 of what the browser holds. */
export class SessionStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  find(hash: string): SessionRow | null {
    const [row] = this.#sql
      .exec<{
        id: string;
        user_id: string;
        device_ref: string;
        browser: string | null;
        os: string | null;
        created_at_ms: number;
        expires_at_ms: number;
      }>('SELECT * FROM sessions WHERE hash = ?', hash)
      .toArray();
    if (!row) return null;
    const { id, browser, os } = row;
    const rest = { deviceRef: row.device_ref, createdAtMs: row.created_at_ms, expiresAtMs: row.expires_at_ms };
    return { id, userId: row.user_id, browser, os, ...rest };
  }

  isRevoked(hash: string): boolean {
    return this.#sql.exec('SELECT 1 FROM revoked_sessions WHERE hash = ?', hash).toArray().length > 0;
  }

  insert(hash: string, row: SessionRow): void {
    this.#sql.exec(
      'INSERT INTO sessions (hash, id, user_id, device_ref, browser, os, created_at_ms, expires_at_ms) VALUES (?,?,?,?,?,?,?,?)',
      ...[hash, row.id, row.userId, row.deviceRef, row.browser, row.os, row.createdAtMs, row.expiresAtMs],
    );
  }

  delete(hash: string): void {
    this.#sql.exec('DELETE FROM sessions WHERE hash = ?', hash);
  }

  /** Every session of a user, and the device cookies that were last signed in with; what is left says only that they were revoked. */
  revoke(userId: string): number {
    this.#sql.exec(
      'INSERT OR REPLACE INTO revoked_sessions (hash, until_ms) SELECT hash, expires_at_ms FROM device_cookies WHERE user_id = ?',
      userId,
    );
    this.#sql.exec('DELETE FROM device_cookies WHERE user_id = ?', userId);
    this.#sql.exec(
      'INSERT OR REPLACE INTO revoked_sessions (hash, until_ms) SELECT hash, expires_at_ms FROM sessions WHERE user_id = ?',
      userId,
    );
    return this.#sql.exec<{ hash: string }>('DELETE FROM sessions WHERE user_id = ? RETURNING hash', userId).toArray()
      .length;
  }

  live(nowMs: number): number {
    return this.#sql
      .exec<{ live: number }>('SELECT count(*) AS live FROM sessions WHERE expires_at_ms > ?', nowMs)
      .one().live;
  }

  /** Null for a cookie that is not known, or has expired. */
  deviceOf(hash: string, nowMs: number): string | null {
    const [row] = this.#sql
      .exec<{ device_ref: string }>(
        'SELECT device_ref FROM device_cookies WHERE hash = ? AND expires_at_ms > ?',
        hash,
        nowMs,
      )
      .toArray();
    return row?.device_ref ?? null;
  }

  keepDevice(hash: string, row: { deviceRef: string; userId: string; expiresAtMs: number }): void {
    this.#sql.exec(
      'INSERT OR REPLACE INTO device_cookies (hash, device_ref, user_id, expires_at_ms) VALUES (?,?,?,?)',
      ...[hash, row.deviceRef, row.userId, row.expiresAtMs],
    );
  }

  /** An expired session is told apart from an unknown one for `keptMs` more. At most `rows` of each; answers how many of the most numerous. */
  forget(nowMs: number, keptMs: number, rows: number): number {
    const ended = [
      ['sessions', 'expires_at_ms', nowMs - keptMs],
      ['revoked_sessions', 'until_ms', nowMs],
      ['device_cookies', 'expires_at_ms', nowMs],
    ] as const;
    return Math.max(
      ...ended.map(
        ([table, column, untilMs]) =>
          this.#sql.exec(
            `DELETE FROM ${table} WHERE hash IN (SELECT hash FROM ${table} WHERE ${column} <= ? LIMIT ?)`,
            untilMs,
            rows,
          ).rowsWritten,
      ),
    );
  }
}
