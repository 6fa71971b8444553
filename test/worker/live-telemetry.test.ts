import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { journalFor } from '../../src/journal/index.ts';
import { MAX_BACKLOG_BYTES } from '../../src/wire/limits.ts';
import { createKey, signInAs } from '../helpers/worker/accounts.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { LiveClient, liveProject, numbered } from '../helpers/worker/live-client.ts';
import { until } from '../helpers/worker/until.ts';

// A busy machine is slow, not wrong: until() has its own limits.
vi.setConfig({ testTimeout: 30_000 });

const ledgerOf = async (project: string) => (await journalFor(env, project, 0).status()).ledger;

describe('TELEMETRY', () => {
  it('is acknowledged when it is durable: one record, many, none', async () => {
    const here = await liveProject();
    const client = await here.open();
    expect(await client.ask({ type: 'TELEMETRY', id: 'a', payload: { message: 'one' } })).toEqual({
      type: 'ACK',
      id: 'a',
      received: 1,
      stored: 1,
      duplicate: 0,
      rejected: 0,
    });
    expect(await everyRecord(here.project)).toHaveLength(1);
    expect(await client.ask({ type: 'TELEMETRY', id: 'b', payload: numbered(3, 'n') })).toMatchObject({
      received: 3,
      stored: 3,
    });
    expect(await client.ask({ type: 'TELEMETRY', id: 'c', payload: [] })).toMatchObject({ received: 0, stored: 0 });
    expect((await everyRecord(here.project)).map(({ message }) => message)).toEqual(['one', 'n 0', 'n 1', 'n 2']);
  });

  it('counts and lists the bad records of each frame by their place in it, whoever shares the append', async () => {
    const here = await liveProject();
    const [one, two] = [await here.open(), await here.open()];
    one.send({ type: 'TELEMETRY', id: 'warm', payload: { message: 'first' } });
    for (let i = 0; i < 50; i++) {
      one.send({
        type: 'TELEMETRY',
        id: `one-${i}`,
        payload: [{ message: `one ${i}` }, 7, { message: 'x', ts: 'soon' }],
      });
      two.send({ type: 'TELEMETRY', id: `two-${i}`, payload: { message: `two ${i}` } });
    }
    await until('all are answered', () => one.frames.length === 51 && two.frames.length === 50);
    for (const [i, frame] of one.frames.slice(1).entries()) {
      expect(frame).toMatchObject({ type: 'ACK', id: `one-${i}`, received: 3, stored: 1, rejected: 2 });
      expect(
        (frame.errors as { index: number; pointer: string }[]).map(({ index, pointer }) => [index, pointer]),
      ).toEqual([
        [1, ''],
        [2, '/ts'],
      ]);
    }
    for (const [i, frame] of two.frames.entries()) {
      expect(frame).toEqual({ type: 'ACK', id: `two-${i}`, received: 1, stored: 1, duplicate: 0, rejected: 0 });
    }
    expect(await everyRecord(here.project)).toHaveLength(101);
    const [row] = await ledgerOf(here.project);
    expect(row).toMatchObject({ keyId: here.keyId, received: 201, stored: 101, rejected: 100, duplicate: 0 });
    expect(Object.values(row?.rejectedByReason ?? {}).reduce((sum, n) => sum + n, 0)).toBe(100);
  });

  it('gathers many frames into few appends', async () => {
    const here = await liveProject();
    const client = await here.open();
    for (let i = 0; i < 400; i++) client.send({ type: 'TELEMETRY', id: i, payload: { message: `n ${i}` } });
    await until('all are acknowledged', () => client.frames.length === 400);
    expect(client.frames.map(({ id }) => id)).toEqual(Array.from({ length: 400 }, (_, i) => i));
    expect((await everyRecord(here.project)).map(({ message }) => message)).toEqual(
      numbered(400, 'n').map((r) => r.message),
    );
    const { parts } = await journalFor(env, here.project, 0).readFrom('logs', 1, Number.MAX_SAFE_INTEGER);
    // How many fit together depends on the machine; test/unit/live-gather.test.ts says the rule.
    expect(parts.length).toBeLessThan(400);
  });

  it('counts each sender in its own account of the ledger', async () => {
    const here = await liveProject();
    const second = await createKey(here.project, ['ingest']);
    const analyst = await signInAs('analyst');
    const clients = [
      await here.open(),
      await here.open({ key: second.key }),
      await LiveClient.open({ project: here.project, as: analyst }),
    ];
    for (const [i, client] of clients.entries()) {
      for (let n = 0; n <= i; n++) client.send({ type: 'TELEMETRY', payload: { message: 'x' }, csrf: analyst.csrf });
    }
    await until('all are acknowledged', () => clients.every(({ frames }, i) => frames.length === i + 1));
    const stored = Object.fromEntries((await ledgerOf(here.project)).map((row) => [row.keyId, row.stored]));
    expect(stored).toEqual({ [here.keyId]: 1, [second.id]: 2, [`user:${analyst.userId}`]: 3 });
  });

  it('holds a key to its streams, which are also its default', async () => {
    const here = await liveProject();
    const { key } = await createKey(here.project, ['ingest:vitals', 'ingest:errors']);
    const client = await here.open({ key });
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: { message: 'v' } })).toMatchObject({ stored: 1 });
    expect(
      await client.ask({
        type: 'TELEMETRY',
        id: 2,
        payload: [{ stream: 'errors' }, { stream: 'logs', message: 'no' }],
      }),
    ).toMatchObject({ type: 'ERROR', id: 2, code: 'scope_missing', message: expect.stringContaining('ingest:logs') });
    expect((await everyRecord(here.project)).map(({ stream }) => stream)).toEqual(['vitals']);
  });

  it('holds a browser key to the streams that pages send, also with the scope for all', async () => {
    const here = await liveProject();
    const { key } = await createKey(here.project, ['ingest'], ['https://shop.example']);
    const client = await LiveClient.open({ project: here.project, key, headers: { origin: 'https://shop.example' } });
    const fraud = await client.ask({ type: 'TELEMETRY', id: 1, payload: { stream: 'fraud', message: 'forged' } });
    expect(fraud).toMatchObject({ type: 'ERROR', id: 1, code: 'scope_missing' });
    expect(await client.ask({ type: 'TELEMETRY', id: 2, payload: { stream: 'errors' } })).toMatchObject({ stored: 1 });
    expect((await everyRecord(here.project)).map(({ stream }) => stream)).toEqual(['errors']);
  });

  it('a key without an ingest scope sends nothing', async () => {
    const here = await liveProject();
    const { key } = await createKey(here.project, ['query']);
    const client = await here.open({ key });
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: {} })).toMatchObject({
      type: 'ERROR',
      code: 'scope_missing',
    });
  });

  it('keeps odd text as it is', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.subscribe(['logs']);
    const odd = 'Zeile\nzwei\u2028 \u0000 "quoted" \\ \u{1F6A2} \ud800';
    await client.ask({ type: 'TELEMETRY', payload: { message: odd, attrs: { __proto__x: odd } } });
    const big = `{"type":"TELEMETRY","project":"${here.project}","payload":{"message":"big","attrs":{"n":12345678901234567890}}}`;
    client.send(big);
    await client.messages(2);
    const [first] = client.updates('logs').flatMap(({ records }) => records ?? []);
    // As JSON, because a failing comparison would be printed, and half a pair is no UTF-8.
    expect(JSON.stringify(first?.message)).toBe(JSON.stringify(odd));
    const raw = await journalFor(env, here.project, 0).readFrom('logs', 2, 1);
    expect(Buffer.from(raw.parts[0]?.data ?? []).toString()).toContain('"n":12345678901234567890');
  });
});

describe('batchId', () => {
  it('stores a repeated frame once and answers what the first answered', async () => {
    const here = await liveProject();
    const client = await here.open();
    const frame = { type: 'TELEMETRY', batchId: 'b-1', payload: numbered(4, 'n') };
    expect(await client.ask({ ...frame, id: 1 })).toMatchObject({ id: 1, stored: 4 });
    const again = await here.open();
    expect(await again.ask({ ...frame, id: 2 })).toMatchObject({ type: 'ACK', id: 2, stored: 4, replayed: true });
    expect(await everyRecord(here.project)).toHaveLength(4);
    expect(await ledgerOf(here.project)).toMatchObject([{ received: 8, stored: 4, duplicate: 4 }]);
  });

  it('refuses the id of another payload', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.ask({ type: 'TELEMETRY', batchId: 'b-1', payload: { message: 'one' } });
    expect(await client.ask({ type: 'TELEMETRY', id: 9, batchId: 'b-1', payload: { message: 'two' } })).toMatchObject({
      type: 'ERROR',
      id: 9,
      code: 'batch_id_reused',
    });
  });
});

describe('refusals of the journal', () => {
  it('a revoked key gets an ERROR for each frame and the socket ends', async () => {
    const here = await liveProject();
    const client = await here.open();
    await journalFor(env, here.project, 0).revokeKey(here.keyId, 0);
    client.send({ type: 'TELEMETRY', id: 1, payload: {} });
    client.send({ type: 'TELEMETRY', id: 2, payload: {} });
    expect((await client.closing()).code).toBe(4401);
    expect(client.frames[0]).toMatchObject({ type: 'ERROR', id: 1, code: 'key_revoked' });
    expect(await everyRecord(here.project)).toEqual([]);
  });

  it('a disabled project refuses, and the socket lives on', async () => {
    const here = await liveProject();
    const client = await here.open();
    await journalFor(env, here.project, 0).setDisabled(true);
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: {} })).toMatchObject({ code: 'project_disabled' });
    await journalFor(env, here.project, 0).setDisabled(false);
    expect(await client.ask({ type: 'TELEMETRY', id: 2, payload: {} })).toMatchObject({ type: 'ACK', id: 2 });
  });

  it('a full backlog says when to come again', async () => {
    const here = await liveProject();
    const client = await here.open();
    await client.ask({ type: 'TELEMETRY', payload: { message: 'x' } });
    const journal = journalFor(env, here.project, 0);
    await runInDurableObject(journal, (_, state) => {
      state.storage.sql.exec('UPDATE parts SET raw_bytes = ?', MAX_BACKLOG_BYTES + 1);
    });
    await evictDurableObject(journal);
    expect(await client.ask({ type: 'TELEMETRY', id: 1, payload: {} })).toMatchObject({
      type: 'ERROR',
      id: 1,
      code: 'backlog_full',
      retryAfterSeconds: expect.any(Number),
    });
  });
});
