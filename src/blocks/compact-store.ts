import type { Stream } from '../wire/record.ts';
import type { SeqRange } from './block.ts';

/** Under a quarter of MAX_BLOCK_RECORDS and of MAX_BLOCK_RAW_BYTES, and not archived. The index blocks_small is made for just these words. */
const small = (table: string): string =>
  `${table}.records < 1250 AND ${table}.raw_bytes < 1048576 AND ${table}.archive_id IS NULL`;
const sameJournal = 'n.project_id = b.project_id AND n.shard = b.shard AND n.stream = b.stream';

/** A small block that has a small neighbour. */
export interface SmallBlock extends SeqRange {
  id: string;
  projectId: string;
  records: number;
  rawBytes: number;
  packedBytes: number;
  sealedAtMs: number;
}

interface Row {
  id: string;
  project_id: string;
  shard: number;
  stream: string;
  first_seq: number;
  last_seq: number;
  records: number;
  raw_bytes: number;
  packed_bytes: number;
  sealed_at_ms: number;
}

/**
 * Small blocks that touch another small block, in order of journal and sequence; only those sealed at or before `sealedToMs`, of the projects
 * from `fromProject` on and before `toProject`.
 */
export async function listSmallNeighbours(
  db: D1Database,
  { sealedToMs, fromProject, toProject }: { sealedToMs: number; fromProject: string; toProject: string },
  limit: number,
): Promise<SmallBlock[]> {
  const { results } = await db
    .prepare(
      `SELECT id, project_id, shard, stream, first_seq, last_seq, records, raw_bytes, packed_bytes, sealed_at_ms FROM blocks b
       WHERE ${small('b')} AND b.sealed_at_ms <= ?1 AND b.project_id >= ?2 AND b.project_id < ?3
         AND (EXISTS (SELECT 1 FROM blocks n WHERE ${sameJournal} AND n.first_seq = b.last_seq + 1 AND ${small('n')} AND n.sealed_at_ms <= ?1)
           OR b.first_seq - 1 = (SELECT n.last_seq FROM blocks n WHERE ${sameJournal} AND n.first_seq < b.first_seq AND ${small('n')}
                AND n.sealed_at_ms <= ?1 ORDER BY n.first_seq DESC LIMIT 1))
       ORDER BY project_id, shard, stream, first_seq LIMIT ?4`,
    )
    .bind(sealedToMs, fromProject, toProject, limit)
    .all<Row>();
  return results.map((row) => ({
    id: row.id,
    projectId: row.project_id,
    shard: row.shard,
    stream: row.stream as Stream,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    records: row.records,
    rawBytes: row.raw_bytes,
    packedBytes: row.packed_bytes,
    sealedAtMs: row.sealed_at_ms,
  }));
}
