import type { Resolution, Rollup } from './build.ts';
import { bound, rollupRow, type StoredRow } from './store.ts';

const COLUMNS = 'project_id, resolution, name, bucket_ms, source, total, dimensions';
/** The row of rollup_versions that counts fold runs: no project has this id. */
const FOLDS = '';

export interface FoldRow extends StoredRow {
  project_id: string;
}

/** A bucket of a project's metric. */
export interface FoldedRollup {
  projectId: string;
  resolution: Resolution;
  rollup: Rollup;
}

/** Loose rows from a project on, and the folded rows of their buckets, as of one moment. */
export async function readLoose(
  db: D1Database,
  fromProject: string,
  limit: number,
): Promise<{ version: number; rows: FoldRow[] }> {
  const loose =
    "FROM rollups WHERE source <> '' AND project_id >= ?1 ORDER BY project_id, resolution, name, bucket_ms, source LIMIT ?2";
  const [versions, looseRows, folded] = await db.batch([
    db.prepare('SELECT version FROM rollup_versions WHERE project_id = ?1').bind(FOLDS),
    db.prepare(`SELECT ${COLUMNS} ${loose}`).bind(fromProject, limit),
    db
      .prepare(
        `WITH keys AS (SELECT DISTINCT project_id, resolution, name, bucket_ms FROM (SELECT project_id, resolution, name, bucket_ms ${loose}))
         SELECT f.project_id, f.resolution, f.name, f.bucket_ms, f.source, f.total, f.dimensions
         FROM keys k JOIN rollups f ON f.project_id = k.project_id AND f.resolution = k.resolution AND f.name = k.name
           AND f.bucket_ms = k.bucket_ms AND f.source = ''`,
      )
      .bind(fromProject, limit),
  ]);
  return {
    version: (versions?.results as { version: number }[] | undefined)?.[0]?.version ?? 0,
    rows: [...((looseRows?.results ?? []) as FoldRow[]), ...((folded?.results ?? []) as FoldRow[])],
  };
}

/** Puts the folded rows in the place of the loose ones; false where another run was faster: then nothing has changed. */
export async function storeFolded(
  db: D1Database,
  version: number,
  loose: readonly FoldRow[],
  folded: readonly FoldedRollup[],
): Promise<boolean> {
  const unchanged = 'coalesce((SELECT version FROM rollup_versions WHERE project_id = ?1), 0) = ?2';
  const keys = loose.map(({ project_id, resolution, name, bucket_ms, source }) => [
    project_id,
    resolution,
    name,
    bucket_ms,
    source,
  ]);
  const rows = folded.map(({ projectId, resolution, rollup }) => [projectId, ...rollupRow(resolution, rollup)]);
  const results = await db.batch([
    ...bound(keys).map((text) =>
      db
        .prepare(
          `DELETE FROM rollups WHERE (project_id, resolution, name, bucket_ms, source) IN (SELECT value->>0, value->>1, value->>2,
             value->>3, value->>4 FROM json_each(?3)) AND ${unchanged}`,
        )
        .bind(FOLDS, version, text),
    ),
    ...bound(rows).map((text) =>
      db
        .prepare(
          `INSERT INTO rollups (${COLUMNS}) SELECT value->>0, value->>1, value->>2, value->>3, '', value->>4, value->>5
           FROM json_each(?3) WHERE ${unchanged} ON CONFLICT DO UPDATE SET total = excluded.total, dimensions = excluded.dimensions`,
        )
        .bind(FOLDS, version, text),
    ),
    db
      .prepare(
        `INSERT INTO rollup_versions (project_id, version) SELECT ?1, ?2 + 1 WHERE ${unchanged}
         ON CONFLICT (project_id) DO UPDATE SET version = excluded.version`,
      )
      .bind(FOLDS, version),
  ]);
  return (results.at(-1)?.meta.changes ?? 0) > 0;
}

/** Deletes rows of minutes before a time, at most `limit`; says how many. */
export async function deleteMinutes(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM rollups WHERE (project_id, resolution, name, bucket_ms, source) IN (SELECT project_id, resolution, name, bucket_ms, source
         FROM rollups WHERE resolution = 1 AND bucket_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, limit)
    .run();
  return meta.changes;
}

export async function deleteSeries(db: D1Database, beforeMs: number, limit: number): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM rollup_series WHERE (project_id, series) IN (SELECT project_id, series FROM rollup_series
         WHERE updated_at_ms < ?1 LIMIT ?2)`,
    )
    .bind(beforeMs, limit)
    .run();
  return meta.changes;
}
