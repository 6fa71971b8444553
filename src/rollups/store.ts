import { foldValues, type MetricInfo, type Resolution, type Rollup, TOP_VALUES } from './build.ts';
import { type CellRow, cellOf, cellRow } from './cell.ts';
import type { MetricType } from './point.ts';
import { decodeState, encodeState, type SeriesState } from './series.ts';

/** Characters bound to one statement: production D1 refuses values over 2,000,000 bytes, and a label can have three bytes a character. */
const MAX_BOUND_CHARS = 600_000;

/** Of the dimensions of one row: a label has up to three bytes a character. */
const MAX_ROW_CHARS = 500_000;

/** A rollup as a row of an INSERT: resolution, name, bucket, total, dimensions. */
export type Row = [Resolution, string, number, string, string];

/** Folds more values where they do not fit into a row: counts and sums stay whole. */
export function rollupRow(resolution: Resolution, rollup: Rollup): Row {
  const { name, bucketMs, total } = rollup;
  let dimensions = dimensionsText(rollup);
  for (let most = TOP_VALUES >> 1; dimensions.length > MAX_ROW_CHARS && most > 0; most >>= 1) {
    for (const values of rollup.dimensions.values()) foldValues(values, most);
    dimensions = dimensionsText(rollup);
  }
  return [resolution, name, bucketMs, JSON.stringify(cellRow(total)), dimensions];
}

function dimensionsText({ dimensions }: Rollup): string {
  return JSON.stringify(
    [...dimensions].map(([label, values]) => [label, [...values].map(([value, cell]) => [value, cellRow(cell)])]),
  );
}

export interface StoredRow {
  resolution: Resolution;
  name: string;
  bucket_ms: number;
  source: string;
  total: string;
  dimensions: string;
}

export function rollupOf(row: Pick<StoredRow, 'name' | 'bucket_ms' | 'total' | 'dimensions'>): Rollup {
  const dimensions = JSON.parse(row.dimensions) as [string, [string, CellRow][]][];
  return {
    name: row.name,
    bucketMs: row.bucket_ms,
    total: cellOf(JSON.parse(row.total) as CellRow),
    dimensions: new Map(
      dimensions.map(([label, values]) => [label, new Map(values.map(([value, cell]) => [value, cellOf(cell)]))]),
    ),
  };
}

/** JSON arrays of the items, each short enough for one statement. An item that is longer goes alone. */
export function bound(items: Iterable<unknown>): string[] {
  const texts: string[] = [];
  let open: string[] = [];
  let chars = 0;
  for (const item of items) {
    const text = JSON.stringify(item);
    if (open.length > 0 && chars + text.length > MAX_BOUND_CHARS) {
      texts.push(`[${open.join(',')}]`);
      open = [];
      chars = 0;
    }
    open.push(text);
    chars += text.length;
  }
  if (open.length > 0) texts.push(`[${open.join(',')}]`);
  return texts;
}

/** Which block it is about, and which version of the project's series its differences rest on. */
export interface SealPlace {
  projectId: string;
  shard: number;
  firstSeq: number;
  version: number;
}

/** As storeSealed guards the block itself: nothing where it is sealed already, nor where another journal moved the series meanwhile. */
const UNSEALED = `NOT EXISTS (SELECT 1 FROM seal_watermarks WHERE project_id = ?1 AND shard = ?2 AND stream = 'metrics' AND last_seq >= ?3)
  AND coalesce((SELECT version FROM rollup_versions WHERE project_id = ?1), 0) = ?4`;

/** The same for the statement of the block, where ?2 is the project and ?16 the version. */
export const SAME_VERSION = 'coalesce((SELECT version FROM rollup_versions WHERE project_id = ?2), 0) = ?16';

export function sealStatements(
  db: D1Database,
  place: SealPlace,
  rows: readonly Row[],
  metrics: readonly MetricInfo[],
  states: ReadonlyMap<string, SeriesState>,
  nowMs: number,
): { before: D1PreparedStatement[]; after: D1PreparedStatement[] } {
  const { projectId, shard, firstSeq, version } = place;
  const guard = [projectId, shard, firstSeq, version];
  const before = [
    ...bound(rows).map((text) =>
      db
        .prepare(
          `INSERT OR IGNORE INTO rollups (project_id, resolution, name, bucket_ms, source, total, dimensions)
           SELECT ?1, value->>0, value->>1, value->>2, ?5, value->>3, value->>4 FROM json_each(?6) WHERE ${UNSEALED}`,
        )
        .bind(...guard, `${shard}.${firstSeq}`, text),
    ),
    ...bound(metrics.map(({ name, unit, type, labels, lastSeenAtMs }) => [name, unit, type, labels, lastSeenAtMs])).map(
      (text) =>
        db
          .prepare(
            `INSERT INTO rollup_metrics (project_id, name, unit, type, labels, last_seen_at_ms)
             SELECT ?1, value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?5) WHERE ${UNSEALED}
             ON CONFLICT (project_id, name) DO UPDATE SET unit = excluded.unit, type = excluded.type,
               labels = (SELECT json_group_array(value) FROM (SELECT value FROM json_each(rollup_metrics.labels)
                 UNION SELECT value FROM json_each(excluded.labels) ORDER BY value LIMIT 64)),
               last_seen_at_ms = max(rollup_metrics.last_seen_at_ms, excluded.last_seen_at_ms)`,
          )
          .bind(...guard, text),
    ),
    ...bound([...states].map(([series, state]) => [series, encodeState(state)])).map((text) =>
      db
        .prepare(
          `INSERT INTO rollup_series (project_id, series, state, updated_at_ms)
           SELECT ?1, value->>0, value->>1, ?5 FROM json_each(?6) WHERE ${UNSEALED}
           ON CONFLICT (project_id, series) DO UPDATE SET state = excluded.state, updated_at_ms = excluded.updated_at_ms`,
        )
        .bind(...guard, nowMs, text),
    ),
  ];
  const moves = db
    .prepare(
      `INSERT INTO rollup_versions (project_id, version) SELECT ?1, ?4 + 1 WHERE ${UNSEALED}
       ON CONFLICT (project_id) DO UPDATE SET version = excluded.version`,
    )
    .bind(...guard);
  return { before, after: states.size > 0 ? [moves] : [] };
}

/** Of one moment: what the series are, and the version that says whether they still are. */
export async function readSeries(
  db: D1Database,
  projectId: string,
  series: readonly string[],
): Promise<{ version: number; states: Map<string, SeriesState> }> {
  const results = await db.batch([
    db.prepare('SELECT version FROM rollup_versions WHERE project_id = ?1').bind(projectId),
    ...seriesStatements(db, projectId, series),
  ]);
  const [versions, ...pages] = results;
  return {
    version: (versions?.results as { version: number }[] | undefined)?.[0]?.version ?? 0,
    states: statesOf(pages),
  };
}

function seriesStatements(db: D1Database, projectId: string, series: readonly string[]): D1PreparedStatement[] {
  return bound(series).map((text) =>
    db
      .prepare(
        'SELECT series, state FROM rollup_series WHERE project_id = ?1 AND series IN (SELECT value FROM json_each(?2))',
      )
      .bind(projectId, text),
  );
}

function statesOf(pages: readonly D1Result[]): Map<string, SeriesState> {
  const rows = pages.flatMap(({ results }) => results as { series: string; state: string }[]);
  return new Map(rows.map(({ series, state }) => [series, decodeState(state)]));
}

export interface ReadRange {
  name: string;
  resolution: Resolution;
  /** Bucket starts, the end exclusive. */
  fromMs: number;
  toMs: number;
  /** Null reads the totals. */
  label: string | null;
}

export interface ReadRollups {
  /** Highest sealed sequence by shard. */
  sealed: Map<number, number>;
  states: Map<string, SeriesState>;
  info: MetricInfo | null;
  /** Cells by bucket and value; '' is the total. Several of one bucket are to be merged. */
  cells: { bucketMs: number; value: string; row: CellRow }[];
}

/** All of one moment (a batch is a transaction): what is sealed by then is in the rollups, and nothing else. */
export async function readRollups(
  db: D1Database,
  projectId: string,
  { name, resolution, fromMs, toMs, label }: ReadRange,
  series: readonly string[],
): Promise<ReadRollups> {
  const range = 'project_id = ?1 AND resolution = ?2 AND name = ?3 AND bucket_ms >= ?4 AND bucket_ms < ?5';
  const args = [projectId, resolution, name, fromMs, toMs];
  const [watermarks, infos, cells, ...pages] = await db.batch([
    watermarkStatement(db, projectId),
    infoStatement(db, projectId, name),
    label === null
      ? db.prepare(`SELECT bucket_ms, total AS cells FROM rollups WHERE ${range}`).bind(...args)
      : db
          .prepare(
            `SELECT bucket_ms, (SELECT d.value->>1 FROM json_each(dimensions) d WHERE d.value->>0 = ?6) AS cells
             FROM rollups WHERE ${range}`,
          )
          .bind(...args, label),
    ...seriesStatements(db, projectId, series),
  ]);
  const rows = (cells?.results ?? []) as { bucket_ms: number; cells: string | null }[];
  return {
    sealed: sealedOf(watermarks),
    states: statesOf(pages),
    info: (infos?.results as MetricRow[] | undefined)?.map(infoOf)[0] ?? null,
    cells: rows.flatMap(({ bucket_ms, cells: text }) => {
      if (text === null) return [];
      if (label === null) return [{ bucketMs: bucket_ms, value: '', row: JSON.parse(text) as CellRow }];
      return (JSON.parse(text) as [string, CellRow][]).map(([value, row]) => ({ bucketMs: bucket_ms, value, row }));
    }),
  };
}

function watermarkStatement(db: D1Database, projectId: string): D1PreparedStatement {
  return db
    .prepare("SELECT shard, last_seq FROM seal_watermarks WHERE project_id = ?1 AND stream = 'metrics'")
    .bind(projectId);
}

function sealedOf(result: D1Result | undefined): Map<number, number> {
  const rows = (result?.results ?? []) as { shard: number; last_seq: number }[];
  return new Map(rows.map(({ shard, last_seq }) => [shard, last_seq]));
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
