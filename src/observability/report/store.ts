import type { CellRow } from '../../rollups/index.ts';
import type { PerformanceMetric } from '../../wire/performance.ts';

/** Of one row: D1 takes 2 MB. */
const MAX_ROW_CHARS = 500_000;
/** Hours that one statement reads. */
const WINDOWS_PER_READ = 48;

/** Minutes of a window in D1. */
export type Resolution = 60 | 1_440;
export type KeyedCell = [key: string, cell: CellRow];

/** The cells of one metric in one window. */
export interface StoredWindow {
  metric: PerformanceMetric;
  bucketMs: number;
  cells: KeyedCell[];
}

/** Writes these windows, each in the place of what was there, in one transaction. */
export async function replaceWindows(
  db: D1Database,
  resolution: Resolution,
  windows: readonly StoredWindow[],
): Promise<void> {
  if (windows.length === 0) return;
  const statements = windows.flatMap(({ metric, bucketMs, cells }) => [
    db
      .prepare('DELETE FROM performance WHERE resolution = ?1 AND metric = ?2 AND bucket_ms = ?3')
      .bind(resolution, metric, bucketMs),
    ...inParts(cells).map((text, part) =>
      db
        .prepare('INSERT INTO performance (resolution, metric, bucket_ms, part, series) VALUES (?1, ?2, ?3, ?4, ?5)')
        .bind(resolution, metric, bucketMs, part, text),
    ),
  ]);
  await db.batch(statements);
}

/** Bucket starts, the end exclusive. In order of time. */
export async function readWindows(
  db: D1Database,
  resolution: Resolution,
  metric: PerformanceMetric,
  fromMs: number,
  toMs: number,
): Promise<StoredWindow[]> {
  const windows = new Map<number, StoredWindow>();
  const stepMs = WINDOWS_PER_READ * resolution * 60_000;
  for (let startMs = fromMs; startMs < toMs; startMs += stepMs) {
    const { results } = await db
      .prepare(
        `SELECT bucket_ms, series FROM performance
         WHERE resolution = ?1 AND metric = ?2 AND bucket_ms >= ?3 AND bucket_ms < ?4 ORDER BY bucket_ms, part`,
      )
      .bind(resolution, metric, startMs, Math.min(toMs, startMs + stepMs))
      .all<{ bucket_ms: number; series: string }>();
    for (const { bucket_ms: bucketMs, series } of results) {
      const window = windows.get(bucketMs) ?? { metric, bucketMs, cells: [] };
      window.cells.push(...(JSON.parse(series) as KeyedCell[]));
      windows.set(bucketMs, window);
    }
  }
  return [...windows.values()];
}

/** The oldest, `limit` rows at most. Returns how many. */
export async function deleteHours(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM performance WHERE (resolution, metric, bucket_ms, part) IN
         (SELECT resolution, metric, bucket_ms, part FROM performance WHERE resolution = 60 AND bucket_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, limit)
    .run();
  return meta.changes;
}

function inParts(cells: readonly KeyedCell[]): string[] {
  const parts: string[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const cell of cells) {
    const text = JSON.stringify(cell);
    if (chars + text.length > MAX_ROW_CHARS && texts.length > 0) {
      parts.push(`[${texts.join(',')}]`);
      [texts, chars] = [[], 0];
    }
    texts.push(text);
    chars += text.length;
  }
  return [...parts, `[${texts.join(',')}]`];
}
