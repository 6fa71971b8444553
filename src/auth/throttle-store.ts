/** SQL of `login_throttle`. Each decision is one upsert: two attempts at once are counted one after the other. */

export type Admission =
  /** `lockedUntilMs`: how long this attempt locks the subject, should it fail; 0 where it does not. */
  { kind: 'admitted'; lockedUntilMs: number } | { kind: 'blocked'; untilMs: number };

/** Counts an attempt. One that is refused changes nothing, so waiting ends. */
export async function admitByAccount(
  db: D1Database,
  subject: string,
  nowMs: number,
  policy: { failures: number; firstLockMs: number; longestLockMs: number; memoryMs: number },
): Promise<Admission> {
  const [counted, state] = await db.batch<{ blocked_until_ms: number }>([
    db
      .prepare(
        `INSERT INTO login_throttle (subject, attempts, blocked_until_ms, forget_at_ms) VALUES (?1, 1, 0, ?2 + ?6)
         ON CONFLICT (subject) DO UPDATE SET
           attempts = iif(forget_at_ms <= ?2, 1, attempts + 1),
           blocked_until_ms = iif(forget_at_ms > ?2 AND attempts + 1 >= ?3, ?2 + min(?5, ?4 << min(attempts + 1 - ?3, 16)), 0),
           forget_at_ms = iif(forget_at_ms > ?2 AND attempts + 1 >= ?3, ?2 + min(?5, ?4 << min(attempts + 1 - ?3, 16)), ?2) + ?6
         WHERE blocked_until_ms <= ?2 RETURNING blocked_until_ms`,
      )
      .bind(subject, nowMs, policy.failures, policy.firstLockMs, policy.longestLockMs, policy.memoryMs),
    db.prepare('SELECT blocked_until_ms FROM login_throttle WHERE subject = ?1 AND changes() = 0').bind(subject),
  ]);
  const untilMs = state?.results[0]?.blocked_until_ms;
  if (untilMs !== undefined) return { kind: 'blocked', untilMs };
  return { kind: 'admitted', lockedUntilMs: counted?.results[0]?.blocked_until_ms ?? 0 };
}

/** A fixed window from the first attempt. Null when the attempt is admitted, else the end of the window. */
export async function admitByAddress(
  db: D1Database,
  subject: string,
  nowMs: number,
  policy: { failures: number; windowMs: number },
): Promise<number | null> {
  const [, state] = await db.batch<{ forget_at_ms: number }>([
    db
      .prepare(
        `INSERT INTO login_throttle (subject, attempts, blocked_until_ms, forget_at_ms) VALUES (?1, 1, 0, ?2 + ?4)
         ON CONFLICT (subject) DO UPDATE SET
           attempts = iif(forget_at_ms <= ?2, 1, attempts + 1),
           forget_at_ms = iif(forget_at_ms <= ?2, ?2 + ?4, forget_at_ms)
         WHERE forget_at_ms <= ?2 OR attempts < ?3`,
      )
      .bind(subject, nowMs, policy.failures, policy.windowMs),
    db.prepare('SELECT forget_at_ms FROM login_throttle WHERE subject = ?1 AND changes() = 0').bind(subject),
  ]);
  return state?.results[0]?.forget_at_ms ?? null;
}

export function forgetAttempts(db: D1Database, subject: string): D1PreparedStatement {
  return db.prepare('DELETE FROM login_throttle WHERE subject = ?1').bind(subject);
}

export function refundAttempt(db: D1Database, subject: string): D1PreparedStatement {
  return db
    .prepare('UPDATE login_throttle SET attempts = attempts - 1 WHERE subject = ?1 AND attempts > 0')
    .bind(subject);
}

/**
 * The same where the attempt may have locked the subject: that lock ends with it, and no other one. While a lock holds nobody else is admitted, so two
 * attempts never made the same.
 */
export function refundLock(db: D1Database, subject: string, lockedUntilMs: number): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE login_throttle SET attempts = attempts - 1,
         blocked_until_ms = iif(blocked_until_ms = ?2, 0, blocked_until_ms) WHERE subject = ?1 AND attempts > 0`,
    )
    .bind(subject, lockedUntilMs);
}

export function deleteForgotten(db: D1Database, nowMs: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      'DELETE FROM login_throttle WHERE subject IN (SELECT subject FROM login_throttle WHERE forget_at_ms <= ?1 LIMIT ?2)',
    )
    .bind(nowMs, limit);
}
