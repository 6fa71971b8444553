import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { listBlocks } from '../../src/blocks/index.ts';
import { journalFor, type Part } from '../../src/journal/index.ts';
import { IDEMPOTENCY_TTL_MS } from '../../src/wire/limits.ts';
import { append, batchOf, everyRecord, olderJournal, tailOf } from '../helpers/worker/journal.ts';

const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };
/** Before counts came with the parts, and while answers had an index. */
const STEPS = 3;
const journal = (projectId: string) => journalFor(env, projectId, 0);
const lines = (count: number, prefix: string) =>
  Array.from({ length: count }, (_, i) => ({ ts: 1_700_000_000_000 + i, message: `${prefix} ${i}` }));

function insertPart(sql: SqlStorage, part: Part, firstSeq: number, atMs: number): void {
  const { summary } = part;
  sql.exec(
    `INSERT INTO parts (stream, first_seq, records, min_ts, max_ts, raw_bytes, codec, crc32, data, summary, tokens, at_ms)
     VALUES (?,?,?,?,?,?,?,?,?,?,?,?)`,
    ...[part.stream, firstSeq, summary.records, summary.minTs, summary.maxTs, part.rawBytes, part.codec, part.crc32],
    ...[part.data, JSON.stringify(summary), part.tokens, atMs],
  );
}

/** Two batches of logs (one packed, one not) and one of operations, counted, the first of them named, and one answer that has expired. */
async function older(projectId: string): Promise<{ nowMs: number; first: ReturnType<typeof batchOf> }> {
  const nowMs = Date.now();
  const first = batchOf(projectId, lines(400, 'packed'), { dedupe: { kind: 'key', key: 'once', payload: 'sha' } });
  const answer = { received: 400, stored: 400, duplicate: 0, rejected: 0, errors: [] };
  const parts = [
    ...first.parts,
    ...batchOf(projectId, lines(3, 'raw')).parts,
    ...batchOf(projectId, [{ message: 'op', stream: 'operations' }]).parts,
  ];
  expect(parts.map(({ codec, tokens }) => [codec, tokens === null])).toEqual([
    ['deflate', false],
    ['raw', true],
    ['raw', true],
  ]);
  await olderJournal(projectId, STEPS, (sql) => {
    for (const [i, part] of parts.entries()) insertPart(sql, part, [1, 401, 1][i] ?? 0, nowMs);
    sql.exec("INSERT INTO meta VALUES ('project_id', ?), ('shard', '0')", projectId);
    sql.exec("INSERT INTO heads VALUES ('logs', 404, 1), ('operations', 2, 1)");
    sql.exec('INSERT INTO ledger VALUES (?,?,404,404,0,0,0,9000,?,3,?)', 'key_test', 1, nowMs, nowMs);
    sql.exec("INSERT INTO ledger_sources VALUES ('key_test','ingest','test',3,404,9000,?1,?1,?1)", nowMs);
    sql.exec("INSERT INTO revoked_keys VALUES ('key_gone', 0)");
    const remember = 'INSERT INTO dedupe VALUES (?,?,?,?)';
    sql.exec(remember, 'k:key_test:once', 'sha', JSON.stringify(answer), nowMs + IDEMPOTENCY_TTL_MS);
    sql.exec(remember, 'k:key_test:expired', 'sha', JSON.stringify(answer), nowMs - 1);
  });
  return { nowMs, first };
}

describe('a journal of an older version', () => {
  it('keeps its tail, where its streams stand, what it counted and who may not send', async () => {
    await older('u-keeps');
    const { heads, parts } = await tailOf('u-keeps');
    expect(heads).toEqual([
      { stream: 'logs', nextSeq: 404, sealedSeq: 1 },
      { stream: 'operations', nextSeq: 2, sealedSeq: 1 },
    ]);
    expect(parts.map(({ stream, firstSeq }) => [stream, firstSeq])).toEqual([
      ['logs', 1],
      ['logs', 401],
      ['operations', 1],
    ]);
    const messages = (await everyRecord('u-keeps')).map(({ message }) => message);
    expect(messages).toEqual([...[...lines(400, 'packed'), ...lines(3, 'raw')].map(({ message }) => message), 'op']);
    expect(await journal('u-keeps').status()).toMatchObject({
      backlogRecords: 404,
      ledger: [{ requests: 3, received: 404, stored: 404, bytes: 9_000 }],
    });
    expect(await append(batchOf('u-keeps', lines(1, 'no'), { keyId: 'key_gone' }))).toEqual({ kind: 'key_revoked' });
  });

  it('goes on behind what it had, seals old and new as one block, and counts neither twice', async () => {
    await older('u-seals');
    await append(batchOf('u-seals', lines(2, 'new')));
    await journal('u-seals').sealTail(null);
    await evictDurableObject(journal('u-seals'));
    const blocks = await listBlocks(env.DB, 'u-seals', { ...ALL, stream: 'logs' });
    expect(blocks).toMatchObject([{ firstSeq: 1, lastSeq: 405, summary: { records: 405 } }]);
    const records = await everyRecord('u-seals');
    expect(records).toHaveLength(406);
    expect(new Set(records.map(({ id }) => id)).size).toBe(406);
    expect((await journal('u-seals').status()).ledger).toMatchObject([{ requests: 4, received: 406, stored: 406 }]);
  });

  it('knows the batches that it took, and forgets those whose time is over', async () => {
    const { first } = await older('u-once');
    expect(await append(first)).toMatchObject({ kind: 'replayed', answer: { stored: 400 } });
    await append(batchOf('u-once', lines(1, 'x'), { dedupe: { kind: 'key', key: 'another', payload: 'sha' } }));
    const keys = await runInDurableObject(journal('u-once'), (_, { storage }) =>
      storage.sql.exec<{ key: string }>('SELECT key FROM dedupe ORDER BY key').toArray(),
    );
    expect(keys.map(({ key }) => key)).toEqual(['k:key_test:another', 'k:key_test:once']);
  });
});
