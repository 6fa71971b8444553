import type { Env } from '../env.ts';
import { gunzip } from './gzip.ts';
import { joinMembers, type Member, type MemberRange } from './member-ranges.ts';
import { BlockUnreadable } from './unreadable.ts';

/** A payload as it is stored, with what its index row said of it at the same moment. */
export interface Packed {
  id: string;
  /** Base64 where it comes from the database, bytes where it comes from an archive. */
  data: string | Uint8Array;
  rawBytes: number;
  /** Null where the database has it alone. */
  archiveId: string | null;
  minTs: number;
  maxTs: number;
}

/** Calls of the stores that somebody has to account for: statements of D1, and reads of R2. */
export interface CallMeter {
  calls: number;
}

/** What one invocation may have under way at a time (connections of a Worker). */
const READS_AT_ONCE = 6;
/** A block changes its place at most this often while it is looked for: archived, cooled, restored, rewritten by an erasure. More is a fault. */
const MAX_LOOKS = 5;

interface Row {
  id: string;
  data: string | null;
  raw_bytes: number;
  packed_bytes: number;
  min_ts: number;
  max_ts: number;
  archive_id: string | null;
  archive_offset: number | null;
  object_key: string | null;
}

/** What the database has of each, else where it lies in R2: in one statement, so that a block on its way is in one place or the other. */
const LOOK = `SELECT b.id, p.data, b.raw_bytes, b.packed_bytes, b.min_ts, b.max_ts, b.archive_id, b.archive_offset, a.object_key
  FROM json_each(?1) AS wanted CROSS JOIN blocks b ON b.id = wanted.value
  LEFT JOIN block_payloads p ON p.block_id = b.id
  LEFT JOIN archives a ON a.id = b.archive_id AND p.block_id IS NULL`;

/**
 * Payloads as they are stored; inflatePacked opens one at a time, so that memory holds the packed form of many and the raw form of one. What is
 * in no row of the database is read from its archive, by ranges. A block that is gone is missing from the map: its records are in another one
 * now, or were deleted. Throws BlockUnreadable where an index row names what is not there; whatever a store fails with else.
 */
export async function readPacked(
  stores: Pick<Env, 'DB' | 'STORE'>,
  ids: readonly string[],
  meter: CallMeter = { calls: 0 },
): Promise<Map<string, Packed>> {
  const found = new Map<string, Packed>();
  /** Where it was looked for in vain. */
  const tried = new Map<string, string>();
  let wanted = ids;
  for (let look = 1; wanted.length > 0; look++) {
    meter.calls++;
    const { results } = await stores.DB.prepare(LOOK).bind(JSON.stringify(wanted)).all<Row>();
    const members: Member<Row>[] = [];
    const nowhere: string[] = [];
    for (const row of results) {
      if (row.data !== null) {
        found.set(row.id, toPacked(row, row.data));
        continue;
      }
      const place = `${row.object_key} ${row.archive_offset} ${row.packed_bytes}`;
      if (tried.get(row.id) === place || look > MAX_LOOKS) throw unreadable(row);
      tried.set(row.id, place);
      if (row.object_key === null || row.archive_offset === null) nowhere.push(row.id);
      else members.push({ of: row, key: row.object_key, offset: row.archive_offset, bytes: row.packed_bytes });
    }
    wanted = [...nowhere, ...(await readMembers(stores.STORE, members, meter, found))];
  }
  return found;
}

function toPacked(row: Row, data: string | Uint8Array): Packed {
  const { id, raw_bytes: rawBytes, archive_id: archiveId, min_ts: minTs, max_ts: maxTs } = row;
  return { id, data, rawBytes, archiveId, minTs, maxTs };
}

function unreadable(row: Row): BlockUnreadable {
  const { id, archive_id: archiveId, object_key: key, min_ts: minTs, max_ts: maxTs } = row;
  const reason =
    archiveId === null
      ? 'it has no payload'
      : key === null
        ? `its archive ${archiveId} is not registered`
        : `${key} does not have ${row.packed_bytes} bytes at ${row.archive_offset}`;
  return new BlockUnreadable({ id, archiveId, minTs, maxTs }, reason);
}

/** Adds what is there; returns the ids of what is not. */
async function readMembers(
  bucket: R2Bucket,
  members: readonly Member<Row>[],
  meter: CallMeter,
  found: Map<string, Packed>,
): Promise<string[]> {
  const ranges = joinMembers(members);
  const missing: string[] = [];
  const worker = async (): Promise<void> => {
    for (let range = ranges.pop(); range; range = ranges.pop()) {
      meter.calls++;
      const bytes = await readRange(bucket, range, meter);
      for (const { of: row, offset, bytes: length } of range.members) {
        const start = offset - range.offset;
        const member = bytes?.subarray(start, start + length);
        if (member?.byteLength === length) found.set(row.id, toPacked(row, member));
        else missing.push(row.id);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(READS_AT_ONCE, ranges.length) }, worker));
  return missing;
}

/** Null where the object is not there, or ends before the range does. */
async function readRange(
  bucket: R2Bucket,
  { key, offset, bytes }: MemberRange<Row>,
  meter: CallMeter,
): Promise<Uint8Array | null> {
  try {
    const object = await bucket.get(key, { range: { offset, length: bytes } });
    return object && new Uint8Array(await object.arrayBuffer());
  } catch (cause) {
    // A range that begins behind the end fails like a store that is away, in words that are not the same everywhere.
    meter.calls++;
    const head = await bucket.head(key);
    if (!head || head.size < offset + bytes) return null;
    throw cause;
  }
}

/** NDJSON. Throws BlockUnreadable where the bytes are not what the index row says; gzip checks them by its CRC. */
export function inflatePacked(packed: Packed): Buffer {
  const { data, rawBytes } = packed;
  let raw: Buffer;
  try {
    raw = gunzip(typeof data === 'string' ? Buffer.from(data, 'base64') : data, rawBytes);
  } catch (cause) {
    throw new BlockUnreadable(packed, String(cause), { cause });
  }
  if (raw.length === rawBytes) return raw;
  throw new BlockUnreadable(packed, `it has ${raw.length} bytes of the ${rawBytes} that its index row says`);
}

/** NDJSON of each block that is still there, all in memory at once: for few blocks. As readPacked. */
export async function readPayloads(
  stores: Pick<Env, 'DB' | 'STORE'>,
  blocks: readonly { id: string }[],
): Promise<Map<string, string>> {
  const packed = await readPacked(
    stores,
    blocks.map(({ id }) => id),
  );
  return new Map([...packed].map(([id, payload]) => [id, inflatePacked(payload).toString('utf8')]));
}
