import type { Stream } from '../wire/record.ts';
import type { Summary } from './summary.ts';

/** A block holds at most this many records, so that one match costs at most one block's inflation. */
export const MAX_BLOCK_RECORDS = 5_000;
/** And at most this many raw bytes. */
export const MAX_BLOCK_RAW_BYTES = 4 * 1024 * 1024;
/** Production D1 refuses rows over 2,000,000 bytes; local D1 does not. The payload is the row, but for its key. */
export const MAX_STORED_BYTES = 1_900_000;
/** gzip bytes whose base64 fits MAX_STORED_BYTES. */
export const MAX_PACKED_BYTES = Math.floor(MAX_STORED_BYTES / 4) * 3;

/**
 * Where a run of records lies in its journal: contiguous, `lastSeq - firstSeq + 1` lines, in arrival order. A record that was erased has left an
 * empty line, so that line n is sequence `firstSeq + n` for ever.
 */
export interface SeqRange {
  shard: number;
  stream: Stream;
  firstSeq: number;
  lastSeq: number;
}

/** An index row. */
export interface BlockIndex extends SeqRange {
  id: string;
  projectId: string;
  summary: Summary;
  rawBytes: number;
  packedBytes: number;
  /** Hex, of the gzip bytes. */
  sha256: string;
  sealedAtMs: number;
}

/** A block on its way to D1. */
export interface SealedBlock {
  index: BlockIndex;
  gzip: Uint8Array;
  filter: Uint8Array;
}

/** Equal input gives an equal id: that is what makes sealing idempotent. */
export function blockId(projectId: string, range: SeqRange): string {
  return `${projectId}.${range.shard}.${range.stream}.${range.firstSeq}`;
}

/** A compacted block must not take the id of its first source, which is deleted in the same transaction. */
export function compactedBlockId(projectId: string, range: SeqRange): string {
  return `${blockId(projectId, range)}~${range.lastSeq}`;
}
