import type { PersonIdentity } from '../../src/wire/compliance.ts';
import type { Json } from '../../src/wire/record.ts';

/** Rows of one call: 10 MB, about 50 ms. */
const MAX_SCANNED = 5_000;

type ScannedRow = {
  seq: number;
  id: string;
  user_id: string;
  session_id: string | null;
  event_type: string;
  gateway: string | null;
  metadata: string;
};

/** What an event says that may name somebody. */
export interface NamedEvent {
  id: string;
  value: Json;
}

/** Deletes what is known of a person, by statements that say the same twice. */
export class EraseStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** Of those who only have user ids the index answers; else every event is looked at. */
  scan(
    { userIds, sessionIds, identifiers }: PersonIdentity,
    beganAtMs: number,
    afterSeq: number,
  ): { events: NamedEvent[]; nextSeq: number | null } {
    const isByUser = sessionIds.length + identifiers.length === 0;
    const rows = this.#sql
      .exec<ScannedRow>(
        `SELECT seq, id, user_id, session_id, event_type, gateway, metadata FROM events
         WHERE seq > ? AND at_ms <= ? ${isByUser ? 'AND user_id IN (SELECT value FROM json_each(?))' : ''} ORDER BY seq LIMIT ?`,
        ...[afterSeq, beganAtMs, ...(isByUser ? [JSON.stringify(userIds)] : []), MAX_SCANNED],
      )
      .toArray();
    return {
      events: rows.map(({ id, ...row }) => ({ id, value: namesOf(row) })),
      nextSeq: rows.length === MAX_SCANNED ? (rows.at(-1)?.seq ?? null) : null,
    };
  }

  seqsOf(ids: readonly string[]): { seq: number; batch: number | null }[] {
    return this.#sql
      .exec<{ seq: number; batch: number | null }>(
        `SELECT e.seq, o.batch FROM events e LEFT JOIN outbox o ON o.seq = e.seq WHERE e.id IN (SELECT value FROM json_each(?))`,
        JSON.stringify(ids),
      )
      .toArray();
  }

  /** A number that was given is not given again, though its event is gone: appends to the journal are named by it. */
  deleteEvents(seqs: readonly number[]): Record<string, number> {
    this.#sql.exec(
      `INSERT INTO meta (name, value) SELECT 'last_seq', max(seq) FROM events WHERE true HAVING max(seq) IS NOT NULL
       ON CONFLICT (name) DO UPDATE SET value = max(CAST(value AS INTEGER), CAST(excluded.value AS INTEGER))`,
    );
    const list = JSON.stringify(seqs);
    const gone = (table: string) =>
      this.#sql
        .exec<{ seq: number }>(`DELETE FROM ${table} WHERE seq IN (SELECT value FROM json_each(?)) RETURNING seq`, list)
        .toArray().length;
    const [reviews] = [gone('reviews'), gone('outbox'), gone('answers')];
    return { events: gone('events'), reviews };
  }

  /** Devices that nobody else was seen on. */
  ownDevices(userIds: readonly string[]): string[] {
    return this.#sql
      .exec<{ device_ref: string }>(
        `SELECT DISTINCT device_ref FROM user_devices d WHERE user_id IN (SELECT value FROM json_each(?1))
           AND NOT EXISTS (SELECT 1 FROM user_devices o WHERE o.device_ref = d.device_ref
             AND o.user_id NOT IN (SELECT value FROM json_each(?1)))`,
        JSON.stringify(userIds),
      )
      .toArray()
      .map(({ device_ref }) => device_ref);
  }

  deleteProfile(
    { userIds, sessionIds }: PersonIdentity,
    devices: readonly string[],
    references: readonly string[],
  ): Record<string, number> {
    const [users, own, sessions] = [userIds, devices, sessionIds].map((list) => JSON.stringify(list)) as [
      string,
      string,
      string,
    ];
    const isIn = (column: string, n = 1) => `${column} IN (SELECT value FROM json_each(?${n}))`;
    const gone = (table: string, where: string, ...values: string[]) =>
      this.#sql.exec<{ n: number }>(`DELETE FROM ${table} WHERE ${where} RETURNING 1 AS n`, ...values).toArray().length;
    const marks =
      gone('marks', `kind = 'user' AND ${isIn('subject')}`, users) +
      gone('marks', `kind = 'device' AND ${isIn('subject')}`, own);
    return {
      sessions: gone('sessions', `${isIn('user_id')} OR ${isIn('id', 2)}`, users, sessions),
      cookies: gone('device_cookies', `${isIn('user_id')} OR ${isIn('device_ref', 2)}`, users, own),
      links: gone('user_devices', isIn('user_id'), users),
      devices: gone('devices', isIn('device_ref'), own),
      deviceDays: gone('cookie_devices', isIn('device'), own),
      references: gone(
        'user_references',
        `${isIn('user_id')} OR (type IN ('device', 'email', 'phone') AND ${isIn('reference', 2)})`,
        users,
        JSON.stringify([...references, ...devices]),
      ),
      marks,
      users: gone('users', isIn('user_id'), users),
    };
  }
}

function namesOf(row: Omit<ScannedRow, 'id'>): Json {
  const { user_id: userId, session_id: sessionId, event_type: type, gateway, metadata } = row;
  return { userId, sessionId, type, gateway, metadata: JSON.parse(metadata) as Json };
}
