import type { Stream } from '../../wire/record.ts';

/** A block that the database alone has. */
export interface HotBlock {
  id: string;
  stream: Stream;
  records: number;
  minTs: number;
  maxTs: number;
  rawBytes: number;
  packedBytes: number;
  sha256: string;
  sealedAtMs: number;
}

/** What is due of a project: older than a time, and sealed long enough ago that nothing beside it is still on its way. */
export interface DueRange {
  /** Exclusive, of the newest record. */
  maxTsBeforeMs: number;
  /** Inclusive. */
  sealedToMs: number;
}

interface HotRow {
  id: string;
  stream: string;
  records: number;
  min_ts: number;
  max_ts: number;
  raw_bytes: number;
  packed_bytes: number;
  sha256: string;
  sealed_at_ms: number;
}

/** By their newest record, oldest first. */
export async function listDue(db: D1Database, projectId: string, due: DueRange, limit: number): Promise<HotBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT id, stream, records, min_ts, max_ts, raw_bytes, packed_bytes, sha256, sealed_at_ms FROM blocks
       WHERE archive_id IS NULL AND project_id = ?1 AND max_ts < ?2 AND sealed_at_ms <= ?3 ORDER BY max_ts, id LIMIT ?4`,
    )
    .bind(projectId, due.maxTsBeforeMs, due.sealedToMs, limit)
    .all<HotRow>();
  return results.map((row) => ({
    ...{ id: row.id, stream: row.stream as Stream, records: row.records, minTs: row.min_ts, maxTs: row.max_ts },
    ...{ rawBytes: row.raw_bytes, packedBytes: row.packed_bytes, sha256: row.sha256, sealedAtMs: row.sealed_at_ms },
  }));
}

/** What is due of a project: from when its hot period ends, and since when. */
export interface DueFigures {
  projectId: string;
  blocks: number;
  /** Of the block that should have been archived first: when. */
  sinceMs: number;
}

/** Of the projects that have blocks due. `hotMs`: of each. A block is due when its newest record is that old, and `restMs` after it was sealed. */
export async function readDue(
  db: D1Database,
  projects: readonly { projectId: string; hotMs: number }[],
  { nowMs, restMs }: { nowMs: number; restMs: number },
): Promise<DueFigures[]> {
  const { results } = await db
    .prepare(
      `SELECT j.value ->> 'projectId' AS project_id, count(*) AS blocks,
         min(max(b.max_ts + (j.value ->> 'hotMs'), b.sealed_at_ms + ?3)) AS since_ms
       FROM json_each(?1) j JOIN blocks b ON b.archive_id IS NULL AND b.project_id = j.value ->> 'projectId'
         AND b.max_ts < ?2 - (j.value ->> 'hotMs') AND b.sealed_at_ms <= ?2 - ?3
       GROUP BY 1`,
    )
    .bind(JSON.stringify(projects), nowMs, restMs)
    .all<{ project_id: string; blocks: number; since_ms: number }>();
  return results.map((row) => ({ projectId: row.project_id, blocks: row.blocks, sinceMs: row.since_ms }));
}

/** Sums of the blocks that the database alone has. */
export async function readHot(
  db: D1Database,
  projectId: string,
): Promise<{ blocks: number; records: number; rawBytes: number; packedBytes: number; oldestTs: number | null }> {
  const row = await db
    .prepare(
      `SELECT count(*) AS blocks, total(records) AS records, total(raw_bytes) AS raw_bytes, total(packed_bytes) AS packed_bytes,
         min(max_ts) AS oldest_ts FROM blocks WHERE archive_id IS NULL AND project_id = ?1`,
    )
    .bind(projectId)
    .first<{ blocks: number; records: number; raw_bytes: number; packed_bytes: number; oldest_ts: number | null }>();
  return {
    ...{ blocks: row?.blocks ?? 0, records: row?.records ?? 0, rawBytes: row?.raw_bytes ?? 0 },
    ...{ packedBytes: row?.packed_bytes ?? 0, oldestTs: row?.oldest_ts ?? null },
  };
}
