import type { MetricInfo, Resolution } from './build.ts';
import type { CellRow } from './cell.ts';
import { OTHER } from './points/labels.ts';
import type { MetricType, RollupStream } from './points/point.ts';
import { seriesStatements, statesOf } from './seal-store.ts';
import type { SeriesState } from './series.ts';

/** Rows of one resolution. */
export interface RowRange {
  resolution: Resolution;
  /** Bucket starts, the end exclusive. */
  fromMs: number;
  toMs: number;
}

export interface ReadRange {
  stream: RollupStream;
  /** Null is every name of the stream. */
  names: readonly string[] | null;
  /** That do not overlap. */
  rows: readonly RowRange[];
  /** Null reads the totals. */
  label: string | null;
  /** Only cells of these values; null is all. */
  values: readonly string[] | null;
}

export interface ReadCell {
  name: string;
  bucketMs: number;
  /** Of the label; '' is the total. */
  value: string;
  row: CellRow;
}

export interface ReadRollups {
  /** Highest sealed sequence by shard. */
  sealed: Map<number, number>;
  states: Map<string, SeriesState>;
  /** Of the first name, where the stream is metrics. */
  info: MetricInfo | null;
  /** Several of one bucket and value are to be merged. */
  cells: ReadCell[];
  /** False: there are more rows than MAX_ROWS, and only the first were read. */
  complete: boolean;
  /** True where some row lacks a value that was asked for and has folded others: it may have been among them. */
  folded: boolean;
}

/** Of one answer: every group of errors for a month of hours is more than a Worker should hold. */
const MAX_ROWS = 50_000;

/** All of one moment (a batch is a transaction): what is sealed by then is in the rollups, and nothing else. */
export async function readRollups(
  db: D1Database,
  projectId: string,
  range: ReadRange,
  series: readonly string[],
): Promise<ReadRollups> {
  const { stream, names, rows } = range;
  const limit = Math.floor(MAX_ROWS / Math.max(1, rows.length));
  const results = await db.batch([
    db
      .prepare('SELECT shard, last_seq FROM seal_watermarks WHERE project_id = ?1 AND stream = ?2')
      .bind(projectId, stream),
    infoStatement(db, projectId, names?.[0] ?? ''),
    ...rows.map((part) => cellsStatement(db, projectId, range, part, limit)),
    ...seriesStatements(db, projectId, series),
  ]);
  const [watermarks, infos] = results;
  const pages = results.slice(2, 2 + rows.length).map(({ results: page }) => page as unknown as CellsRow[]);
  const sealed = ((watermarks?.results ?? []) as { shard: number; last_seq: number }[]).map(
    ({ shard, last_seq }) => [shard, last_seq] as const,
  );
  const parsed = pages.flatMap((page) => page.map((row) => cellsOf(row, range)));
  return {
    sealed: new Map(sealed),
    states: statesOf(results.slice(2 + rows.length)),
    info: stream === 'metrics' ? (((infos?.results ?? []) as unknown as MetricRow[]).map(infoOf)[0] ?? null) : null,
    cells: parsed.flatMap(({ cells }) => cells),
    folded: parsed.some(({ folded }) => folded),
    complete: pages.every((page) => page.length < limit),
  };
}

interface CellsRow {
  name: string;
  bucket_ms: number;
  cells: string | null;
}

function cellsStatement(
  db: D1Database,
  projectId: string,
  { stream, names, label }: ReadRange,
  { resolution, fromMs, toMs }: RowRange,
  limit: number,
): D1PreparedStatement {
  const args: unknown[] = [projectId, stream, resolution, fromMs, toMs];
  const place = (arg: unknown) => `?${args.push(arg)}`;
  const cells =
    label === null ? 'total' : `(SELECT d.value FROM json_each(dimensions) d WHERE d.key = ${place(label)})`;
  // Written out, the stream lets SQLite see that there is an index by time for it; else every row of the project's stream would be looked at.
  const named = names
    ? `AND name IN (SELECT value FROM json_each(${place(JSON.stringify(names))}))`
    : `AND stream = '${stream}'`;
  return db
    .prepare(
      `SELECT name, bucket_ms, ${cells} AS cells FROM rollups
       WHERE project_id = ?1 AND stream = ?2 AND resolution = ?3 AND bucket_ms >= ?4 AND bucket_ms < ?5 ${named} LIMIT ${limit}`,
    )
    .bind(...args);
}

function cellsOf(
  { name, bucket_ms, cells: text }: CellsRow,
  { label, values }: ReadRange,
): { cells: ReadCell[]; folded: boolean } {
  if (text === null) return { cells: [], folded: false };
  const cellOf = (value: string, row: CellRow): ReadCell => ({ name, bucketMs: bucket_ms, value, row });
  if (label === null) return { cells: [cellOf('', JSON.parse(text) as CellRow)], folded: false };
  const all = JSON.parse(text) as [string, CellRow][];
  const found = values === null ? all : all.filter(([value]) => values.includes(value));
  const folded = values !== null && found.length < values.length && all.some(([value]) => value === OTHER);
  return { cells: found.map(([value, row]) => cellOf(value, row)), folded };
}

interface MetricRow {
  name: string;
  unit: string;
  type: string;
  labels: string;
  last_seen_at_ms: number;
}

const INFO_COLUMNS = 'name, unit, type, labels, last_seen_at_ms';

function infoStatement(db: D1Database, projectId: string, name: string): D1PreparedStatement {
  return db
    .prepare(`SELECT ${INFO_COLUMNS} FROM rollup_metrics WHERE project_id = ?1 AND name = ?2`)
    .bind(projectId, name);
}

function infoOf({ name, unit, type, labels, last_seen_at_ms }: MetricRow): MetricInfo {
  return { name, unit, type: type as MetricType, labels: JSON.parse(labels), lastSeenAtMs: last_seen_at_ms };
}

/** The names after one, in order. */
export async function readMetrics(
  db: D1Database,
  projectId: string,
  { after, limit }: { after: string; limit: number },
): Promise<MetricInfo[]> {
  const { results } = await db
    .prepare(`SELECT ${INFO_COLUMNS} FROM rollup_metrics WHERE project_id = ?1 AND name > ?2 ORDER BY name LIMIT ?3`)
    .bind(projectId, after, limit)
    .all<MetricRow>();
  return results.map(infoOf);
}
