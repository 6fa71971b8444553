import type { Stream } from '../wire/record.ts';
import type { Summary } from './summary.ts';

/** What a query needs of an index row to decide whether to look closer; read from one covering index (migrations/0004_query.sql). */
export interface BlockHead {
  id: string;
  shard: number;
  stream: Stream;
  firstSeq: number;
  lastSeq: number;
  minTs: number;
  maxTs: number;
  rawBytes: number;
}

export interface HeadRequest {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  stream: Stream | null;
  order: 'desc' | 'asc';
  /** The last head of the page before. */
  after: BlockHead | null;
  limit: number;
}

export interface HeadPage {
  heads: BlockHead[];
  /** Changes when blocks of the project are compacted: pages with different epochs do not fit together. */
  epoch: number;
}

interface HeadRow {
  id: string;
  shard: number;
  stream: string;
  first_seq: number;
  last_seq: number;
  min_ts: number;
  max_ts: number;
  raw_bytes: number;
}

const IN_RANGE = `FROM blocks WHERE project_id = ?1 AND max_ts >= ?2 AND min_ts < ?3 AND (?4 IS NULL OR stream = ?4)`;
const COLUMNS = 'id, shard, stream, first_seq, last_seq, min_ts, max_ts, raw_bytes';
const PAGE_SQL = {
  desc: `SELECT ${COLUMNS} ${IN_RANGE} AND max_ts <= ?5 AND (max_ts, id) < (?5, ?6) ORDER BY max_ts DESC, id DESC LIMIT ?7`,
  asc: `SELECT ${COLUMNS} ${IN_RANGE} AND (min_ts, id) > (?5, ?6) ORDER BY min_ts, id LIMIT ?7`,
};

/** One page of the blocks whose time range meets [fromMs, toMs): by their newest record, newest first, or by their oldest, oldest first. */
export async function listHeads(db: D1Database, projectId: string, request: HeadRequest): Promise<HeadPage> {
  const { fromMs, toMs, stream, order, after, limit } = request;
  const start = order === 'desc' ? [Number.MAX_SAFE_INTEGER, ''] : [Number.MIN_SAFE_INTEGER, ''];
  const [ts, id] = after ? [order === 'desc' ? after.maxTs : after.minTs, after.id] : start;
  const [epochs, page] = await db.batch([
    db.prepare('SELECT epoch FROM block_epochs WHERE project_id = ?1').bind(projectId),
    db.prepare(PAGE_SQL[order]).bind(projectId, fromMs, toMs, stream, ts, id, limit),
  ]);
  const rows = (page?.results ?? []) as HeadRow[];
  return {
    epoch: (epochs?.results as { epoch: number }[] | undefined)?.[0]?.epoch ?? 0,
    heads: rows.map(toHead),
  };
}

function toHead(row: HeadRow): BlockHead {
  return {
    id: row.id,
    shard: row.shard,
    stream: row.stream as Stream,
    firstSeq: row.first_seq,
    lastSeq: row.last_seq,
    minTs: row.min_ts,
    maxTs: row.max_ts,
    rawBytes: row.raw_bytes,
  };
}

export interface SealedHead extends BlockHead {
  sealedAtMs: number;
}

/** Blocks by the time they were sealed, oldest first; `tsHint`: only those that may hold a record of this time. */
export async function listSealedFrom(
  db: D1Database,
  projectId: string,
  request: {
    sealedFromMs: number;
    tsHint: number | null;
    after: { sealedAtMs: number; id: string } | null;
    limit: number;
  },
): Promise<SealedHead[]> {
  const { sealedFromMs, tsHint, after, limit } = request;
  const { results } = await db
    .prepare(
      `SELECT ${COLUMNS}, sealed_at_ms FROM blocks WHERE project_id = ?1 AND sealed_at_ms >= ?2
         AND (?3 IS NULL OR (max_ts >= ?3 AND min_ts <= ?3)) AND (sealed_at_ms, id) > (?4, ?5)
       ORDER BY sealed_at_ms, id LIMIT ?6`,
    )
    .bind(projectId, sealedFromMs, tsHint, after?.sealedAtMs ?? sealedFromMs, after?.id ?? '', limit)
    .all<HeadRow & { sealed_at_ms: number }>();
  return results.map((row) => ({ ...toHead(row), sealedAtMs: row.sealed_at_ms }));
}

/** Summaries with the size of their JSON. A block that is gone is missing from the map; so in all of these. */
export async function readSummaries(
  db: D1Database,
  ids: readonly string[],
): Promise<Map<string, { summary: Summary; chars: number }>> {
  const { results } = await db
    .prepare('SELECT id, summary FROM blocks WHERE id IN (SELECT value FROM json_each(?1))')
    .bind(JSON.stringify(ids))
    .all<{ id: string; summary: string }>();
  return new Map(
    results.map(({ id, summary }) => [id, { summary: JSON.parse(summary) as Summary, chars: summary.length }]),
  );
}
