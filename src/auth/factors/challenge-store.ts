import { sha256Hex } from '../../shared/hash.ts';

export type ChallengeKind = 'second_factor' | 'sign_in' | 'step_up' | 'registration';

export interface ChallengeRow {
  userId: string | null;
  binding: string;
}

export interface NewChallenge extends ChallengeRow {
  challenge: string;
  kind: ChallengeKind;
  expiresAtMs: number;
}

/** Changes nothing where `binding` has `most` live ones already. */
export function insertChallenge(
  db: D1Database,
  { challenge, kind, userId, binding, expiresAtMs }: NewChallenge,
  nowMs: number,
  most: number,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO auth_challenges (id_hash, kind, user_id, binding, expires_at_ms) SELECT ?1, ?2, ?3, ?4, ?5
       WHERE (SELECT count(*) FROM auth_challenges WHERE binding = ?4 AND expires_at_ms > ?6) < ?7`,
    )
    .bind(sha256Hex(challenge), kind, userId, binding, expiresAtMs, nowMs, most);
}

/** A live challenge; null for one that is unknown, over, or tried `most` times. To look is no try. */
export async function findChallenge(
  db: D1Database,
  kind: ChallengeKind,
  challenge: string,
  nowMs: number,
  most: number,
): Promise<ChallengeRow | null> {
  return db
    .prepare(
      `SELECT user_id AS userId, binding FROM auth_challenges
       WHERE id_hash = ?1 AND kind = ?2 AND expires_at_ms > ?3 AND tries < ?4`,
    )
    .bind(sha256Hex(challenge), kind, nowMs, most)
    .first<ChallengeRow>();
}

/** Counts a try. Changes nothing for a challenge that is over, or was tried `most` times: of all that come at once no more get through. */
export function tryChallenge(
  db: D1Database,
  kind: ChallengeKind,
  challenge: string,
  nowMs: number,
  most: number,
): D1PreparedStatement {
  return db
    .prepare(
      'UPDATE auth_challenges SET tries = tries + 1 WHERE id_hash = ?1 AND kind = ?2 AND expires_at_ms > ?3 AND tries < ?4',
    )
    .bind(sha256Hex(challenge), kind, nowMs, most);
}

/** Takes a live challenge away: of two who come with it, one gets it. */
export async function takeChallenge(
  db: D1Database,
  kind: ChallengeKind,
  challenge: string,
  nowMs: number,
): Promise<ChallengeRow | null> {
  return db
    .prepare(
      `DELETE FROM auth_challenges WHERE id_hash = ?1 AND kind = ?2 AND expires_at_ms > ?3
       RETURNING user_id AS userId, binding`,
    )
    .bind(sha256Hex(challenge), kind, nowMs)
    .first<ChallengeRow>();
}

export function deleteExpiredChallenges(db: D1Database, nowMs: number, limit: number): D1PreparedStatement {
  return db
    .prepare(
      'DELETE FROM auth_challenges WHERE id_hash IN (SELECT id_hash FROM auth_challenges WHERE expires_at_ms <= ?1 LIMIT ?2)',
    )
    .bind(nowMs, limit);
}
