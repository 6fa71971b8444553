import type { RotationState } from './rotation.ts';
import type { Place } from './types.ts';

/** Notes a request, unless one was noted after `notedBeforeMs`: of many at once one writes. */
export function touchSession(
  db: D1Database,
  sessionId: string,
  { nowMs, notedBeforeMs }: { nowMs: number; notedBeforeMs: number },
  { address, country, userAgent }: Place,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE sessions SET last_seen_at_ms = ?2, last_address = ?4, last_country = coalesce(?5, last_country), last_user_agent = ?6
       WHERE id = ?1 AND last_seen_at_ms <= ?3 AND revoked_at_ms IS NULL`,
    )
    .bind(sessionId, nowMs, notedBeforeMs, address, country, userAgent);
}

export interface RotationUpdate {
  sessionId: string;
  /** What the row must still hold. */
  from: RotationState;
  to: RotationState;
  nowMs: number;
  /** Null leaves it as it is. */
  provenAtMs: number | null;
  place: Place;
}

/**
 * The one place where a secret gets its successor: changes nothing unless the newest secret is still the one that the successor was made from, so
 * that of two rotations at once one happens and a revocation is never undone. The chain changes with the newest secret only.
 */
export function rotateSession(
  db: D1Database,
  { sessionId, from, to, nowMs, provenAtMs, place }: RotationUpdate,
): D1PreparedStatement {
  return db
    .prepare(
      `UPDATE sessions SET secret_hash = ?3, superseded = ?4, generation = generation + 1,
         last_seen_at_ms = max(last_seen_at_ms, ?5), proven_at_ms = coalesce(?6, proven_at_ms),
         last_address = ?7, last_country = coalesce(?8, last_country), last_user_agent = ?9
       WHERE id = ?1 AND secret_hash = ?2 AND revoked_at_ms IS NULL AND expires_at_ms > ?5`,
    )
    .bind(
      sessionId,
      from.secretHash,
      to.secretHash,
      JSON.stringify(to.superseded),
      nowMs,
      provenAtMs,
      place.address,
      place.country,
      place.userAgent,
    );
}
