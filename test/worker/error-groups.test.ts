import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import type { ErrorGroup, ErrorGroupDetail, ErrorGroups } from '../../src/wire/error-groups.ts';
import type { Json } from '../../src/wire/record.ts';
import { type Answer, callApp } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const T0 = NOW - 5 * HOUR_MS;

interface Drawn {
  at?: number;
  session?: string;
  release?: string;
  browser?: string;
  type?: string;
}

const error = (message: string, { at = 0, session, release, browser, type = 'TypeError' }: Drawn = {}): Json => ({
  ...{ stream: 'errors', message, type, ts: T0 + at },
  ...(session === undefined ? {} : { sessionId: session }),
  attrs: {
    stack: `${type}: ${message}\n    at pay (https://a.example/${message}.3f2a1bc9.js:1:2)`,
    labels: { ...(release ? { release } : {}), ...(browser ? { browser } : {}) },
  },
});

async function list(key: string, query = ''): Promise<ErrorGroups> {
  const answer = await callApp('GET', `/api/query/errors?${query}`, { key });
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
  return answer.body;
}

const detail = (key: string, fingerprint: string, query = ''): Promise<Answer> =>
  callApp('GET', `/api/query/errors/${fingerprint}?${query}`, { key });

const shown = ({ items }: ErrorGroups) => items.map(({ message, count, sessions }) => [message, count, sessions]);
const one = (groups: ErrorGroups, message: string) =>
  groups.items.find((item) => item.message === message) as ErrorGroup;

describe('groups of errors', () => {
  it('are there at once, and the same before and after their block is sealed, and where some of them are', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      error('late', { at: HOUR_MS, session: 's1', release: '2' }),
      error('card', { session: 's1', release: '1' }),
      error('card', { at: 2 * HOUR_MS, session: 's2', release: '2' }),
    ]);
    const fresh = await list(key);
    expect(fresh).toMatchObject({ total: 3, complete: true, nextCursor: null });
    expect(shown(fresh)).toEqual([
      ['card', 2, 2],
      ['late', 1, 1],
    ]);
    expect(one(fresh, 'card')).toMatchObject({
      ...{ type: 'TypeError', culprit: 'pay (card.js)', status: 'open', statusAtMs: null },
      ...{ firstSeenMs: T0, lastSeenMs: T0 + 2 * HOUR_MS, firstRelease: '1' },
      releases: [
        { release: '1', count: 1 },
        { release: '2', count: 1 },
      ],
    });
    await seal(id);
    expect(await list(key)).toEqual(fresh);
    await put(id, [error('card', { at: 3 * HOUR_MS, session: 's2', release: '2' })]);
    const both = await list(key);
    expect(one(both, 'card')).toMatchObject({ count: 3, sessions: 2, lastSeenMs: T0 + 3 * HOUR_MS });
    expect(one(both, 'card').releases).toEqual([
      { release: '2', count: 2 },
      { release: '1', count: 1 },
    ]);
  });

  it('have a trend that adds up to their count, and buckets that add up to all errors', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [error('a'), error('a', { at: HOUR_MS }), error('b', { at: HOUR_MS }), { stream: 'errors', ts: T0 }]);
    const groups = await list(key);
    const sum = (counts: number[]) => counts.reduce((total, count) => total + count, 0);
    expect(sum(groups.buckets.map(({ count }) => count))).toBe(4);
    expect(groups.total).toBe(4);
    expect(groups.items.map(({ trend }) => sum(trend))).toEqual([2, 1]);
    expect(groups.items.every(({ trend }) => trend.length === groups.buckets.length)).toBe(true);
    const starts = groups.buckets.map(({ ts }) => ts);
    expect(starts).toEqual(starts.map((_, i) => (starts[0] ?? 0) + i * groups.bucketMs));
    expect(starts[0]).toBeLessThanOrEqual(groups.fromMs);
    expect((starts.at(-1) ?? 0) + groups.bucketMs).toBeGreaterThanOrEqual(groups.toMs);
  });

  it('are only those of the range', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [error('before', { at: -40 * HOUR_MS }), error('within')]);
    await seal(id);
    expect(shown(await list(key))).toEqual([['within', 1, 0]]);
    const wide = await list(key, `from=${T0 - 48 * HOUR_MS}&to=${NOW}`);
    expect(wide.items).toHaveLength(2);
    expect((await list(key, `from=${T0 - 48 * HOUR_MS}&to=${T0 - HOUR_MS}`)).items[0]?.message).toBe('before');
  });

  it('are sorted by count, sessions, and first and last time', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      ...[error('many', { at: 1 }), error('many', { at: 2 }), error('many', { at: 3 })],
      ...[error('people', { at: 0, session: 'a' }), error('people', { at: 9, session: 'b' })],
      error('new', { at: 5 }),
    ]);
    const order = async (sort: string) => (await list(key, `sort=${sort}`)).items.map(({ message }) => message);
    expect(await order('count')).toEqual(['many', 'people', 'new']);
    expect((await order('sessions'))[0]).toBe('people');
    expect(await order('lastSeen')).toEqual(['people', 'new', 'many']);
    expect(await order('firstSeen')).toEqual(['new', 'many', 'people']);
  });

  it('come page by page, each of them once, whatever the sort is', async () => {
    const { id, key } = await projectWithKey();
    const letters = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    await put(
      id,
      letters.map((letter, i) => error(letter, { at: Math.floor(i / 2) })),
    );
    await seal(id);
    for (const sort of ['count', 'sessions', 'lastSeen', 'firstSeen']) {
      const seen: string[] = [];
      let cursor: string | null = '';
      do {
        const page: ErrorGroups = await list(key, `sort=${sort}&limit=3${cursor ? `&cursor=${cursor}` : ''}`);
        seen.push(...page.items.map(({ message }) => message));
        cursor = page.nextCursor;
      } while (cursor !== null);
      expect(seen.toSorted()).toEqual(letters);
    }
    const { nextCursor } = await list(key, 'sort=count&limit=3');
    const refused = await callApp('GET', `/api/query/errors?sort=lastSeen&cursor=${nextCursor}`, { key });
    expect(refused.body.detail).toBe('/cursor: belongs to sort=count');
  });

  it('are found by words of type, message and culprit, and by labels of browsers', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      error('card', { browser: 'Firefox', session: 's1', release: '1' }),
      error('card', { browser: 'Chrome', release: '1' }),
      error('late', { browser: 'Firefox', type: 'RangeError', release: '2' }),
    ]);
    await seal(id);
    const found = async (query: string) => (await list(key, query)).items.map(({ message, count }) => [message, count]);
    expect(await found('q=CARD.js')).toEqual([['card', 2]]);
    expect(await found('q=rangeerror')).toEqual([['late', 1]]);
    expect(await found('q=none')).toEqual([]);
    expect(await found('browser=Chrome')).toEqual([['card', 1]]);
    expect(await found('browser=Firefox')).toEqual(
      expect.arrayContaining([
        ['card', 1],
        ['late', 1],
      ]),
    );
    // No row knows the sessions of one browser; the records, which two labels together are asked of, do.
    expect((await list(key, 'browser=Firefox')).items.map(({ sessions }) => sessions)).toEqual([null, null]);
    expect(shown(await list(key, 'browser=Firefox&release=1'))).toEqual([['card', 1, 1]]);
  });

  it('are counted by whole hours where their minutes are too many rows for one answer', async () => {
    const { id, key } = await projectWithKey();
    const from = Math.floor(T0 / HOUR_MS) * HOUR_MS - 20 * HOUR_MS + 60_000;
    // 900 groups with a row in each minute up to the first whole hour, and one in it that counts as much as they do.
    const rows = (resolution: number, minutes: number, stepMs: number, startMs: number, count: number) =>
      env.DB.prepare(
        `INSERT INTO rollups (project_id, stream, resolution, name, bucket_ms, source, total, dimensions)
         WITH RECURSIVE g(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM g WHERE n < 899),
           m(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM m WHERE i < ?2 - 1)
         SELECT ?1, 'errors', ?3, printf('%016x', n), ?4 + i * ?5, '', printf('[%d,%d,1,1,1,1]', ?6, ?6), '{}' FROM g, m`,
      ).bind(id, minutes, resolution, startMs, stepMs, count);
    await env.DB.batch([rows(1, 59, 60_000, from, 1), rows(60, 1, HOUR_MS, from - 60_000, 59)]);
    await env.DB.prepare(
      `INSERT INTO error_groups (project_id, fingerprint, type, message, first_seen_ms, last_seen_ms, sample_id)
       SELECT DISTINCT ?1, name, 'Error', 'x', 1, 1, '' FROM rollups WHERE project_id = ?1`,
    )
      .bind(id)
      .run();
    const groups = await list(key, `from=${from}&to=${from + 10 * HOUR_MS}&limit=3`);
    expect(groups).toMatchObject({ complete: true, fromMs: from - 60_000, items: [{ count: 59 }, {}, {}] });
    const short = await list(key, `from=${from}&to=${from + 2 * HOUR_MS}&limit=3`);
    expect(short).toMatchObject({ complete: false, fromMs: from });
  });

  it('refuse what is no question', async () => {
    const { key } = await projectWithKey();
    const ask = async (query: string) => (await callApp('GET', `/api/query/errors?${query}`, { key })).body.detail;
    expect(await ask('sort=x')).toMatch(/^\/sort: must be one of count/);
    expect(await ask('status=x')).toMatch(/^\/status: must be one of open/);
    expect(await ask('limit=201')).toMatch(/^\/limit: /);
    expect(await ask('cursor=x')).toBe('/cursor: must be a nextCursor of this list');
    expect(await ask('from=2&to=1')).toBe('/to: must be after from');
    expect(await ask(`q=${'x'.repeat(300)}`)).toMatch(/^\/q: /);
  });
});

describe('one group', () => {
  it('has its counts, who met it, and its records from the newest on, page by page, sealed or not', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [
      error('card', { at: 1, session: 's1', release: '1', browser: 'Chrome' }),
      error('card', { at: 2, session: 's2', release: '2', browser: 'Chrome' }),
      error('late', { at: 3 }),
    ]);
    await seal(id);
    await put(id, [error('card', { at: 4, session: 's2', release: '2', browser: 'Firefox' })]);
    const { fingerprint } = one(await list(key), 'card');
    const first: ErrorGroupDetail = (await detail(key, fingerprint, 'limit=2')).body;
    expect(first.group).toMatchObject({ fingerprint, count: 3, sessions: 2, message: 'card' });
    const values = (label: string) => first.breakdowns.find((breakdown) => breakdown.label === label)?.values;
    expect(values('release')).toEqual([
      { value: '2', count: 2 },
      { value: '1', count: 1 },
    ]);
    expect(values('browser')).toEqual([
      { value: 'Chrome', count: 2 },
      { value: 'Firefox', count: 1 },
    ]);
    expect(values('page')).toEqual([]);
    expect(first.buckets.reduce((total, { count }) => total + count, 0)).toBe(3);
    const times = ({ occurrences }: ErrorGroupDetail) => occurrences.items.map(({ record }) => record.ts - T0);
    expect(times(first)).toEqual([4, 2]);
    expect(first.occurrences.items[0]?.frames).toEqual([
      { function: 'pay', file: 'https://a.example/card.3f2a1bc9.js', line: 1, column: 2, inApp: true, original: null },
    ]);
    const { body: second } = await detail(key, fingerprint, `limit=2&cursor=${first.occurrences.nextCursor}`);
    expect(times(second)).toEqual([1]);
    expect(second.occurrences.nextCursor).toBeNull();
  });

  it('is there as soon as its first record is, and without counts in a range that it is not in', async () => {
    const { id, key } = await projectWithKey();
    await put(id, [error('card')]);
    const { fingerprint } = one(await list(key), 'card');
    expect((await detail(key, fingerprint)).body.group).toMatchObject({ count: 1, sessions: 0, firstSeenMs: T0 });
    const empty = await detail(key, fingerprint, `from=${T0 + HOUR_MS}&to=${NOW}`);
    expect(empty.body).toMatchObject({
      group: { count: 0, message: 'card' },
      occurrences: { items: [], complete: true },
    });
  });

  it('is not there where it is unknown, of another project, or no fingerprint', async () => {
    const [mine, other] = [await projectWithKey(), await projectWithKey()];
    await put(other.id, [error('card')]);
    const { fingerprint } = one(await list(other.key), 'card');
    for (const name of [fingerprint, '0'.repeat(16), 'card', '(all)']) {
      const answer = await detail(mine.key, encodeURIComponent(name));
      expect([answer.status, answer.body.code]).toEqual([404, 'not_found']);
    }
    await seal(other.id);
    expect((await detail(mine.key, fingerprint)).status).toBe(404);
    expect((await detail(other.key, fingerprint.toUpperCase())).status).toBe(200);
  });
});

describe('the status of a group', () => {
  const set = (key: string, fingerprint: string, status: string) =>
    callApp('PATCH', `/api/errors/${fingerprint}`, { key, body: { status } });
  /** One error has one fingerprint in every project. */
  const changes = async (projectId: string, fingerprint: string) =>
    (await auditOf(fingerprint))
      .filter(({ action, project_id }) => action === 'error_group.status' && project_id === projectId)
      .map(({ detail: change }) => change);
  const withAdmin = async () => {
    const { id, key } = await projectWithKey(['query', 'admin']);
    await put(id, [error('card')]);
    const { fingerprint } = one(await list(key), 'card');
    return { id, key, fingerprint };
  };

  it('is set also before the first block is sealed, told in the audit, and kept when it is', async () => {
    const { id, key, fingerprint } = await withAdmin();
    const answer = await set(key, fingerprint, 'ignored');
    expect([answer.status, answer.body]).toEqual([
      200,
      { fingerprint, status: 'ignored', statusAtMs: expect.any(Number) },
    ]);
    await seal(id);
    expect(one(await list(key), 'card')).toMatchObject({ status: 'ignored', count: 1, firstSeenMs: T0 });
    expect(await changes(id, fingerprint)).toEqual([{ from: 'open', to: 'ignored' }]);
    expect((await list(key, 'status=ignored')).items).toHaveLength(1);
    expect((await list(key, 'status=open')).items).toEqual([]);
    await set(key, fingerprint, 'open');
    expect((await list(key, 'status=open')).items).toHaveLength(1);
  });

  it('of a resolved one is regressed when a newer record comes, and not when an older one comes late', async () => {
    const { id, key, fingerprint } = await withAdmin();
    await seal(id);
    await set(key, fingerprint, 'resolved');
    await put(id, [error('card', { at: 1 })]);
    expect(one(await list(key), 'card').status).toBe('resolved');
    await put(id, [error('card', { at: Date.now() - T0 + 60_000 })]);
    const to = Date.now() + 120_000;
    expect(one(await list(key, `from=${T0}&to=${to}`), 'card').status).toBe('regressed');
    await seal(id);
    expect((await detail(key, fingerprint)).body.group.status).toBe('regressed');
    await set(key, fingerprint, 'ignored');
    expect((await detail(key, fingerprint)).body.group.status).toBe('ignored');
  });

  it('is refused for what is none, and for a group of another project', async () => {
    const { id, key, fingerprint } = await withAdmin();
    expect((await set(key, fingerprint, 'regressed')).body.detail).toBe(
      '/status: must be one of open, resolved, ignored',
    );
    expect((await set(key, '0'.repeat(16), 'resolved')).status).toBe(404);
    const other = await projectWithKey(['admin']);
    expect((await set(other.key, fingerprint, 'resolved')).status).toBe(404);
    expect(await changes(id, fingerprint)).toEqual([]);
  });
});
