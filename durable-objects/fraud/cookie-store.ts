import {
  type CookieHistoryQuery,
  type CookieHistoryRows,
  type CookieSample,
  type Day,
  type DayStats,
  type DayTotals,
  HISTORY_DAYS,
  MAX_DEVICES_PER_DAY,
  NO_SAMPLES,
  NO_TOTALS,
  OTHER_DEVICES,
  UNKNOWN_DEVICE,
  withSample,
  withSampleInTotals,
} from '../../src/cookies/index.ts';

/** History of cookie telemetry, in tables of cookie-schema.ts. */
export class CookieStore {
  readonly #storage: DurableObjectStorage;
  /** Rows of the newest day. */
  #devices: { day: number; count: number } | null = null;

  constructor(storage: DurableObjectStorage) {
    this.#storage = storage;
  }

  /** One transaction, of two rows: the day's and the device's of that day. Null for a device that is not known, or none. */
  note(sample: CookieSample, deviceRef: string | null): void {
    this.#storage.transactionSync(() => {
      const { day } = sample;
      const totals = this.#totals(day) ?? NO_TOTALS;
      this.#run(
        'INSERT OR REPLACE INTO cookie_days (day, totals) VALUES (?, ?)',
        day,
        JSON.stringify(withSampleInTotals(totals, sample)),
      );
      const device = this.#rowOf(day, deviceRef ?? UNKNOWN_DEVICE);
      const stats = withSample(this.#stats(day, device) ?? NO_SAMPLES, sample);
      this.#run(
        'INSERT OR REPLACE INTO cookie_devices (day, device, stats) VALUES (?, ?, ?)',
        day,
        device,
        JSON.stringify(stats),
      );
    });
  }

  history({ fromDay, toDay, device, limit, after }: CookieHistoryQuery): CookieHistoryRows {
    const page = [fromDay, toDay, after?.day ?? null, after?.device ?? null, limit + 1] as const;
    const devices = this.#storage.sql
      .exec<{ day: number; device: string; stats: string }>(
        // Of one device a look-up a day, instead of every device of every day.
        device === null
          ? `SELECT day, device, stats FROM cookie_devices
             WHERE day BETWEEN ?1 AND min(?2, coalesce(?3, ?2)) AND (?3 IS NULL OR day < ?3 OR device > ?4)
             ORDER BY day DESC, device LIMIT ?5`
          : `SELECT c.day, c.device, c.stats FROM cookie_days d CROSS JOIN cookie_devices c ON c.day = d.day AND c.device = ?6
             WHERE d.day BETWEEN ?1 AND ?2 AND (?3 IS NULL OR d.day < ?3 OR (d.day = ?3 AND c.device > ?4))
             ORDER BY d.day DESC LIMIT ?5`,
        ...page,
        ...(device === null ? [] : [device]),
      )
      .toArray();
    const days = this.#storage.sql
      .exec<{ day: number; totals: string }>(
        'SELECT day, totals FROM cookie_days WHERE day BETWEEN ? AND ? ORDER BY day',
        fromDay,
        toDay,
      )
      .toArray();
    return {
      devices: devices.map(({ stats, ...row }) => ({ ...row, stats: JSON.parse(stats) })),
      days: days.map(({ day, totals }) => ({ day, totals: JSON.parse(totals) })),
    };
  }

  /** What is older than the history, `rows` at most; answers how many. A day can leave 10,000 devices behind. */
  forget(today: Day, rows: number): number {
    const before = today - HISTORY_DAYS + 1;
    this.#run('DELETE FROM cookie_days WHERE day < ?', before);
    return this.#run(
      'DELETE FROM cookie_devices WHERE (day, device) IN (SELECT day, device FROM cookie_devices WHERE day < ? LIMIT ?)',
      ...[before, rows],
    ).rowsWritten;
  }

  /** After rows were deleted by somebody else. */
  recount(): void {
    this.#devices = null;
  }

  /** The device's own row, or that of all who came when there was no room. */
  #rowOf(day: number, device: string): string {
    if (this.#devices?.day !== day) {
      const [row] = this.#storage.sql
        .exec<{ count: number }>('SELECT count(*) AS count FROM cookie_devices WHERE day = ?', day)
        .toArray();
      this.#devices = { day, count: row?.count ?? 0 };
    }
    if (this.#stats(day, device) !== null) return device;
    if (device !== UNKNOWN_DEVICE && this.#devices.count >= MAX_DEVICES_PER_DAY) return OTHER_DEVICES;
    this.#devices.count++;
    return device;
  }

  #stats(day: number, device: string): DayStats | null {
    const [row] = this.#storage.sql
      .exec<{ stats: string }>('SELECT stats FROM cookie_devices WHERE day = ? AND device = ?', day, device)
      .toArray();
    return row ? JSON.parse(row.stats) : null;
  }

  #totals(day: number): DayTotals | null {
    const [row] = this.#storage.sql
      .exec<{ totals: string }>('SELECT totals FROM cookie_days WHERE day = ?', day)
      .toArray();
    return row ? JSON.parse(row.totals) : null;
  }

  #run(statement: string, ...bindings: (string | number)[]): { rowsWritten: number } {
    return this.#storage.sql.exec(statement, ...bindings);
  }
}
