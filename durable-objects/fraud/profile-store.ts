import type { Loaded, UserProfile } from '../../src/fraud/facts.ts';
import type { Verdict } from '../../src/wire/fraud.ts';

/** How long a device says something of its users. */
const DEVICE_SHARED_MS = 30 * 86_400_000;
/** Last seen is written at most so often: nothing that rests on it counts in minutes. */
const SEEN_STEP_MS = 60_000;
/** What a score can use: beyond it, more is no more suspicious. */
const MAX_COUNTED_ROWS = 500;

/** Users and devices of a project, and what reviewers said of them. */
export class ProfileStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  user(userId: string): UserProfile | null {
    const [row] = this.#sql
      .exec<{
        first_seen_at_ms: number;
        last_seen_at_ms: number;
        amounts: number;
        amount_mean_log: number;
        amount_m2_log: number;
        amount_max_cents: number;
        latitude: number | null;
        longitude: number | null;
        place_at_ms: number | null;
        country: string | null;
        country_at_ms: number | null;
        verdict: Verdict | null;
      }>('SELECT * FROM users WHERE user_id = ?', userId)
      .toArray();
    if (!row) return null;
    const { latitude, longitude, place_at_ms: placeAtMs, country, country_at_ms: countryAtMs } = row;
    return {
      firstSeenAtMs: row.first_seen_at_ms,
      lastSeenAtMs: row.last_seen_at_ms,
      amounts: {
        ...{ count: row.amounts, meanLog: row.amount_mean_log },
        ...{ m2Log: row.amount_m2_log, maxCents: row.amount_max_cents },
      },
      place:
        latitude === null || longitude === null || placeAtMs === null ? null : { latitude, longitude, atMs: placeAtMs },
      country: country === null || countryAtMs === null ? null : { code: country, atMs: countryAtMs },
      verdict: row.verdict,
    };
  }

  writeUser(userId: string, user: UserProfile, riskScore: number): void {
    this.#sql.exec(
      `INSERT INTO users (user_id, first_seen_at_ms, last_seen_at_ms, amounts, amount_mean_log, amount_m2_log, amount_max_cents, latitude,
         longitude, place_at_ms, country, country_at_ms, risk_score) VALUES (?1,?2,?3,?4,?5,?6,?7,?8,?9,?10,?11,?12,?13)
       ON CONFLICT (user_id) DO UPDATE SET last_seen_at_ms = ?3, amounts = ?4, amount_mean_log = ?5, amount_m2_log = ?6,
         amount_max_cents = ?7, latitude = ?8, longitude = ?9, place_at_ms = ?10, country = ?11, country_at_ms = ?12, risk_score = ?13`,
      ...[userId, user.firstSeenAtMs, user.lastSeenAtMs],
      ...[user.amounts.count, user.amounts.meanLog, user.amounts.m2Log, user.amounts.maxCents],
      ...[user.place?.latitude ?? null, user.place?.longitude ?? null, user.place?.atMs ?? null],
      ...[user.country?.code ?? null, user.country?.atMs ?? null, riskScore],
    );
  }

  /** Seen without an event: signed in, or registered. */
  noteUser(userId: string, nowMs: number): void {
    this.#sql.exec(
      `INSERT INTO users (user_id, first_seen_at_ms, last_seen_at_ms) VALUES (?1,?2,?2)
       ON CONFLICT (user_id) DO UPDATE SET last_seen_at_ms = ?2 WHERE last_seen_at_ms < ?2 - ${SEEN_STEP_MS}`,
      userId,
      nowMs,
    );
  }

  /** What of the device goes into the facts, but for its velocity. */
  device(deviceRef: string, userId: string, nowMs: number): Omit<NonNullable<Loaded['device']>, 'velocity'> {
    const row = this.#sql
      .exec<{ first: number | null; other_devices: number; other_users: number; verdict: Verdict | null }>(
        `SELECT
           (SELECT first_seen_at_ms FROM user_devices WHERE user_id = ?1 AND device_ref = ?2) AS first,
           (SELECT count(*) FROM (SELECT 1 FROM user_devices WHERE user_id = ?1 AND device_ref <> ?2 LIMIT ${MAX_COUNTED_ROWS})) AS other_devices,
           (SELECT count(*) FROM (SELECT 1 FROM user_devices
              WHERE device_ref = ?2 AND last_seen_at_ms > ?3 AND user_id <> ?1 LIMIT ${MAX_COUNTED_ROWS})) AS other_users,
           (SELECT verdict FROM devices WHERE device_ref = ?2) AS verdict`,
        userId,
        deviceRef,
        nowMs - DEVICE_SHARED_MS,
      )
      .one();
    return {
      firstSeenOfUserAtMs: row.first,
      otherDevices: row.other_devices,
      otherUsers: row.other_users,
      verdict: row.verdict,
    };
  }

  isOnDevice(userId: string, deviceRef: string): boolean {
    return (
      this.#sql.exec('SELECT 1 FROM user_devices WHERE user_id = ? AND device_ref = ?', userId, deviceRef).toArray()
        .length > 0
    );
  }

  /** True the first time. */
  link(userId: string, deviceRef: string, nowMs: number): boolean {
    const isNew = !this.isOnDevice(userId, deviceRef);
    if (isNew) {
      this.#sql.exec(
        'INSERT INTO devices (device_ref, first_seen_at_ms) VALUES (?,?) ON CONFLICT (device_ref) DO NOTHING',
        deviceRef,
        nowMs,
      );
    }
    this.#sql.exec(
      `INSERT INTO user_devices (user_id, device_ref, first_seen_at_ms, last_seen_at_ms) VALUES (?1,?2,?3,?3)
       ON CONFLICT (user_id, device_ref) DO UPDATE SET last_seen_at_ms = ?3 WHERE last_seen_at_ms < ?3 - ${SEEN_STEP_MS}`,
      userId,
      deviceRef,
      nowMs,
    );
    return isNew;
  }

  /** All but the `kept` that the user was last seen on; answers what was forgotten. */
  forgetDevices(userId: string, kept: number): string[] {
    const forgotten = this.#sql
      .exec<{ device_ref: string }>(
        `DELETE FROM user_devices WHERE user_id = ?1 AND device_ref IN (
           SELECT device_ref FROM user_devices WHERE user_id = ?1 ORDER BY last_seen_at_ms DESC, first_seen_at_ms DESC LIMIT -1 OFFSET ?2)
         RETURNING device_ref`,
        userId,
        kept,
      )
      .toArray()
      .map(({ device_ref }) => device_ref);
    if (forgotten.length > 0) this.#forgetUnused(forgotten);
    return forgotten;
  }

  /** `unsure` takes back what was said of the event. */
  mark(kind: 'user' | 'device', subject: string, eventId: string, verdict: Verdict, atMs: number): void {
    if (verdict === 'unsure') {
      this.#sql.exec('DELETE FROM marks WHERE kind = ? AND subject = ? AND event_id = ?', kind, subject, eventId);
    } else {
      this.#sql.exec(
        'INSERT OR REPLACE INTO marks (kind, subject, event_id, verdict, at_ms) VALUES (?,?,?,?,?)',
        ...[kind, subject, eventId, verdict, atMs],
      );
    }
    const [table, column] = kind === 'user' ? ['users', 'user_id'] : ['devices', 'device_ref'];
    this.#sql.exec(
      `UPDATE ${table} SET verdict = (SELECT verdict FROM marks WHERE kind = ?1 AND subject = ?2 ORDER BY at_ms DESC LIMIT 1) WHERE ${column} = ?2`,
      kind,
      subject,
    );
  }

  /** Users who have not been seen since, with all that is known of them; `rows` at most. */
  forget(beforeMs: number, rows: number): number {
    const { users, forgotten } = this.#sql
      .exec<{ users: string; forgotten: number }>(
        `SELECT json_group_array(user_id) AS users, count(*) AS forgotten FROM
           (SELECT user_id FROM users WHERE last_seen_at_ms < ? AND verdict IS NOT 'fraud' LIMIT ?)`,
        beforeMs,
        rows,
      )
      .one();
    if (forgotten === 0) return 0;
    const devices = this.#sql
      .exec<{ device_ref: string }>(
        'DELETE FROM user_devices WHERE user_id IN (SELECT value FROM json_each(?)) RETURNING device_ref',
        users,
      )
      .toArray();
    this.#forgetUnused(devices.map(({ device_ref }) => device_ref));
    for (const table of ['user_references', 'users'])
      this.#sql.exec(`DELETE FROM ${table} WHERE user_id IN (SELECT value FROM json_each(?))`, users);
    this.#sql.exec(`DELETE FROM marks WHERE kind = 'user' AND subject IN (SELECT value FROM json_each(?))`, users);
    return forgotten;
  }

  /** Devices that nobody is known on any more, but for those that were confirmed as fraud. */
  #forgetUnused(devices: readonly string[]): void {
    const unused = this.#sql
      .exec<{ device_ref: string }>(
        `DELETE FROM devices WHERE device_ref IN (SELECT value FROM json_each(?)) AND verdict IS NOT 'fraud'
           AND NOT EXISTS (SELECT 1 FROM user_devices d WHERE d.device_ref = devices.device_ref) RETURNING device_ref`,
        JSON.stringify(devices),
      )
      .toArray()
      .map(({ device_ref }) => device_ref);
    this.#sql.exec(
      `DELETE FROM marks WHERE kind = 'device' AND subject IN (SELECT value FROM json_each(?))`,
      JSON.stringify(unused),
    );
  }
}
