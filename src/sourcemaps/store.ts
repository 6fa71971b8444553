import { gzipSync } from 'node:zlib';
import { sha256Hex } from '../shared/hash.ts';
import type { StoredMap } from '../wire/error-groups.ts';

const KEY_HASH_CHARS = 32;

export const MAPS_PREFIX = 'sourcemaps/';

function releasePrefix(projectId: string, release: string): string {
  return `${MAPS_PREFIX}${projectId}/${sha256Hex(release).slice(0, KEY_HASH_CHARS)}/`;
}

/** Names of files and releases are a stranger's; in a key they would be anything. */
function keyOf(projectId: string, release: string, file: string): string {
  return releasePrefix(projectId, release) + sha256Hex(file).slice(0, KEY_HASH_CHARS);
}

/** Says how many bytes were stored. Before its row: a row without its map is told as broken, a map without a row is only room. */
export async function putMap(
  bucket: R2Bucket,
  { projectId, release, file }: { projectId: string; release: string; file: string },
  bytes: Uint8Array,
): Promise<number> {
  const packed = gzipSync(bytes, { level: 6 });
  await bucket.put(keyOf(projectId, release, file), packed, { httpMetadata: { contentType: 'application/gzip' } });
  return packed.byteLength;
}

/** Null where there is none. */
export async function getMap(
  bucket: R2Bucket,
  { projectId, release, file }: { projectId: string; release: string; file: string },
): Promise<Uint8Array | null> {
  const object = await bucket.get(keyOf(projectId, release, file));
  return object && new Uint8Array(await object.arrayBuffer());
}

/** All maps of a release, be they in the register or not. */
export async function removeMaps(bucket: R2Bucket, projectId: string, release: string): Promise<void> {
  const prefix = releasePrefix(projectId, release);
  for (;;) {
    const { objects } = await bucket.list({ prefix, limit: 1_000 });
    if (objects.length === 0) return;
    await bucket.delete(objects.map(({ key }) => key));
  }
}

export interface MapRow {
  release: string;
  file: string;
  bytes: number;
  packedBytes: number;
  sha256: string;
  uploadedAtMs: number;
  uploadedBy: string;
}

export function upsertStatement(db: D1Database, projectId: string, row: MapRow): D1PreparedStatement {
  return db
    .prepare(
      `INSERT INTO source_maps (project_id, release, file, bytes, packed_bytes, sha256, uploaded_at_ms, uploaded_by)
       VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
       ON CONFLICT (project_id, release, file) DO UPDATE SET bytes = excluded.bytes, packed_bytes = excluded.packed_bytes,
         sha256 = excluded.sha256, uploaded_at_ms = excluded.uploaded_at_ms, uploaded_by = excluded.uploaded_by`,
    )
    .bind(projectId, row.release, row.file, row.bytes, row.packedBytes, row.sha256, row.uploadedAtMs, row.uploadedBy);
}

export function deleteStatement(db: D1Database, projectId: string, release: string): D1PreparedStatement {
  return db.prepare('DELETE FROM source_maps WHERE project_id = ?1 AND release = ?2').bind(projectId, release);
}

/** Files of a release but this one. */
export async function countOthers(db: D1Database, projectId: string, release: string, file: string): Promise<number> {
  const row = await db
    .prepare('SELECT count(*) AS others FROM source_maps WHERE project_id = ?1 AND release = ?2 AND file <> ?3')
    .bind(projectId, release, file)
    .first<{ others: number }>();
  return row?.others ?? 0;
}

/** What each release takes, the one that got a map last first. */
export async function releaseSizes(
  db: D1Database,
  projectId: string,
): Promise<{ release: string; packedBytes: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT release, sum(packed_bytes) AS packed_bytes FROM source_maps WHERE project_id = ?1
       GROUP BY release ORDER BY max(uploaded_at_ms) DESC, release`,
    )
    .bind(projectId)
    .all<{ release: string; packed_bytes: number }>();
  return results.map(({ release, packed_bytes }) => ({ release, packedBytes: packed_bytes }));
}

/** Keys of the maps that these projects have in the register: at most 10,000 each. */
export async function mapKeysOf(db: D1Database, projectIds: readonly string[]): Promise<string[]> {
  const { results } = await db
    .prepare('SELECT project_id, release, file FROM source_maps WHERE project_id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(projectIds))
    .all<{ project_id: string; release: string; file: string }>();
  return results.map(({ project_id, release, file }) => keyOf(project_id, release, file));
}

export interface MapPage {
  /** Null is every release. */
  release: string | null;
  limit: number;
  after: { release: string; file: string } | null;
}

interface StoredRow {
  release: string;
  file: string;
  bytes: number;
  packed_bytes: number;
  sha256: string;
  uploaded_at_ms: number;
}

/** By release and file. */
export async function listMaps(
  db: D1Database,
  projectId: string,
  { release, limit, after }: MapPage,
): Promise<StoredMap[]> {
  const { results } = await db
    .prepare(
      `SELECT release, file, bytes, packed_bytes, sha256, uploaded_at_ms FROM source_maps
       WHERE project_id = ?1 AND (?2 IS NULL OR release = ?2) AND (?3 IS NULL OR (release, file) > (?3, ?4))
       ORDER BY release, file LIMIT ?5`,
    )
    .bind(projectId, release, after?.release ?? null, after?.file ?? '', limit)
    .all<StoredRow>();
  return results.map(({ packed_bytes, uploaded_at_ms, ...row }) => ({
    ...row,
    packedBytes: packed_bytes,
    uploadedAtMs: uploaded_at_ms,
  }));
}

/** Which of these files have a map in which of these releases. */
export async function findMaps(
  db: D1Database,
  projectId: string,
  releases: readonly string[],
  files: readonly string[],
): Promise<{ release: string; file: string; bytes: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT release, file, bytes FROM source_maps WHERE project_id = ?1 AND release IN (SELECT value FROM json_each(?2))
       AND file IN (SELECT value FROM json_each(?3))`,
    )
    .bind(projectId, JSON.stringify(releases), JSON.stringify(files))
    .all<{ release: string; file: string; bytes: number }>();
  return results;
}
