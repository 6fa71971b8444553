import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { gunzip, type SealedBlock, storeSealed } from '../../../src/blocks/index.ts';
import type { Ctx } from '../../../src/env.ts';
import { BatchBuilder } from '../../../src/ingest/batch.ts';
import { buildBlock } from '../../../src/journal/index.ts';
import { batchIds } from '../../../src/shared/ids.ts';
import type { Json, LogRecord, Stream } from '../../../src/wire/record.ts';
import { createProject } from './accounts.ts';
import { testCtx } from './context.ts';

export const DAY_MS = 86_400_000;
/** Of the tests: everything happens around it. */
export const NOW_MS = Date.parse('2026-11-27T12:00:00Z');

/** A run of the cron, at a time of the test's choosing. */
export const at = (nowMs: number, overrides: Partial<Ctx> = {}): Ctx =>
  testCtx({ nowMs, actor: { kind: 'system', job: 'archive' }, ...overrides });

export interface BlockSpec {
  /** Of its records, from the first on, a second apart. */
  ts: number;
  stream?: Stream;
  records?: number;
  sealedAtMs?: number;
  message?: string;
}

/** Blocks as the journal seals them, one behind the other in the order of each stream; returns them. */
export async function sealBlocks(projectId: string, specs: readonly BlockSpec[]): Promise<SealedBlock[]> {
  const nextSeq = new Map<Stream, number>();
  const blocks = specs.map(({ ts, stream = 'logs', records = 2, sealedAtMs = ts, message = 'a record' }) => {
    // Taken in when its newest record was made: some tests have the clock of this machine, which is far from the one above on another day.
    const nowMs = ts + records * 1_000;
    const batch = new BatchBuilder({ stream, service: 'test', nowMs }, batchIds(NOW_MS), true);
    for (let i = 0; i < records; i++) {
      batch.add({ ts: ts + i * 1_000, message: `${message} ${i}`, attrs: { i } } satisfies Json);
    }
    batch.finish();
    let seq = nextSeq.get(stream) ?? 1;
    const parts = batch.parts.map((part) => {
      const placed = { ...part, firstSeq: seq };
      seq += part.summary.records;
      return placed;
    });
    nextSeq.set(stream, seq);
    return buildBlock(projectId, 0, parts, sealedAtMs).block;
  });
  for (const block of blocks) await storeSealed(env.DB, block);
  return blocks;
}

/** A project with blocks. */
export async function projectWithBlocks(specs: readonly BlockSpec[]): Promise<{ id: string; blocks: SealedBlock[] }> {
  const { id } = await createProject();
  return { id, blocks: await sealBlocks(id, specs) };
}

interface Row {
  id: string;
  sha256: string;
  packed_bytes: number;
  raw_bytes: number;
  archive_offset: number | null;
  object_key: string | null;
  state: string | null;
  data: string | null;
}

/**
 * Every record in the blocks of a project, in the order of their ids, read without the product's own readers. Throws where a block has its bytes nowhere, or
 * other bytes than its index row says in any of the places that it names.
 */
export async function recordsOf(projectId: string): Promise<LogRecord[]> {
  const { results } = await env.DB.prepare(
    `SELECT b.id, b.sha256, b.packed_bytes, b.raw_bytes, b.archive_offset, a.object_key, a.state, p.data FROM blocks b
     LEFT JOIN archives a ON a.id = b.archive_id LEFT JOIN block_payloads p ON p.block_id = b.id
     WHERE b.project_id = ?1 ORDER BY b.stream, b.first_seq`,
  )
    .bind(projectId)
    .all<Row>();
  const records: LogRecord[] = [];
  for (const row of results) {
    const places = [row.data === null ? null : new Uint8Array(Buffer.from(row.data, 'base64')), await fromObject(row)];
    const [bytes, ...others] = places.filter((place) => place !== null);
    if (!bytes) throw new Error(`block ${row.id} is nowhere`);
    for (const place of [bytes, ...others]) {
      const hash = createHash('sha256').update(place).digest('hex');
      if (hash !== row.sha256) throw new Error(`block ${row.id} is not what its index row says`);
    }
    const lines = gunzip(bytes, row.raw_bytes).toString('utf8').split('\n');
    records.push(...lines.filter((line) => line !== '').map((line) => JSON.parse(line) as LogRecord));
  }
  return records;
}

async function fromObject(row: Row): Promise<Uint8Array | null> {
  if (row.archive_offset === null) return null;
  if (row.object_key === null || row.state !== 'current') throw new Error(`block ${row.id} lies in no current archive`);
  const range = { offset: row.archive_offset, length: row.packed_bytes };
  const object = await env.STORE.get(row.object_key, { range });
  if (object === null) throw new Error(`block ${row.id} lies in an object that is not there`);
  return new Uint8Array(await object.arrayBuffer());
}

/** Keys in R2 that no row names: what a run has left behind. */
export async function strayKeys(projectId: string): Promise<string[]> {
  const listed = await env.STORE.list({ prefix: `archive/${projectId}/` });
  const { results: archives } = await env.DB.prepare('SELECT object_key, day FROM archives WHERE project_id = ?1')
    .bind(projectId)
    .all<{ object_key: string; day: string }>();
  const { results: versions } = await env.DB.prepare(
    'SELECT sequence, day FROM archive_manifests WHERE project_id = ?1',
  )
    .bind(projectId)
    .all<{ sequence: number; day: string }>();
  const known = new Set([
    ...archives.map(({ object_key }) => object_key),
    ...versions.map(({ sequence }) => `archive/${projectId}/manifests/${sequence}.json`),
    ...versions.map(({ day }) => `archive/${projectId}/${day.replaceAll('-', '/')}/manifest.json`),
  ]);
  return listed.objects.map(({ key }) => key).filter((key) => !known.has(key));
}

export interface ArchiveFacts {
  id: string;
  object_key: string;
  state: string;
  blocks: number;
  manifest_sequence: number | null;
  storage_class: string;
  problem: string | null;
}

export async function archivesOf(projectId: string): Promise<ArchiveFacts[]> {
  const { results } = await env.DB.prepare(
    'SELECT id, object_key, state, blocks, manifest_sequence, storage_class, problem FROM archives WHERE project_id = ?1 ORDER BY day, number',
  )
    .bind(projectId)
    .all<ArchiveFacts>();
  return results;
}

/** How many payloads of a project the database has. */
export async function payloadsOf(projectId: string): Promise<number> {
  const sql =
    'SELECT count(*) AS n FROM block_payloads WHERE block_id IN (SELECT id FROM blocks WHERE project_id = ?1)';
  return (await env.DB.prepare(sql).bind(projectId).first<{ n: number }>())?.n ?? 0;
}
