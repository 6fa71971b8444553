import { describe, expect, it } from 'vitest';
import type { SessionList, SessionTimeline } from '../../src/wire/error-groups.ts';
import type { Json } from '../../src/wire/record.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const HOUR_MS = 3_600_000;
const T0 = Date.now() - 2 * HOUR_MS;

const vital = (sessionId: string, at: number, value = 1, labels: Record<string, string> = {}): Json => ({
  ...{ stream: 'vitals', ts: T0 + at, sessionId },
  attrs: { name: 'LCP', value, labels: { page: '/', device: 'mobile', ...labels } },
});
const error = (sessionId: string, at: number): Json => ({
  ...{ stream: 'errors', message: 'off', ts: T0 + at, sessionId },
  attrs: { labels: { page: '/pay', browser: 'Firefox' } },
});
const log = (sessionId: string | null, at: number, message = 'hello'): Json => ({
  ...{ stream: 'logs', message, ts: T0 + at },
  ...(sessionId === null ? {} : { sessionId }),
});

const timeline = (key: string, id: string, query = ''): Promise<Answer> =>
  callApp('GET', `/api/query/sessions/${encodeURIComponent(id)}?${query}`, { key });
const sessions = async (key: string, query = ''): Promise<SessionList> =>
  (await callApp('GET', `/api/query/sessions?${query}`, { key })).body;

describe('the timeline of a session', () => {
  it('has the records of every stream in order, sealed or not, and no others', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [log('s1', 3, 'third'), vital('s1', 1), log('s2', 2), log(null, 2), log('S1', 2, 'another case')]);
    await seal(id);
    await put(id, [
      { ...(error('s1', 4) as object), userId: 'u1' },
      { stream: 'fraud', message: 'payment of u1', ts: T0 + 5, sessionId: 's1', userId: 'u1' },
      {
        stream: 'operations',
        ts: T0 + 2,
        sessionId: 's1',
        attrs: { scope: 'p2p', operation: 'create', durationMs: 5, outcome: 'success' },
      },
    ]);
    const { status, body }: { status: number; body: SessionTimeline } = await timeline(key, 's1');
    expect(status).toBe(200);
    expect(body.items.map(({ stream, ts }) => [stream, ts - T0])).toEqual([
      ['vitals', 1],
      ['operations', 2],
      ['logs', 3],
      ['errors', 4],
      ['fraud', 5],
    ]);
    expect(body).toMatchObject({
      ...{ id: 's1', firstMs: T0 + 1, lastMs: T0 + 5, userId: 'u1', nextCursor: null, complete: true },
      labels: { page: '/pay', browser: 'Firefox' },
      counts: { vitals: 1, operations: 1, logs: 1, errors: 1, fraud: 1 },
    });
  });

  it('comes page by page, each with where the whole begins and ends', async () => {
    const { id, key } = await projectWithKey();
    await put(
      id,
      Array.from({ length: 7 }, (_, i) => log('s1', i)),
    );
    await seal(id);
    const seen: number[] = [];
    let cursor: string | null = '';
    do {
      const { body }: { body: SessionTimeline } = await timeline(
        key,
        's1',
        `limit=3${cursor ? `&cursor=${cursor}` : ''}`,
      );
      expect([body.firstMs, body.lastMs]).toEqual([T0, T0 + 6]);
      seen.push(...body.items.map(({ ts }) => ts - T0));
      cursor = body.nextCursor;
    } while (cursor !== null);
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6]);
  });

  it('is not there where it is unknown, of another project, or out of the range', async () => {
    const [mine, other] = [await projectWithKey(), await projectWithKey()];
    await put(other.id, [log('s1', 0)]);
    expect((await timeline(mine.key, 's1')).status).toBe(404);
    expect((await timeline(other.key, 's1', `from=${T0 + 1}&to=${T0 + 2}`)).status).toBe(404);
    expect((await timeline(other.key, 'x'.repeat(300))).status).toBe(404);
    expect((await timeline(other.key, 's1')).status).toBe(200);
  });

  it('takes an id as it is, whatever is in it', async () => {
    const { id, key } = await projectWithKey();
    const strange = 'a "quoted\\" id * (x) OR y';
    await put(id, [log(strange, 0), log('b', 0)]);
    expect((await timeline(key, strange)).body.items).toHaveLength(1);
    expect((await timeline(key, '*')).status).toBe(404);
  });
});

describe('the list of sessions', () => {
  it('sums each session up, the newest first', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      vital('s1', 5, 9_000),
      vital('s1', 1, 100, { page: '/cart', browser: 'Chrome', os: 'Android', country: 'DE' }),
      error('s1', 9),
      log('s1', 6),
    ]);
    await seal(id);
    await put(id, [{ ...(vital('s2', 20) as object), userId: 'u2' }, log(null, 30)]);
    const { items, complete, nextCursor } = await sessions(key);
    expect([complete, nextCursor]).toEqual([true, null]);
    expect(items).toEqual([
      {
        ...{
          id: 's2',
          firstMs: T0 + 20,
          lastMs: T0 + 20,
          userId: 'u2',
          pages: ['/'],
          records: 1,
          errors: 0,
          poorVitals: 0,
        },
        ...{ device: 'mobile', browser: null, os: null, country: null },
      },
      {
        ...{ id: 's1', firstMs: T0 + 1, lastMs: T0 + 9, userId: null, pages: ['/cart', '/', '/pay'] },
        ...{ records: 4, errors: 1, poorVitals: 1 },
        ...{ device: 'mobile', browser: 'Firefox', os: 'Android', country: 'DE' },
      },
    ]);
  });

  it('has only sessions of browsers, only of the range, and no more than asked for', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [log('server', 0), vital('old', -48 * HOUR_MS), vital('a', 1), vital('b', 2), vital('c', 3)]);
    expect((await sessions(key)).items.map((session) => session.id)).toEqual(['c', 'b', 'a']);
    expect((await sessions(key, 'limit=1')).items.map((session) => session.id)).toEqual(['c']);
    const old = await sessions(key, `from=${T0 - 72 * HOUR_MS}&to=${T0}`);
    expect(old.items.map((session) => session.id)).toEqual(['old']);
  });

  it('is searched by records: what matches one of its records is shown whole', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [vital('a', 1), error('a', 2), vital('b', 3)]);
    const { items } = await sessions(key, 'q=labels.page:%22/pay%22');
    expect(items).toMatchObject([{ id: 'a', records: 2, errors: 1 }]);
    const refused = await callApp('GET', '/api/query/sessions?q=(', { key });
    expect([refused.status, refused.body.code]).toEqual([400, 'invalid_query']);
  });

  it('is answered from what is kept only while nothing new has come', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [vital('a', 1)]);
    const ask = () => callApp('GET', `/api/query/sessions?from=${T0}&to=${T0 + HOUR_MS}`, { key });
    expect((await ask()).headers.get('x-cache')).toBe('miss');
    expect((await ask()).headers.get('x-cache')).toBe('hit');
    await put(id, [vital('b', 2)]);
    expect((await ask()).body.items).toHaveLength(2);
  });
});
