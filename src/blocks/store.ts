import { toBase64 } from '../shared/bytes.ts';
import type { Stream } from '../wire/record.ts';
import type { BlockIndex, SealedBlock } from './block.ts';
import type { Summary } from './summary.ts';

interface IndexRow {
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
}

const INDEX_COLUMNS =
  'id, project_id, shard, stream, first_seq, last_seq, summary, raw_bytes, packed_bytes, sha256, sealed_at_ms';

function toIndex(row: IndexRow): BlockIndex {
  return {
    id: row.id,
    projectId: row.project_id,
    shard: row.shard,
    stream: row.stream as Stream,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    summary: JSON.parse(row.summary) as Summary,
    rawBytes: row.raw_bytes,
    packedBytes: row.packed_bytes,
    sha256: row.sha256,
    sealedAtMs: row.sealed_at_ms,
  };
}

/** Inserts that do nothing where `guard` does not hold; the three tables of a block stand or fall together. */
function insertStatements(
  db: D1Database,
  block: SealedBlock,
  guard: string,
  guardArgs: unknown[],
): D1PreparedStatement[] {
  const { index } = block;
  const { summary } = index;
  return [
    db
      .prepare(
        `INSERT INTO blocks (id, project_id, shard, stream, first_seq, last_seq, records, min_ts, max_ts, summary, raw_bytes,
           packed_bytes, sha256, sealed_at_ms) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14 WHERE ${guard}`,
      )
      .bind(
        index.id,
        index.projectId,
        index.shard,
        index.stream,
        index.firstSeq,
        index.lastSeq,
        summary.records,
        summary.minTs,
        summary.maxTs,
        JSON.stringify(summary),
        index.rawBytes,
        index.packedBytes,
        index.sha256,
        index.sealedAtMs,
        ...guardArgs,
      ),
    db
      .prepare(
        'INSERT OR IGNORE INTO block_payloads (block_id, data) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM blocks WHERE id = ?1)',
      )
      .bind(index.id, toBase64(block.gzip)),
    db
      .prepare(
        'INSERT OR IGNORE INTO block_filters (block_id, filter) SELECT ?1, ?2 WHERE EXISTS (SELECT 1 FROM blocks WHERE id = ?1)',
      )
      .bind(index.id, toBase64(block.filter)),
  ];
}

/** What is stored with a block in its transaction, and on what condition of its own. */
export interface Beside {
  /** Before the watermark moves, so that they can be guarded as the block is. */
  before: D1PreparedStatement[];
  after: D1PreparedStatement[];
  /** SQL, where ?2 is the project. Where it does not hold nothing is stored, and the answer may be less than the block's first record. */
  guard: string;
  /** From ?16 on. */
  guardArgs: unknown[];
}

/**
 * Stores a sealed block once and answers how far its stream is sealed now. The watermark refuses a range that was stored before, even
 * where compaction has replaced the block since, or where a crash came between this call and the journal's deletion and the journal
 * offers a longer range now: the caller drops what the answer covers and nothing more.
 */
export async function storeSealed(
  db: D1Database,
  block: SealedBlock,
  beside: Beside | null = null,
): Promise<{ sealedSeq: number }> {
  const { id, projectId, shard, stream, lastSeq, firstSeq } = block.index;
  const unsealed =
    'NOT EXISTS (SELECT 1 FROM seal_watermarks WHERE project_id = ?2 AND shard = ?3 AND stream = ?4 AND last_seq >= ?15)';
  const results = await db.batch<{ last_seq: number }>([
    ...(beside?.before ?? []),
    ...insertStatements(db, block, beside ? `${unsealed} AND ${beside.guard}` : unsealed, [
      firstSeq,
      ...(beside?.guardArgs ?? []),
    ]),
    ...(beside?.after ?? []),
    db
      .prepare(
        `INSERT INTO seal_watermarks (project_id, shard, stream, last_seq)
         SELECT ?1, ?2, ?3, ?4 WHERE EXISTS (SELECT 1 FROM blocks WHERE id = ?5 AND last_seq = ?4)
         ON CONFLICT (project_id, shard, stream) DO UPDATE SET last_seq = excluded.last_seq WHERE excluded.last_seq > last_seq`,
      )
      .bind(projectId, shard, stream, lastSeq, id),
    db
      .prepare('SELECT last_seq FROM seal_watermarks WHERE project_id = ?1 AND shard = ?2 AND stream = ?3')
      .bind(projectId, shard, stream),
  ]);
  const row = results[results.length - 1]?.results[0];
  if (!row && beside) return { sealedSeq: 0 };
  if (!row) throw new Error(`block ${id} left no watermark`);
  return { sealedSeq: row.last_seq };
}

/**
 * Replaces `sources` by `block` in one transaction; does nothing where any of them is gone (another run was faster), was archived meanwhile, or is shorter than
 * it was when it was read: an erased record would be back.
 */
export async function storeCompacted(
  db: D1Database,
  block: SealedBlock,
  sources: readonly { id: string; rawBytes: number }[],
): Promise<boolean> {
  const ids = JSON.stringify(sources.map(({ id }) => id));
  const unchanged = JSON.stringify(sources.map(({ id, rawBytes }) => [id, rawBytes]));
  const gone = 'SELECT value FROM json_each(?1)';
  const replaced = 'EXISTS (SELECT 1 FROM blocks WHERE id = ?2)';
  const results = await db.batch([
    ...insertStatements(
      db,
      block,
      `(SELECT count(*) FROM json_each(?15) j JOIN blocks b ON b.id = j.value ->> 0
        WHERE b.raw_bytes = j.value ->> 1 AND b.archive_id IS NULL) = ?16`,
      [unchanged, sources.length],
    ),
    db.prepare(`DELETE FROM block_payloads WHERE block_id IN (${gone}) AND ${replaced}`).bind(ids, block.index.id),
    db.prepare(`DELETE FROM block_filters WHERE block_id IN (${gone}) AND ${replaced}`).bind(ids, block.index.id),
    db.prepare(`DELETE FROM blocks WHERE id IN (${gone}) AND ${replaced}`).bind(ids, block.index.id),
    db
      .prepare(
        `INSERT INTO block_epochs (project_id, epoch) SELECT ?1, 1 WHERE changes() > 0
         ON CONFLICT (project_id) DO UPDATE SET epoch = epoch + 1`,
      )
      .bind(block.index.projectId),
  ]);
  return (results[0]?.meta.changes ?? 0) > 0;
}

/** Index rows whose time range meets [fromMs, toMs), newest first. */
export async function listBlocks(
  db: D1Database,
  projectId: string,
  range: { fromMs: number; toMs: number; stream: Stream | null },
): Promise<BlockIndex[]> {
  const { results } = await db
    .prepare(
      `SELECT ${INDEX_COLUMNS} FROM blocks WHERE project_id = ?1 AND max_ts >= ?2 AND min_ts < ?3 AND (?4 IS NULL OR stream = ?4)
       ORDER BY max_ts DESC, id DESC`,
    )
    .bind(projectId, range.fromMs, range.toMs, range.stream)
    .all<IndexRow>();
  return results.map(toIndex);
}

/** Blocks of one journal stream that hold records from `fromSeq` on, in sequence. */
export async function listBlocksFromSeq(
  db: D1Database,
  projectId: string,
  from: { shard: number; stream: Stream; fromSeq: number },
  limit: number,
): Promise<BlockIndex[]> {
  const { results } = await db
    .prepare(
      `SELECT ${INDEX_COLUMNS} FROM blocks WHERE project_id = ?1 AND shard = ?2 AND stream = ?3 AND last_seq >= ?4
       ORDER BY first_seq LIMIT ?5`,
    )
    .bind(projectId, from.shard, from.stream, from.fromSeq, limit)
    .all<IndexRow>();
  return results.map(toIndex);
}
