import type { Attempt, AttemptOutcome } from '../../src/wire/delivery.ts';

/** Of one delivery. */
const ATTEMPTS_KEPT = 20;

export interface StartedAttempt {
  /** Of the delivery. */
  seq: number;
  number: number;
  kind: Attempt['kind'];
  atMs: number;
  url: string;
  body: string;
}

/** What is known when it is over. */
export type EndedAttempt = Omit<Attempt, 'atMs' | 'number' | 'kind' | 'request'> & {
  requestHeaders: Record<string, string>;
};

/** What was tried, with what was sent and answered. */
export class AttemptStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** After the start of the delivery itself, whose body this one's is compared with. */
  start({ seq, number, kind, atMs, url, body }: StartedAttempt): void {
    this.#sql.exec(
      `INSERT INTO attempts (delivery, number, kind, at_ms, url, body)
       VALUES (?1, ?2, ?3, ?4, ?5, CASE WHEN (SELECT body FROM deliveries WHERE seq = ?1) IS ?6 THEN NULL ELSE ?6 END)`,
      ...[seq, number, kind, atMs, url, body],
    );
    if (number > ATTEMPTS_KEPT)
      this.#sql.exec('DELETE FROM attempts WHERE delivery = ? AND number <= ?', seq, number - ATTEMPTS_KEPT);
  }

  end(seq: number, number: number, ended: EndedAttempt): void {
    this.#sql.exec(
      `UPDATE attempts SET outcome = ?, status = ?, duration_ms = ?, headers_ms = ?, dns_ms = ?, error = ?, request_headers = ?, response = ?
       WHERE delivery = ? AND number = ?`,
      ...[ended.outcome, ended.status, ended.durationMs, ended.headersMs, ended.dnsMs, ended.error],
      ...[JSON.stringify(ended.requestHeaders), ended.response && JSON.stringify(ended.response), seq, number],
    );
  }

  /** Those without an end, of deliveries that are under way. */
  open(): { seq: number; number: number; kind: Attempt['kind']; atMs: number }[] {
    return this.#sql
      .exec<{ delivery: number; number: number; kind: string; at_ms: number }>(
        `SELECT a.delivery, a.number, a.kind, a.at_ms FROM deliveries d JOIN attempts a ON a.delivery = d.seq AND a.number = d.attempts
         WHERE d.state = 'delivering' ORDER BY a.seq`,
      )
      .toArray()
      .map(({ delivery, number, kind, at_ms }) => ({
        seq: delivery,
        number,
        kind: kind as Attempt['kind'],
        atMs: at_ms,
      }));
  }

  /** Those that have ended, oldest first; one that is under way is no line of a log yet. */
  log(seq: number): Attempt[] {
    return this.#sql
      .exec<AttemptRow>(
        `SELECT number, kind, at_ms, outcome, status, duration_ms, headers_ms, dns_ms, url, error, request_headers, response,
                coalesce(body, (SELECT body FROM deliveries d WHERE d.seq = a.delivery)) AS body
         FROM attempts a WHERE delivery = ? AND outcome IS NOT NULL ORDER BY number`,
        seq,
      )
      .toArray()
      .map(toAttempt);
  }

  /** When the newest attempt of the queue began; null where none is here. */
  lastAtMs(): number | null {
    const [row] = this.#sql
      .exec<{ at_ms: number }>(`SELECT at_ms FROM attempts WHERE kind <> 'test' ORDER BY seq DESC LIMIT 1`)
      .toArray();
    return row?.at_ms ?? null;
  }

  /** How long the newest calls of the queue took, oldest first, as far back as `sinceMs`. */
  durations(limit: number, sinceMs: number): { atMs: number; durationMs: number }[] {
    return this.#sql
      .exec<{ at_ms: number; duration_ms: number }>(
        `SELECT at_ms, duration_ms FROM attempts
         WHERE kind <> 'test' AND outcome IS NOT NULL AND outcome NOT IN ('lost', 'template_failed') ORDER BY seq DESC LIMIT ?`,
        limit,
      )
      .toArray()
      .map((row) => ({ atMs: row.at_ms, durationMs: row.duration_ms }))
      .filter(({ atMs }) => atMs >= sinceMs)
      .reverse();
  }

  forget(deliveries: readonly number[]): void {
    const list = JSON.stringify(deliveries);
    this.#sql.exec('DELETE FROM attempts WHERE delivery IN (SELECT value FROM json_each(?))', list);
  }
}

// type, not interface: SqlStorage.exec asks for an index signature
type AttemptRow = {
  number: number;
  kind: string;
  at_ms: number;
  outcome: string;
  status: number | null;
  duration_ms: number;
  headers_ms: number | null;
  dns_ms: number;
  url: string;
  error: string | null;
  request_headers: string;
  response: string | null;
  body: string;
};

function toAttempt(row: AttemptRow): Attempt {
  return {
    atMs: row.at_ms,
    number: row.number,
    outcome: row.outcome as AttemptOutcome,
    status: row.status,
    durationMs: row.duration_ms,
    headersMs: row.headers_ms,
    dnsMs: row.dns_ms,
    kind: row.kind as Attempt['kind'],
    request: { url: row.url, headers: JSON.parse(row.request_headers), body: row.body },
    response: row.response === null ? null : JSON.parse(row.response),
    error: row.error,
  };
}
