import { MAX_BLOCK_RAW_BYTES, MAX_BLOCK_RECORDS, MAX_PACKED_BYTES } from '../blocks/index.ts';
import { MAX_BACKLOG_BYTES, SLOW_BACKLOG_BYTES } from '../wire/limits.ts';

/** A tail older than this is sealed, however small: so a quiet project costs about one block a minute before compaction. */
export const SEAL_AGE_MS = 60_000;
/** A batch waits this long at most: well within the time-outs of shippers, which are 10 s and more. */
export const MAX_ROOM_WAIT_MS = 5_000;
/** After a failed seal: 1 s, doubling, at most this. */
export const MAX_SEAL_RETRY_MS = 30_000;
const FIRST_SEAL_RETRY_MS = 1_000;

export interface PendingPart {
  records: number;
  rawBytes: number;
  /** Bytes as they lie in the journal: an upper bound of the packed size for raw parts, exact for deflated ones. */
  dataBytes: number;
}

export interface PendingTotals {
  records: number;
  rawBytes: number;
  /** When the first of them came. */
  oldestAtMs: number;
}

/**
 * When the tail of one stream is due; `nowMs` or earlier means at once. A tail from the future is: the clock was set back, and would let it
 * wait until it has caught up.
 */
export function sealDueAtMs(totals: PendingTotals, nowMs: number): number {
  if (totals.records >= MAX_BLOCK_RECORDS || totals.rawBytes >= MAX_BLOCK_RAW_BYTES) return nowMs;
  if (totals.oldestAtMs > nowMs + SEAL_AGE_MS) return nowMs;
  return totals.oldestAtMs + SEAL_AGE_MS;
}

/** How many of the oldest parts (in order) go into the next block: as many as fit, at least one. Reads no further than the first that does not. */
export function planBlock(parts: Iterable<PendingPart>): number {
  let count = 0;
  let records = 0;
  let rawBytes = 0;
  let dataBytes = 0;
  for (const part of parts) {
    records += part.records;
    rawBytes += part.rawBytes;
    dataBytes += part.dataBytes;
    const fits =
      records <= MAX_BLOCK_RECORDS && rawBytes <= MAX_BLOCK_RAW_BYTES && dataBytes <= MAX_PACKED_BYTES * RAW_TO_PACKED;
    if (!fits) return Math.max(1, count);
    count++;
  }
  return count;
}

/**
 * planBlock counts raw parts by their raw size although they will shrink; so it lets the sum pass the limit by this factor and
 * the sealer drops parts from the end where the joined block is still too large. Deflated parts reach the factor's bound only
 * when the data does not compress, which costs one more pass.
 */
const RAW_TO_PACKED = 3;

/** What becomes of a batch. A database that refuses blocks makes no room, so there is nothing to wait for. */
export function admission(backlogBytes: number, sealFailures: number): 'now' | 'after_sealing' | 'never' {
  if (backlogBytes > MAX_BACKLOG_BYTES) return 'never';
  return backlogBytes > SLOW_BACKLOG_BYTES && sealFailures === 0 ? 'after_sealing' : 'now';
}

/** Time that packing takes on a thread of today: 22 ms for a block of 1.3 MB. */
const PACKING_MS_PER_BYTE = 17e-6;
/** Of the time that appends get, in a flood, for each part that packing has had. */
const PAUSE_TO_PACKING = 3;

/**
 * How long the sealer leaves the thread to appends after a block whose parts it had to pack itself (`packedHereBytes` raw): acknowledging comes
 * first while there is room, and what is sealed later is durable and searchable all the same. Parts that came packed cost next to nothing.
 */
export function pauseAfterBlockMs(packedHereBytes: number, backlogBytes: number): number {
  if (backlogBytes > SLOW_BACKLOG_BYTES / 2) return 0;
  return Math.round(packedHereBytes * PACKING_MS_PER_BYTE * PAUSE_TO_PACKING);
}

export function sealRetryAtMs(failures: number, nowMs: number): number {
  return nowMs + Math.min(MAX_SEAL_RETRY_MS, FIRST_SEAL_RETRY_MS * 2 ** Math.min(failures - 1, 10));
}

export function retryAfterSeconds(failures: number): number {
  return failures > 3 ? 3 : 1;
}
