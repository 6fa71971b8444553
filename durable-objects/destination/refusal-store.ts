import type { Refusals } from '../../src/delivery/queue/health.ts';
import { MAX_RECENT_DEAD_LETTERS } from '../../src/wire/delivery.ts';

const RECENT_MS = 3_600_000;
/** No index is kept of when deliveries arrived, or of why they wait: those that were made last, or first, are near enough to it. */
const LOOKED_AT = 50;

/** How a receiver is that no call fails of. Tests count for none of it. */
export function refusalsOf(sql: SqlStorage, nowMs: number): Refusals {
  const unsendable =
    sql
      .exec<{ n: number }>(
        `SELECT count(*) AS n FROM (SELECT last_outcome FROM deliveries WHERE state = 'queued' ORDER BY created_at_ms LIMIT ?)
         WHERE last_outcome = 'template_failed'`,
        LOOKED_AT,
      )
      .one().n > 0;
  return { ...refusedOf(sql, nowMs), unsendable };
}

/**
 * Dead letters of the last hour, counted to where more would change nothing, and whether anything has arrived since the newest of them. By the index of
 * their end: left to itself SQLite takes the one of states, and reads all dead letters that there are.
 */
function refusedOf(sql: SqlStorage, nowMs: number): Omit<Refusals, 'unsendable'> {
  const dead = sql
    .exec<{ n: number; newest: number | null }>(
      `SELECT count(*) AS n, max(ended_at_ms) AS newest FROM (
         SELECT ended_at_ms FROM deliveries INDEXED BY dead_by_end
         WHERE state = 'dead' AND is_test = 0 AND ended_at_ms > ? AND ended_at_ms <= ?
         ORDER BY ended_at_ms DESC LIMIT ?)`,
      ...[nowMs - RECENT_MS, nowMs, MAX_RECENT_DEAD_LETTERS],
    )
    .one();
  if (dead.newest === null) return { recentDeadLetters: 0, refusing: false };
  const arrived = sql
    .exec<{ newest: number | null }>(
      `SELECT max(ended_at_ms) AS newest FROM (
         SELECT ended_at_ms FROM deliveries WHERE state = 'delivered' AND is_test = 0 ORDER BY created_at_ms DESC LIMIT ?)`,
      LOOKED_AT,
    )
    .one();
  return { recentDeadLetters: dead.n, refusing: arrived.newest === null || arrived.newest < dead.newest };
}
