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

/** Where an event stands among the others; as a cursor it is `<atMs>.<seq>`. */
type Place = Pick<EventRow, 'at_ms' | 'seq'>;

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

  /** The seq that the next event gets. None is given twice: where the newest was erased, meta knows of it (erase-store.ts). */
  nextSeq(): number {
    const { seq } = this.#sql
      .exec<{ seq: number }>(
        `SELECT max(coalesce((SELECT max(seq) FROM events), 0),
           coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'last_seq'), 0)) AS seq`,
      )
      .one();
    return seq + 1;
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

  /** The newest first. Of a time it reads nothing that is outside. */
  list(query: EventQuery): Listed<FraudEvent> {
    const { userId, fromMs, toMs, minScore, decision, rule, limit } = query;
    const cursor = placeOf(query.cursor);
    const before = cursor !== null && cursor.at_ms < toMs ? cursor : { at_ms: toMs, seq: 0 };
    const start = { at_ms: fromMs, seq: 0 };
    // Without a filter the page is full before so many are looked at.
    const isFiltered = minScore > 0 || decision !== null || rule !== null;
    const scanned = isFiltered ? this.#lastScanned(userId, before, start) : null;
    const end = scanned ?? start;
    const rows = this.#sql
      .exec<EventRow>(
        `SELECT * FROM events WHERE ${within(userId)} AND risk_score >= ?6 AND (?7 IS NULL OR decision = ?7)
           AND (?8 IS NULL OR EXISTS (SELECT 1 FROM json_each(reasons) WHERE value ->> 'rule' = ?8))
         ORDER BY at_ms DESC, seq DESC LIMIT ?9`,
        ...[before.at_ms, before.seq, end.at_ms, end.seq, userId],
        ...[minScore, decision, rule, limit + 1],
      )
      .toArray();
    if (rows.length > limit) return page(rows, limit, cursorOf);
    return { items: rows.map(eventOf), nextCursor: scanned && cursorOf(scanned) };
  }

  /** Of the events from `start` to `before`, the last that a page looks at; null where it looks at all of them. */
  #lastScanned(userId: string | null, before: Place, start: Place): Place | null {
    const [row] = this.#sql
      .exec<Place>(
        `SELECT at_ms, seq FROM events WHERE ${within(userId)} ORDER BY at_ms DESC, seq DESC LIMIT 1 OFFSET ?6`,
        ...[before.at_ms, before.seq, start.at_ms, start.seq, userId, MAX_SCANNED - 1],
      )
      .toArray();
    return row ?? null;
  }

  /** Oldest first. */
  replay(q: { fromMs: number; toMs: number; cursor: string | null; limit: number }): Listed<ReplayItem> {
    const after = placeOf(q.cursor) ?? { at_ms: q.fromMs, seq: 0 };
    const rows = this.#sql
      .exec<EventRow>(
        `SELECT seq, id, at_ms, user_id, risk_score, decision, reasons, facts FROM events
         WHERE at_ms < ?1 AND (at_ms, seq) > (?2, ?3) ORDER BY at_ms, seq LIMIT ?4`,
        ...[q.toMs, after.at_ms, after.seq, q.limit + 1],
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
      nextCursor: rows.length > q.limit && last ? cursorOf(last) : null,
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
    return page(rows, q.limit, ({ seq }) => String(seq));
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

function page(rows: EventRow[], limit: number, cursorOf: (last: EventRow) => string): Listed<FraudEvent> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  return { items: items.map(eventOf), nextCursor: rows.length > limit && last ? cursorOf(last) : null };
}

/** Before the place ?1, ?2 and from ?3, ?4 on, of the user ?5, in the order of an index. */
function within(userId: string | null): string {
  const range = '(at_ms, seq) < (?1, ?2) AND (at_ms, seq) >= (?3, ?4)';
  return userId === null ? range : `user_id = ?5 AND ${range}`;
}

function cursorOf({ at_ms, seq }: Place): string {
  return `${at_ms}.${seq}`;
}

function placeOf(cursor: string | null): Place | null {
  if (cursor === null) return null;
  const [at_ms = 0, seq = 0] = cursor.split('.').map(Number);
  return { at_ms, seq };
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
