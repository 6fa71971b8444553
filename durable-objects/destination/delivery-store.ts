import type { DeliveryQuery } from '../../src/delivery/calls.ts';
import { cursorOf, placeOf } from '../../src/delivery/queue/cursor.ts';
import type { Retries } from '../../src/delivery/queue/fate.ts';
import type { Forgetting } from '../../src/delivery/queue/retention.ts';
import type { AttemptOutcome, Delivery, DeliveryEvent, DeliveryState } from '../../src/wire/delivery.ts';
import { DeliveryCountStore } from './delivery-count-store.ts';

const BEFORE_ALL = { createdAtMs: Number.MAX_SAFE_INTEGER, seq: Number.MAX_SAFE_INTEGER };

export interface QueuedDelivery {
  seq: number;
  subject: string;
  isTest: boolean;
  /** That were made, also before a replay. */
  attempts: number;
  retries: Retries | null;
  event: DeliveryEvent;
}

export interface LastAttempt {
  outcome: AttemptOutcome;
  status: number | null;
  reason: string | null;
}

const COLUMNS =
  'seq, event_id, type, subject, state, created_at_ms, attempts, last_attempt_at_ms, next_attempt_at_ms, ended_at_ms, last_outcome, last_status, reason';

/**
 * What is to be delivered, and what was. Where the order counts, one delivery of a subject (its lane) is due or under way at a time, and the others have no
 * time until it has ended: so the first that is due can go, however many wait behind others.
 */
export class DeliveryStore {
  readonly counts: DeliveryCountStore;
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
    this.counts = new DeliveryCountStore(sql);
  }

  /** False where the event is here already. */
  insert(event: DeliveryEvent, nowMs: number, isOrdered: boolean): boolean {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO deliveries (event_id, type, subject, lane, is_test, state, created_at_ms, next_attempt_at_ms, event)
       SELECT ?1, ?2, ?3, ?5, 0, 'queued', ?4,
              CASE WHEN EXISTS (SELECT 1 FROM deliveries WHERE lane = ?5 AND ended_at_ms IS NULL) THEN NULL ELSE ?4 END, ?6
       WHERE true ON CONFLICT (event_id) DO NOTHING`,
      ...[event.id, event.type, event.subject, nowMs, isOrdered ? event.subject : null, JSON.stringify(event)],
    );
    if (rowsWritten > 0) this.counts.entered();
    return rowsWritten > 0;
  }

  /** Past the queue. The same event again is another attempt of the same delivery. */
  insertTest(event: DeliveryEvent, nowMs: number): QueuedDelivery {
    const { rowsWritten } = this.#sql.exec(
      `INSERT INTO deliveries (event_id, type, subject, is_test, state, created_at_ms, event) VALUES (?,?,?,1,'delivering',?,?)
       ON CONFLICT (event_id) DO NOTHING`,
      ...[event.id, event.type, event.subject, nowMs, JSON.stringify(event)],
    );
    // A replay made it one that counts.
    if (rowsWritten === 0) this.counts.changed();
    return this.#queued('event_id = ?', event.id) as QueuedDelivery;
  }

  /** When the first is due; null where none waits for a time. */
  dueAtMs(): number | null {
    return this.#sql
      .exec<{ at: number | null }>(
        'SELECT min(next_attempt_at_ms) AS at FROM deliveries WHERE next_attempt_at_ms IS NOT NULL',
      )
      .one().at;
  }

  /** The one that has waited longest of those that are due. */
  firstDue(nowMs: number): QueuedDelivery | null {
    return this.#queued('next_attempt_at_ms <= ? ORDER BY next_attempt_at_ms, seq LIMIT 1', nowMs);
  }

  bySeq(seq: number): QueuedDelivery | null {
    return this.#queued('seq = ?', seq);
  }

  /** `body` null: nothing is sent. */
  start(seq: number, nowMs: number, body: string | null): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'delivering', attempts = attempts + 1, last_attempt_at_ms = ?, next_attempt_at_ms = NULL, ended_at_ms = NULL,
                             body = coalesce(body, ?) WHERE seq = ?`,
      ...[nowMs, body, seq],
    );
  }

  end(seq: number, state: 'delivered' | 'dead', { outcome, status, reason }: LastAttempt, nowMs: number): void {
    const [row] = this.#sql
      .exec<{ is_test: number }>(
        `UPDATE deliveries SET state = ?, last_outcome = ?, last_status = ?, reason = ?, ended_at_ms = ? WHERE seq = ? RETURNING is_test`,
        ...[state, outcome, status, reason, nowMs, seq],
      )
      .toArray();
    if (row?.is_test === 0) this.counts.left(state);
  }

  again(seq: number, atMs: number, retries: Retries | null, { outcome, status, reason }: LastAttempt): void {
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', next_attempt_at_ms = ?, retries = ?, last_outcome = ?, last_status = ?, reason = ? WHERE seq = ?`,
      ...[atMs, retries && JSON.stringify(retries), outcome, status, reason, seq],
    );
  }

  /** What waits for longer than this is due now. */
  pullBack(nowMs: number, maxWaitMs: number): void {
    this.#sql.exec(
      'UPDATE deliveries SET next_attempt_at_ms = ? WHERE next_attempt_at_ms > ?',
      ...[nowMs, nowMs + maxWaitMs],
    );
  }

  /** One of a lane has ended: the next one of it is due. */
  release(lane: string, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET next_attempt_at_ms = ?2
       WHERE seq = (SELECT seq FROM deliveries WHERE lane = ?1 AND ended_at_ms IS NULL ORDER BY seq LIMIT 1)
         AND state = 'queued' AND next_attempt_at_ms IS NULL
         AND NOT EXISTS (SELECT 1 FROM deliveries WHERE state = 'delivering' AND lane = ?1)`,
      ...[lane, nowMs],
    );
  }

  /** The destination became one that keeps the order, or ceased to be one. */
  setOrdered(isOrdered: boolean, nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET lane = ${isOrdered ? 'subject' : 'NULL'} WHERE state IN ('queued', 'delivering') AND is_test = 0`,
    );
    if (!isOrdered) {
      this.#sql.exec(
        `UPDATE deliveries SET next_attempt_at_ms = ? WHERE state = 'queued' AND next_attempt_at_ms IS NULL`,
        nowMs,
      );
      return;
    }
    this.#sql.exec(
      `UPDATE deliveries SET next_attempt_at_ms = NULL WHERE next_attempt_at_ms IS NOT NULL AND (
         seq NOT IN (SELECT min(seq) FROM deliveries WHERE lane IS NOT NULL AND ended_at_ms IS NULL GROUP BY lane)
         OR lane IN (SELECT lane FROM deliveries WHERE state = 'delivering' AND lane IS NOT NULL))`,
    );
  }

  /** One, whatever became of it, unless it is under way. Its schedule starts again, under the same id. */
  replayOne(eventId: string, nowMs: number, isOrdered: boolean): 'replayed' | 'under_way' | 'not_found' {
    const [row] = this.#sql
      .exec<{ seq: number; state: string }>('SELECT seq, state FROM deliveries WHERE event_id = ?', eventId)
      .toArray();
    if (!row) return 'not_found';
    if (row.state === 'delivering') return 'under_way';
    this.#replay('seq = ?', [row.seq], nowMs, isOrdered);
    return 'replayed';
  }

  /** Dead letters that were made in [fromMs, toMs), which no test left. */
  replayDead(fromMs: number, toMs: number, nowMs: number, isOrdered: boolean): number {
    const which = `state = 'dead' AND is_test = 0 AND created_at_ms >= ? AND created_at_ms < ?`;
    return this.#replay(which, [fromMs, toMs], nowMs, isOrdered);
  }

  replayDeadOf(eventIds: readonly string[], nowMs: number, isOrdered: boolean): number {
    const which = `state = 'dead' AND event_id IN (SELECT value FROM json_each(?))`;
    return this.#replay(which, [JSON.stringify(eventIds)], nowMs, isOrdered);
  }

  list(
    { state, fromMs, toMs, limit, cursor }: DeliveryQuery,
    destinationId: string,
  ): { items: Delivery[]; nextCursor: string | null } {
    const after = cursor === null ? BEFORE_ALL : placeOf(cursor);
    if (after === null) return { items: [], nextCursor: null };
    const rows = this.#sql
      .exec<DeliveryRow>(
        `SELECT ${COLUMNS} FROM deliveries WHERE ${state === null ? '' : 'state = ? AND '}created_at_ms >= ? AND created_at_ms < ?
         AND (created_at_ms, seq) < (?, ?) ORDER BY created_at_ms DESC, seq DESC LIMIT ?`,
        ...[...(state === null ? [] : [state]), fromMs, toMs, after.createdAtMs, after.seq, limit + 1],
      )
      .toArray();
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    const hasMore = rows.length > limit && last !== undefined;
    return {
      items: page.map((row) => toDelivery(row, destinationId)),
      nextCursor: hasMore ? cursorOf({ createdAtMs: last.created_at_ms, seq: last.seq }) : null,
    };
  }

  find(eventId: string, destinationId: string): { seq: number; delivery: Delivery; event: DeliveryEvent } | null {
    const [row] = this.#sql
      .exec<DeliveryRow & { event: string }>(`SELECT ${COLUMNS}, event FROM deliveries WHERE event_id = ?`, eventId)
      .toArray();
    return row ? { seq: row.seq, delivery: toDelivery(row, destinationId), event: JSON.parse(row.event) } : null;
  }

  /** Of what waits or is under way, but tests. */
  oldestAtMs(): number | null {
    const of = (state: string) =>
      this.#sql
        .exec<{ at: number }>(
          'SELECT created_at_ms AS at FROM deliveries WHERE state = ? AND is_test = 0 ORDER BY created_at_ms LIMIT 1',
          state,
        )
        .toArray();
    const oldest = [...of('queued'), ...of('delivering')].map(({ at }) => at);
    return oldest.length === 0 ? null : Math.min(...oldest);
  }

  /** Deletes at most `limit`, the oldest first, and answers which. What was delivered goes in the order in which it was made: no index is kept of its end. */
  forget({ state, beforeMs, excess }: Forgetting, limit: number): number[] {
    const order = state === 'dead' ? 'ended_at_ms' : 'created_at_ms';
    const seqs = this.#sql
      .exec<{ seq: number; ended_at_ms: number }>(
        `SELECT seq, ended_at_ms FROM deliveries WHERE state = '${state}' ORDER BY ${order} LIMIT ?`,
        limit,
      )
      .toArray()
      .filter((row, i) => i < excess || row.ended_at_ms < beforeMs)
      .map(({ seq }) => seq);
    this.#sql.exec('DELETE FROM deliveries WHERE seq IN (SELECT value FROM json_each(?))', JSON.stringify(seqs));
    if (state === 'dead' && seqs.length > 0) this.counts.changed();
    return seqs;
  }

  #replay(which: string, values: (number | string)[], nowMs: number, isOrdered: boolean): number {
    const { n } = this.#sql.exec<{ n: number }>(`SELECT count(*) AS n FROM deliveries WHERE ${which}`, ...values).one();
    this.#sql.exec(
      `UPDATE deliveries SET state = 'queued', is_test = 0, lane = ${isOrdered ? 'subject' : 'NULL'}, retries = NULL, ended_at_ms = NULL, reason = NULL,
                             next_attempt_at_ms = ? WHERE ${which}`,
      ...[isOrdered ? null : nowMs, ...values],
    );
    if (isOrdered) this.#releaseAll(nowMs);
    this.counts.changed();
    return n;
  }

  #releaseAll(nowMs: number): void {
    this.#sql.exec(
      `UPDATE deliveries SET next_attempt_at_ms = ? WHERE seq IN (
         SELECT min(seq) FROM deliveries WHERE lane IS NOT NULL AND ended_at_ms IS NULL
         GROUP BY lane HAVING sum(state = 'delivering' OR next_attempt_at_ms IS NOT NULL) = 0)`,
      nowMs,
    );
  }

  #queued(which: string, value: string | number): QueuedDelivery | null {
    const [row] = this.#sql
      .exec<{ seq: number; subject: string; is_test: number; attempts: number; retries: string | null; event: string }>(
        `SELECT seq, subject, is_test, attempts, retries, event FROM deliveries WHERE ${which}`,
        value,
      )
      .toArray();
    if (!row) return null;
    const { seq, subject, attempts } = row;
    const retries = row.retries === null ? null : JSON.parse(row.retries);
    return { seq, subject, attempts, retries, isTest: row.is_test === 1, event: JSON.parse(row.event) };
  }
}

// type, not interface: SqlStorage.exec asks for an index signature
type DeliveryRow = {
  seq: number;
  event_id: string;
  type: string;
  subject: string;
  state: string;
  created_at_ms: number;
  attempts: number;
  last_attempt_at_ms: number | null;
  next_attempt_at_ms: number | null;
  ended_at_ms: number | null;
  last_outcome: string | null;
  last_status: number | null;
  reason: string | null;
};

function toDelivery(row: DeliveryRow, destinationId: string): Delivery {
  const state = row.state as DeliveryState;
  return {
    id: `${destinationId}-${row.event_id}`,
    destinationId,
    eventId: row.event_id,
    type: row.type,
    subject: row.subject,
    state,
    createdAtMs: row.created_at_ms,
    attempts: row.attempts,
    lastAttemptAtMs: row.last_attempt_at_ms,
    nextAttemptAtMs: row.next_attempt_at_ms,
    deliveredAtMs: state === 'delivered' ? row.ended_at_ms : null,
    lastOutcome: row.last_outcome,
    lastStatus: row.last_status,
    reason: row.reason,
  };
}
