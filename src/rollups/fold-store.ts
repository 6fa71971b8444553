import type { Resolution, Rollup } from './build.ts';
import { ALL_ERRORS } from './points/error.ts';
import type { RollupStream } from './points/point.ts';
import { bound, rollupRow, type StoredRow } from './row.ts';

const COLUMNS = 'project_id, stream, resolution, name, bucket_ms, source, total, dimensions';
/** The row of rollup_versions that counts fold runs: no project has this id. */
const FOLDS = '';

export interface FoldRow extends StoredRow {
  project_id: string;
}

/** A bucket of a project's metric. */
export interface FoldedRollup {
  projectId: string;
  stream: RollupStream;
  resolution: Resolution;
  rollup: Rollup;
}

/** A loose row by its key. `chars`: of its content and that of its folded row together. */
export interface LooseKey {
  project_id: string;
  stream: RollupStream;
  resolution: Resolution;
  name: string;
  bucket_ms: number;
  source: string;
  chars: number;
}

/** Loose rows from a project on, bucket by bucket, without their content; and the version of the folded rows. */
export async function listLoose(
  db: D1Database,
  fromProject: string,
  limit: number,
): Promise<{ version: number; keys: LooseKey[] }> {
  const [versions, keys] = await db.batch([
    db.prepare('SELECT version FROM rollup_versions WHERE project_id = ?1').bind(FOLDS),
    db
      .prepare(
        `SELECT l.project_id, l.stream, l.resolution, l.name, l.bucket_ms, l.source, length(l.total) + length(l.dimensions)
           + coalesce(length(f.total) + length(f.dimensions), 0) AS chars
         FROM (SELECT * FROM rollups WHERE source <> '' AND project_id >= ?1
           ORDER BY project_id, stream, resolution, name, bucket_ms, source LIMIT ?2) l
         LEFT JOIN rollups f ON ${SAME_BUCKET} AND f.source = ''`,
      )
      .bind(fromProject, limit),
  ]);
  return {
    version: (versions?.results as { version: number }[] | undefined)?.[0]?.version ?? 0,
    keys: (keys?.results ?? []) as LooseKey[],
  };
}

const SAME_BUCKET =
  'f.project_id = l.project_id AND f.stream = l.stream AND f.resolution = l.resolution AND f.name = l.name AND f.bucket_ms = l.bucket_ms';

/** These rows, and the folded rows of their buckets, once each: the rows of a bucket may be asked for by several statements. */
export async function readFoldRows(db: D1Database, keys: readonly LooseKey[]): Promise<FoldRow[]> {
  const rows = new Map<string, FoldRow>();
  for (const text of bound(keys.map(keyOf))) {
    const { results } = await db
      .prepare(
        `WITH l AS (SELECT value->>0 AS project_id, value->>1 AS stream, value->>2 AS resolution, value->>3 AS name, value->>4 AS bucket_ms,
             value->>5 AS source
           FROM json_each(?1))
         SELECT f.* FROM l CROSS JOIN rollups f ON ${SAME_BUCKET} AND f.source = l.source
         UNION ALL SELECT f.* FROM (SELECT DISTINCT project_id, stream, resolution, name, bucket_ms FROM l) l
           CROSS JOIN rollups f ON ${SAME_BUCKET} AND f.source = ''`,
      )
      .bind(text)
      .all<FoldRow>();
    for (const row of results) rows.set(JSON.stringify(keyOf(row)), row);
  }
  return [...rows.values()];
}

function keyOf({ project_id, stream, resolution, name, bucket_ms, source }: Omit<LooseKey, 'chars'>): unknown[] {
  return [project_id, stream, resolution, name, bucket_ms, source];
}

/** Puts the folded rows in the place of the loose ones; false where another run was faster: then nothing has changed. */
export async function storeFolded(
  db: D1Database,
  version: number,
  loose: readonly LooseKey[],
  folded: readonly FoldedRollup[],
): Promise<{ isStored: boolean; statements: number }> {
  const unchanged = 'coalesce((SELECT version FROM rollup_versions WHERE project_id = ?1), 0) = ?2';
  const rows = folded.map(({ projectId, stream, resolution, rollup }) => [
    projectId,
    stream,
    ...rollupRow(resolution, rollup),
  ]);
  const results = await db.batch([
    ...bound(loose.map(keyOf)).map((text) =>
      db
        .prepare(
          `DELETE FROM rollups WHERE (project_id, stream, resolution, name, bucket_ms, source) IN (SELECT value->>0, value->>1,
             value->>2, value->>3, value->>4, value->>5 FROM json_each(?3)) AND ${unchanged}`,
        )
        .bind(FOLDS, version, text),
    ),
    ...bound(rows).map((text) =>
      db
        .prepare(
          `INSERT INTO rollups (${COLUMNS}) SELECT value->>0, value->>1, value->>2, value->>3, value->>4, '', value->>5, value->>6
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
  return { isStored: (results.at(-1)?.meta.changes ?? 0) > 0, statements: results.length };
}

/** Written out, so that SQLite sees which index each is the condition of. */
const ROWS = {
  minutes: 'resolution = 1',
  hours: 'resolution = 60',
  errorDays: `resolution = 1440 AND stream = 'errors' AND name <> '${ALL_ERRORS}'`,
};

/** Deletes rows of one kind before a time, at most `limit`; says how many. */
export async function deleteRows(
  db: D1Database,
  kind: keyof typeof ROWS,
  beforeMs: number,
  limit: number,
): Promise<number> {
  const { meta } = await db
    .prepare(
      `DELETE FROM rollups WHERE (project_id, stream, resolution, name, bucket_ms, source) IN (SELECT project_id, stream, resolution, name,
         bucket_ms, source FROM rollups WHERE ${ROWS[kind]} AND bucket_ms < ?1 LIMIT ?2)`,
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
