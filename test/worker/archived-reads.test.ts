import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { compactBlocks, listBlocks } from '../../src/blocks/index.ts';
import type { Env } from '../../src/env.ts';
import { readHistory } from '../../src/live/history.ts';
import { exportRecords } from '../../src/query/export.ts';
import { compileQuery } from '../../src/query/index.ts';
import { metered } from '../../src/query/metered-store.ts';
import { DEFAULT_BUDGET, type SearchEnd, type SearchEvent, search } from '../../src/query/search.ts';
import type { Position } from '../../src/query/walk/order.ts';
import type { Result } from '../../src/shared/result.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { archiveByHand, coolByHand, moveByHand, restoreByHand } from '../helpers/worker/archived.ts';
import { atEachCall } from '../helpers/worker/at-each-call.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { eraseByHand } from '../helpers/worker/erased.ts';
import { databaseWith } from '../helpers/worker/faulty-database.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

vi.setConfig({ testTimeout: 60_000 });

const DAY_MS = 86_400_000;
const T0 = Date.parse('2025-03-01T12:00:00Z');
const RANGE = `&from=${T0}&to=${T0 + 400 * DAY_MS}`;
const ALL = { fromMs: -8.64e15, toMs: 8.64e15, stream: null };

/** Three records of each day. */
const ofDay = (day: number) =>
  Array.from({ length: 3 }, (_, i) => ({
    ts: T0 + day * DAY_MS + i * 1_000,
    level: i === 0 ? 'error' : 'info',
    message: `day ${day} record ${i}`,
    userId: `user${day}x${i}`,
  }));

/** Days 0 to 3 archived, days 4 and 5 in the database, day 6 in the tail. */
async function overAYear(): Promise<{ id: string; key: string; messages: string[] }> {
  const project = await projectWithKey();
  const days = [0, 1, 2, 3, 4, 5, 6].map((n) => n * 60);
  for (const day of days.slice(0, 4)) {
    await put(project.id, ofDay(day));
    await seal(project.id);
  }
  await archiveByHand(project.id);
  for (const day of days.slice(4, 6)) {
    await put(project.id, ofDay(day));
    await seal(project.id);
  }
  await put(project.id, ofDay(days[6] ?? 0));
  return { ...project, messages: days.flatMap((day) => ofDay(day).map(({ message }) => message)) };
}

const messagesOf = (records: LogRecord[]): string[] => records.map(({ message }) => message);

async function drain(
  events: AsyncGenerator<SearchEvent, Result<SearchEnd, unknown>>,
): Promise<{ messages: string[]; end: Result<SearchEnd, unknown>; progress: SearchEvent[] }> {
  const messages: string[] = [];
  const progress: SearchEvent[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (done) return { messages, end: value, progress };
    if (value.kind === 'progress') progress.push(value);
    else messages.push(...value.hits.map(({ line }) => (JSON.parse(line) as LogRecord).message));
  }
}

function requestOf(projectId: string, q: string, order: 'desc' | 'asc' = 'desc', after: Position | null = null) {
  const query = compileQuery(q);
  if (!query.ok) throw new Error(`"${q}" cannot be understood`);
  return { ...ALL, projectId, query: query.value, order, limit: 1_000, after };
}

describe('a query across archive, database and tail', () => {
  it.each(['desc', 'asc'])('finds everything in order of time, page by page (%s)', async (order) => {
    const { id, key, messages } = await overAYear();
    const expected = order === 'asc' ? messages : messages.toReversed();
    const seen: string[] = [];
    let cursor = '';
    do {
      const path = `/api/query/logs?project=${id}${RANGE}&limit=4&order=${order}${cursor && `&cursor=${cursor}`}`;
      const { status, body } = await callApp('GET', path, { key });
      expect(status).toBe(200);
      seen.push(...messagesOf(body.records));
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(expected);
  });

  it('says how many blocks were read from the archive, in the end and while it runs', async () => {
    const { id, key } = await overAYear();
    const whole = await callApp('GET', `/api/query/logs?project=${id}${RANGE}`, { key });
    expect(whole.body.scanned).toMatchObject({ blocks: 6, archived: 4 });
    const hot = await callApp(
      'GET',
      `/api/query/logs?project=${id}&from=${T0 + 200 * DAY_MS}&to=${T0 + 400 * DAY_MS}`,
      {
        key,
      },
    );
    expect(hot.body.scanned).toMatchObject({ blocks: 2, archived: 0 });
    const { progress } = await drain(search(testCtx(), requestOf(id, '')));
    expect(progress.at(-1)).toMatchObject({ kind: 'progress', blocksDone: 6, blocksLeft: 0, blocksArchived: 4 });
    const events = await callApp('GET', `/api/query/logs?project=${id}${RANGE}`, {
      key,
      headers: { accept: 'text/event-stream' },
    });
    expect(events.body).toContain('"blocksArchived":4');
  });

  it('reads no object for a word that the index knows to be elsewhere', async () => {
    const { id } = await overAYear();
    const got = vi.spyOn(env.STORE, 'get');
    const { messages, end } = await drain(search(testCtx(), requestOf(id, 'user240x1')));
    expect(messages).toEqual(['day 240 record 1']);
    expect(end).toMatchObject({ ok: true, value: { scanned: { blocks: 1, archived: 0 } } });
    expect(got).not.toHaveBeenCalled();
    const old = await drain(search(testCtx(), requestOf(id, 'user60x1')));
    expect(old.messages).toEqual(['day 60 record 1']);
    expect(got).toHaveBeenCalledTimes(1);
    got.mockRestore();
  });

  it('reads neighbours of one object at once', async () => {
    const { id } = await projectWithKey();
    for (let i = 0; i < 8; i++) {
      await put(id, [{ ts: T0 + i * 1_000, message: `n ${i}` }]);
      await seal(id);
    }
    expect(await archiveByHand(id)).toHaveLength(1);
    const got = vi.spyOn(env.STORE, 'get');
    const { messages } = await drain(search(testCtx(), requestOf(id, '', 'asc')));
    expect(messages).toEqual(Array.from({ length: 8 }, (_, i) => `n ${i}`));
    // One block first, then the rest: a page of recent records often needs no more.
    expect(got.mock.calls.length).toBeLessThanOrEqual(2);
    got.mockRestore();
  });

  it('counts by time and by value', async () => {
    const { id, key, messages } = await overAYear();
    for (const q of ['', '&q=*record*']) {
      const { body } = await callApp('GET', `/api/query/logs/histogram?project=${id}${RANGE}&buckets=20${q}`, { key });
      expect(body).toMatchObject({ complete: true });
      expect(body.buckets.reduce((sum: number, { total }: { total: number }) => sum + total, 0)).toBe(messages.length);
    }
    const { body } = await callApp('GET', `/api/query/logs/facets?project=${id}${RANGE}&fields=userId&limit=100`, {
      key,
    });
    expect(body.facets[0].values).toHaveLength(messages.length);
    expect(body.scanned.archived).toBe(4);
  });

  it.each(['ndjson', 'json', 'csv'])('is exported whole, newest first, as %s', async (format) => {
    const { id, key, messages } = await overAYear();
    const { status, body } = await callApp('GET', `/api/export?project=${id}${RANGE}&format=${format}`, { key });
    expect(status).toBe(200);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    expect([...text.matchAll(/day \d+ record \d/g)].map(([message]) => message)).toEqual(messages.toReversed());
  });

  it('gives the context of an archived record, over the border to the database', async () => {
    const { id, key, messages } = await overAYear();
    const records = await everyRecord(id);
    expect(messagesOf(records)).toEqual(messages);
    for (const at of [1, 10, 11, 12]) {
      const path = `/api/query/logs/context/${records[at]?.id}?project=${id}&before=2&after=4`;
      const { status, body } = await callApp('GET', path, { key });
      expect(status).toBe(200);
      expect(messagesOf([...body.before, body.record, ...body.after])).toEqual(
        messages.slice(Math.max(0, at - 2), at + 5),
      );
    }
  });

  it('is what a socket resumes from', async () => {
    const { id, messages } = await overAYear();
    const seen: string[] = [];
    for (let fromSeq = 1; fromSeq <= messages.length; ) {
      const run = await readHistory(env, id, { shard: 0, stream: 'logs', fromSeq, untilSeq: messages.length + 1 });
      if (!run) throw new Error(`nothing from ${fromSeq} on`);
      expect(run.firstSeq).toBe(fromSeq);
      seen.push(
        ...messagesOf(
          run.lines.ndjson
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line)),
        ),
      );
      fromSeq += run.lines.count;
    }
    expect(seen).toEqual(messages);
  });

  it('passes over erased records of archived blocks, whose lines keep their places', async () => {
    const project = await projectWithKey();
    await put(project.id, ofDay(0));
    await seal(project.id);
    const records = await everyRecord(project.id);
    await eraseByHand(project.id, ({ message }) => message.endsWith('record 1'));
    await archiveByHand(project.id);
    const { messages } = await drain(search(testCtx(), requestOf(project.id, '', 'asc')));
    expect(messages).toEqual(['day 0 record 0', 'day 0 record 2']);
    const path = `/api/query/logs/context/${records[2]?.id}?project=${project.id}`;
    const { body } = await callApp('GET', path, { key: project.key });
    expect(messagesOf([...body.before, body.record])).toEqual(['day 0 record 0', 'day 0 record 2']);
  });
});

describe('a block that changes its place while it is read', () => {
  const CHANGES: [string, { first?: (id: string) => Promise<unknown>; change: (id: string) => Promise<unknown> }][] = [
    ['is archived', { change: (id) => archiveByHand(id, { keepsPayload: true }) }],
    ['is archived and leaves the database at once', { change: (id) => archiveByHand(id) }],
    ['leaves the database', { first: (id) => archiveByHand(id, { keepsPayload: true }), change: coolByHand }],
    ['is restored', { first: (id) => archiveByHand(id), change: restoreByHand }],
    ['moves to another object', { first: (id) => archiveByHand(id), change: moveByHand }],
    ['is joined to its neighbours', { change: () => compactBlocks(testCtx({ nowMs: Date.now() + 600_000 })) }],
    [
      'is joined to its neighbours and then archived',
      {
        change: async (id) => {
          await compactBlocks(testCtx({ nowMs: Date.now() + 600_000 }));
          await archiveByHand(id);
        },
      },
    ],
  ];

  async function threeBlocks(): Promise<{ id: string; expected: string[] }> {
    const { id } = await projectWithKey();
    const expected: string[] = [];
    for (let i = 0; i < 3; i++) {
      await put(id, [{ ts: T0 + i * 1_000, message: `n ${i}` }]);
      await seal(id);
      expected.push(`n ${i}`);
    }
    return { id, expected };
  }

  it.each(CHANGES)('is found once, whichever call comes behind the change: it %s', async (_, { first, change }) => {
    const calls = await atEachCall(env, {
      async prepare() {
        const state = await threeBlocks();
        await first?.(state.id);
        return state;
      },
      change: async ({ id }) => void (await change(id)),
      async act(changing: Env, { id, expected }, place) {
        const { messages, end } = await drain(search(testCtx({ env: changing }), requestOf(id, '', 'asc')));
        expect(end.ok, place).toBe(true);
        expect(messages, place).toEqual(expected);
      },
    });
    expect(calls).toBeGreaterThan(1);
  });

  it.each(CHANGES)('is exported once: it %s', async (_, { first, change }) => {
    await atEachCall(env, {
      async prepare() {
        const state = await threeBlocks();
        await first?.(state.id);
        return state;
      },
      change: async ({ id }) => void (await change(id)),
      async act(changing: Env, { id, expected }, place) {
        let text = '';
        for await (const piece of exportRecords(testCtx({ env: changing }), requestOf(id, ''), 'ndjson')) text += piece;
        expect(
          text
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line).message),
          place,
        ).toEqual(expected.toReversed());
      },
    });
  });

  it('is what a socket resumes from all the same', async () => {
    await atEachCall(env, {
      prepare: threeBlocks,
      change: async ({ id }) => void (await archiveByHand(id)),
      async act(changing: Env, { id }, place) {
        const run = await readHistory(changing, id, { shard: 0, stream: 'logs', fromSeq: 1, untilSeq: 4 });
        expect([run?.firstSeq, run?.lines.ndjson.includes('n 0')], place).toEqual([1, true]);
      },
    });
  });

  it('is not joined where it was archived meanwhile', async () => {
    await atEachCall(env, {
      prepare: threeBlocks,
      change: async ({ id }) => void (await archiveByHand(id)),
      async act(changing: Env, { id, expected }, place) {
        await compactBlocks(testCtx({ env: changing, nowMs: Date.now() + 600_000 }));
        expect(messagesOf(await everyRecord(id)), place).toEqual(expected);
        const archived = await env.DB.prepare('SELECT count(*) AS n FROM blocks WHERE project_id = ?1')
          .bind(id)
          .first('n');
        expect([1, 3], place).toContain(archived);
      },
    });
  });
});

describe('compaction', () => {
  it('leaves archived blocks alone, and joins what is beside them', async () => {
    const { id } = await projectWithKey();
    for (let i = 0; i < 5; i++) {
      await put(id, [{ ts: T0 + i * DAY_MS, message: `n ${i}` }]);
      await seal(id);
    }
    await archiveByHand(id, { chooses: ({ firstSeq }) => firstSeq <= 2, keepsPayload: true });
    await compactBlocks(testCtx({ nowMs: Date.now() + 600_000 }));
    const blocks = (await listBlocks(env.DB, id, ALL)).sort((a, b) => a.firstSeq - b.firstSeq);
    expect(blocks.map(({ firstSeq, lastSeq }) => [firstSeq, lastSeq])).toEqual([
      [1, 1],
      [2, 2],
      [3, 5],
    ]);
    expect(messagesOf(await everyRecord(id))).toEqual(['n 0', 'n 1', 'n 2', 'n 3', 'n 4']);
  });
});

describe('an archive that is damaged', () => {
  const DAMAGES: [string, (key: string, object: Uint8Array) => Promise<unknown>][] = [
    ['is missing', (key) => env.STORE.delete(key)],
    ['is shorter than it should be', (key, object) => env.STORE.put(key, object.subarray(0, object.byteLength - 3))],
    ['is empty', (key) => env.STORE.put(key, new Uint8Array(0))],
    [
      'has other bytes',
      (key, object) =>
        env.STORE.put(
          key,
          object.map((byte, i) => (i > 12 && i % 7 === 0 ? byte ^ 0x55 : byte)),
        ),
    ],
  ];

  async function damaged(damage: (key: string, object: Uint8Array) => Promise<unknown>) {
    const project = await overAYear();
    const { results } = await env.DB.prepare('SELECT id, object_key FROM archives WHERE project_id = ?1 ORDER BY day')
      .bind(project.id)
      .all<{ id: string; object_key: string }>();
    const [oldest] = results;
    if (!oldest) throw new Error('nothing was archived');
    const object = await env.STORE.get(oldest.object_key);
    await damage(oldest.object_key, new Uint8Array((await object?.arrayBuffer()) ?? new ArrayBuffer(0)));
    const failedReads = () =>
      env.DB.prepare('SELECT failed_reads FROM archives WHERE id = ?1').bind(oldest.id).first<number>('failed_reads');
    return { ...project, failedReads };
  }

  it.each(DAMAGES)('is said by every question that needs it, and counted: it %s', async (_, damage) => {
    const { id, key, failedReads } = await damaged(damage);
    const paths = [
      `/api/query/logs?project=${id}${RANGE}`,
      `/api/query/logs/histogram?project=${id}${RANGE}&q=*record*`,
      `/api/query/logs/facets?project=${id}${RANGE}&fields=userId`,
    ];
    for (const [i, path] of paths.entries()) {
      const { status, body } = await callApp('GET', path, { key });
      expect([status, body.code, body.fromMs, body.toMs], path).toEqual([500, 'block_unreadable', T0, T0 + 2_001]);
      expect(await failedReads()).toBe(i + 1);
    }
    const events = await callApp('GET', `/api/query/logs?project=${id}${RANGE}`, {
      key,
      headers: { accept: 'text/event-stream' },
    });
    expect(events.body).toContain('event: problem');
    await expect(readHistory(env, id, { shard: 0, stream: 'logs', fromSeq: 1, untilSeq: 4 })).rejects.toThrow(
      /cannot be read/,
    );
    await expect(callApp('GET', `/api/export?project=${id}${RANGE}`, { key })).rejects.toThrow(/cannot be read/);
    expect(await failedReads()).toBe(paths.length + 3);
  });

  it('does not keep a question from its answer that does not need it', async () => {
    const { id, key, failedReads } = await damaged((object) => env.STORE.delete(object));
    const { status, body } = await callApp(
      'GET',
      `/api/query/logs?project=${id}&from=${T0 + DAY_MS}&to=${T0 + 400 * DAY_MS}`,
      {
        key,
      },
    );
    expect([status, body.records.length]).toEqual([200, 18]);
    expect((await callApp('GET', `/api/query/logs/histogram?project=${id}${RANGE}`, { key })).status).toBe(200);
    expect(await failedReads()).toBe(0);
  });

  it('breaks off an export that had begun', async () => {
    const { id } = await damaged((object) => env.STORE.delete(object));
    let text = '';
    const whole = async () => {
      for await (const piece of exportRecords(testCtx(), requestOf(id, ''), 'ndjson')) text += piece;
    };
    await expect(whole()).rejects.toThrow(/cannot be read/);
    expect(text).toContain('day 360 record 2');
  });

  it('is told apart from a bucket that does not answer, which is worth a repeat', async () => {
    const { id } = await overAYear();
    const away = () => Promise.reject(new Error('Network connection lost.'));
    const STORE = { get: away, head: away } as unknown as R2Bucket;
    const { end } = await drain(search(testCtx({ env: { ...env, STORE } }), requestOf(id, '')));
    expect(end).toEqual({ ok: false, error: { kind: 'store_away' } });
  });

  it('is said of a block that is in neither store', async () => {
    const { id, key } = await projectWithKey();
    await put(id, ofDay(0));
    await seal(id);
    await env.DB.prepare('DELETE FROM block_payloads WHERE block_id LIKE ?1').bind(`${id}.%`).run();
    const { status, body } = await callApp('GET', `/api/query/logs?project=${id}${RANGE}`, { key });
    expect([status, body.code]).toEqual([500, 'block_unreadable']);
  });
});

describe('reads of archives', () => {
  /** Each block in an object of its own. */
  async function scattered(days: number): Promise<string> {
    const { id } = await projectWithKey();
    for (let day = 0; day < days; day++) {
      await put(id, ofDay(day));
      await seal(id);
    }
    await archiveByHand(id);
    return id;
  }

  it('count beside statements: a search that has made its calls stops with a cursor, and goes on from there', async () => {
    const id = await scattered(12);
    const seen: string[] = [];
    let after: Position | null = null;
    let pages = 0;
    for (;;) {
      const calls: unknown[] = [];
      const counted = databaseWith(env.DB, (sql, run) => {
        calls.push(...sql.split('\n').filter((line) => /^\s*SELECT/.test(line)));
        return run();
      });
      const STORE = new Proxy(env.STORE, {
        get(bucket, name) {
          if (name === 'get') calls.push('get');
          const method = Reflect.get(bucket, name) as (...args: unknown[]) => unknown;
          return method.bind(bucket);
        },
      });
      const ctx = testCtx({ env: { ...env, DB: counted, STORE } });
      const { messages, end } = await drain(
        search(ctx, requestOf(id, '', 'desc', after), { ...DEFAULT_BUDGET, softCalls: 6 }),
      );
      if (!end.ok) throw new Error('refused');
      seen.push(...messages);
      pages++;
      if (end.value.next === null) break;
      after = end.value.next;
    }
    expect(pages).toBeGreaterThan(1);
    expect(seen).toEqual(
      Array.from({ length: 12 }, (_, day) => ofDay(day).map(({ message }) => message))
        .flat()
        .toReversed(),
    );
  });

  it('are counted with the statements of all that one invocation asks', async () => {
    const id = await scattered(3);
    const meter = { calls: 0 };
    const got = vi.spyOn(env.STORE, 'get');
    await drain(search(metered(testCtx(), meter), requestOf(id, '')));
    expect(got).toHaveBeenCalledTimes(3);
    const hot = { calls: 0 };
    await restoreByHand(id);
    await drain(search(metered(testCtx(), hot), requestOf(id, '')));
    expect(meter.calls).toBe(hot.calls + 3);
    got.mockRestore();
  });

  it('are at most six at a time', async () => {
    const id = await scattered(15);
    let atOnce = 0;
    let most = 0;
    const STORE = new Proxy(env.STORE, {
      get(bucket, name) {
        const method = Reflect.get(bucket, name) as (...args: unknown[]) => Promise<unknown>;
        return async (...args: unknown[]) => {
          most = Math.max(most, ++atOnce);
          try {
            return await method.apply(bucket, args);
          } finally {
            atOnce--;
          }
        };
      },
    });
    const { messages } = await drain(search(testCtx({ env: { ...env, STORE } }), requestOf(id, '*record*')));
    expect(messages).toHaveLength(45);
    expect(most).toBe(6);
  });
});
