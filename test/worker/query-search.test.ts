import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import { exportRecords } from '../../src/query/export.ts';
import { compileQuery } from '../../src/query/index.ts';
import { type Scope, type SearchEvent, search } from '../../src/query/search.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.parse('2026-03-01T12:00:00Z');
const RANGE = `&from=${T0}&to=${T0 + 3_600_000}`;
const messagesOf = ({ body }: Answer): string[] => body.records.map(({ message }: LogRecord) => message);

async function everythingOf(events: AsyncGenerator<SearchEvent, unknown>): Promise<unknown> {
  let result = await events.next();
  while (!result.done) result = await events.next();
  return result.value;
}

describe('GET /api/query/logs', () => {
  it('finds records of the tail and of blocks, newest first or oldest first', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      { ts: T0 + 1, message: 'first in a block' },
      { ts: T0 + 5, message: 'last in a block' },
    ]);
    await seal(id);
    await put(id, [
      { ts: T0 + 3, message: 'first in the tail' },
      { ts: T0 + 9, message: 'last in the tail' },
    ]);
    const answer = await callApp('GET', `/api/query/logs?project=${id}${RANGE}`, { key });
    const newestFirst = ['last in the tail', 'last in a block', 'first in the tail', 'first in a block'];
    expect(answer.status).toBe(200);
    expect(messagesOf(answer)).toEqual(newestFirst);
    expect(answer.body).toMatchObject({ nextCursor: null, complete: true, scanned: { blocks: 1 } });
    expect(answer.body.scanned.bytes).toBeGreaterThan(0);
    const asc = await callApp('GET', `/api/query/logs?project=${id}${RANGE}&order=asc`, { key });
    expect(messagesOf(asc)).toEqual(newestFirst.toReversed());
  });

  it('takes times as Unix milliseconds and as ISO 8601, from inclusive, to exclusive', async () => {
    const { id, key } = await projectWithKey();
    await put(
      id,
      [0, 1_000, 2_000].map((ms) => ({ ts: T0 + ms, message: `at ${ms}` })),
    );
    const between = async (from: string, to: string) =>
      messagesOf(await callApp('GET', `/api/query/logs?project=${id}&from=${from}&to=${to}`, { key }));
    expect(await between(String(T0), String(T0 + 2_000))).toEqual(['at 1000', 'at 0']);
    expect(await between('2026-03-01T12:00:01Z', '2026-03-01T12:00:03Z')).toEqual(['at 2000', 'at 1000']);
    expect(await between('2026-03-01T13:00:01%2B01:00', '2026-03-01T12:00:02Z')).toEqual(['at 1000']);
    // A plus that nobody encoded is a space by then.
    expect(await between('2026-03-01T13:00:01+01:00', '2026-03-01T12:00:02Z')).toEqual(['at 1000']);
    expect(await between('2026-03-01', '2026-03-02')).toHaveLength(3);
  });

  it('means the last hour when no time is given, and what the sender dated a little ahead', async () => {
    const { id, key } = await projectWithKey();
    const nowMs = Date.now();
    await put(id, [
      { ts: nowMs - 2 * 3_600_000, message: 'too old' },
      { ts: nowMs - 3_500_000, message: 'old' },
      { ts: nowMs + 60_000, message: 'ahead' },
    ]);
    expect(messagesOf(await callApp('GET', `/api/query/logs?project=${id}`, { key }))).toEqual(['ahead', 'old']);
  });

  it('pages by a cursor that keeps the range of the first page', async () => {
    const { id, key } = await projectWithKey();
    const nowMs = Date.now();
    await put(
      id,
      Array.from({ length: 5 }, (_, i) => ({ ts: nowMs - i, message: `m${i}` })),
    );
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await callApp('GET', `/api/query/logs?project=${id}&limit=2${cursor && `&cursor=${cursor}`}`, {
        key,
      });
      seen.push(...messagesOf(page));
      cursor = page.body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
  });

  it('keeps every digit of a number, and every character', async () => {
    const { id } = await projectWithKey();
    const analyst = await signInAs('analyst');
    const created = await callApp('POST', `/api/projects/${id}/keys`, {
      as: await signInAs('admin'),
      body: { name: 'send', scopes: ['ingest'] },
    });
    const body = `{"ts":${T0},"message":"tab\\tquote\\" \u2028 😀 ünï","attrs":{"big":12345678901234567890,"__proto__":1}}`;
    expect((await callApp('POST', '/api/ingest', { key: created.body.key, body })).status).toBe(202);
    for (const seals of [false, true]) {
      if (seals) await seal(id);
      const url = `/api/query/logs?project=${id}${RANGE}&q=big:12345678901234567890`;
      const { body: page, headers } = await callApp('GET', url, { as: analyst });
      expect(headers.get('content-type')).toBe('application/json');
      expect(page.records).toHaveLength(1);
      expect(page.records[0].message).toBe('tab\tquote" \u2028 😀 ünï');
      const lines = await callApp('GET', url.replace('query/logs', 'export'), { as: analyst });
      expect(lines.body).toContain('"big":12345678901234567890,"__proto__":1');
    }
  });

  it('looks only into the stream that is named', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      { ts: T0, message: 'a log' },
      { ts: T0, stream: 'spans', message: 'a span' },
    ]);
    expect(messagesOf(await callApp('GET', `/api/query/logs?project=${id}${RANGE}&stream=spans`, { key }))).toEqual([
      'a span',
    ]);
    expect(messagesOf(await callApp('GET', `/api/query/logs?project=${id}${RANGE}&q=stream:logs`, { key }))).toEqual([
      'a log',
    ]);
  });

  it('knows the project of a key, and asks a person for it', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [{ ts: T0, message: 'mine' }]);
    expect(messagesOf(await callApp('GET', `/api/query/logs?${RANGE.slice(1)}`, { key }))).toEqual(['mine']);
    const { status, body } = await callApp('GET', '/api/query/logs', { as: await signInAs('viewer') });
    expect([status, body.errors]).toEqual([400, [{ pointer: '/project', reason: 'is missing' }]]);
  });

  it('tells of everything that is wrong with the parameters at once', async () => {
    const { id, key } = await projectWithKey();
    const url = `/api/query/logs?project=${id}&from=x&to=2026-13-45&limit=9999&order=up&cursor=ZZ&stream=cats`;
    const { body } = await callApp('GET', url, { key });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual(
      ['/cursor', '/from', '/limit', '/order', '/stream', '/to'].sort(),
    );
    const turned = await callApp('GET', `/api/query/logs?project=${id}&from=${T0}&to=${T0}`, { key });
    expect(turned.body.errors).toEqual([{ pointer: '/to', reason: 'must be after from' }]);
  });

  it('does not take a cursor of the other direction', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [{ ts: T0 }, { ts: T0 + 1 }]);
    const first = await callApp('GET', `/api/query/logs?project=${id}${RANGE}&limit=1`, { key });
    const url = `/api/query/logs?project=${id}${RANGE}&limit=1&order=asc&cursor=${first.body.nextCursor}`;
    expect((await callApp('GET', url, { key })).body.errors[0].pointer).toBe('/cursor');
  });
});

describe('a store that is away', () => {
  const failing = (): never => {
    throw new Error('D1_ERROR: gone');
  };
  const brokenDb = { ...env, DB: { prepare: failing, batch: failing } as unknown as D1Database };
  const brokenJournal = {
    ...env,
    JOURNAL: {
      getByName: () => ({ readTail: () => Promise.reject(new Error('gone')) }),
    } as unknown as typeof env.JOURNAL,
  };
  const query = compileQuery('');
  const scope = (projectId: string): Scope => ({
    projectId,
    query: query.ok ? query.value : (undefined as never),
    fromMs: 0,
    toMs: T0,
    stream: null,
  });

  it.each([
    ['the database', brokenDb],
    ['a journal', brokenJournal],
  ])('is told as 503, not as an empty answer: %s', async (_, broken) => {
    const { id } = await projectWithKey();
    const ctx = testCtx({ env: broken });
    const events = search(ctx, { ...scope(id), order: 'desc', limit: 10, after: null });
    expect(await everythingOf(events)).toEqual({ ok: false, error: { kind: 'store_away' } });
    await expect(exportRecords(ctx, scope(id), 'json').next()).rejects.toThrow('did not answer');
  });
});

describe('a route whose database is away', () => {
  const ask = async (message: string) => {
    const { key } = await projectWithKey();
    const broken = (): never => {
      throw new Error(message);
    };
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await callApp('GET', '/api/query/logs', {
      key,
      app: createApp(),
      env: { ...env, DB: { prepare: broken, batch: broken } as unknown as D1Database },
    });
    log.mockRestore();
    return answer;
  };

  it.each([
    'D1_ERROR: D1 DB is overloaded. Requests queued for too long.',
    'D1_ERROR: database is locked: SQLITE_BUSY',
  ])('answers 503 and when to come again, also where the key could not be looked up: %s', async (message) => {
    const { status, headers, body } = await ask(message);
    expect([status, body.code, headers.get('retry-after')]).toEqual([503, 'store_away', '1']);
  });

  it('answers 500 where the statement is at fault', async () => {
    expect((await ask('D1_ERROR: no such table: projects: SQLITE_ERROR')).status).toBe(500);
  });
});

describe('GET /api/export', () => {
  it('gives everything, newest first, from the tail and from blocks', async () => {
    const { id, key } = await projectWithKey();
    const times = Array.from({ length: 3_000 }, (_, i) => T0 + ((i * 7_919) % 3_000));
    await put(
      id,
      times.slice(0, 1_000).map((ts) => ({ ts, message: `record ${ts}` })),
    );
    await seal(id);
    await put(
      id,
      times.slice(1_000, 2_000).map((ts) => ({ ts, message: `record ${ts}` })),
    );
    await seal(id);
    await put(
      id,
      times.slice(2_000).map((ts) => ({ ts, message: `record ${ts}` })),
    );
    const { body, headers } = await callApp('GET', `/api/export?project=${id}${RANGE}`, { key });
    const exported = String(body)
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).ts);
    expect(exported).toEqual(times.toSorted((a, b) => b - a));
    expect(headers.get('content-type')).toBe('application/x-ndjson');
    expect(headers.get('content-disposition')).toBe(`attachment; filename="breakwater-${id}-20260301T120000Z.ndjson"`);
  });

  it.each([
    ['ndjson', ''],
    ['json', '[\n]\n'],
    ['csv', 'time,ts,id,stream,level,service,message,type,traceId,spanId,sessionId,userId,attrs\r\n'],
  ])('of nothing is an empty file of its format: %s', async (format, text) => {
    const { id, key } = await projectWithKey();
    const response = await callApp('GET', `/api/export?project=${id}${RANGE}&format=${format}`, { key });
    expect(response.status).toBe(200);
    if (format === 'json') expect(response.body).toEqual([]);
    else expect(response.body).toBe(text);
  });
});
