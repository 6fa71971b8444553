/**
 * What lies on disk, read without the Worker: a witness that shares no code with it. Works while a server runs and after it was killed.
 */
import { createHash } from 'node:crypto';
import { constants, gunzipSync, inflateRawSync } from 'node:zlib';
import type { LogRecord } from '../../src/wire/record.ts';
import { databaseFile, objectFiles, openDisk, readObject } from './disk.ts';

const NEWLINE = 10;

export interface Stored {
  /** Records in blocks, archived or not, in the order of their journal and stream. */
  sealed: LogRecord[];
  /** Records that are in a journal only. */
  tail: LogRecord[];
  /** What cannot be: gaps between blocks, counts or checksums that do not fit. */
  faults: string[];
}

/** Everything that is stored for a project. */
export function readStored(stateDir: string, projectId: string): Stored {
  const stored: Stored = { sealed: [], tail: [], faults: [] };
  // Journals first: what they seal in between is then read twice at worst, and the watermark says so. The other order would miss it.
  const parts = objectFiles(stateDir, 'Journal').flatMap((file) => readParts(file, projectId));
  const sealedUpTo = readBlocks(stateDir, projectId, stored);
  const expected = new Map<string, number>();
  for (const part of parts) {
    // A crash between the two stores leaves parts whose block exists: the next seal drops them, readers pass over them.
    if (part.firstSeq <= (sealedUpTo.get(part.run) ?? 0)) continue;
    const nextSeq = expected.get(part.run) ?? (sealedUpTo.get(part.run) ?? 0) + 1;
    if (part.firstSeq !== nextSeq)
      stored.faults.push(`${part.run}: the tail goes on at ${part.firstSeq}, not ${nextSeq}`);
    if (part.records.length !== part.count)
      stored.faults.push(`${part.run}: a part of ${part.count} holds ${part.records.length}`);
    expected.set(part.run, part.firstSeq + part.count);
    stored.tail.push(...part.records);
  }
  return stored;
}

/** Adds the sealed records; returns the watermark of each run, a run being one stream of one shard. */
function readBlocks(stateDir: string, projectId: string, stored: Stored): Map<string, number> {
  const db = openDisk(databaseFile(stateDir));
  try {
    db.exec('BEGIN');
    const blocks = db
      .prepare(
        `SELECT b.shard, b.stream, b.first_seq, b.last_seq, b.records, b.sha256, b.archive_offset, b.packed_bytes, p.data, a.object_key
         FROM blocks b LEFT JOIN block_payloads p ON p.block_id = b.id LEFT JOIN archives a ON a.id = b.archive_id
         WHERE b.project_id = ? ORDER BY b.shard, b.stream, b.first_seq`,
      )
      .all(projectId);
    const watermarks = db
      .prepare('SELECT shard, stream, last_seq FROM seal_watermarks WHERE project_id = ?')
      .all(projectId);
    const nextSeq = new Map<string, number>();
    for (const block of blocks) {
      const run = `${block.shard}/${block.stream}`;
      const gzip = packedOf(stateDir, block);
      if (gzip === null) {
        stored.faults.push(`${run}: the block from ${block.first_seq} on is neither in the database nor in an archive`);
        continue;
      }
      const ndjson = gunzipSync(gzip);
      const records = parseLines(ndjson);
      // An erased record has left an empty line.
      const lines = ndjson.filter((byte) => byte === NEWLINE).length;
      const [firstSeq, lastSeq] = [Number(block.first_seq), Number(block.last_seq)];
      const expected = nextSeq.get(run) ?? 1;
      if (firstSeq !== expected) stored.faults.push(`${run}: a block starts at ${firstSeq}, not ${expected}`);
      if (records.length !== block.records || lines !== lastSeq - firstSeq + 1) {
        stored.faults.push(
          `${run}: the block from ${firstSeq} to ${lastSeq} says ${block.records} records and holds ${records.length} in ${lines} lines`,
        );
      }
      if (createHash('sha256').update(gzip).digest('hex') !== block.sha256)
        stored.faults.push(`${run}: checksum of ${firstSeq}`);
      nextSeq.set(run, lastSeq + 1);
      stored.sealed.push(...records);
    }
    const sealedUpTo = new Map(watermarks.map((row) => [`${row.shard}/${row.stream}`, Number(row.last_seq)]));
    for (const [run, next] of nextSeq) {
      if (sealedUpTo.get(run) !== next - 1)
        stored.faults.push(`${run}: blocks end at ${next - 1}, the watermark says ${sealedUpTo.get(run)}`);
    }
    return sealedUpTo;
  } finally {
    db.close();
  }
}

/** What the database has of a block, else what its archive has where the index row says; null where neither has it. */
function packedOf(stateDir: string, block: Record<string, unknown>): Buffer | null {
  if (block.data !== null) return Buffer.from(String(block.data), 'base64');
  const object = block.object_key === null ? null : readObject(stateDir, String(block.object_key));
  const offset = Number(block.archive_offset);
  return object?.subarray(offset, offset + Number(block.packed_bytes)) ?? null;
}

interface JournalPart {
  run: string;
  firstSeq: number;
  count: number;
  records: LogRecord[];
}

function readParts(file: string, projectId: string): JournalPart[] {
  const db = openDisk(file);
  try {
    db.exec('BEGIN');
    const meta = new Map(
      db
        .prepare('SELECT name, value FROM meta')
        .all()
        .map((row) => [row.name, row.value]),
    );
    if (meta.get('project_id') !== projectId) return [];
    const rows = db
      .prepare('SELECT stream, first_seq, records, codec, data FROM parts ORDER BY stream, first_seq')
      .all();
    return rows.map((row) => {
      const data = row.data as Uint8Array;
      const raw = row.codec === 'raw' ? data : inflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH });
      const run = `${meta.get('shard')}/${row.stream}`;
      return { run, firstSeq: Number(row.first_seq), count: Number(row.records), records: parseLines(raw) };
    });
  } finally {
    db.close();
  }
}

function parseLines(ndjson: Uint8Array): LogRecord[] {
  const lines = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(ndjson).split('\n');
  return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogRecord);
}
