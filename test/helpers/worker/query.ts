import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { journalFor } from '../../../src/journal/index.ts';
import type { Json } from '../../../src/wire/record.ts';
import { createKey, createProject } from './accounts.ts';
import { append, batchOf } from './journal.ts';
import { until } from './until.ts';

/** A project with a key of these scopes. */
export async function projectWithKey(scopes: Parameters<typeof createKey>[1] = ['query']): Promise<{
  id: string;
  key: string;
}> {
  const { id } = await createProject();
  const { key } = await createKey(id, scopes);
  return { id, key };
}

/** One batch into the tail. `nowMs` is its time of arrival. */
export async function put(projectId: string, records: Json[], nowMs = Date.now(), pack = true): Promise<void> {
  const outcome = await append(batchOf(projectId, records, { nowMs, pack }));
  if (outcome.kind !== 'stored') throw new Error(`the batch was not stored: ${outcome.kind}`);
}

/** Of all projects, which compaction, erasure and archiving take as they come. */
export async function forgetBlocks(): Promise<void> {
  const tables = ['block_filters', 'block_payloads', 'blocks'];
  await env.DB.batch(tables.map((table) => env.DB.prepare(`DELETE FROM ${table}`)));
}

/** Seals the whole tail, each stream into blocks of its own. */
export async function seal(projectId: string, shard = 0): Promise<void> {
  const journal = journalFor(env, projectId, shard);
  await runInDurableObject(journal, (_, state) => {
    state.storage.sql.exec('UPDATE parts SET at_ms = 0');
  });
  await evictDurableObject(journal);
  await journal.status();
  // The alarm may be running by itself already, and then this does nothing.
  await runDurableObjectAlarm(journal);
  await until('the tail is sealed', async () => (await journal.status()).backlogRecords === 0);
}
