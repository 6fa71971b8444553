import { toBase64 } from '../../shared/bytes.ts';
import type { Stream } from '../../wire/record.ts';
import type { BlockIndex, SealedBlock } from '../block.ts';
import type { Summary } from '../summary.ts';

/** A block with where it lies. */
export interface SequenceBlock extends BlockIndex {
  /** Null where the database alone has it. */
  archiveId: string | null;
}

interface Row {
  id: string;
  project_id: string;
  shard: number;
  stream: string;
  first_seq: number;
  last_seq: number;
  summary: string;
  raw_bytes: number;
  packed_bytes: number;
  sha256: string;
  sealed_at_ms: number;
  archive_id: string | null;
}

const COLUMNS =
  'id, project_id, shard, stream, first_seq, last_seq, summary, raw_bytes, packed_bytes, sha256, sealed_at_ms, archive_id';

/** Blocks of one journal stream with lines from `fromSeq` to before `untilSeq`, in sequence. */
export async function listInSequence(
  db: D1Database,
  projectId: string,
  of: { shard: number; stream: Stream; fromSeq: number; untilSeq: number },
  limit: number,
): Promise<SequenceBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS} FROM blocks WHERE project_id = ?1 AND shard = ?2 AND stream = ?3 AND last_seq >= ?4 AND first_seq < ?5
         AND first_seq >= coalesce((SELECT max(first_seq) FROM blocks WHERE project_id = ?1 AND shard = ?2 AND stream = ?3 AND first_seq <= ?4), 0)
       ORDER BY first_seq LIMIT ?6`,
    )
    .bind(projectId, of.shard, of.stream, of.fromSeq, of.untilSeq, limit)
    .all<Row>();
  return results.map(toBlock);
}

/** The journal streams that have blocks, and how far these go: also of journals that are no more. From an index, but for the last block of each. */
export async function listStreamEnds(
  db: D1Database,
  projectId: string,
): Promise<{ shard: number; stream: Stream; nextSeq: number }[]> {
  const { results } = await db
    .prepare(
      `SELECT l.shard, l.stream, b.last_seq + 1 AS nextSeq
       FROM (SELECT shard, stream, max(first_seq) AS first_seq FROM blocks WHERE project_id = ?1 GROUP BY shard, stream) l
       CROSS JOIN blocks b ON b.project_id = ?1 AND b.shard = l.shard AND b.stream = l.stream AND b.first_seq = l.first_seq`,
    )
    .bind(projectId)
    .all<{ shard: number; stream: Stream; nextSeq: number }>();
  return results;
}

/** Blocks that lie in an archive, in their order there. */
export async function listOfArchive(db: D1Database, archiveId: string): Promise<SequenceBlock[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM blocks WHERE archive_id = ?1 ORDER BY archive_offset`)
    .bind(archiveId)
    .all<Row>();
  return results.map(toBlock);
}

/** A block that is gone is missing. */
export async function listByIds(db: D1Database, ids: readonly string[]): Promise<SequenceBlock[]> {
  const { results } = await db
    .prepare(`SELECT ${COLUMNS} FROM blocks WHERE id IN (SELECT value FROM json_each(?1))`)
    .bind(JSON.stringify(ids))
    .all<Row>();
  return results.map(toBlock);
}

function toBlock(row: Row): SequenceBlock {
  return {
    ...{ id: row.id, projectId: row.project_id, shard: row.shard, stream: row.stream as Stream },
    ...{ firstSeq: row.first_seq, lastSeq: row.last_seq, summary: JSON.parse(row.summary) as Summary },
    ...{ rawBytes: row.raw_bytes, packedBytes: row.packed_bytes, sha256: row.sha256, sealedAtMs: row.sealed_at_ms },
    archiveId: row.archive_id,
  };
}

/**
 * A block of the database with other content, where it still is what it was: `sha256`. The first statement changes one row, or none where somebody was
 * faster (compaction, the archive, another run); then the others change nothing either. Queries that read their list of blocks in pages begin anew.
 */
export function storeErased(
  db: D1Database,
  { index, gzip, filter }: SealedBlock,
  sha256: string,
): D1PreparedStatement[] {
  const { summary } = index;
  const isStored = 'EXISTS (SELECT 1 FROM blocks WHERE id = ?1 AND sha256 = ?3 AND archive_id IS NULL)';
  return [
    db
      .prepare(
        `UPDATE blocks SET records = ?3, min_ts = ?4, max_ts = ?5, summary = ?6, raw_bytes = ?7, packed_bytes = ?8, sha256 = ?9
         WHERE id = ?1 AND sha256 = ?2 AND archive_id IS NULL`,
      )
      .bind(
        ...[index.id, sha256, summary.records, summary.minTs, summary.maxTs, JSON.stringify(summary)],
        ...[index.rawBytes, index.packedBytes, index.sha256],
      ),
    db
      .prepare(`UPDATE block_payloads SET data = ?2 WHERE block_id = ?1 AND ${isStored}`)
      .bind(index.id, toBase64(gzip), index.sha256),
    db
      .prepare(`UPDATE block_filters SET filter = ?2 WHERE block_id = ?1 AND ${isStored}`)
      .bind(index.id, toBase64(filter), index.sha256),
    db
      .prepare(
        `INSERT INTO block_epochs (project_id, epoch) SELECT ?2, 1 WHERE ${isStored}
         ON CONFLICT (project_id) DO UPDATE SET epoch = epoch + 1`,
      )
      .bind(index.id, index.projectId, index.sha256),
  ];
}
