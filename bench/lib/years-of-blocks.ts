/**
 * A year of records in the stores of a state folder: blocks made by the product's own code as a journal seals them, those past the hot period laid into objects
 * as an archive run leaves them. Through ingest the same takes minutes more and measures something else.
 */
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { type BlockIndex, type SealedBlock, storeSealed } from '../../src/blocks/index.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { buildBlock, type PlacedPart } from '../../src/journal/index.ts';
import { dayOf } from '../../src/shared/calendar.ts';
import { batchIds } from '../../src/shared/ids.ts';
import { makeRecord, random } from './records.ts';
import { inStores, type Stores } from './stores.ts';

const BATCH_RECORDS = 500;
const BLOCK_RECORDS = 5_000;
const DAY_MS = 86_400_000;

export interface Year {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
  /** What is before it is archived. */
  hotFromMs: number;
  records: number;
  seed: number;
}

export interface Filled {
  rawBytes: number;
  packedBytes: number;
  blocks: number;
  archivedBlocks: number;
  objects: number;
  /** References, each in one record, from the first day to the last. */
  references: string[];
}

/** The stores of a state folder that no server has open. `filesDir`: the same bytes as files, for tools of the shell. */
export async function fillYear(
  stateDir: string,
  projectId: string,
  year: Year,
  { references: wanted, filesDir }: { references: number; filesDir: string | null },
): Promise<Filled> {
  return inStores(stateDir, (stores) => fill(stores, projectId, year, wanted, filesDir));
}

async function fill(
  stores: Stores,
  projectId: string,
  year: Year,
  wanted: number,
  filesDir: string | null,
): Promise<Filled> {
  if (filesDir !== null) mkdirSync(filesDir, { recursive: true });
  const filled: Filled = { rawBytes: 0, packedBytes: 0, blocks: 0, archivedBlocks: 0, objects: 0, references: [] };
  const every = Math.floor(year.records / wanted);
  let ofDay: SealedBlock[] = [];
  let day = '';
  const endDay = async (): Promise<void> => {
    if (ofDay.length === 0) return;
    const gzip = Buffer.concat(ofDay.map((block) => block.gzip));
    if (filesDir !== null) writeFileSync(path.join(filesDir, `${day}.ndjson.gz`), gzip);
    const maxTs = Math.max(...ofDay.map(({ index }) => index.summary.maxTs));
    if (maxTs < year.hotFromMs) {
      await archive(
        stores,
        projectId,
        day,
        ofDay.map(({ index }) => index),
        gzip,
      );
      filled.objects++;
      filled.archivedBlocks += ofDay.length;
    }
    ofDay = [];
  };
  for (const { block, references } of blocksOfYear(projectId, year, every)) {
    const { summary, rawBytes, packedBytes } = block.index;
    const newDay = dayOf(summary.maxTs);
    if (newDay !== day) await endDay();
    day = newDay;
    await storeSealed(stores.db, block);
    ofDay.push(block);
    filled.blocks++;
    filled.rawBytes += rawBytes;
    filled.packedBytes += packedBytes;
    filled.references.push(...references);
  }
  await endDay();
  return filled;
}

/** In order of time. Each with the references of its records of which one is kept for every `every`. */
function* blocksOfYear(
  projectId: string,
  { fromMs, toMs, records, seed }: Year,
  every: number,
): Generator<{ block: SealedBlock; references: string[] }> {
  const next = random(seed);
  const stepMs = (toMs - fromMs) / records;
  let parts: PlacedPart[] = [];
  let references: string[] = [];
  let nextSeq = 1;
  for (let at = 0; at < records; at += BATCH_RECORDS) {
    const nowMs = Math.floor(fromMs + (at + BATCH_RECORDS) * stepMs);
    const batch = new BatchBuilder({ stream: 'logs', service: 'bench', nowMs }, batchIds(nowMs), true);
    for (let i = at; i < Math.min(at + BATCH_RECORDS, records); i++) {
      const record = makeRecord(next, Math.floor(fromMs + i * stepMs));
      if (i % every === Math.floor(every / 2)) references.push(/ref=(\w+)/.exec(record.message)?.[1] ?? '');
      batch.add(record);
    }
    batch.finish();
    for (const part of batch.parts) {
      parts.push({ ...part, firstSeq: nextSeq });
      nextSeq += part.summary.records;
    }
    const count = parts.reduce((sum, part) => sum + part.summary.records, 0);
    if (count < BLOCK_RECORDS && at + BATCH_RECORDS < records) continue;
    yield { block: buildBlock(projectId, 0, parts, nowMs).block, references };
    parts = [];
    references = [];
  }
}

async function archive(
  { db, bucket }: Stores,
  projectId: string,
  day: string,
  blocks: readonly BlockIndex[],
  object: Buffer,
): Promise<void> {
  const key = `archive/${projectId}/${day.replaceAll('-', '/')}/batch-0001.ndjson.gz`;
  await bucket.put(key, new Uint8Array(object));
  const sum = (of: (block: BlockIndex) => number): number => blocks.reduce((all, block) => all + of(block), 0);
  let offset = 0;
  const places = blocks.map(({ id, packedBytes }) => {
    const at = offset;
    offset += packedBytes;
    return { id, at };
  });
  const id = `arc_${day.replaceAll('-', '')}`;
  await db.batch([
    // The next object of the day is another one.
    db.prepare('INSERT INTO archive_numbers (project_id, day, last) VALUES (?1, ?2, 1)').bind(projectId, day),
    db
      .prepare(
        `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
           storage_class, created_at_ms, verified_at_ms, sources) VALUES (?1, ?2, ?3, 1, 'logs', 'current', ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'Standard', ?12, ?12, '[]')`,
      )
      .bind(
        ...[
          id,
          projectId,
          day,
          key,
          blocks.length,
          sum(({ summary }) => summary.records),
          sum(({ rawBytes }) => rawBytes),
        ],
        ...[object.length, Math.min(...blocks.map(({ summary }) => summary.minTs))],
        ...[Math.max(...blocks.map(({ summary }) => summary.maxTs)), createHash('sha256').update(object).digest('hex')],
        Date.parse(day) + DAY_MS,
      ),
    db
      .prepare(
        `UPDATE blocks SET archive_id = ?1, archive_offset = j.value ->> 'at' FROM json_each(?2) j WHERE blocks.id = j.value ->> 'id'`,
      )
      .bind(id, JSON.stringify(places)),
    db
      .prepare(`DELETE FROM block_payloads WHERE block_id IN (SELECT value ->> 'id' FROM json_each(?1))`)
      .bind(JSON.stringify(places)),
  ]);
}
