export interface TotpRow {
  secret: string;
  enabledAtMs: number | null;
}

export async function findTotp(db: D1Database, userId: string): Promise<TotpRow | null> {
  return db
    .prepare('SELECT secret, enabled_at_ms AS enabledAtMs FROM user_totp WHERE user_id = ?1')
    .bind(userId)
    .first<TotpRow>();
}

/** A new secret in place of one that was never confirmed. Changes nothing where TOTP is on. */
export function putPendingTotp(db: D1Database, userId: string, secret: string, nowMs: number): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO user_totp (user_id, secret, created_at_ms, last_step) VALUES (?1, ?2, ?3, -1)
       ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at_ms = excluded.created_at_ms
       WHERE enabled_at_ms IS NULL`,
    )
    .bind(userId, secret, nowMs);
}

/** The code that confirms is used up by it. */
export function enableTotp(
  db: D1Database,
  userId: string,
  secret: string,
  step: number,
  nowMs: number,
): D1PreparedStatement {
  return db
    .prepare(
      'UPDATE user_totp SET enabled_at_ms = ?4, last_step = ?3 WHERE user_id = ?1 AND secret = ?2 AND enabled_at_ms IS NULL',
    )
    .bind(userId, secret, step, nowMs);
}

/** Each step once, and none before it: changes nothing for a code that was taken already, also by a request at the same moment. */
export function useTotpStep(db: D1Database, userId: string, step: number): D1PreparedStatement {
  return db
    .prepare('UPDATE user_totp SET last_step = ?2 WHERE user_id = ?1 AND last_step < ?2 AND enabled_at_ms IS NOT NULL')
    .bind(userId, step);
}

export function deleteTotp(db: D1Database, userId: string): D1PreparedStatement {
  return db.prepare('DELETE FROM user_totp WHERE user_id = ?1').bind(userId);
}

/** What a stored secret begins with, `v1.<kid>.`, as the index user_totp_by_key has it. */
const KEY_PREFIX = "substr(secret, 1, 3 + instr(substr(secret, 4), '.'))";

/** Secrets that are not under the newest key: `prefix` is what those begin with. */
export async function totpsUnderOldKeys(
  db: D1Database,
  prefix: string,
  limit: number,
): Promise<{ userId: string; secret: string }[]> {
  const { results } = await db
    .prepare(
      // No index finds what is not equal.
      `SELECT user_id AS userId, secret FROM user_totp WHERE ${KEY_PREFIX} < ?1 OR ${KEY_PREFIX} > ?1 LIMIT ?2`,
    )
    .bind(prefix, limit)
    .all<{ userId: string; secret: string }>();
  return results;
}

/** Changes nothing if the secret is another one by now. */
export function replaceTotpSecret(db: D1Database, userId: string, from: string, to: string): D1PreparedStatement {
  return db.prepare('UPDATE user_totp SET secret = ?3 WHERE user_id = ?1 AND secret = ?2').bind(userId, from, to);
}
