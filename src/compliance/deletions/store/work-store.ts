import type { ErasureCategory } from '../../../wire/compliance.ts';
import type { Stream } from '../../../wire/record.ts';
import type { HeldBack } from './step-store.ts';

/** Where a step stands: kept while it runs, and written with what it did wherever both are in one database. */
export interface Work {
  /** Of the step's own; null before it has begun. */
  cursor: unknown;
  counts: Record<string, number>;
  held: HeldBack[];
  progress: number | null;
  /** Not before. */
  nextAtMs: number;
}

export const NO_WORK: Work = { cursor: null, counts: {}, held: [], progress: null, nextAtMs: 0 };

interface Row {
  category: string;
  cursor: string;
  counts: string;
  held: string;
  progress: number | null;
  next_at_ms: number;
}

/** By category. */
export async function workOf(db: D1Database, requestId: string): Promise<Map<ErasureCategory, Work>> {
  const { results } = await db
    .prepare(
      `SELECT category, cursor, counts, held, progress, next_at_ms FROM deletion_work WHERE request_id = ?1 AND category <> ''`,
    )
    .bind(requestId)
    .all<Row>();
  return new Map(
    results.map((row) => [
      row.category as ErasureCategory,
      {
        ...{ cursor: JSON.parse(row.cursor), counts: JSON.parse(row.counts), held: JSON.parse(row.held) },
        ...{ progress: row.progress, nextAtMs: row.next_at_ms },
      },
    ]),
  );
}

/** Shares that are done, for lists. */
export async function progressOf(
  db: D1Database,
  requestIds: readonly string[],
): Promise<Map<string, Map<string, number | null>>> {
  const { results } = await db
    .prepare(
      `SELECT request_id, category, progress FROM deletion_work
       WHERE request_id IN (SELECT value FROM json_each(?1)) AND category <> ''`,
    )
    .bind(JSON.stringify(requestIds))
    .all<{ request_id: string; category: string; progress: number | null }>();
  const found = new Map<string, Map<string, number | null>>();
  for (const { request_id, category, progress } of results) {
    const of = found.get(request_id) ?? new Map<string, number | null>();
    found.set(request_id, of.set(category, progress));
  }
  return found;
}

/** A condition of a statement, in SQL whose first binding is `?n`: where it does not hold nothing is written. */
export interface Guard {
  holds(n: number): string;
  bindings: unknown[];
}

export const ALWAYS: Guard = { holds: () => 'true', bindings: [] };

/** A block has this content. */
export function hasContent(blockId: string, sha256: string): Guard {
  return {
    holds: (n) => `EXISTS (SELECT 1 FROM blocks WHERE id = ?${n} AND sha256 = ?${n + 1})`,
    bindings: [blockId, sha256],
  };
}

export function writeWork(
  db: D1Database,
  requestId: string,
  category: ErasureCategory,
  { cursor, counts, held, progress, nextAtMs }: Work,
  guard: Guard = ALWAYS,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO deletion_work (request_id, category, cursor, counts, held, progress, next_at_ms)
       SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7 WHERE ${guard.holds(8)}
       ON CONFLICT (request_id, category) DO UPDATE SET cursor = excluded.cursor, counts = excluded.counts, held = excluded.held,
         progress = excluded.progress, next_at_ms = excluded.next_at_ms`,
    )
    .bind(
      ...[requestId, category, JSON.stringify(cursor), JSON.stringify(counts), JSON.stringify(held)],
      ...[progress, nextAtMs, ...guard.bindings],
    );
}

/** True for one of those who ask at the same time: it is his until then. */
export async function takeLease(
  db: D1Database,
  requestId: string,
  { nowMs, untilMs }: { nowMs: number; untilMs: number },
): Promise<boolean> {
  const { meta } = await db
    .prepare(
      `INSERT INTO deletion_work (request_id, category, cursor, counts, held, next_at_ms) VALUES (?1, '', 'null', '{}', '[]', ?3)
       ON CONFLICT (request_id, category) DO UPDATE SET next_at_ms = excluded.next_at_ms WHERE next_at_ms <= ?2`,
    )
    .bind(requestId, nowMs, untilMs)
    .run();
  return meta.changes > 0;
}

/** Free from then on. */
export function giveBackLease(db: D1Database, requestId: string, fromMs: number): D1PreparedStatement {
  return db
    .prepare(`UPDATE deletion_work SET next_at_ms = ?2 WHERE request_id = ?1 AND category = ''`)
    .bind(requestId, fromMs);
}

/** Of a step that is to be done from its start; null is all of the request. */
export function dropWork(
  db: D1Database,
  requestId: string,
  categories: readonly ErasureCategory[] | null,
): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM deletion_work WHERE request_id = ?1 AND (?2 IS NULL OR category IN (SELECT value FROM json_each(?2)))`,
    )
    .bind(requestId, categories === null ? null : JSON.stringify(categories));
}

export interface LostSample {
  fingerprint: string;
  sampleId: string;
}

/** Groups of errors whose sample may have been one of the erased records. */
export function noteSamples(
  db: D1Database,
  requestId: string,
  samples: readonly LostSample[],
  guard: Guard,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT OR IGNORE INTO deletion_samples (request_id, fingerprint, sample_id)
       SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE ${guard.holds(3)}`,
    )
    .bind(
      requestId,
      JSON.stringify(samples.map(({ fingerprint, sampleId }) => [fingerprint, sampleId])),
      ...guard.bindings,
    );
}

export async function lostSamples(db: D1Database, requestId: string, limit: number): Promise<LostSample[]> {
  const { results } = await db
    .prepare(
      'SELECT fingerprint, sample_id AS sampleId FROM deletion_samples WHERE request_id = ?1 ORDER BY fingerprint, sample_id LIMIT ?2',
    )
    .bind(requestId, limit)
    .all<LostSample>();
  return results;
}

export function dropSamples(db: D1Database, requestId: string, samples: readonly LostSample[]): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM deletion_samples WHERE request_id = ?1
         AND (fingerprint, sample_id) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`,
    )
    .bind(requestId, JSON.stringify(samples.map(({ fingerprint, sampleId }) => [fingerprint, sampleId])));
}

export interface TouchedDay {
  day: string;
  stream: Stream;
}

/** Days whose files for warehouses were made of what was there before. */
export function noteDays(
  db: D1Database,
  requestId: string,
  days: readonly TouchedDay[],
  guard: Guard,
): D1PreparedStatement {
  return db
    .prepare(
      `INSERT OR IGNORE INTO deletion_days (request_id, day, stream)
       SELECT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE ${guard.holds(3)}`,
    )
    .bind(requestId, JSON.stringify(days.map(({ day, stream }) => [day, stream])), ...guard.bindings);
}

export async function touchedDays(db: D1Database, requestId: string, limit: number): Promise<TouchedDay[]> {
  const { results } = await db
    .prepare('SELECT day, stream FROM deletion_days WHERE request_id = ?1 ORDER BY day, stream LIMIT ?2')
    .bind(requestId, limit)
    .all<TouchedDay>();
  return results;
}

export function dropDays(db: D1Database, requestId: string, days: readonly TouchedDay[]): D1PreparedStatement {
  return db
    .prepare(
      `DELETE FROM deletion_days WHERE request_id = ?1
         AND (day, stream) IN (SELECT value ->> 0, value ->> 1 FROM json_each(?2))`,
    )
    .bind(requestId, JSON.stringify(days.map(({ day, stream }) => [day, stream])));
}
