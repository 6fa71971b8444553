import {
  type ArchivedBlock,
  BlockUnreadable,
  type CallMeter,
  gunzip,
  joinMembers,
  listMembers,
} from '../../blocks/index.ts';
import type { Env } from '../../env.ts';
import { findArchives, type StoredArchive } from '../archives-store.ts';
import { getRange } from '../objects-store.ts';
import { ObjectWriter } from './object-writer.ts';
import { ParquetFile } from './parquet.ts';
import type { StaleDay } from './store.ts';

const CONTENT_TYPE = 'application/vnd.apache.parquet';
export interface MadeFile {
  key: string;
  records: number;
  bytes: number;
}

export function warehouseKey(projectId: string, { day, stream }: Pick<StaleDay, 'day' | 'stream'>): string {
  return `warehouse/${projectId}/date=${day}/${stream}.parquet`;
}

/** Writes the file of a day from its archives, a few blocks at a time. Null where one of them has gone meanwhile. Throws BlockUnreadable where one is damaged. */
export async function makeFile(
  { DB, STORE }: Pick<Env, 'DB' | 'STORE'>,
  projectId: string,
  stale: StaleDay,
  meter: CallMeter,
): Promise<MadeFile | null> {
  const key = warehouseKey(projectId, stale);
  const writer = new ObjectWriter(STORE, key, CONTENT_TYPE);
  const file = new ParquetFile(writer);
  try {
    meter.calls++;
    const ids = stale.sources.split(',');
    const archives = await findArchives(DB, ids);
    for (const id of ids) {
      const archive = archives.get(id);
      if (archive?.state !== 'current') return null;
      meter.calls++;
      for (const range of rangesOf(archive, await listMembers(DB, id))) {
        meter.calls++;
        const bytes = await getRange(STORE, range.key, range.offset, range.bytes);
        if (bytes === null) return null;
        for (const { of: block, offset } of range.members) {
          const start = offset - range.offset;
          for (const line of linesOf(block, bytes.subarray(start, start + block.packedBytes))) {
            file.add(line);
            if (file.isFull) await file.writeGroup();
          }
        }
      }
    }
    // Where all records were erased there is nothing to be read.
    if (file.records > 0) await file.finish();
    return { key, records: file.records, bytes: file.records > 0 ? writer.offset : 0 };
  } finally {
    await writer.abandon();
  }
}

function rangesOf({ key }: StoredArchive, blocks: readonly ArchivedBlock[]) {
  return joinMembers(blocks.map((block) => ({ of: block, key, offset: block.offset, bytes: block.packedBytes })));
}

function* linesOf(block: ArchivedBlock, packed: Uint8Array): Generator<string> {
  let raw: Buffer;
  try {
    raw = gunzip(packed, block.rawBytes);
  } catch (cause) {
    throw new BlockUnreadable(block, String(cause), { cause });
  }
  for (let start = 0; start < raw.length; ) {
    const newline = raw.indexOf('\n', start);
    const end = newline < 0 ? raw.length : newline;
    // Where a record was erased the line is empty.
    if (end > start) yield raw.toString('utf8', start, end);
    start = end + 1;
  }
}
