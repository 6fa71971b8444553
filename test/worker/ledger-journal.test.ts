import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { LedgerRequest, LedgerSource } from '../../src/journal/index.ts';
import { journalFor } from '../../src/journal/index.ts';
import { append, batchOf, everyRecord, olderJournal } from '../helpers/worker/journal.ts';

const MINUTE_MS = 60_000;
const journal = (projectId: string) => journalFor(env, projectId, 0);
const EVERYTHING: LedgerRequest = { keyId: null, fromMinute: 0, toMinute: 1e9, maxMinutes: 1e6, maxSources: 1e6 };
const detailOf = (projectId: string, request: Partial<LedgerRequest> = {}) =>
  journal(projectId).ledger({ ...EVERYTHING, ...request });
const lines = (count: number) => Array.from({ length: count }, (_, i) => ({ message: `line ${i}` }));

/** Rows that an operation of the journal's database writes, as it is billed. */
async function rowsWritten(projectId: string, run: () => Promise<unknown>): Promise<number> {
  await runInDurableObject(journal(projectId), (_, { storage }) => {
    const exec = storage.sql.exec.bind(storage.sql);
    const cursors: SqlStorageCursor<Record<string, SqlStorageValue>>[] = [];
    Reflect.set(globalThis, 'cursors', cursors);
    storage.sql.exec = ((text: string, ...bindings: unknown[]) => {
      const cursor = exec(text, ...bindings);
      cursors.push(cursor);
      return cursor;
    }) as typeof storage.sql.exec;
  });
  await run();
  return await runInDurableObject(journal(projectId), () =>
    (Reflect.get(globalThis, 'cursors') as { rowsWritten: number }[]).reduce(
      (sum, { rowsWritten }) => sum + rowsWritten,
      0,
    ),
  );
}

type Step =
  | {
      kind: 'batch';
      good: number;
      bad: number;
      dedupe: number | null;
      keyId: string;
      userAgent: string;
      stream: string;
    }
  | { kind: 'refuse'; code: string; requests: number; keyId: string }
  | { kind: 'revoke'; keyId: string }
  | { kind: 'evict' }
  | { kind: 'alarm' }
  | { kind: 'seal' }
  | { kind: 'read' }
  | { kind: 'clock'; byMs: number };

const keyId = fc.constantFrom('key_a', 'key_b');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('batch' as const),
      good: fc.nat(3),
      bad: fc.nat(3),
      dedupe: fc.option(fc.nat(2)),
      keyId,
      userAgent: fc.constantFrom('', 'curl/8', 'vector/0.4', '(other)'),
      stream: fc.constantFrom('logs', 'fraud', 'spans'),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant('refuse' as const),
      code: fc.constantFrom('malformed_body', 'scope_missing'),
      requests: fc.integer({ min: 1, max: 9 }),
      keyId,
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), keyId }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'evict' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'alarm' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'seal' }) },
  { weight: 2, arbitrary: fc.constant<Step>({ kind: 'read' }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('clock' as const),
      byMs: fc.integer({ min: -2 * 86_400_000, max: 2 * 86_400_000 }),
    }),
  },
);

const sum = (rows: readonly object[], field: string): number =>
  rows.reduce((total, row) => total + Number(Reflect.get(row, field)), 0);

describe('the ledger balances', () => {
  it('over any sequence of batches, repeats, refusals, seals, reads, evictions, folds and jumps of the clock', async () => {
    let run = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const projectId = `l-balance-${run++}`;
        const told = { requests: 0, received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0 };
        let nowMs = Date.now();
        for (const s of steps) {
          if (s.kind === 'clock') nowMs += s.byMs;
          else if (s.kind === 'revoke') await journal(projectId).revokeKey(s.keyId, nowMs);
          else if (s.kind === 'evict') {
            // Only what runs can be evicted.
            await journal(projectId).status();
            await evictDurableObject(journal(projectId));
          } else if (s.kind === 'alarm') {
            // Without a batch there is no project to seal for, and no alarm.
            if (told.stored > 0) await runInDurableObject(journal(projectId), (instance) => instance.alarm());
          } else if (s.kind === 'seal') {
            if (told.stored > 0) await journal(projectId).sealTail(null);
          } else if (s.kind === 'read') {
            await detailOf(projectId);
          } else if (s.kind === 'refuse') {
            await journal(projectId).countRefused({ keyId: s.keyId, nowMs, code: s.code, requests: s.requests });
            told.requests += s.requests;
            told.refused += s.requests;
          } else {
            const records = [
              ...lines(s.good).map((line, i) => ({ ...line, stream: i % 2 === 0 ? s.stream : 'logs' })),
              ...Array.from({ length: s.bad }, (_, i) => ({ message: 'a', level: [i] })),
            ];
            const payload = `${s.good} ${s.bad} ${s.stream}`;
            const dedupe = s.dedupe === null ? null : { kind: 'key' as const, key: `k${s.dedupe}`, payload };
            const request = {
              ...batchOf(projectId, records, { nowMs, dedupe, keyId: s.keyId }),
              userAgent: s.userAgent,
            };
            const outcome = await append(request);
            told.requests++;
            if (outcome.kind === 'stored' || outcome.kind === 'replayed') {
              told.received += records.length;
              told.rejected += s.bad;
              if (outcome.kind === 'stored') told.stored += s.good;
              else told.duplicate += s.good;
            } else told.refused++;
          }
        }
        const { ledger } = await journal(projectId).status();
        const { minutes, sources } = await detailOf(projectId);
        for (const row of ledger) {
          expect(row.received).toBe(row.stored + row.duplicate + row.rejected);
          expect(
            sum(
              Object.values(row.rejectedByReason).map((n) => ({ n })),
              'n',
            ),
          ).toBe(row.rejected);
          expect(
            sum(
              Object.values(row.refusedByCode).map((n) => ({ n })),
              'n',
            ),
          ).toBe(row.refused);
        }
        for (const row of minutes) expect(row.received).toBe(row.stored + row.duplicate + row.rejected);
        for (const [field, count] of Object.entries(told)) {
          expect([field, sum(ledger, field)]).toEqual([field, count]);
          expect(sum(minutes, field)).toBeLessThanOrEqual(count);
        }
        expect(sum(sources, 'records')).toBe(told.received);
      }),
      { numRuns: 40 },
    );
  });

  it('whatever is folded: minutes and causes become one row a key, and no sum changes', async () => {
    const longAgoMs = Date.now() - 26 * 3_600_000;
    for (let minute = 0; minute < 4; minute++) {
      const nowMs = longAgoMs + minute * MINUTE_MS;
      await append(batchOf('l-fold', [{ message: 'a' }, 'no record'], { nowMs }));
      await journal('l-fold').countRefused({ keyId: 'key_test', nowMs, code: 'scope_missing', requests: 3 });
    }
    await append(batchOf('l-fold', [{ message: 'now' }, 'no record']));
    const before = (await journal('l-fold').status()).ledger;
    expect(before).toMatchObject([{ requests: 17, received: 10, stored: 5, rejected: 5, refused: 12 }]);
    await evictDurableObject(journal('l-fold'));
    await runInDurableObject(journal('l-fold'), (instance) => instance.alarm());
    expect((await journal('l-fold').status()).ledger).toEqual(before);
    const { minutes, causes, foldedBeforeMs } = await detailOf('l-fold');
    expect(minutes).toMatchObject([{ keyId: 'key_test', requests: 1, received: 2, stored: 1, rejected: 1 }]);
    expect(causes).toMatchObject([{ kind: 'rejected', total: 1 }]);
    expect(foldedBeforeMs).toBeGreaterThan(Date.now() - 25 * 3_600_000);
  });

  it('whatever fails: a batch that is not stored counts nothing, and its client and reason count when they come again', async () => {
    await append(batchOf('l-whole', lines(1)));
    const before = [(await journal('l-whole').status()).ledger, await detailOf('l-whole')];
    await runInDurableObject(journal('l-whole'), (_, { storage: { sql } }) => {
      sql.exec("CREATE TRIGGER full BEFORE INSERT ON parts BEGIN SELECT RAISE(ABORT, 'no room'); END");
    });
    const request = { ...batchOf('l-whole', [{ message: 'a' }, 'no record']), userAgent: 'newcomer' };
    await expect(append(request)).rejects.toThrow(/no room/);
    expect([(await journal('l-whole').status()).ledger, await detailOf('l-whole')]).toEqual(before);
    await runInDurableObject(journal('l-whole'), (_, { storage: { sql } }) => void sql.exec('DROP TRIGGER full'));
    expect(await append(request)).toMatchObject({ kind: 'stored', answer: { stored: 1, rejected: 1 } });
    const { sources, causes } = await detailOf('l-whole');
    expect(sources.map(({ userAgent, requests }) => [userAgent, requests])).toContainEqual(['newcomer', 1]);
    expect(causes).toMatchObject([{ kind: 'rejected', total: 1 }]);
  });

  it('whenever its own rows cannot be written: what came with records is counted once they can, and once', async () => {
    await append(batchOf('l-later', lines(2)));
    await runInDurableObject(journal('l-later'), (_, { storage: { sql } }) => {
      sql.exec("CREATE TRIGGER full BEFORE INSERT ON ledger_sources BEGIN SELECT RAISE(ABORT, 'no room'); END");
    });
    await expect((async () => await journal('l-later').status())()).rejects.toThrow(/no room/);
    await append(batchOf('l-later', lines(3)));
    await expect((async () => await journal('l-later').sealTail(null))()).rejects.toThrow(/no room/);
    expect(await everyRecord('l-later')).toHaveLength(5);
    await runInDurableObject(journal('l-later'), (_, { storage: { sql } }) => void sql.exec('DROP TRIGGER full'));
    for (let i = 0; i < 2; i++) {
      expect((await journal('l-later').status()).ledger).toMatchObject([{ requests: 2, received: 5, stored: 5 }]);
      expect((await detailOf('l-later')).sources).toMatchObject([{ requests: 2, records: 5 }]);
      await journal('l-later').sealTail(null);
      await evictDurableObject(journal('l-later'));
    }
    expect(await everyRecord('l-later')).toHaveLength(5);
  });

  it('after an upgrade: what was counted before stays, with reasons bounded and refused requests as requests', async () => {
    await olderJournal('l-older', 2, (sql) => {
      sql.exec(`INSERT INTO ledger VALUES ('key_test', 28000000, 2, 1, 0, 1, 4, 20, 1680000000000);
        INSERT INTO ledger_refusals VALUES ('key_test', 'scope_missing', 4)`);
      for (let i = 0; i < 40; i++)
        sql.exec("INSERT INTO ledger_reasons VALUES ('key_test', ?, ?)", `/field${i}`, 100 - i);
    });
    const [row] = (await journal('l-older').status()).ledger;
    expect(row).toMatchObject({ requests: 4, received: 2, refused: 4, refusedByCode: { scope_missing: 4 } });
    const reasons = Object.entries(row?.rejectedByReason ?? {});
    expect(reasons).toHaveLength(31);
    expect(row?.rejectedByReason).toMatchObject({ '/field0': 100, '/field29': 71, '(other)': 655 });
    await append(batchOf('l-older', ['no record']));
    expect((await journal('l-older').status()).ledger).toMatchObject([{ requests: 5, rejected: 2 }]);
  });
});

describe('what clients can make the ledger hold', () => {
  it('is 30 reasons a key, whatever they say, with every record counted', async () => {
    const invented = Object.fromEntries(Array.from({ length: 500 }, (_, i) => [`/${i}${'x'.repeat(2_000)}`, 1]));
    const request = { ...batchOf('l-reasons', []), received: 500, rejected: 500, rejectedByReason: invented };
    await append(request);
    await evictDurableObject(journal('l-reasons'));
    await append({ ...request, rejectedByReason: { '/another': 499, '/1': 0, [`/0${'x'.repeat(2_000)}`]: 1 } });
    const [row] = (await journal('l-reasons').status()).ledger;
    const reasons = row?.rejectedByReason ?? {};
    expect(Object.keys(reasons)).toHaveLength(31);
    expect(Object.keys(reasons).every((reason) => reason.length <= 128)).toBe(true);
    expect(reasons['(other)']).toBe(470 + 499);
    expect(
      sum(
        Object.values(reasons).map((n) => ({ n })),
        'n',
      ),
    ).toBe(1_000);
  });

  it('is 50 clients a key: the one that was silent the longest makes room, and its counts stay', async () => {
    const startMs = Date.now();
    const send = (userAgent: string, atMs: number) =>
      append({ ...batchOf('l-agents', lines(2), { nowMs: startMs + atMs }), userAgent });
    for (let i = 0; i < 50; i++) await send(`agent ${i}`, i);
    await send('agent 0', 60);
    await evictDurableObject(journal('l-agents'));
    await send('newcomer 1', 2_000);
    await send('newcomer 2', 4_000);
    const { sources } = await detailOf('l-agents');
    const byName = new Map(sources.map((source): [string, LedgerSource] => [source.userAgent, source]));
    expect(byName.size).toBe(51);
    expect(byName.get('agent 0')).toMatchObject({
      requests: 2,
      records: 4,
      firstSeenAtMs: startMs,
      lastSeenAtMs: startMs + 60,
    });
    expect(byName.has('agent 1') || byName.has('agent 2')).toBe(false);
    expect(byName.get('newcomer 2')).toMatchObject({ requests: 1, records: 2 });
    expect(byName.get('(other)')).toMatchObject({
      protocol: 'ingest',
      requests: 2,
      records: 4,
      firstSeenAtMs: startMs + 1,
    });
    expect(sum(sources, 'records')).toBe(106);
    // Nor does it matter how many of them there are, or how long their names.
    for (let i = 0; i < 100; i++) await send(`${i}${'y'.repeat(1_000)}`, 6_000 + i);
    const { sources: after } = await detailOf('l-agents');
    expect(after).toHaveLength(51);
    expect(Math.max(...after.map(({ userAgent }) => userAgent.length))).toBe(256);
    expect(sum(after, 'records')).toBe(306);
  });

  it('tells protocols apart, and keeps keys apart', async () => {
    await append({ ...batchOf('l-protocols', lines(1)), protocol: 'otlp', userAgent: 'collector' });
    await append({ ...batchOf('l-protocols', lines(2)), protocol: 'loki', userAgent: 'collector' });
    await append({ ...batchOf('l-protocols', lines(3), { keyId: 'key_b' }), protocol: 'loki', userAgent: 'collector' });
    const { sources } = await detailOf('l-protocols');
    expect(sources.map(({ keyId, protocol, records }) => [keyId, protocol, records]).sort()).toEqual([
      ['key_b', 'loki', 3],
      ['key_test', 'loki', 2],
      ['key_test', 'otlp', 1],
    ]);
    expect((await detailOf('l-protocols', { keyId: 'key_b' })).sources).toHaveLength(1);
  });

  it('costs a batch no row beside that of its records, also while browsers come and go', async () => {
    let at = Date.now();
    const send = async (userAgent: string) =>
      await append({ ...batchOf('l-cost', lines(3), { nowMs: at++ }), userAgent });
    for (let i = 0; i < 60; i++) await send(`browser ${i}`);
    for (const userAgent of ['browser 3', 'a newcomer', 'another newcomer'])
      expect(await rowsWritten('l-cost', () => send(userAgent))).toBe(1);
  });

  it('costs a row a key and minute and one a client when it is sealed or read, however many batches there were', async () => {
    const send = async (userAgent: string) => await append({ ...batchOf('l-seal-cost', lines(3)), userAgent });
    const both = async (): Promise<void> => {
      for (let i = 0; i < 20; i++) await send(i % 2 === 0 ? 'vector' : 'curl');
    };
    await both();
    // The parts, the head of their stream, when it was sealed, the minute, two clients.
    expect(await rowsWritten('l-seal-cost', () => journal('l-seal-cost').sealTail(null))).toBeLessThanOrEqual(20 + 6);
    await both();
    // The clock may have gone on to the next minute in between.
    expect(await rowsWritten('l-seal-cost', () => detailOf('l-seal-cost'))).toBeLessThanOrEqual(5);
    expect(await rowsWritten('l-seal-cost', () => detailOf('l-seal-cost'))).toBe(0);
  });

  it('is in memory for a thousand clients at most: the ledger takes them before there are more', async () => {
    const requests = Array.from({ length: 1_200 }, (_, i) => ({
      ...batchOf('l-many', lines(1)),
      userAgent: `browser ${i}`,
    }));
    await journal('l-many').appendAll(requests);
    const taken = await runInDurableObject(journal('l-many'), (_, { storage: { sql } }) =>
      sql.exec<{ requests: number }>('SELECT sum(requests) AS requests FROM ledger_sources').one(),
    );
    expect(taken.requests).toBeGreaterThanOrEqual(990);
    expect(sum((await detailOf('l-many')).sources, 'requests')).toBe(1_200);
    await evictDurableObject(journal('l-many'));
    expect((await journal('l-many').status()).ledger).toMatchObject([{ requests: 1_200, stored: 1_200 }]);
  });
});

describe('a range of the ledger', () => {
  it('holds its minutes and no others, of all keys or of one, the newest first, cut with a sign that it was', async () => {
    const startMinute = Math.floor(Date.now() / MINUTE_MS) - 30;
    for (let minute = 0; minute < 6; minute++) {
      for (const keyId of ['key_a', 'key_b', 'key_c'])
        await append(batchOf('l-range', lines(1), { keyId, nowMs: (startMinute + minute) * MINUTE_MS + 1 }));
    }
    const range = { fromMinute: startMinute + 1, toMinute: startMinute + 4 };
    const { minutes } = await detailOf('l-range', range);
    expect(minutes).toHaveLength(9);
    expect(new Set(minutes.map(({ minute }) => minute / MINUTE_MS - startMinute))).toEqual(new Set([3, 2, 1]));
    const one = await detailOf('l-range', { ...range, keyId: 'key_b' });
    expect(one.minutes.map(({ minute, keyId }) => [minute / MINUTE_MS - startMinute, keyId])).toEqual([
      [3, 'key_b'],
      [2, 'key_b'],
      [1, 'key_b'],
    ]);
    expect((await detailOf('l-range', { ...range, keyId: 'key_none' })).minutes).toEqual([]);
    expect((await detailOf('l-range', { ...range, maxMinutes: 4 })).minutes).toHaveLength(5);
  });
});
