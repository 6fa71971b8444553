import { createHash } from 'node:crypto';
import type { Ctx, Env } from '../env.ts';
import { toHex } from '../shared/bytes.ts';
import { randomId } from '../shared/ids.ts';
import { log } from '../shared/log.ts';
import {
  compactedBlockId,
  MAX_BLOCK_RAW_BYTES,
  MAX_BLOCK_RECORDS,
  MAX_PACKED_BYTES,
  type SealedBlock,
} from './block.ts';
import { listSmallNeighbours, type SmallBlock } from './compact-store.ts';
import { buildFilter } from './filter.ts';
import { deflatePiece, joinPieces } from './gzip.ts';
import { inflatePacked, readPacked } from './payload-store.ts';
import { readSummaries } from './read-store.ts';
import { addLineTokens } from './record-tokens.ts';
import { storeCompacted } from './store.ts';
import { SummaryBuilder } from './summary.ts';
import { TokenSet } from './token.ts';

/** Blocks this young are left alone: more of the same minute may be about to be sealed beside them. */
const MIN_AGE_MS = 2 * 60_000;
/** Blocks looked at in one run, and raw bytes packed again; what is left comes five minutes later. */
const MAX_BLOCKS_PER_RUN = 2_000;
const MAX_BYTES_PER_RUN = 64 * 1024 * 1024;
/** A group takes nine statements, and an invocation of a Worker may make a thousand; the other jobs of the minute share them (cron.ts). */
const MAX_GROUPS_PER_RUN = 60;
/** Behind every id. */
const LAST_PROJECT = '~';

export interface CompactCounts extends Record<string, number> {
  /** Blocks made. */
  made: number;
  /** Blocks that went into them. */
  merged: number;
  records: number;
  /** Groups that another run had merged first. */
  lost: number;
  /** Groups that do not hold what their index rows say; they stay as they are. */
  failed: number;
}

/**
 * The cron job: joins small neighbours of one journal stream, so that a quiet project's minutes do not cost a query one read each. The
 * replacement is one transaction; a run that meets another, or is repeated after a crash, changes nothing twice.
 */
export async function compactBlocks(ctx: Ctx): Promise<CompactCounts> {
  const counts: CompactCounts = { made: 0, merged: 0, records: 0, lost: 0, failed: 0 };
  let bytes = 0;
  for (const group of groupNeighbours(await listFairly(ctx)).slice(0, MAX_GROUPS_PER_RUN)) {
    if (bytes >= MAX_BYTES_PER_RUN) break;
    bytes += group.reduce((sum, block) => sum + block.rawBytes, 0);
    const records = await compactGroup(ctx, group);
    if (records === 'lost' || records === 'failed') {
      counts[records] = (counts[records] as number) + 1;
    } else {
      counts.made++;
      counts.merged += group.length;
      counts.records += records;
    }
  }
  return counts;
}

/** Begins at a project of chance: where there is more to do than one run can, the same projects must not always come last. */
async function listFairly(ctx: Ctx): Promise<SmallBlock[]> {
  const sealedToMs = ctx.nowMs - MIN_AGE_MS;
  const start = randomId('prj');
  const first = { sealedToMs, fromProject: start, toProject: LAST_PROJECT };
  const blocks = await listSmallNeighbours(ctx.env.DB, first, MAX_BLOCKS_PER_RUN);
  if (blocks.length >= MAX_BLOCKS_PER_RUN) return blocks;
  const rest = { sealedToMs, fromProject: '', toProject: start };
  return [...blocks, ...(await listSmallNeighbours(ctx.env.DB, rest, MAX_BLOCKS_PER_RUN - blocks.length))];
}

/** How many records moved. One group that cannot be merged must not keep the others from it. */
async function compactGroup(ctx: Ctx, group: readonly SmallBlock[]): Promise<number | 'lost' | 'failed'> {
  const ids = group.map(({ id }) => id);
  try {
    const merged = await mergeBlocks(ctx.env, group);
    if (!merged || !(await storeCompacted(ctx.env.DB, merged, group))) return 'lost';
    return merged.index.summary.records;
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'compact_failed', { requestId, blocks: ids, cause: String(cause) });
    return 'failed';
  }
}

/** Runs of at least two blocks that follow each other without a gap and fit into one block. The input is in order. */
export function groupNeighbours(blocks: readonly SmallBlock[]): SmallBlock[][] {
  const groups: SmallBlock[][] = [];
  let group: SmallBlock[] = [];
  let records = 0;
  let rawBytes = 0;
  let packedBytes = 0;
  for (const block of blocks) {
    const last = group.at(-1);
    const follows =
      last !== undefined &&
      last.projectId === block.projectId &&
      last.shard === block.shard &&
      last.stream === block.stream &&
      last.lastSeq + 1 === block.firstSeq;
    const fits =
      records + block.records <= MAX_BLOCK_RECORDS &&
      rawBytes + block.rawBytes <= MAX_BLOCK_RAW_BYTES &&
      packedBytes + block.packedBytes <= MAX_PACKED_BYTES;
    if (!follows || !fits) {
      if (group.length > 1) groups.push(group);
      group = [];
      records = 0;
      rawBytes = 0;
      packedBytes = 0;
    }
    group.push(block);
    records += block.records;
    rawBytes += block.rawBytes;
    packedBytes += block.packedBytes;
  }
  if (group.length > 1) groups.push(group);
  return groups;
}

/** Null where a source is gone. Throws where one does not hold what its index row says: data is never replaced by less. */
async function mergeBlocks(env: Env, group: readonly SmallBlock[]): Promise<SealedBlock | null> {
  const ids = group.map(({ id }) => id);
  const [packed, summaries] = await Promise.all([readPacked(env, ids), readSummaries(env.DB, ids)]);
  const summary = new SummaryBuilder();
  const tokens = new TokenSet();
  const texts: Buffer[] = [];
  for (const block of group) {
    const payload = packed.get(block.id);
    const own = summaries.get(block.id);
    if (payload === undefined || !own) return null;
    const raw = inflatePacked(payload);
    if (raw.length !== block.rawBytes || countLines(raw) !== block.lastSeq - block.firstSeq + 1) {
      throw new Error(`block ${block.id} does not hold what its index row says`);
    }
    summary.merge(own.summary);
    addLineTokens(tokens, raw.toString('utf8'));
    texts.push(raw);
  }
  const raw = Buffer.concat(texts);
  // Packed again as a whole: the pieces of small batches know nothing of each other.
  const gzip = joinPieces([deflatePiece(raw)]);
  const [first, last] = [group[0], group.at(-1)];
  if (!first || !last || gzip.byteLength > MAX_PACKED_BYTES) {
    throw new Error(`blocks ${ids.join(', ')} do not fit into one when packed`);
  }
  const { projectId, shard, stream, firstSeq } = first;
  const range = { shard, stream, firstSeq, lastSeq: last.lastSeq };
  const index = {
    ...range,
    id: compactedBlockId(projectId, range),
    projectId,
    summary: summary.build(),
    rawBytes: raw.length,
    packedBytes: gzip.byteLength,
    sha256: toHex(createHash('sha256').update(gzip).digest()),
    // Of the youngest source: a record's arrival still comes before the sealing of its block (query/locate.ts).
    sealedAtMs: Math.max(...group.map((block) => block.sealedAtMs)),
  };
  return { index, gzip, filter: buildFilter(tokens) };
}

const NEWLINE = 10;

function countLines(raw: Buffer): number {
  let lines = 0;
  for (let at = raw.indexOf(NEWLINE); at >= 0; at = raw.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
