import type { DestinationHealth } from '../../src/wire/delivery.ts';

const RECENT_MS = 3_600_000;
/** No index is kept of when deliveries arrived: the newest of those that were made last is near enough to it. */
const LOOKED_AT = 50;

/** Dead letters of the last hour, and whether anything has arrived since the newest of them. Tests count for neither. */
export function refusalsOf(sql: SqlStorage, nowMs: number): Pick<DestinationHealth, 'recentDeadLetters' | 'refusing'> {
  const dead = sql
    .exec<{ n: number; newest: number | null }>(
      `SELECT count(*) AS n, max(ended_at_ms) AS newest FROM deliveries
       WHERE state = 'dead' AND is_test = 0 AND ended_at_ms > ? AND ended_at_ms <= ?`,
      ...[nowMs - RECENT_MS, nowMs],
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
