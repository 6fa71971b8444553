import type { SlowQuery } from '../../src/observability/red/object.ts';
import type { SlowRequest } from '../../src/wire/performance.ts';

const HOUR_MS = 3_600_000;
/** Of each hour: an incident must not push out what was slow before it. */
const KEPT_PER_HOUR = 20;

/** Which requests were slow; its table comes with those of MetricsStore. */
export class SlowStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  add(requests: readonly SlowRequest[]): void {
    const hours = new Set<number>();
    for (const request of requests) {
      const { requestId, route, atMs, durationMs } = request;
      const hourMs = Math.floor(atMs / HOUR_MS) * HOUR_MS;
      hours.add(hourMs);
      this.#sql.exec(
        'INSERT OR REPLACE INTO slow_requests (hour_ms, duration_ms, request_id, route, at_ms, body) VALUES (?,?,?,?,?,?)',
        hourMs,
        durationMs,
        requestId,
        route,
        atMs,
        JSON.stringify(request),
      );
    }
    for (const hourMs of hours) {
      this.#sql.exec(
        `DELETE FROM slow_requests WHERE (hour_ms, duration_ms, request_id) IN
           (SELECT hour_ms, duration_ms, request_id FROM slow_requests WHERE hour_ms = ?
            ORDER BY duration_ms DESC, request_id LIMIT -1 OFFSET ${KEPT_PER_HOUR})`,
        hourMs,
      );
    }
  }

  /** The slowest first. */
  list({ fromMs, toMs, route, projectIds, limit }: SlowQuery): SlowRequest[] {
    const rows = this.#sql.exec<{ body: string }>(
      `SELECT body FROM slow_requests
       WHERE hour_ms >= ?1 AND at_ms >= ?2 AND at_ms < ?3 AND (?4 IS NULL OR route = ?4)
         AND (?5 IS NULL OR body ->> 'projectId' IN (SELECT value FROM json_each(?5)))
       ORDER BY duration_ms DESC, request_id LIMIT ?6`,
      Math.floor(fromMs / HOUR_MS) * HOUR_MS,
      fromMs,
      toMs,
      route,
      projectIds && JSON.stringify(projectIds),
      limit,
    );
    return rows.toArray().map(({ body }) => JSON.parse(body));
  }

  forget(beforeMs: number): void {
    this.#sql.exec('DELETE FROM slow_requests WHERE hour_ms < ?', beforeMs);
  }
}
