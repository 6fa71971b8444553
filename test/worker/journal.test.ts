import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { listBlocks, mayContain, readFilters, tokenHash } from '../../src/blocks/index.ts';
import { journalFor } from '../../src/journal/index.ts';
import { MAX_BACKLOG_BYTES } from '../../src/wire/limits.ts';
import { append, batchOf, everyRecord, tailOf } from '../helpers/worker/journal.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
const journal = (projectId: string) => journalFor(env, projectId, 0);
const lines = (count: number, prefix = 'line') =>
  Array.from({ length: count }, (_, i) => ({
    ts: 1_700_000_000_000 + i,
    message: `${prefix} ${i} of the payments service`,
  }));

/** The alarm, awaited: an armed one also goes off by itself, at a moment that no test can know, and the two may overlap. */
const alarm = (projectId: string) => runInDurableObject(journal(projectId), (instance) => instance.alarm());

/** Makes the tail old enough, then lets the alarm seal it. */
async function seal(projectId: string): Promise<void> {
  await runInDurableObject(journal(projectId), (_, state) => {
    state.storage.sql.exec('UPDATE parts SET at_ms = 0');
  });
  await evictDurableObject(journal(projectId));
  await alarm(projectId);
}

describe('append', () => {
  it('answers how many records it stored and numbers them from 1 without gaps', async () => {
    await append(batchOf('p-number', lines(3)));
    const outcome = await append(batchOf('p-number', lines(2)));
    expect(outcome).toMatchObject({ kind: 'stored', answer: { received: 2, stored: 2, duplicate: 0, rejected: 0 } });
    const { heads, parts } = await tailOf('p-number');
    expect(heads).toEqual([{ stream: 'logs', nextSeq: 6, sealedSeq: 1 }]);
    expect(parts.map((part) => part.firstSeq)).toEqual([1, 4]);
  });

  it('keeps each stream in a sequence of its own', async () => {
    await append(batchOf('p-streams', [{ message: 'a' }, { stream: 'operations', message: 'b' }, { message: 'c' }]));
    const { heads } = await tailOf('p-streams');
    expect(heads.map(({ stream, nextSeq }) => [stream, nextSeq]).sort()).toEqual([
      ['logs', 3],
      ['operations', 2],
    ]);
  });

  it('of several batches fails for the one that is broken, and stores the others', async () => {
    const [first, broken, last] = ['a', 'b', 'c'].map((message) => batchOf('p-broken', [{ message }]));
    if (!first || !broken || !last) throw new Error('made three');
    broken.parts = broken.parts.map((part) => ({ ...part, codec: null as unknown as 'raw' }));
    const outcomes = await journal('p-broken').appendAll([first, broken, last]);
    expect(outcomes).toMatchObject([
      { kind: 'stored' },
      { kind: 'fault', cause: expect.stringContaining('NOT NULL') },
      { kind: 'stored' },
    ]);
    expect((await everyRecord('p-broken')).map(({ message }) => message)).toEqual(['a', 'c']);
    expect((await journal('p-broken').status()).ledger).toMatchObject([{ requests: 2, stored: 2 }]);
  });

  it('survives eviction with every record, head and count', async () => {
    await append(batchOf('p-evict', lines(600)));
    await evictDurableObject(journal('p-evict'));
    await append(batchOf('p-evict', lines(1, 'after')));
    const records = await everyRecord('p-evict');
    expect(records).toHaveLength(601);
    expect(new Set(records.map((record) => record.id)).size).toBe(601);
    expect((await journal('p-evict').status()).ledger).toMatchObject([{ received: 601, stored: 601 }]);
  });
});

describe('repeats', () => {
  it('answers an idempotency key with the first answer and stores nothing again, also after eviction', async () => {
    const request = () => batchOf('p-key', lines(5), { dedupe: { kind: 'key', key: 'once', payload: 'sha-a' } });
    const first = await append(request());
    await evictDurableObject(journal('p-key'));
    const second = await append(request());
    expect(second).toEqual({ kind: 'replayed', answer: first.kind === 'stored' ? first.answer : null });
    expect(await everyRecord('p-key')).toHaveLength(5);
    expect((await journal('p-key').status()).ledger).toMatchObject([{ received: 10, stored: 5, duplicate: 5 }]);
  });

  it('refuses an idempotency key that comes with another body', async () => {
    await append(batchOf('p-reuse', lines(1), { dedupe: { kind: 'key', key: 'k', payload: 'sha-a' } }));
    expect(await append(batchOf('p-reuse', lines(2), { dedupe: { kind: 'key', key: 'k', payload: 'sha-b' } }))).toEqual(
      { kind: 'key_reused' },
    );
  });

  it('does not mix up the same idempotency key of two API keys', async () => {
    await append(batchOf('p-two', lines(1), { keyId: 'key_a', dedupe: { kind: 'key', key: 'k', payload: 'x' } }));
    expect(
      await append(batchOf('p-two', lines(1), { keyId: 'key_b', dedupe: { kind: 'key', key: 'k', payload: 'y' } })),
    ).toMatchObject({ kind: 'stored' });
  });

  it('counts an equal timestamped body as duplicate for ten minutes and takes it after that', async () => {
    const nowMs = Date.now();
    const at = (ms: number) =>
      batchOf('p-body', lines(4), { nowMs: nowMs + ms, dedupe: { kind: 'body', payload: 'sha' } });
    await append(at(0));
    expect(await append(at(9 * 60_000))).toMatchObject({
      kind: 'stored',
      answer: { received: 4, stored: 0, duplicate: 4 },
    });
    expect(await append(at(11 * 60_000))).toMatchObject({ kind: 'stored', answer: { stored: 4, duplicate: 0 } });
  });

  it('runs one of a hundred concurrent requests with one key', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 100 }, () =>
        append(batchOf('p-race', lines(3), { dedupe: { kind: 'key', key: 'k', payload: 'x' } })),
      ),
    );
    expect(outcomes.filter((outcome) => outcome.kind === 'stored')).toHaveLength(1);
    expect(await everyRecord('p-race')).toHaveLength(3);
  });
});

describe('refusals', () => {
  it('refuses a revoked key from the moment of revocation, and a later grace cannot revive it', async () => {
    const nowMs = Date.now();
    await journal('p-revoke').revokeKey('key_test', nowMs + 1_000);
    expect(await append(batchOf('p-revoke', lines(1), { nowMs }))).toMatchObject({ kind: 'stored' });
    expect(await append(batchOf('p-revoke', lines(1), { nowMs: nowMs + 1_000 }))).toEqual({ kind: 'key_revoked' });
    await journal('p-revoke').revokeKey('key_test', nowMs + 60_000);
    await evictDurableObject(journal('p-revoke'));
    expect(await append(batchOf('p-revoke', lines(1), { nowMs: nowMs + 2_000 }))).toEqual({ kind: 'key_revoked' });
    expect((await journal('p-revoke').status()).ledger).toMatchObject([
      { stored: 1, refused: 2, refusedByCode: { key_revoked: 2 } },
    ]);
  });

  it('refuses a key that has ended by every clock, also one that lags behind or was set back', async () => {
    const nowMs = Date.now();
    await journal('p-clock').revokeKey('key_test', nowMs);
    for (const behindMs of [1, 5_000, 40 * 86_400_000])
      expect(await append(batchOf('p-clock', lines(1), { nowMs: nowMs - behindMs }))).toEqual({ kind: 'key_revoked' });
  });

  it('refuses a disabled project until it is enabled again', async () => {
    await journal('p-off').setDisabled(true);
    expect(await append(batchOf('p-off', lines(1)))).toEqual({ kind: 'project_disabled' });
    await journal('p-off').setDisabled(false);
    expect(await append(batchOf('p-off', lines(1)))).toMatchObject({ kind: 'stored' });
  });
});

describe('sealing', () => {
  it('turns the tail into one block that holds the records in order, and empties the tail', async () => {
    for (let i = 0; i < 5; i++) await append(batchOf('p-seal', lines(200, `batch${i}`)));
    await append(batchOf('p-seal', [{ message: 'a small raw one', service: 'edge' }]));
    const before = await everyRecord('p-seal');
    await seal('p-seal');
    const blocks = await listBlocks(env.DB, 'p-seal', ALL);
    expect(blocks).toMatchObject([
      { firstSeq: 1, lastSeq: 1001, summary: { records: 1001, services: { test: 1000, edge: 1 } } },
    ]);
    expect((await tailOf('p-seal')).parts).toEqual([]);
    expect(await everyRecord('p-seal')).toEqual(before);
    const filter = (await readFilters(env.DB, [blocks[0]?.id ?? ''])).get(blocks[0]?.id ?? '');
    expect(filter && mayContain(filter, tokenHash('batch3'))).toBe(true);
    expect(filter && mayContain(filter, tokenHash('raw'))).toBe(true);
  });

  it('makes full blocks at once and leaves the rest for later', async () => {
    for (let i = 0; i < 12; i++) await append(batchOf('p-full', lines(1_000)));
    await alarm('p-full');
    const blocks = await listBlocks(env.DB, 'p-full', ALL);
    expect(blocks.map((block) => block.summary.records)).toEqual([5_000, 5_000]);
    expect((await journal('p-full').status()).backlogRecords).toBe(2_000);
  });

  it('stores a block once when the process dies between the database and the journal', async () => {
    await append(batchOf('p-crash', lines(10)));
    const parts = await runInDurableObject(journal('p-crash'), (_, state) =>
      state.storage.sql.exec('SELECT * FROM parts').toArray(),
    );
    await seal('p-crash');
    // The journal as it was before it deleted: the same part again, and one more that came after the crash.
    await runInDurableObject(journal('p-crash'), (_, state) => {
      const row = parts[0] as Record<string, SqlStorageValue>;
      const columns = Object.keys(row);
      state.storage.sql.exec(
        `INSERT INTO parts (${columns}) VALUES (${columns.map(() => '?')})`,
        ...Object.values(row),
      );
      state.storage.sql.exec('UPDATE heads SET sealed_seq = 1');
    });
    await append(batchOf('p-crash', lines(3, 'later')));
    await seal('p-crash');
    await seal('p-crash');
    const records = await everyRecord('p-crash');
    expect(records).toHaveLength(13);
    expect(new Set(records.map((record) => record.id)).size).toBe(13);
    expect((await tailOf('p-crash')).parts).toEqual([]);
  });

  it('seals a tail from the future at once: the clock was set back', async () => {
    await append(batchOf('p-future', lines(3), { nowMs: Date.now() + 40 * 86_400_000 }));
    await evictDurableObject(journal('p-future'));
    await alarm('p-future');
    expect(await listBlocks(env.DB, 'p-future', ALL)).toMatchObject([{ firstSeq: 1, lastSeq: 3 }]);
    expect((await journal('p-future').status()).backlogRecords).toBe(0);
  });

  it('deletes nothing on the word of a watermark that another journal left, and says that sealing fails', async () => {
    await env.DB.prepare('INSERT INTO seal_watermarks (project_id, shard, stream, last_seq) VALUES (?1, 0, ?2, 1000)')
      .bind('p-lost', 'logs')
      .run();
    await append(batchOf('p-lost', lines(10)));
    await seal('p-lost');
    expect(await journal('p-lost').status()).toMatchObject({
      backlogRecords: 10,
      sealFailingSinceMs: expect.any(Number),
    });
    expect(await everyRecord('p-lost')).toHaveLength(10);
  });

  it('keeps everything and says since when while the database refuses, and seals when it is back', async () => {
    await append(batchOf('p-away', lines(20)));
    await env.DB.prepare('ALTER TABLE blocks RENAME TO blocks_away').run();
    await seal('p-away');
    await append(batchOf('p-away', lines(20, 'meanwhile')));
    const during = await journal('p-away').status();
    expect(during.sealFailingSinceMs).toBeGreaterThan(0);
    expect(during.backlogRecords).toBe(40);
    await env.DB.prepare('ALTER TABLE blocks_away RENAME TO blocks').run();
    await seal('p-away');
    expect(await journal('p-away').status()).toMatchObject({ sealFailingSinceMs: null, backlogRecords: 0 });
    expect(await everyRecord('p-away')).toHaveLength(40);
  });

  it('refuses with a retry time once the backlog passes its bound', async () => {
    await append(batchOf('p-backlog', lines(1)));
    await runInDurableObject(journal('p-backlog'), (_, state) => {
      state.storage.sql.exec('UPDATE parts SET raw_bytes = ?', MAX_BACKLOG_BYTES + 1);
    });
    await evictDurableObject(journal('p-backlog'));
    expect(await append(batchOf('p-backlog', lines(1)))).toEqual({ kind: 'backlog_full', retryAfterSeconds: 1 });
  });
});

describe('the alarm', () => {
  it('is armed again when an object comes back with a tail but without an alarm', async () => {
    await append(batchOf('p-rearm', lines(2)));
    await runInDurableObject(journal('p-rearm'), (_, state) => state.storage.deleteAlarm());
    await evictDurableObject(journal('p-rearm'));
    await journal('p-rearm').status();
    expect(await runInDurableObject(journal('p-rearm'), (_, state) => state.storage.getAlarm())).toBeGreaterThan(0);
  });

  it('changes nothing when it is delivered again', async () => {
    await append(batchOf('p-again', lines(7)));
    await seal('p-again');
    await runInDurableObject(journal('p-again'), (instance) => instance.alarm());
    expect(await everyRecord('p-again')).toHaveLength(7);
    expect(await listBlocks(env.DB, 'p-again', ALL)).toHaveLength(1);
  });

  it('folds minutes of the ledger that are older than a day, without changing a sum', async () => {
    const before25h = Date.now() - 25 * 3_600_000;
    for (let minute = 0; minute < 5; minute++)
      await append(batchOf('p-fold', lines(2), { nowMs: before25h + minute * 60_000 }));
    await append(batchOf('p-fold', lines(1)));
    const before = (await journal('p-fold').status()).ledger;
    await evictDurableObject(journal('p-fold'));
    await runInDurableObject(journal('p-fold'), (instance) => instance.alarm());
    expect((await journal('p-fold').status()).ledger).toEqual(before);
    const rows = await runInDurableObject(journal('p-fold'), (_, state) =>
      state.storage.sql.exec('SELECT minute FROM ledger').toArray(),
    );
    expect(rows).toHaveLength(2);
  });
});
