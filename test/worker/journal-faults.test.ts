import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { Bookkeeper } from '../../durable-objects/journal/bookkeeper.ts';
import { Sealer } from '../../durable-objects/journal/sealer.ts';
import { JournalStore } from '../../durable-objects/journal/store.ts';
import { listBlocks } from '../../src/blocks/index.ts';
import { journalFor } from '../../src/journal/index.ts';
import { SEAL_AGE_MS } from '../../src/journal/seal-policy.ts';
import { BODY_HASH_TTL_MS, IDEMPOTENCY_TTL_MS, SLOW_BACKLOG_BYTES } from '../../src/wire/limits.ts';
import { append, batchOf, everyRecord } from '../helpers/worker/journal.ts';
import { until } from '../helpers/worker/until.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
const journal = (projectId: string) => journalFor(env, projectId, 0);
const lines = (count: number, prefix = 'line') =>
  Array.from({ length: count }, (_, i) => ({ ts: 1_700_000_000_000 + i, message: `${prefix} ${i}` }));

/** Makes whatever is in the tail due. */
async function age(projectId: string): Promise<void> {
  await runInDurableObject(journal(projectId), (_, state) => {
    state.storage.sql.exec('UPDATE parts SET at_ms = 0');
  });
  await evictDurableObject(journal(projectId));
}

/** The alarm, awaited: armed ones also go off by themselves, at a moment that no test can know, and the two may overlap. */
const alarm = (projectId: string) => runInDurableObject(journal(projectId), (instance) => instance.alarm());

/** What is due makes the alarm go off by itself; this waits until it has failed. */
async function untilFailing(projectId: string): Promise<void> {
  await age(projectId);
  await until('a seal has failed', async () => (await journal(projectId).status()).sealFailingSinceMs !== null);
}

/** The database refuses blocks of the project from this sequence on, until the returned function is called. */
async function refuseBlocks(projectId: string, fromSeq = 1, stream = '%'): Promise<() => Promise<void>> {
  const name = `refuse_${projectId.replaceAll('-', '_')}`;
  const when = `new.project_id = '${projectId}' AND new.first_seq >= ${fromSeq} AND new.stream LIKE '${stream}'`;
  await env.DB.prepare(
    `CREATE TRIGGER ${name} BEFORE INSERT ON blocks WHEN ${when} BEGIN SELECT RAISE(ABORT, 'refused'); END`,
  ).run();
  return async () => {
    await env.DB.prepare(`DROP TRIGGER ${name}`).run();
  };
}

async function expectOnce(projectId: string, count: number): Promise<void> {
  const records = await everyRecord(projectId);
  expect(records).toHaveLength(count);
  expect(new Set(records.map(({ id }) => id)).size).toBe(count);
}

/** One that shares an object's storage with the object's own. */
function sealerOf(storage: DurableObjectStorage): Sealer {
  const store = new JournalStore(storage);
  return new Sealer(storage, store, new Bookkeeper(storage, store, new Map()));
}

const alarmAtMs = (projectId: string) => runInDurableObject(journal(projectId), (_, state) => state.storage.getAlarm());

describe('a database that refuses', () => {
  it('is tried again later each time, and the count survives eviction', async () => {
    await append(batchOf('f-retry', lines(5)));
    const heal = await refuseBlocks('f-retry');
    await untilFailing('f-retry');
    const since: (number | null)[] = [];
    for (const delayMs of [2_000, 4_000, 8_000, 16_000, 30_000, 30_000]) {
      const triedAtMs = Date.now();
      await alarm('f-retry');
      const next = (await alarmAtMs('f-retry')) ?? 0;
      expect(next - triedAtMs).toBeGreaterThanOrEqual(delayMs);
      expect(next - Date.now()).toBeLessThanOrEqual(delayMs);
      since.push((await journal('f-retry').status()).sealFailingSinceMs);
      await evictDurableObject(journal('f-retry'));
      await journal('f-retry').status(); // wakes it: the alarm is armed again
    }
    expect(new Set(since).size).toBe(1);
    await heal();
    await alarm('f-retry');
    expect(await journal('f-retry').status()).toMatchObject({ sealFailingSinceMs: null, backlogRecords: 0 });
    await expectOnce('f-retry', 5);
  });

  it('keeps the blocks that it took before, and gets only the others again', async () => {
    const heal = await refuseBlocks('f-second', 5_001);
    for (let i = 0; i < 12; i++) await append(batchOf('f-second', lines(1_000, `batch${i}`)));
    await alarm('f-second');
    expect(await journal('f-second').status()).toMatchObject({
      backlogRecords: 7_000,
      sealFailingSinceMs: expect.any(Number),
    });
    await heal();
    await age('f-second');
    await alarm('f-second');
    const blocks = await listBlocks(env.DB, 'f-second', ALL);
    expect(blocks.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq]).sort(([a = 0], [b = 0]) => a - b)).toEqual([
      [1, 5_000],
      [5_001, 10_000],
      [10_001, 12_000],
    ]);
    await expectOnce('f-second', 12_000);
  });

  it('gets the blocks of the other streams where it refuses those of one', async () => {
    await append(
      batchOf('f-turns', [...lines(5), ...lines(3, 'vital').map((line) => ({ ...line, stream: 'vitals' }))]),
    );
    const heal = await refuseBlocks('f-turns', 1, 'logs');
    await untilFailing('f-turns');
    await alarm('f-turns');
    const { heads, backlogRecords, sealFailingSinceMs } = await journal('f-turns').status();
    expect(heads).toContainEqual({ stream: 'vitals', nextSeq: 4, sealedSeq: 4 });
    expect([backlogRecords, typeof sealFailingSinceMs]).toEqual([5, 'number']);
    await heal();
    await alarm('f-turns');
    await expectOnce('f-turns', 8);
  });

  it('is not asked more often because records keep coming', async () => {
    await append(batchOf('f-calm', lines(5)));
    const heal = await refuseBlocks('f-calm');
    await untilFailing('f-calm');
    await alarm('f-calm'); // twice, so that the next one is two seconds away
    const armed = await alarmAtMs('f-calm');
    for (let i = 0; i < 6; i++) await append(batchOf('f-calm', lines(1_000)));
    expect(await alarmAtMs('f-calm')).toBe(armed);
    await heal();
  });
});

describe('sealing beside other work', () => {
  it('makes a batch wait where the backlog is large, until there is room', async () => {
    await append(batchOf('f-room', lines(10)));
    await runInDurableObject(journal('f-room'), (_, state) => {
      state.storage.sql.exec('UPDATE parts SET raw_bytes = ?', SLOW_BACKLOG_BYTES + 1);
    });
    await evictDurableObject(journal('f-room')); // it comes back with the large backlog, which is due
    expect(await append(batchOf('f-room', lines(3, 'after')))).toMatchObject({ kind: 'stored', answer: { stored: 3 } });
    const { backlogRecords, heads } = await journal('f-room').status();
    expect({ backlogRecords, heads }).toEqual({
      backlogRecords: 3,
      heads: [{ stream: 'logs', nextSeq: 14, sealedSeq: 11 }],
    });
  });

  it('makes no batch wait for a database that refuses', async () => {
    await append(batchOf('f-no-room', lines(10)));
    const heal = await refuseBlocks('f-no-room');
    await runInDurableObject(journal('f-no-room'), (_, state) => {
      state.storage.sql.exec('UPDATE parts SET raw_bytes = ?', SLOW_BACKLOG_BYTES + 1);
    });
    await untilFailing('f-no-room');
    expect(await append(batchOf('f-no-room', lines(3)))).toMatchObject({ kind: 'stored' });
    expect((await journal('f-no-room').status()).backlogRecords).toBe(13);
    await heal();
  });

  it('holds no more waiting batches than it has memory for: what is too much goes on at once', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    await append(batchOf('f-waiting', lines(1)));
    await runInDurableObject(journal('f-waiting'), async (_, state) => {
      const sealer = sealerOf(state.storage);
      sealer.noteStored('logs', 1, SLOW_BACKLOG_BYTES + 1, Date.now());
      let isWaiting = true;
      const waiting = sealer.room(20 * 1024 * 1024).then(() => {
        isWaiting = false;
      });
      await sealer.room(20 * 1024 * 1024);
      expect(isWaiting).toBe(true);
      const away = { prepare: () => ({ bind: () => null }), batch: () => Promise.reject(new Error('away')) };
      const place = { projectId: 'f-waiting', shard: 0, heads: new Map() };
      await sealer.sealDue(away as unknown as D1Database, place, Date.now());
      await waiting;
    });
    error.mockRestore();
  });

  it('gives up waiting for a database that does not answer, and counts that as a failure', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const nowMs = Date.now();
    await append(batchOf('f-hangs', lines(1), { nowMs }));
    await runInDurableObject(journal('f-hangs'), async (_, state) => {
      const sealer = sealerOf(state.storage);
      const statement = { bind: () => statement };
      const hangs = { prepare: () => statement, batch: () => new Promise(() => undefined) } as unknown as D1Database;
      const place = { projectId: 'f-hangs', shard: 0, heads: new Map() };
      // Its own is the first: other journals of this file wait too, and theirs are none of this test.
      const waits = vi.spyOn(scheduler, 'wait').mockResolvedValueOnce(undefined);
      await sealer.sealDue(hangs, place, nowMs + SEAL_AGE_MS);
      expect(waits.mock.calls[0]).toEqual([60_000, expect.anything()]);
      waits.mockRestore();
      expect(sealer.failures).toBe(1);
    });
    expect(String(error.mock.calls[0]?.[0])).toContain('has not answered within 60000 ms');
    error.mockRestore();
    expect((await journal('f-hangs').status()).backlogRecords).toBe(1);
  });

  it('loses nothing that is appended meanwhile', async () => {
    for (let i = 0; i < 5; i++) await append(batchOf('f-beside', lines(1_000, `before${i}`)));
    const sealing = alarm('f-beside');
    await Promise.all(Array.from({ length: 20 }, (_, i) => append(batchOf('f-beside', lines(30, `beside${i}`)))));
    await sealing;
    expect((await journal('f-beside').status()).backlogRecords).toBe(600);
    await expectOnce('f-beside', 5_600);
  });

  it('makes each block once when the alarm is delivered twice at the same time', async () => {
    for (let i = 0; i < 10; i++) await append(batchOf('f-twice', lines(1_000, `batch${i}`)));
    await runInDurableObject(journal('f-twice'), async (instance) => {
      await Promise.all([instance.alarm(), instance.alarm(), instance.alarm()]);
    });
    expect(await listBlocks(env.DB, 'f-twice', ALL)).toHaveLength(2);
    expect(await journal('f-twice').status()).toMatchObject({ backlogRecords: 0, sealFailingSinceMs: null });
    await expectOnce('f-twice', 10_000);
  });

  it('gives each stream blocks of its own', async () => {
    const mixed = lines(900).map((record, i) => ({
      ...record,
      stream: ['logs', 'operations', 'errors'][i % 3] ?? 'logs',
    }));
    await append(batchOf('f-streams', mixed));
    await age('f-streams');
    await alarm('f-streams');
    const blocks = await listBlocks(env.DB, 'f-streams', ALL);
    expect(blocks.map(({ stream, summary }) => [stream, summary.records]).sort()).toEqual([
      ['errors', 300],
      ['logs', 300],
      ['operations', 300],
    ]);
    await expectOnce('f-streams', 900);
  });
});

describe('what a journal remembers', () => {
  it('of a disabled project survives eviction', async () => {
    await journal('f-off').setDisabled(true);
    await evictDurableObject(journal('f-off'));
    expect(await append(batchOf('f-off', lines(1)))).toEqual({ kind: 'project_disabled' });
  });

  it('of repeats is forgotten by the alarm once it has expired, and not before', async () => {
    const nowMs = Date.now();
    const send = (key: string, atMs: number) =>
      append(batchOf('f-prune', lines(1, key), { nowMs: atMs, dedupe: { kind: 'key', key, payload: key } }));
    await send('old', nowMs - IDEMPOTENCY_TTL_MS - 1_000);
    await send('fresh', nowMs - IDEMPOTENCY_TTL_MS + 60_000);
    const body = { kind: 'body' as const, payload: 'sha' };
    await append(batchOf('f-prune', lines(1), { nowMs: nowMs - BODY_HASH_TTL_MS - 1_000, dedupe: body }));
    await alarm('f-prune');
    const keys = await runInDurableObject(journal('f-prune'), (_, state) =>
      state.storage.sql
        .exec<{ key: string }>('SELECT key FROM dedupe')
        .toArray()
        .map(({ key }) => key),
    );
    expect(keys).toEqual(['k:key_test:fresh']);
    expect(await send('fresh', nowMs)).toMatchObject({ kind: 'replayed' });
    expect(await send('old', nowMs)).toMatchObject({ kind: 'stored', answer: { stored: 1 } });
  });

  it('of repeats is forgotten also where nothing is ever stored, so that no alarm goes off', async () => {
    const nowMs = Date.now();
    const send = (key: string, atMs: number) =>
      append(batchOf('f-rejected', ['no record'], { nowMs: atMs, dedupe: { kind: 'key', key, payload: key } }));
    for (const key of ['a', 'b', 'c']) await send(key, nowMs - IDEMPOTENCY_TTL_MS - 1_000);
    await send('d', nowMs);
    await send('e', nowMs);
    const keys = await runInDurableObject(journal('f-rejected'), async (_, state) => {
      expect(await state.storage.getAlarm()).toBeNull();
      const rows = state.storage.sql.exec<{ key: string }>('SELECT key FROM dedupe ORDER BY key').toArray();
      return rows.map(({ key }) => key);
    });
    expect(keys).toEqual(['k:key_test:d', 'k:key_test:e']);
  });

  it('of repeats is forgotten a few thousand at a time, so that no batch waits for a day of them', async () => {
    await append(batchOf('f-many', lines(1)));
    const remembered = () =>
      runInDurableObject(
        journal('f-many'),
        (_, state) => state.storage.sql.exec<{ n: number }>('SELECT count(*) AS n FROM dedupe').one().n,
      );
    await runInDurableObject(journal('f-many'), (_, state) => {
      state.storage.sql.exec(
        `INSERT INTO dedupe SELECT 'k:' || value, '', '{}', value FROM json_each('[${Array.from({ length: 12_000 }, (_, i) => i + 1)}]')`,
      );
    });
    const left: number[] = [];
    for (let i = 0; i < 3; i++) {
      await alarm('f-many');
      left.push(await remembered());
    }
    expect(left).toEqual([7_000, 2_000, 0]);
  });

  it('of repeats is not read over and over: where nothing has expired an alarm looks at a hundred', async () => {
    const laterMs = Date.now() + IDEMPOTENCY_TTL_MS;
    await append(batchOf('f-kept', lines(1)));
    const looked = await runInDurableObject(journal('f-kept'), async (instance, { storage: { sql } }) => {
      sql.exec(
        `INSERT INTO dedupe SELECT 'k:' || value, '', '{}', ? FROM json_each('[${Array.from({ length: 12_000 }, (_, i) => i + 1)}]')`,
        laterMs,
      );
      const exec = vi.spyOn(sql, 'exec');
      await instance.alarm();
      const cursors = exec.mock.results.map(({ value }) => value as SqlStorageCursor<Record<string, SqlStorageValue>>);
      return cursors.filter((_, i) => exec.mock.calls[i]?.[0].includes('dedupe')).map(({ rowsRead }) => rowsRead);
    });
    expect(looked).toEqual([100]);
  });

  it('of repeats is swept by batches alone, too, round and round', async () => {
    const nowMs = Date.now();
    const send = (key: string, atMs: number) =>
      append(batchOf('f-round', ['no record'], { nowMs: atMs, dedupe: { kind: 'key', key, payload: key } }));
    for (let i = 0; i < 20; i++) await send(`m${i}`, nowMs - IDEMPOTENCY_TTL_MS - 60_000 + i);
    for (let i = 0; i < 30; i++) await send(`${i % 2 === 0 ? 'a' : 'z'}${i}`, nowMs);
    const keys = await runInDurableObject(journal('f-round'), (_, { storage: { sql } }) =>
      sql
        .exec<{ key: string }>('SELECT key FROM dedupe')
        .toArray()
        .map(({ key }) => key),
    );
    expect(keys.filter((key) => key.startsWith('k:key_test:m'))).toEqual([]);
    expect(keys).toHaveLength(30);
  });

  it('of a batch stands or falls with its records', async () => {
    await append(batchOf('f-whole', lines(3)));
    // The second of two parts finds its place taken, so the first must not stay.
    await runInDurableObject(journal('f-whole'), (_, state) => {
      state.storage.sql.exec(`INSERT INTO parts SELECT 'operations', first_seq, records, min_ts, max_ts, raw_bytes, at_ms, NULL, codec, crc32, data,
        summary, tokens FROM parts`);
    });
    const batch = batchOf('f-whole', [{ message: 'a' }, { message: 'b', stream: 'operations' }], {
      dedupe: { kind: 'key', key: 'k', payload: 'x' },
    });
    await expect(append(batch)).rejects.toThrow(/UNIQUE/);
    const { heads, ledger } = await journal('f-whole').status();
    expect(heads).toEqual([{ stream: 'logs', nextSeq: 4, sealedSeq: 1 }]);
    expect(ledger).toMatchObject([{ received: 3, stored: 3 }]);
    const dedupe = await runInDurableObject(journal('f-whole'), (_, state) =>
      state.storage.sql.exec('SELECT * FROM dedupe').toArray(),
    );
    expect(dedupe).toEqual([]);
  });
});
