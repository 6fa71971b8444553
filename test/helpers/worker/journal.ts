import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { JOURNAL_SCHEMA } from '../../../durable-objects/journal/schema.ts';
import { applySchemaSteps } from '../../../durable-objects/schema-steps.ts';
import { inflatePiece, listBlocks, readPayloads } from '../../../src/blocks/index.ts';
import { BatchBuilder } from '../../../src/ingest/batch.ts';
import { type Ledger, readLedger } from '../../../src/ingest/ledger.ts';
import {
  type AppendOutcome,
  type AppendRequest,
  type Dedupe,
  journalFor,
  type TailPage,
} from '../../../src/journal/index.ts';
import { batchIds } from '../../../src/shared/ids.ts';
import type { Json, LogRecord } from '../../../src/wire/record.ts';
import { testCtx } from './context.ts';

/** A batch as the ingest route would hand it to the journal. */
export function batchOf(
  projectId: string,
  records: Json[],
  options: { keyId?: string; nowMs?: number; dedupe?: Dedupe | null; pack?: boolean } = {},
): AppendRequest {
  const nowMs = options.nowMs ?? Date.now();
  const batch = new BatchBuilder({ stream: 'logs', service: 'test', nowMs }, batchIds(nowMs), options.pack ?? true);
  for (const record of records) batch.add(record);
  batch.finish();
  return {
    projectId,
    shard: 0,
    keyId: options.keyId ?? 'key_test',
    protocol: 'ingest',
    userAgent: 'test',
    nowMs,
    parts: batch.parts,
    received: batch.received,
    rejected: batch.rejected,
    rejectedByReason: batch.rejectedByReason,
    rejections: batch.rejections,
    bodyBytes: JSON.stringify(records).length,
    dedupe: options.dedupe ?? null,
  };
}

export async function append(request: AppendRequest): Promise<AppendOutcome> {
  return await journalFor(env, request.projectId, 0).append(request);
}

export async function tailOf(projectId: string): Promise<TailPage> {
  return await journalFor(env, projectId, 0).readTail({
    stream: null,
    fromMs: -8.64e15,
    toMs: 8.64e15,
    after: null,
    maxBytes: 64 * 1024 * 1024,
  });
}

/** Every record of a project: those in blocks, then those in the tail, in the order of their journal. */
export async function everyRecord(projectId: string): Promise<LogRecord[]> {
  const page = await tailOf(projectId);
  const listed = await listBlocks(env.DB, projectId, { fromMs: -8.64e15, toMs: 8.64e15, stream: null });
  // As in the product: what an alarm sealed since the tail was read is in both, and counts once.
  const sealedSeq = new Map(page.heads.map((head) => [head.stream, head.sealedSeq]));
  const blocks = listed.filter((block) => block.lastSeq < (sealedSeq.get(block.stream) ?? 0));
  blocks.sort((a, b) => a.firstSeq - b.firstSeq);
  const texts: string[] = [];
  for (const block of blocks) texts.push((await readPayloads(env, [block])).get(block.id) ?? '');
  for (const part of page.parts) {
    texts.push(
      part.codec === 'raw'
        ? Buffer.from(part.data).toString()
        : inflatePiece({ deflated: part.data, rawBytes: part.rawBytes }).toString(),
    );
  }
  return texts
    .join('')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as LogRecord);
}

/** What the journals of a project have counted since they exist, and the minutes of now. */
export function ledgerOf(projectId: string): Promise<Ledger> {
  const ctx = testCtx();
  return readLedger(ctx, projectId, { keyId: null, fromMs: ctx.nowMs - 60_000, toMs: ctx.nowMs + 60_000 });
}

/** A journal as a version left it that knew the first `steps` of its schema, filled in its words; the next call upgrades it. */
export async function olderJournal(projectId: string, steps: number, fill: (sql: SqlStorage) => void): Promise<void> {
  const journal = journalFor(env, projectId, 0);
  await runInDurableObject(journal, (_, { storage }) => {
    const tables = storage.sql.exec<{ name: string }>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '_cf_*' AND name NOT GLOB 'sqlite_*'",
    );
    for (const { name } of tables.toArray()) storage.sql.exec(`DROP TABLE ${name}`);
    applySchemaSteps(storage, JOURNAL_SCHEMA.slice(0, steps));
    fill(storage.sql);
  });
  await evictDurableObject(journal);
}
