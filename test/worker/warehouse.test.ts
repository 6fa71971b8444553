import { env } from 'cloudflare:workers';
import { zstdDecompressSync } from 'node:zlib';
import { parquetMetadata, parquetReadObjects } from 'hyparquet';
import { describe, expect, it, vi } from 'vitest';
import { readAllSettings, saveSettingsStatement } from '../../src/archive/registers/settings-store.ts';
import { makeWarehouse } from '../../src/archive/warehouse/index.ts';
import { ObjectWriter } from '../../src/archive/warehouse/object-writer.ts';
import { auditedBatch } from '../../src/audit/index.ts';
import type { Env } from '../../src/env.ts';
import { dayOf } from '../../src/shared/calendar.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { archiveByHand } from '../helpers/worker/archived.ts';
import { atEachCall } from '../helpers/worker/at-each-call.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { eraseByHand } from '../helpers/worker/erased.ts';
import { atEachFaultPoint } from '../helpers/worker/fault-points.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

vi.setConfig({ testTimeout: 120_000 });

const DAY_MS = 86_400_000;
const T0 = Date.parse('2025-03-01T12:00:00Z');
const DAYS = ['2025-03-01', '2025-03-02'] as const;

async function want(projectId: string, warehouse: boolean): Promise<void> {
  const settings = { hotDays: 30, retentionDays: 2557, retentionDaysByStream: {}, infrequentAfterDays: 90, warehouse };
  const ctx = testCtx();
  await auditedBatch(ctx, [saveSettingsStatement(env.DB, projectId, settings, { nowMs: ctx.nowMs, by: 'test' })]);
}

/** Five records of each of two days, in two streams, archived. */
async function archived(): Promise<{ id: string; key: string }> {
  const project = await projectWithKey();
  for (const day of [0, 1]) {
    await put(project.id, [
      ...Array.from({ length: 5 }, (_, i) => ({
        ts: T0 + day * DAY_MS + i,
        level: i === 0 ? 'error' : 'info',
        service: 'edge',
        message: `day ${day}, "record" ${i} \\ \u{1f30a}`,
        attrs: { n: i, deep: { list: [1, { q: '}"' }] } },
        ...(i === 1
          ? { userId: 'u1', sessionId: 's1', traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), type: 'x' }
          : {}),
      })),
      { ts: T0 + day * DAY_MS, stream: 'metrics', message: 'of another stream' },
    ]);
    await seal(project.id);
  }
  await archiveByHand(project.id);
  return project;
}

const keyOf = (projectId: string, day: string, stream = 'logs') =>
  `warehouse/${projectId}/date=${day}/${stream}.parquet`;

async function rowsOf(key: string): Promise<Record<string, unknown>[] | null> {
  const object = await env.STORE.get(key);
  if (!object) return null;
  const file = await object.arrayBuffer();
  return await parquetReadObjects({
    file,
    compressors: { ZSTD: (bytes) => new Uint8Array(zstdDecompressSync(bytes)) },
  });
}

const messagesOf = async (key: string) => (await rowsOf(key))?.map(({ message }) => message) ?? null;

async function listed(project: { id: string; key: string }, query = ''): Promise<string[]> {
  const { status, body } = await callApp('GET', `/api/archives/warehouse?project=${project.id}${query}`, {
    key: project.key,
  });
  expect(status).toBe(200);
  return body.items.map(({ day, stream, records }: { day: string; stream: string; records: number }) =>
    [day, stream, records].join(' '),
  );
}

describe('the warehouse', () => {
  it('has a file for each day and stream of archives, with every field of every record', async () => {
    const project = await archived();
    await want(project.id, true);
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 4, records: 12, failed: 0, changed: 0 });
    expect(await listed(project)).toEqual(DAYS.toReversed().flatMap((day) => [`${day} logs 5`, `${day} metrics 1`]));
    const records = (await everyRecord(project.id)).filter(({ stream }) => stream === 'logs');
    const rows = (await Promise.all(DAYS.map((day) => rowsOf(keyOf(project.id, day))))).flatMap((some) => some ?? []);
    const told = rows.map((row): LogRecord => {
      const { trace_id, span_id, session_id, user_id, type, ts, attrs, ...same } = row;
      return {
        ...(same as unknown as LogRecord),
        ts: Number(ts as Date),
        attrs: JSON.parse(String(attrs)),
        ...(trace_id ? { traceId: String(trace_id) } : {}),
        ...(span_id ? { spanId: String(span_id) } : {}),
        ...(session_id ? { sessionId: String(session_id) } : {}),
        ...(user_id ? { userId: String(user_id) } : {}),
        ...(type ? { type: String(type) } : {}),
      };
    });
    expect(told).toEqual(records);
    // Nothing is made twice.
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 0 });
  });

  it('is made for those alone who want it, and is gone when they do not', async () => {
    const project = await archived();
    await makeWarehouse(testCtx());
    expect(await rowsOf(keyOf(project.id, DAYS[0]))).toBeNull();
    await want(project.id, true);
    await makeWarehouse(testCtx());
    expect(await rowsOf(keyOf(project.id, DAYS[0]))).toHaveLength(5);
    await want(project.id, false);
    expect(await makeWarehouse(testCtx())).toMatchObject({ deleted: 4 });
    expect(await rowsOf(keyOf(project.id, DAYS[0]))).toBeNull();
    expect(await listed(project)).toEqual([]);
  });

  it('is made again when a day has other archives, and goes when it has none', async () => {
    const project = await archived();
    await want(project.id, true);
    await makeWarehouse(testCtx());
    await put(project.id, [{ ts: T0 + 1_000, message: 'late' }]);
    await seal(project.id);
    await archiveByHand(project.id);
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 1, records: 6 });
    expect(await messagesOf(keyOf(project.id, DAYS[0]))).toContain('late');
    await env.DB.prepare(`UPDATE archives SET state = 'leaving' WHERE project_id = ?1 AND day = ?2`)
      .bind(project.id, DAYS[1])
      .run();
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 0, deleted: 2 });
    expect(await rowsOf(keyOf(project.id, DAYS[1]))).toBeNull();
    expect(await listed(project)).toEqual([`${DAYS[0]} logs 6`, `${DAYS[0]} metrics 1`]);
  });

  it('has no trace of erased records, and no file where none is left', async () => {
    const project = await projectWithKey();
    await put(project.id, [
      { ts: T0, message: 'stays' },
      { ts: T0 + 1, message: 'goes' },
      { ts: T0 + DAY_MS, stream: 'metrics', message: 'goes' },
    ]);
    await seal(project.id);
    await eraseByHand(project.id, ({ message }) => message === 'goes');
    await archiveByHand(project.id);
    await want(project.id, true);
    await makeWarehouse(testCtx());
    expect(await messagesOf(keyOf(project.id, DAYS[0]))).toEqual(['stays']);
    expect(await rowsOf(keyOf(project.id, DAYS[1], 'metrics'))).toBeNull();
    expect(await listed(project)).toEqual([`${DAYS[0]} logs 1`]);
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 0 });
  });

  /** One record in one archive, and no other project that wants a warehouse. */
  async function oneFile(): Promise<{ id: string; key: string }> {
    const project = await projectWithKey();
    await put(project.id, [{ ts: T0, message: 'one' }]);
    await seal(project.id);
    await archiveByHand(project.id);
    for (const { projectId, settings } of (await readAllSettings(env.DB, null)).projects) {
      if (settings.warehouse) await want(projectId, false);
    }
    await makeWarehouse(testCtx());
    await want(project.id, true);
    return project;
  }

  it('does not keep a file of archives that changed while it was made', async () => {
    const calls = await atEachCall(env, {
      prepare: oneFile,
      async change({ id }) {
        await env.DB.prepare(`UPDATE archives SET state = 'leaving' WHERE project_id = ?1`).bind(id).run();
      },
      async act(changing: Env, { id }, place) {
        await makeWarehouse(testCtx({ env: changing }));
        const key = keyOf(id, DAYS[0]);
        const current = await env.DB.prepare(`SELECT id FROM archives WHERE project_id = ?1 AND state = 'current'`)
          .bind(id)
          .first();
        if (current === null) await makeWarehouse(testCtx());
        expect(await rowsOf(key), place).toEqual(
          current === null ? null : [expect.objectContaining({ message: 'one' })],
        );
      },
    });
    expect(calls).toBeGreaterThan(5);
  });

  it('is whole after a death at any step, at the next run', async () => {
    const boundaries = await atEachFaultPoint(env, {
      prepare: oneFile,
      act: (dying) => makeWarehouse(testCtx({ env: dying })),
      async check(project, place) {
        await makeWarehouse(testCtx());
        expect(await listed(project), place).toEqual([`${DAYS[0]} logs 1`]);
        expect(await rowsOf(keyOf(project.id, DAYS[0])), place).toHaveLength(1);
      },
    });
    expect(boundaries).toBeGreaterThan(10);
  });

  it('does what its calls allow, and the next run the rest', async () => {
    const { id } = await oneFile();
    const days = Array.from({ length: 70 }, (_, i) => [dayOf(T0 - (i + 1) * DAY_MS), `arc_${id}_${i}`]);
    // Archives of which all blocks are gone: a file is looked for all the same.
    await env.DB.prepare(
      `INSERT INTO archives (id, project_id, day, number, stream, state, object_key, blocks, records, raw_bytes, packed_bytes, min_ts, max_ts, sha256,
         storage_class, created_at_ms, sources)
       SELECT value ->> 1, ?1, value ->> 0, 1, 'logs', 'current', value ->> 1, 0, 0, 0, 0, 0, 0, '', 'Standard', 0, '[]' FROM json_each(?2)`,
    )
      .bind(id, JSON.stringify(days))
      .run();
    let made = 0;
    let runs = 0;
    while (made < 71) {
      const counted = countingStatements(env.DB);
      const counts = await makeWarehouse(testCtx({ env: { ...env, DB: counted.db } }));
      expect(counts.made).toBeGreaterThan(0);
      expect(counted.count()).toBeLessThan(160);
      made += counts.made;
      runs++;
    }
    expect([made, runs]).toEqual([71, 2]);
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 0 });
  });

  it('makes the other days where an archive is damaged, and says so', async () => {
    await oneFile().then(({ id }) => want(id, false));
    const project = await archived();
    await want(project.id, true);
    const { results } = await env.DB.prepare(
      `SELECT id, object_key FROM archives WHERE project_id = ?1 AND day = ?2 AND stream = 'logs'`,
    )
      .bind(project.id, DAYS[0])
      .all<{ id: string; object_key: string }>();
    const [broken] = results;
    await env.STORE.put(broken?.object_key ?? '', new Uint8Array(1_000));
    expect(await makeWarehouse(testCtx())).toMatchObject({ made: 3, failed: 1 });
    expect(await listed(project)).toEqual([`${DAYS[1]} logs 5`, `${DAYS[1]} metrics 1`, `${DAYS[0]} metrics 1`]);
    const failed = await env.DB.prepare('SELECT failed_reads FROM archives WHERE id = ?1')
      .bind(broken?.id)
      .first('failed_reads');
    expect(failed).toBe(1);
  });
});

describe('the routes of the warehouse', () => {
  it('list by day, page by page and within a range', async () => {
    const project = await archived();
    await want(project.id, true);
    await makeWarehouse(testCtx());
    const all = await listed(project);
    const paged: string[] = [];
    let cursor: string | null = null;
    do {
      const path = `/api/archives/warehouse?project=${project.id}&limit=1${cursor ? `&cursor=${cursor}` : ''}`;
      const { body } = await callApp('GET', path, { key: project.key });
      paged.push(
        ...body.items.map(({ day, stream, records }: Record<string, unknown>) => `${day} ${stream} ${records}`),
      );
      cursor = body.nextCursor;
    } while (cursor);
    expect(paged).toEqual(all);
    const [from, to] = [Date.parse(DAYS[1]), Date.parse(DAYS[1]) + DAY_MS];
    expect(await listed(project, `&from=${from}&to=${to}`)).toEqual([`${DAYS[1]} logs 5`, `${DAYS[1]} metrics 1`]);
    expect(await listed(project, `&to=${from}`)).toEqual([`${DAYS[0]} logs 5`, `${DAYS[0]} metrics 1`]);
    const bad = await callApp('GET', `/api/archives/warehouse?project=${project.id}&limit=0&cursor=x&from=never`, {
      key: project.key,
    });
    expect([bad.status, bad.body.errors.map(({ pointer }: { pointer: string }) => pointer)]).toEqual([
      400,
      ['/from', '/limit', '/cursor'],
    ]);
  });

  it('give the file, whole, and 404 for what is not there or not theirs', async () => {
    const [mine, other] = [await archived(), await archived()];
    await want(mine.id, true);
    await makeWarehouse(testCtx());
    const path = (project: string, day: string) => `/api/archives/warehouse/${day}/logs?project=${project}`;
    const file = await callApp('GET', path(mine.id, DAYS[0]), { key: mine.key });
    expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/vnd.apache.parquet']);
    expect(file.headers.get('content-disposition')).toBe(`attachment; filename="${mine.id}-${DAYS[0]}-logs.parquet"`);
    const object = await env.STORE.head(keyOf(mine.id, DAYS[0]));
    expect(Number(file.headers.get('content-length'))).toBe(object?.size);
    for (const [project, day, key] of [
      [mine.id, '2025-03-09', mine.key],
      [mine.id, 'nonsense', mine.key],
      [mine.id, DAYS[0], other.key],
      [other.id, DAYS[0], other.key],
    ] as const) {
      expect((await callApp('GET', path(project, day), { key })).status, day).toBe(404);
    }
  });
});

describe('a file that is written while it is made', () => {
  it('is what was put into it, in parts and in one piece, and leaves nothing behind when it is given up', async () => {
    const MiB = 1024 * 1024;
    for (const [name, sizes] of [
      ['small', [10, 20]],
      ['parts', [3 * MiB, 14 * MiB, 5, 9 * MiB, 1]],
      ['exact', [16 * MiB]],
    ] as const) {
      const writer = new ObjectWriter(env.STORE, `test/${name}`, 'text/plain');
      const expected: Uint8Array[] = [];
      for (const size of sizes) {
        const bytes = new Uint8Array(size).map((_, i) => Math.imul(i + size, 0x9e3779b1) >>> 24);
        expected.push(bytes);
        writer.appendBytes(bytes);
        await writer.flush();
      }
      await writer.finish();
      await writer.abandon();
      const object = await env.STORE.get(`test/${name}`);
      const stored = Buffer.from((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
      expect(stored.equals(Buffer.concat(expected)), name).toBe(true);
      expect(writer.offset).toBe(stored.length);
    }
    const given = new ObjectWriter(env.STORE, 'test/given-up', 'text/plain');
    given.appendBytes(new Uint8Array(9 * MiB));
    await given.flush();
    await given.abandon();
    expect(await env.STORE.head('test/given-up')).toBeNull();
  });

  it('has a row group for no more than its bound, however large the day is', async () => {
    const project = await projectWithKey();
    const long = 'x'.repeat(200_000);
    for (let i = 0; i < 3; i++) {
      await put(
        project.id,
        Array.from({ length: 18 }, (_, n) => ({ ts: T0 + i * 100 + n, message: `${i} ${n} ${long}` })),
      );
      await seal(project.id);
    }
    await archiveByHand(project.id);
    await want(project.id, true);
    await makeWarehouse(testCtx());
    const object = await env.STORE.get(keyOf(project.id, DAYS[0]));
    const metadata = parquetMetadata((await object?.arrayBuffer()) ?? new ArrayBuffer(0));
    expect(Number(metadata.num_rows)).toBe(54);
    expect(metadata.row_groups.length).toBe(2);
  });
});
