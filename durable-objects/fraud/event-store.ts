import type { EventQuery, Listed, ReplayItem } from '../../src/fraud/calls.ts';
import { MAX_COUNTED } from '../../src/fraud/risk/facts.ts';
import type { Facts, FraudEvent, Metadata, RuleName, Velocity, Verdict } from '../../src/wire/fraud.ts';

/** Rows that one page of a filtered list looks at: 20 ms. Where they hold too few, the page is short and its cursor goes on behind them. */
const MAX_SCANNED = 20_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

type Subject = 'user_id' | 'device_ref' | 'address_ref';

type EventRow = {
  seq: number;
  id: string;
  at_ms: number;
  user_id: string;
  session_id: string | null;
  event_type: string;
  success: number | null;
  amount_cents: number | null;
  gateway: string | null;
  metadata: string;
  device_ref: string | null;
  address_ref: string | null;
  country: string | null;
  risk_score: number;
  decision: FraudEvent['decision'];
  reasons: string;
  rules_version: number;
  facts: string;
  verdict: Verdict | null;
};

/** The part of a list that one page looks at: `bindings` are ?1 to ?4, a user is ?9. */
interface ListRange {
  where: string;
  order: string;
  bindings: [number, number, number, number];
  /** Where there are more behind the part. */
  nextCursor: string | null;
}

/** Events with their facts, the windows that are counted from them, and the queue of those to be reviewed. */
export class EventStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Exact, from the newest MAX_COUNTED events of a day. */
  velocity(subject: Subject, value: string, nowMs: number): Velocity {
    const row = this.#sql
      .exec<Record<string, number | null>>(
        `SELECT sum(at_ms > ?2) AS e1, sum(at_ms > ?2 AND success = 0) AS f1,
                sum(at_ms > ?3) AS e2, sum(at_ms > ?3 AND success = 0) AS f2,
                sum(at_ms > ?4) AS e3, sum(at_ms > ?4 AND success = 0) AS f3,
                count(*) AS e4, sum(success = 0) AS f4
         FROM (SELECT at_ms, success FROM events WHERE ${subject} = ?1 AND at_ms > ?5 ORDER BY at_ms DESC LIMIT ${MAX_COUNTED})`,
        value,
        nowMs - MINUTE_MS,
        nowMs - 10 * MINUTE_MS,
        nowMs - 60 * MINUTE_MS,
        nowMs - DAY_MS,
      )
      .one();
    const counted = (n: number) => ({ events: row[`e${n}`] ?? 0, failures: row[`f${n}`] ?? 0 });
    return { lastMinute: counted(1), last10Minutes: counted(2), lastHour: counted(3), lastDay: counted(4) };
  }

  /** The seq that the next event gets. The newest are never deleted before the older ones, so none is given twice. */
  nextSeq(): number {
    return (this.#sql.exec<{ seq: number | null }>('SELECT max(seq) AS seq FROM events').one().seq ?? 0) + 1;
  }

  insert(seq: number, event: FraudEvent): void {
    this.#sql.exec(
      `INSERT INTO events (seq, id, at_ms, user_id, session_id, event_type, success, amount_cents, gateway, metadata, device_ref, address_ref,
         country, risk_score, decision, reasons, rules_version, facts) VALUES (?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?)`,
      ...[seq, event.id, event.atMs, event.userId, event.sessionId, event.eventType],
      ...[event.success === null ? null : Number(event.success), event.amountCents, event.gateway],
      ...[JSON.stringify(event.metadata), event.deviceRef, event.addressRef, event.country, event.riskScore],
      ...[event.decision, JSON.stringify(event.reasons), event.rulesVersion, JSON.stringify(event.facts)],
    );
    if (event.decision === 'review') this.#sql.exec(`INSERT INTO reviews (seq, status) VALUES (?, 'open')`, seq);
  }

  find(id: string): FraudEvent | null {
    const [row] = this.#sql.exec<EventRow>('SELECT * FROM events WHERE id = ?', id).toArray();
    return row ? eventOf(row) : null;
  }

  bySeq(seqs: readonly number[]): FraudEvent[] {
    return this.#sql
      .exec<EventRow>(
        'SELECT * FROM events WHERE seq IN (SELECT value FROM json_each(?)) ORDER BY seq',
        JSON.stringify(seqs),
      )
      .toArray()
      .map(eventOf);
  }

  /** The newest first. */
  list(query: EventQuery): Listed<FraudEvent> {
    const { userId, minScore, decision, rule, limit } = query;
    const isFiltered = minScore > 0 || decision !== null || rule !== null;
    const range = userId === null ? this.#rangeOfAll(query) : this.#rangeOfUser(userId, query, isFiltered);
    if (range === null) return { items: [], nextCursor: null };
    const rows = this.#sql
      .exec<EventRow>(
        `SELECT * FROM events WHERE ${range.where} AND risk_score >= ?5 AND (?6 IS NULL OR decision = ?6)
           AND (?7 IS NULL OR EXISTS (SELECT 1 FROM json_each(reasons) WHERE value ->> 'rule' = ?7)) ORDER BY ${range.order} LIMIT ?8`,
        ...range.bindings,
        ...[minScore, decision, rule, limit + 1],
        ...(userId === null ? [] : [userId]),
      )
      .toArray();
    return rows.length > limit ? page(rows, limit) : { items: rows.map(eventOf), nextCursor: range.nextCursor };
  }

  /** Numbers follow each other, so that a range of them is as many rows at most. */
  #rangeOfAll({ cursor }: EventQuery): ListRange {
    const { least, most } = this.#sql
      .exec<{ least: number | null; most: number | null }>(
        'SELECT (SELECT min(seq) FROM events) AS least, (SELECT max(seq) FROM events) AS most',
      )
      .one();
    const before = Math.min(cursor === null ? Number.MAX_SAFE_INTEGER : Number(cursor), (most ?? 0) + 1);
    const from = before - MAX_SCANNED;
    return {
      ...{ where: 'seq < ?1 AND seq >= ?2 AND ?3 = ?4', order: 'seq DESC', bindings: [before, from, 0, 0] },
      nextCursor: least !== null && least < from ? String(from) : null,
    };
  }

  /** In the order of the index by user. Null where the cursor's event was forgotten, and those behind it with it. */
  #rangeOfUser(userId: string, { cursor }: EventQuery, isFiltered: boolean): ListRange | null {
    let before: [atMs: number, seq: number] = [Number.MAX_SAFE_INTEGER, 0];
    if (cursor !== null) {
      const [row] = this.#sql
        .exec<{ at_ms: number }>('SELECT at_ms FROM events WHERE seq = ? AND user_id = ?', Number(cursor), userId)
        .toArray();
      if (!row) return null;
      before = [row.at_ms, Number(cursor)];
    }
    // Without a filter the page is full before so many are looked at.
    const [from] = isFiltered
      ? this.#sql
          .exec<{ at_ms: number; seq: number }>(
            `SELECT at_ms, seq FROM events WHERE user_id = ? AND (at_ms, seq) < (?, ?) ORDER BY at_ms DESC, seq DESC LIMIT 1 OFFSET ${MAX_SCANNED - 1}`,
            userId,
            ...before,
          )
          .toArray()
      : [];
    return {
      where: 'user_id = ?9 AND (at_ms, seq) < (?1, ?2) AND (at_ms, seq) >= (?3, ?4)',
      order: 'at_ms DESC, seq DESC',
      bindings: [...before, from?.at_ms ?? -8.64e15, from?.seq ?? 0],
      nextCursor: from ? String(from.seq) : null,
    };
  }

  /** Oldest first. */
  replay(q: { fromMs: number; toMs: number; cursor: string | null; limit: number }): Listed<ReplayItem> {
    const rows = this.#sql
      .exec<EventRow>(
        `SELECT seq, id, at_ms, user_id, risk_score, decision, reasons, facts FROM events
         WHERE at_ms >= ?1 AND at_ms < ?2 AND (at_ms, seq) > (?3, ?4) ORDER BY at_ms, seq LIMIT ?5`,
        ...[q.fromMs, q.toMs, ...replayCursor(q.cursor), q.limit + 1],
      )
      .toArray();
    const items = rows.slice(0, q.limit);
    const last = items.at(-1);
    return {
      items: items.map((row) => ({
        ...{ id: row.id, atMs: row.at_ms, userId: row.user_id, riskScore: row.risk_score, decision: row.decision },
        reasons: JSON.parse(row.reasons) as FraudEvent['reasons'],
        facts: JSON.parse(row.facts) as Facts,
      })),
      nextCursor: rows.length > q.limit && last ? `${last.at_ms}.${last.seq}` : null,
    };
  }

  /** The newest first. */
  reviews(q: { status: 'open' | 'decided'; limit: number; cursor: string | null }): Listed<FraudEvent> {
    const rows = this.#sql
      .exec<EventRow>(
        `SELECT e.* FROM reviews r JOIN events e ON e.seq = r.seq WHERE r.status = ? AND r.seq < ? ORDER BY r.seq DESC LIMIT ?`,
        ...[q.status, q.cursor === null ? Number.MAX_SAFE_INTEGER : Number(q.cursor), q.limit + 1],
      )
      .toArray();
    return page(rows, q.limit);
  }

  openReviews(): number {
    return this.#sql.exec<{ open: number }>(`SELECT count(*) AS open FROM reviews WHERE status = 'open'`).one().open;
  }

  /** 0 where nobody has decided. */
  decidedAtMs(id: string): number {
    const [row] = this.#sql
      .exec<{ at: number | null }>(
        'SELECT r.decided_at_ms AS at FROM events e JOIN reviews r ON r.seq = e.seq WHERE e.id = ?',
        id,
      )
      .toArray();
    return row?.at ?? 0;
  }

  /** An event that nobody queued may be judged too; it is then among the decided ones. */
  decide(id: string, verdict: Verdict, atMs: number): void {
    this.#sql.exec('UPDATE events SET verdict = ? WHERE id = ?', verdict, id);
    this.#sql.exec(
      `INSERT INTO reviews (seq, status, decided_at_ms) SELECT seq, 'decided', ?2 FROM events WHERE id = ?1
       ON CONFLICT (seq) DO UPDATE SET status = 'decided', decided_at_ms = excluded.decided_at_ms`,
      id,
      atMs,
    );
  }

  /** Reasons of the events that were judged. */
  judgedRules(): { rule: RuleName; fraud: number; legitimate: number }[] {
    return this.#sql
      .exec<{ rule: RuleName; fraud: number; legitimate: number }>(
        `SELECT r.value ->> 'rule' AS rule, sum(e.verdict = 'fraud') AS fraud, sum(e.verdict = 'legitimate') AS legitimate
         FROM events e, json_each(e.reasons) r WHERE e.verdict IS NOT NULL GROUP BY 1`,
      )
      .toArray();
  }

  /** Deletes the oldest: those before `beforeMs` and all but the newest `kept`, `rows` at most. What waits in the outbox stays. */
  forget(beforeMs: number, kept: number, rows: number): number {
    // Two searches, each by its index: with OR they are a walk through the whole table.
    const { deleted } = this.#sql
      .exec<{ deleted: string | null }>(
        `SELECT json_group_array(seq) AS deleted FROM (SELECT seq FROM (
             SELECT seq FROM (SELECT seq FROM events WHERE at_ms < ?1 AND seq NOT IN (SELECT seq FROM outbox) ORDER BY at_ms LIMIT ?3)
             UNION
             SELECT seq FROM (SELECT seq FROM events WHERE seq <= (SELECT max(seq) FROM events) - ?2
               AND seq NOT IN (SELECT seq FROM outbox) ORDER BY seq LIMIT ?3)) ORDER BY seq LIMIT ?3)`,
        beforeMs,
        kept,
        rows,
      )
      .one();
    this.#sql.exec('DELETE FROM reviews WHERE seq IN (SELECT value FROM json_each(?))', deleted);
    this.#sql.exec('DELETE FROM events WHERE seq IN (SELECT value FROM json_each(?))', deleted);
    return (JSON.parse(deleted ?? '[]') as number[]).length;
  }
}

function page(rows: EventRow[], limit: number): Listed<FraudEvent> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(eventOf), nextCursor: rows.length > limit && last ? String(last.seq) : null };
}

function replayCursor(cursor: string | null): [atMs: number, seq: number] {
  const [atMs = -8.64e15, seq = 0] = cursor === null ? [] : cursor.split('.').map(Number);
  return [atMs, seq];
}

function eventOf(row: EventRow): FraudEvent {
  return {
    id: row.id,
    atMs: row.at_ms,
    userId: row.user_id,
    sessionId: row.session_id,
    eventType: row.event_type,
    success: row.success === null ? null : row.success === 1,
    amountCents: row.amount_cents,
    gateway: row.gateway,
    metadata: JSON.parse(row.metadata) as Metadata,
    deviceRef: row.device_ref,
    addressRef: row.address_ref,
    country: row.country,
    riskScore: row.risk_score,
    decision: row.decision,
    reasons: JSON.parse(row.reasons) as FraudEvent['reasons'],
    rulesVersion: row.rules_version,
    facts: JSON.parse(row.facts) as Facts,
    verdict: row.verdict,
  };
}
