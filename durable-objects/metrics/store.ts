import type { GaugeName } from '../../src/observability/red/families.ts';
import type { ChangedHour, Window } from '../../src/observability/red/object.ts';
import type { Width } from '../../src/observability/red/pending.ts';
import type { Gauge } from '../../src/observability/red/registry.ts';
import type { Delta } from '../../src/observability/red/reporter.ts';
import type { SeriesRow } from '../../src/observability/red/series-set.ts';

/** Of one row: far below the 2 MB that the platform takes. */
const MAX_PART_CHARS = 500_000;

/** dropped: measurements without a series. version: of changed hours. */
type MetaName = 'dropped' | 'version';

/** Every row of the object but slow requests (slow-store.ts). Transactions are the caller's. */
export class MetricsStore {
  readonly #sql: SqlStorage;

  constructor(sql: SqlStorage) {
    this.#sql = sql;
  }

  /** `body`: the delta as JSON. */
  insertDelta({ isolate, seq }: Delta, body: string): void {
    this.#sql.exec('INSERT INTO deltas (isolate, seq, body) VALUES (?,?,?)', isolate, seq, body);
  }

  deltas(): Delta[] {
    const rows = this.#sql.exec<{ body: string }>('SELECT body FROM deltas ORDER BY isolate, seq').toArray();
    return rows.map(({ body }) => JSON.parse(body));
  }

  deleteDeltas(): void {
    this.#sql.exec('DELETE FROM deltas');
  }

  /** Highest number by isolate. */
  isolates(): Map<string, number> {
    const rows = this.#sql.exec<{ isolate: string; seq: number }>('SELECT isolate, seq FROM isolates').toArray();
    return new Map(rows.map(({ isolate, seq }) => [isolate, seq]));
  }

  saveIsolate(isolate: string, seq: number, nowMs: number): void {
    this.#sql.exec('INSERT OR REPLACE INTO isolates (isolate, seq, seen_at_ms) VALUES (?,?,?)', isolate, seq, nowMs);
  }

  /** Which of them were not seen since. */
  forgetIsolates(beforeMs: number): string[] {
    const gone = this.#sql.exec<{ isolate: string }>(
      'DELETE FROM isolates WHERE seen_at_ms < ? RETURNING isolate',
      beforeMs,
    );
    return gone.toArray().map(({ isolate }) => isolate);
  }

  series(width: Width, bucketMs: number): SeriesRow[] {
    const rows = this.#sql.exec<{ body: string }>(
      'SELECT body FROM series WHERE width = ? AND bucket_ms = ? ORDER BY part',
      width,
      bucketMs,
    );
    return rows.toArray().flatMap(({ body }) => JSON.parse(body) as SeriesRow[]);
  }

  /** Bucket starts, the end exclusive. */
  windows(width: Width, fromMs: number, toMs: number): Window[] {
    const rows = this.#sql.exec<{ bucket_ms: number; body: string }>(
      'SELECT bucket_ms, body FROM series WHERE width = ? AND bucket_ms >= ? AND bucket_ms < ? ORDER BY bucket_ms, part',
      width,
      fromMs,
      toMs,
    );
    const windows: Window[] = [];
    for (const { bucket_ms: bucketMs, body } of rows) {
      const last = windows.at(-1);
      if (last?.bucketMs === bucketMs) last.rows.push(...JSON.parse(body));
      else windows.push({ bucketMs, rows: JSON.parse(body) });
    }
    return windows;
  }

  /** In the place of what was there. */
  saveSeries(width: Width, bucketMs: number, rows: readonly SeriesRow[]): void {
    const parts = inParts(rows);
    for (const [part, body] of parts.entries()) {
      this.#sql.exec(
        'INSERT OR REPLACE INTO series (width, bucket_ms, part, body) VALUES (?,?,?,?)',
        width,
        bucketMs,
        part,
        body,
      );
    }
    this.#sql.exec('DELETE FROM series WHERE width = ? AND bucket_ms = ? AND part >= ?', width, bucketMs, parts.length);
  }

  /** Hours that D1 has not confirmed stay. */
  forgetSeries(width: 1 | 60, beforeMs: number): void {
    this.#sql.exec(
      'DELETE FROM series WHERE width = ? AND bucket_ms < ? AND NOT (width = 60 AND bucket_ms IN (SELECT hour_ms FROM changed_hours))',
      width,
      beforeMs,
    );
  }

  /** D1 is to have it again. No version comes twice. */
  hourChanged(hourMs: number): void {
    this.addMeta('version', 1);
    const version = this.meta('version');
    this.#sql.exec('INSERT OR REPLACE INTO changed_hours (hour_ms, version) VALUES (?,?)', hourMs, version);
  }

  /** The oldest, of those that began before. */
  changedHours(beforeMs: number, limit: number): ChangedHour[] {
    const rows = this.#sql
      .exec<{ hour_ms: number; version: number }>(
        'SELECT hour_ms, version FROM changed_hours WHERE hour_ms < ? ORDER BY hour_ms LIMIT ?',
        beforeMs,
        limit,
      )
      .toArray();
    return rows.map(({ hour_ms, version }) => ({ bucketMs: hour_ms, version, rows: this.series(60, hour_ms) }));
  }

  /** False: that is not how it is now. */
  confirmHour(hourMs: number, version: number): boolean {
    const confirmed = 'DELETE FROM changed_hours WHERE hour_ms = ? AND version = ?';
    return this.#sql.exec(confirmed, hourMs, version).rowsWritten > 0;
  }

  gauges(): Gauge[] {
    const rows = this.#sql.exec<{ gauge: GaugeName; owner: string; project_id: string; value: number; at_ms: number }>(
      'SELECT gauge, owner, project_id, value, at_ms FROM gauges',
    );
    return rows.toArray().map(({ project_id: projectId, at_ms: atMs, ...rest }) => ({ ...rest, projectId, atMs }));
  }

  saveGauge({ gauge, owner, projectId, value, atMs }: Gauge): void {
    this.#sql.exec(
      `INSERT INTO gauges (gauge, owner, project_id, value, at_ms) VALUES (?1, ?2, ?3, ?4, ?5)
       ON CONFLICT (gauge, owner) DO UPDATE SET project_id = ?3, value = ?4, at_ms = ?5 WHERE at_ms <= ?5`,
      gauge,
      owner,
      projectId,
      value,
      atMs,
    );
  }

  /** What has nothing and said nothing since: most of them are no more. */
  forgetGauges(beforeMs: number): void {
    this.#sql.exec('DELETE FROM gauges WHERE value = 0 AND at_ms < ?', beforeMs);
  }

  meta(name: MetaName): number {
    return this.#sql.exec<{ value: number }>('SELECT value FROM meta WHERE name = ?', name).toArray()[0]?.value ?? 0;
  }

  addMeta(name: MetaName, value: number): void {
    this.#sql.exec(
      'INSERT INTO meta (name, value) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET value = value + ?2',
      name,
      value,
    );
  }
}

/** As JSON arrays of a bounded size, at least one. */
function inParts(rows: readonly SeriesRow[]): string[] {
  const parts: string[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const row of rows) {
    const text = JSON.stringify(row);
    if (chars + text.length > MAX_PART_CHARS && texts.length > 0) {
      parts.push(`[${texts.join(',')}]`);
      [texts, chars] = [[], 0];
    }
    texts.push(text);
    chars += text.length;
  }
  return [...parts, `[${texts.join(',')}]`];
}
