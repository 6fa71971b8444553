import type { MetricInfo } from './build.ts';
import type { RollupStream } from './points/point.ts';
import { bound, type Row } from './row.ts';
import { decodeState, encodeState, type SeriesState } from './series.ts';

/** Which block it is about. */
export interface SealPlace {
  projectId: string;
  shard: number;
  stream: RollupStream;
  firstSeq: number;
  /** Of the project's cumulative series that the differences of the block rest on; null where it has none. */
  version: number | null;
}

/**
 * As storeSealed guards the block itself: nothing where it is sealed already, nor where another journal moved the series meanwhile. For
 * statements whose first arguments are unsealedArgs.
 */
export const UNSEALED = `NOT EXISTS (SELECT 1 FROM seal_watermarks WHERE project_id = ?1 AND shard = ?2 AND stream = ?3 AND last_seq >= ?4)
  AND (?5 IS NULL OR coalesce((SELECT version FROM rollup_versions WHERE project_id = ?1), 0) = ?5)`;

export function unsealedArgs({ projectId, shard, stream, firstSeq, version }: SealPlace): unknown[] {
  return [projectId, shard, stream, firstSeq, version];
}

/** The same for the statement of the block, where ?2 is the project and ?16 the version. */
export const SAME_VERSION =
  '(?16 IS NULL OR coalesce((SELECT version FROM rollup_versions WHERE project_id = ?2), 0) = ?16)';

/** What a block adds up to. */
export interface Sums {
  rows: readonly Row[];
  metrics: readonly MetricInfo[];
  states: ReadonlyMap<string, SeriesState>;
}

export function sealStatements(
  db: D1Database,
  place: SealPlace,
  { rows, metrics, states }: Sums,
  nowMs: number,
): { before: D1PreparedStatement[]; after: D1PreparedStatement[] } {
  const guard = unsealedArgs(place);
  const before = [
    ...bound(rows).map((text) =>
      db
        .prepare(
          `INSERT OR IGNORE INTO rollups (project_id, stream, resolution, name, bucket_ms, source, total, dimensions)
           SELECT ?1, ?3, value->>0, value->>1, value->>2, ?6, value->>3, value->>4 FROM json_each(?7) WHERE ${UNSEALED}`,
        )
        .bind(...guard, `${place.shard}.${place.firstSeq}`, text),
    ),
    ...bound(metrics.map(({ name, unit, type, labels, lastSeenAtMs }) => [name, unit, type, labels, lastSeenAtMs])).map(
      (text) =>
        db
          .prepare(
            `INSERT INTO rollup_metrics (project_id, name, unit, type, labels, last_seen_at_ms)
             SELECT ?1, value->>0, value->>1, value->>2, value->>3, value->>4 FROM json_each(?6) WHERE ${UNSEALED}
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
           SELECT ?1, value->>0, value->>1, ?6 FROM json_each(?7) WHERE ${UNSEALED}
           ON CONFLICT (project_id, series) DO UPDATE SET state = excluded.state, updated_at_ms = excluded.updated_at_ms`,
        )
        .bind(...guard, nowMs, text),
    ),
  ];
  const moves = db
    .prepare(
      `INSERT INTO rollup_versions (project_id, version) SELECT ?1, ?5 + 1 WHERE ${UNSEALED}
       ON CONFLICT (project_id) DO UPDATE SET version = excluded.version`,
    )
    .bind(...guard);
  return { before, after: states.size > 0 ? [moves] : [] };
}

/** Of one moment: what the series are, and the version that says whether they still are; null where there is no series. */
export async function readSeries(
  db: D1Database,
  projectId: string,
  series: readonly string[],
): Promise<{ version: number | null; states: Map<string, SeriesState> }> {
  if (series.length === 0) return { version: null, states: new Map() };
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

export function seriesStatements(db: D1Database, projectId: string, series: readonly string[]): D1PreparedStatement[] {
  return bound(series).map((text) =>
    db
      .prepare(
        'SELECT series, state FROM rollup_series WHERE project_id = ?1 AND series IN (SELECT value FROM json_each(?2))',
      )
      .bind(projectId, text),
  );
}

export function statesOf(pages: readonly D1Result[]): Map<string, SeriesState> {
  const rows = pages.flatMap(({ results }) => results as { series: string; state: string }[]);
  return new Map(rows.map(({ series, state }) => [series, decodeState(state)]));
}
