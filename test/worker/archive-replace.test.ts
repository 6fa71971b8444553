import { env } from 'cloudflare:workers';
import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { replaceArchive } from '../../src/archive/index.ts';
import { coolArchives } from '../../src/archive/keep/cool.ts';
import { readManifest } from '../../src/archive/manifest/manifest.ts';
import { moveBlocks } from '../../src/archive/move/archive-blocks.ts';
import {
  addLineTokens,
  buildFilter,
  deflatePiece,
  gunzip,
  joinPieces,
  mayContain,
  readFilters,
  type SealedBlock,
  SummaryBuilder,
  TokenSet,
  tokenHash,
} from '../../src/blocks/index.ts';
import { utf8 } from '../../src/shared/bytes.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import {
  archivesOf,
  at,
  DAY_MS,
  NOW_MS,
  payloadsOf,
  projectWithBlocks,
  recordsOf,
  strayKeys,
} from '../helpers/worker/archive.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';

const OLD = NOW_MS - 40 * DAY_MS;
const LATER_MS = NOW_MS + 3_600_000;

beforeEach(() => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

/** The block without its first record, whose line stays empty. */
function withoutFirst(block: SealedBlock): SealedBlock {
  const [first = '', ...lines] = gunzip(block.gzip, block.index.rawBytes).toString('utf8').split('\n');
  const ndjson = ['', ...lines].join('\n');
  const summary = new SummaryBuilder({ minTs: JSON.parse(first).ts, maxTs: JSON.parse(first).ts });
  for (const line of lines.filter((text) => text !== '')) {
    const { ts, level, service } = JSON.parse(line) as LogRecord;
    summary.add(ts, level, service);
  }
  const tokens = new TokenSet();
  addLineTokens(tokens, ndjson);
  const raw = utf8(ndjson);
  const gzip = joinPieces([deflatePiece(raw)]);
  const sha256 = createHash('sha256').update(gzip).digest('hex');
  const sizes = { rawBytes: raw.byteLength, packedBytes: gzip.byteLength, sha256 };
  return { index: { ...block.index, summary: summary.build(), ...sizes }, gzip, filter: buildFilter(tokens) };
}

/** Three archived blocks of two records each, of which the second loses its first record. */
async function prepare() {
  const { id, blocks } = await projectWithBlocks([
    { ts: OLD, message: 'one' },
    { ts: OLD + 60_000, message: 'person' },
    { ts: OLD + 120_000, message: 'three' },
  ]);
  await moveBlocks(at(NOW_MS), { projectId: id, isPatient: true });
  const before = await recordsOf(id);
  const after = before.filter(({ message }) => message !== 'person 0');
  const rewritten = withoutFirst(blocks[1] as SealedBlock);
  const [archive] = await archivesOf(id);
  const replace = (overrides = {}) =>
    replaceArchive(at(LATER_MS, overrides), archive?.id ?? '', new Map([[rewritten.index.id, rewritten]]));
  return { id, before, after, rewritten, archiveId: archive?.id ?? '', key: archive?.object_key ?? '', replace };
}

describe('replacing an archive', () => {
  it('gives some blocks another content in another object, and leaves nothing of the old one', async () => {
    const { id, after, key, archiveId, rewritten, replace } = await prepare();
    const newKey = key.replace('batch-0001', 'batch-0002');
    const replaced = { kind: 'replaced', key: newKey, replacedKey: key, pending: false };
    expect(await replace()).toMatchObject(replaced);
    expect(after).toHaveLength(5);
    expect(await recordsOf(id)).toEqual(after);
    expect(await archivesOf(id)).toMatchObject([{ object_key: newKey, state: 'current', blocks: 3 }]);
    expect(await env.STORE.head(key)).toBeNull();
    // The payload that had the record is gone; those beside it stay for their day.
    expect(await payloadsOf(id)).toBe(2);
    const block = await env.DB.prepare(
      'SELECT records, min_ts, hot_until_ms, first_seq, last_seq FROM blocks WHERE id = ?1',
    )
      .bind(rewritten.index.id)
      .first();
    expect(block).toEqual({ records: 1, min_ts: OLD + 61_000, hot_until_ms: null, first_seq: 3, last_seq: 4 });
    const filter = (await readFilters(env.DB, [rewritten.index.id])).get(rewritten.index.id) as Uint8Array;
    expect([mayContain(filter, tokenHash('person')), mayContain(filter, tokenHash('0'))]).toEqual([true, false]);
    const manifest = await env.STORE.get(`archive/${id}/2026/10/18/manifest.json`);
    expect(readManifest(new Uint8Array(await (manifest as R2ObjectBody).arrayBuffer()))).toMatchObject({
      ...{ reason: 'erased', sequence: 2, records: 5 },
      batches: [{ key: newKey, records: 5, blocks: 3 }],
    });
    expect(await auditOf(archiveId)).toMatchObject([{ action: 'archive.replace', detail: { replacedKey: key } }]);
    expect(await strayKeys(id)).toEqual([]);
    expect(await replace()).toEqual({ kind: 'gone' });
  });

  it('reads each list of blocks once, however many blocks the archive has', async () => {
    const { replace } = await prepare();
    const statements: string[] = [];
    const DB = new Proxy(env.DB, {
      get(db, name) {
        const value = Reflect.get(db, name);
        if (name !== 'prepare') return typeof value === 'function' ? value.bind(db) : value;
        return (sql: string) => {
          statements.push(sql);
          return db.prepare(sql);
        };
      },
    });
    expect(await replace({ env: { ...env, DB } })).toMatchObject({ kind: 'replaced' });
    const ofLists = statements.filter((sql) => sql.includes('json_each') && sql.includes('blocks'));
    expect(ofLists.length).toBeGreaterThan(4);
    for (const sql of ofLists) {
      const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${sql.replace(/\?\d*/g, 'NULL')}`).all<{
        detail: string;
      }>();
      // Rows of an archive first, and the list for each of them, would be the product of both.
      expect([sql, plan.results.map(({ detail }) => detail).join(' / ')]).toEqual([
        sql,
        expect.not.stringContaining('blocks_by_archive (archive_id=?)'),
      ]);
    }
  });

  it('works for what the database has no payload of any more', async () => {
    const { id, after, replace } = await prepare();
    await coolArchives(at(NOW_MS + DAY_MS));
    expect(await payloadsOf(id)).toBe(0);
    expect(await replace()).toMatchObject({ kind: 'replaced' });
    expect(await recordsOf(id)).toEqual(after);
  });

  it('changes nothing where a block is another by now, or the object is damaged', async () => {
    const one = await prepare();
    const elsewhere = { ...one.rewritten, index: { ...one.rewritten.index, id: 'of another archive' } };
    expect(await replaceArchive(at(LATER_MS), one.archiveId, new Map([[elsewhere.index.id, elsewhere]]))).toEqual({
      kind: 'lost',
    });
    expect(await recordsOf(one.id)).toEqual(one.before);
    const two = await prepare();
    const bytes = new Uint8Array(await ((await env.STORE.get(two.key)) as R2ObjectBody).arrayBuffer());
    bytes[20] = (bytes[20] ?? 0) ^ 1;
    await env.STORE.put(two.key, bytes);
    expect(await two.replace()).toEqual({ kind: 'damaged' });
    expect((await archivesOf(two.id))[0]).toMatchObject({
      state: 'current',
      problem: expect.stringContaining('.logs.1'),
    });
  });

  it('has what was given along in the same transaction', async () => {
    const { archiveId, rewritten } = await prepare();
    const told = await replaceArchive(at(LATER_MS), archiveId, new Map([[rewritten.index.id, rewritten]]), (id) => [
      env.DB.prepare(
        `INSERT INTO notices (id, kind, severity, title, detail, at_ms)
         SELECT ?1, 'test', 'info', '', '{}', 0 WHERE EXISTS (SELECT 1 FROM archives WHERE id = ?1 AND state = 'current')`,
      ).bind(id),
    ]);
    const sql = `SELECT id FROM notices WHERE kind = 'test'`;
    expect((await env.DB.prepare(sql).all()).results).toEqual([{ id: told.kind === 'replaced' ? told.id : '' }]);
  });

  it('dies at any step, and then a reader has all of before or all of after, and the next runs finish it', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare,
      act: (faulty, { replace }) => replace({ env: faulty }),
      check: async ({ id, before, after, key, replace }, place) => {
        const now = await recordsOf(id);
        expect([before, after], place).toContainEqual(now);
        const again = await replace();
        expect(['replaced', 'gone'], place).toContain(again.kind);
        // What the cron does five minutes later.
        await moveBlocks(at(LATER_MS + 300_000), { projectId: id, isPatient: true });
        expect(await recordsOf(id), place).toEqual(after);
        expect(await env.STORE.head(key), place).toBeNull();
        expect(await strayKeys(id), place).toEqual([]);
        expect(await archivesOf(id), place).toMatchObject([
          { state: 'current', manifest_sequence: expect.any(Number) },
        ]);
      },
    });
    expect(boundaries).toBeGreaterThan(30);
  });
});
