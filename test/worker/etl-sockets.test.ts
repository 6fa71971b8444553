import { evictDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { HubSchema } from '../../durable-objects/hub/telemetry.ts';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { NO_SCHEMA } from '../../src/etl/pipeline.ts';
import { createKey, signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient, liveProject } from '../helpers/worker/live-client.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

const CASTS = { transformations: [{ type: 'cast', field: 'attrs.ms', to: 'integer' }] };
const MASKS = { transformations: [{ type: 'mask', field: 'userId', how: 'fixed' }] };

async function save(project: string, schema: unknown, more: object = {}) {
  const as = await signInAs('admin');
  return callApp('PUT', `/api/etl/schemas/TELEMETRY?project=${project}`, { as, body: schema, ...more });
}

describe('telemetry on a socket', () => {
  it('goes through the steps of the newest schema, also one that is saved while the socket is open', async () => {
    const here = await liveProject();
    const client = await here.open();
    const payload = [{ attrs: { ms: '7' }, userId: 'u1' }, { attrs: { ms: 'x' } }];
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload })).toMatchObject({ stored: 2, rejected: 0 });
    expect((await save(here.project, CASTS)).status).toBe(201);
    expect(await client.ask({ type: 'TELEMETRY', id: 2, payload })).toMatchObject({
      ...{ received: 2, stored: 1, rejected: 1 },
      errors: [{ index: 1, pointer: '/attrs/ms', reason: 'cannot be read as integer' }],
    });
    expect((await save(here.project, MASKS)).status).toBe(201);
    await client.ask({ type: 'TELEMETRY', id: 3, payload: payload[0] });
    expect((await everyRecord(here.project)).map(({ attrs, userId }) => [attrs.ms, userId])).toEqual([
      ['7', 'u1'],
      ['x', undefined],
      [7, 'u1'],
      ['7', '***'],
    ]);
  });

  it('goes by the schema from the first frame of a hub that has slept', async () => {
    const here = await liveProject();
    await save(here.project, MASKS);
    const client = await here.open();
    await evictDurableObject(env.HUB.getByName(here.project));
    await client.ask({ type: 'TELEMETRY', payload: { userId: 'secret' } });
    expect((await everyRecord(here.project))[0]?.userId).toBe('***');
  });

  it('of another data type is extracted first', async () => {
    const here = await liveProject();
    const client = await here.open();
    const json = { type: 'TELEMETRY', dataType: 'TELEMETRY', payload: { message: 'plain' } };
    expect(await client.ask(json)).toMatchObject({ stored: 1 });
    const yaml = { type: 'TELEMETRY', dataType: 'YAML', payload: '{"message":"yaml"}' };
    expect(await client.ask({ ...yaml, batchId: 'b' })).toMatchObject({ received: 1, stored: 1, rejected: 0 });
    expect(await client.ask({ ...yaml, batchId: 'b' })).toMatchObject({ stored: 1, replayed: true });
    expect(await client.ask({ ...yaml, payload: '{"message":' })).toMatchObject({
      received: 1,
      stored: 0,
      rejected: 1,
    });
    expect((await everyRecord(here.project)).map(({ message }) => message)).toEqual(['plain', 'yaml']);
  });

  it('may not get into a stream that the key lacks by way of a transformation', async () => {
    const here = await liveProject();
    await save(here.project, { transformations: [{ type: 'rename', from: 'kind', to: 'stream' }] });
    const { key } = await createKey(here.project, ['ingest:logs']);
    const client = await LiveClient.open({ project: here.project, key });
    expect(await client.ask({ type: 'TELEMETRY', payload: [{ kind: 'fraud' }, { kind: 'logs' }] })).toMatchObject({
      ...{ received: 2, stored: 1, rejected: 1 },
      errors: [{ index: 0, pointer: '/stream' }],
    });
  });
});

describe('a schema for telemetry', () => {
  it('whose hub cannot be told is saved, and told by a repeat', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const here = await liveProject();
    const client = await here.open();
    await client.ask({ type: 'TELEMETRY', payload: { userId: 'u' } });
    const away = { useSchema: () => Promise.reject(new Error('gone')) };
    const HUB = new Proxy(env.HUB, {
      get: (hub, name) => (name === 'getByName' ? () => away : Reflect.get(hub, name)),
    });
    const pending = await save(here.project, MASKS, { app: createApp(), env: { ...env, HUB } });
    expect([pending.status, pending.body.code]).toEqual([503, 'schema_pending']);
    const again = await save(here.project, MASKS);
    expect([again.status, again.body.version]).toEqual([200, 1]);
    await client.ask({ type: 'TELEMETRY', payload: { userId: 'u' } });
    expect((await everyRecord(here.project)).map(({ userId }) => userId)).toEqual(['u', '***']);
    error.mockRestore();
  });

  it('is not guessed: a hub that cannot read it refuses frames, unless it has a copy', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const here = await liveProject();
    const client = await here.open();
    await env.DB.prepare('ALTER TABLE etl_schemas RENAME TO etl_schemas_away').run();
    const refused = await client.ask({ type: 'TELEMETRY', id: 1, payload: { message: 'm' } });
    await env.DB.prepare('ALTER TABLE etl_schemas_away RENAME TO etl_schemas').run();
    expect(refused).toMatchObject({ type: 'ERROR', id: 1, code: 'schema_away', retryAfterSeconds: 1 });
    expect(await everyRecord(here.project)).toEqual([]);

    await save(here.project, MASKS);
    await evictDurableObject(env.HUB.getByName(here.project));
    await env.DB.prepare('ALTER TABLE etl_schemas RENAME TO etl_schemas_away').run();
    const taken = await client.ask({ type: 'TELEMETRY', payload: { userId: 'u' } });
    await env.DB.prepare('ALTER TABLE etl_schemas_away RENAME TO etl_schemas').run();
    expect(taken).toMatchObject({ type: 'ACK', stored: 1 });
    expect((await everyRecord(here.project))[0]?.userId).toBe('***');
    error.mockRestore();
  });

  it('is not waited for where the database does not answer: the copy serves, and frames that wait have bounds', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const never = { run: () => new Promise(() => undefined) };
    const silent = { ...env, DB: { prepare: () => ({ bind: () => never }) } } as unknown as Env;
    const copies = new Map<string, unknown>();
    const kv = {
      get: (name: string) => copies.get(name),
      put: (name: string, copy: unknown) => copies.set(name, copy),
    };
    const storage = { kv } as unknown as DurableObjectStorage;
    const open = () => new HubSchema(silent, storage, () => 'prj_x', { maxLoadMs: 1 });
    expect(await open().load(10)).toBe(false);
    open().use({ version: 3, schema: NO_SCHEMA, reference: '' });
    const hub = open();
    const waiting = [hub.load(5_000_000), hub.load(3_000_000)];
    expect(hub.load(4_000_000)).toBeNull();
    expect(await Promise.all(waiting)).toEqual([true, true]);
    expect(await hub.load(4_000_000)).toBe(true);
    error.mockRestore();
  });
});
