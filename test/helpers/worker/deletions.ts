import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { gunzipSync } from 'node:zlib';
import type { Destination } from '../../../durable-objects/destination/destination.ts';
import type { Fraud } from '../../../durable-objects/fraud/fraud.ts';
import type { Journal } from '../../../durable-objects/journal/journal.ts';
import type { Admin } from '../../../src/compliance/access.ts';
import { createDeletion } from '../../../src/compliance/deletions/requests/create.ts';
import { deletionSchema } from '../../../src/compliance/deletions/requests/schema.ts';
import { findRequest } from '../../../src/compliance/deletions/store/request-store.ts';
import { stepsOf } from '../../../src/compliance/deletions/store/step-store.ts';
import { eraseDue } from '../../../src/compliance/index.ts';
import type { Env } from '../../../src/env.ts';
import { fraudOf } from '../../../src/fraud/index.ts';
import { journalFor } from '../../../src/journal/index.ts';
import { testCtx } from './context.ts';

export const ADMIN: Admin = {
  ...{ kind: 'user', userId: 'usr_officer', username: 'officer', role: 'admin', sessionId: 'ses_officer' },
  ...{ provenAtMs: 0, projectIds: null },
};

export interface Asked {
  userIds?: string[];
  sessionIds?: string[];
  identifiers?: string[];
  graceDays?: number;
  holds?: { category: string; stream?: string | null; reason: string }[];
  nowMs?: number;
  receivedAtMs?: number;
}

/** A request as an administrator enters it; its id. */
export async function askDeletion(projectId: string, asked: Asked = {}): Promise<string> {
  const nowMs = asked.nowMs ?? Date.now();
  const { userIds = [], sessionIds = [], identifiers = [], graceDays = 0, holds = [] } = asked;
  const identity = { userIds, sessionIds, identifiers };
  const input = deletionSchema.parse({
    ...{ projectId, identity, regimeId: 'gdpr', receivedAtMs: asked.receivedAtMs ?? nowMs, graceDays, holds },
  });
  const made = await createDeletion(testCtx({ nowMs }), ADMIN, input);
  if (!made.ok) throw new Error(`the request was refused: ${JSON.stringify(made.error)}`);
  return made.value;
}

/** Runs of the job until the request is done, each two minutes later; how many it took. */
export async function eraseWhole(id: string, from = Date.now(), on: Env = env): Promise<number> {
  let nowMs = from;
  for (let runs = 1; runs <= 40; runs++) {
    await eraseDue(testCtx({ env: on, nowMs }));
    const request = await findRequest(env.DB, id);
    if (request?.state === 'done' || request?.state === 'cancelled') return runs;
    nowMs += 2 * 60_000;
  }
  const steps = (await stepsOf(env.DB, [id])).get(id);
  throw new Error(`the request is not done after 40 runs: ${JSON.stringify(steps)}`);
}

/** Every row of the database, every object of R2 and every row of these Durable Objects, as text; what is packed is unpacked. */
export async function dumpEverything(projectId: string, destinationIds: readonly string[] = []): Promise<string> {
  const texts: string[] = [];
  const { results: tables } = await env.DB.prepare(
    `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
  ).all<{ name: string }>();
  for (const { name } of tables) {
    const { results } = await env.DB.prepare(`SELECT * FROM "${name}"`).all<Record<string, unknown>>();
    for (const row of results) {
      texts.push(`${name} ${JSON.stringify(row)}`);
      if (typeof row.data === 'string') texts.push(unpacked(Buffer.from(row.data, 'base64')));
    }
  }
  const objects = [
    ...[journalFor(env, projectId, 0), fraudOf(env, projectId)],
    ...destinationIds.map((id) => env.DESTINATION.getByName(id)),
  ];
  for (const object of objects) texts.push(await dumpObject(object));
  for (const { key } of (await env.STORE.list()).objects) {
    const bytes = Buffer.from((await (await env.STORE.get(key))?.arrayBuffer()) ?? new ArrayBuffer(0));
    texts.push(key, bytes.toString('utf8'), unpacked(bytes));
  }
  return texts.join('\n');
}

function dumpObject(object: DurableObjectStub<Journal> | DurableObjectStub<Fraud> | DurableObjectStub<Destination>) {
  return runInDurableObject(object as DurableObjectStub, (_, { storage }) => {
    const tables = storage.sql
      .exec<{ name: string }>(
        `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '\\_cf%' ESCAPE '\\'`,
      )
      .toArray();
    const shown = (_: string, value: unknown) =>
      value instanceof ArrayBuffer ? Buffer.from(value).toString('utf8') : value;
    return tables
      .map(({ name }) => JSON.stringify(storage.sql.exec(`SELECT * FROM "${name}"`).toArray(), shown))
      .join('\n');
  });
}

function unpacked(bytes: Buffer): string {
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return '';
  return gunzipSync(bytes).toString('utf8');
}
