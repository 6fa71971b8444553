import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { MAX_RELEASES } from '../../src/releases/store.ts';
import type { Json } from '../../src/wire/record.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';
import { projectWithKey, put, seal } from '../helpers/worker/query.ts';

const T0 = Date.UTC(2026, 10, 20);
const vital = (release: string, ts: number): Json => ({
  ...{ stream: 'vitals', ts },
  attrs: { name: 'LCP', value: 1, labels: { release } },
});

describe('releases', () => {
  it('are announced by a key that may change things, and told of in the audit', async () => {
    const { id, key } = await projectWithKey(['admin']);
    const answer = await callApp('POST', '/api/releases', { key, body: { release: '1.4.0', atMs: T0 } });
    expect([answer.status, answer.body]).toEqual([201, { release: '1.4.0', atMs: T0, source: 'announced' }]);
    const list = await callApp('GET', '/api/releases', { key });
    expect(list.body).toEqual({ items: [{ release: '1.4.0', atMs: T0, source: 'announced' }], nextCursor: null });
    expect(await auditOf('1.4.0')).toMatchObject([
      { action: 'release.announce', project_id: id, detail: { atMs: T0 } },
    ]);
  });

  it('are moved by a repeat, and by people who may write', async () => {
    const { id } = await projectWithKey();
    const as = await signInAs('analyst', [id]);
    await callApp('POST', '/api/releases', { as, body: { project: id, release: 'a', atMs: T0 } });
    await callApp('POST', '/api/releases', { as, body: { project: id, release: 'a', atMs: T0 + 1 } });
    const list = await callApp('GET', `/api/releases?project=${id}`, { as });
    expect(list.body.items).toEqual([{ release: 'a', atMs: T0 + 1, source: 'announced' }]);
  });

  it('are seen in what pages send; the first record counts, and what was announced counts more', async () => {
    const { id, key } = await projectWithKey(['admin']);
    await put(id, [vital('1', T0 + 5), vital('1', T0 + 2), vital('2', T0 + 9)]);
    await seal(id);
    await put(id, [vital('1', T0 + 1), vital('(other)', T0)]);
    await seal(id);
    await callApp('POST', '/api/releases', { key, body: { release: '2', atMs: T0 + 8 } });
    const list = await callApp('GET', '/api/releases', { key });
    expect(list.body.items).toEqual([
      { release: '2', atMs: T0 + 8, source: 'announced' },
      { release: '1', atMs: T0 + 1, source: 'seen' },
    ]);
  });

  it('are listed by range and page', async () => {
    const { key } = await projectWithKey(['admin']);
    for (const [i, release] of ['a', 'b', 'c', 'd'].entries()) {
      await callApp('POST', '/api/releases', { key, body: { release, atMs: T0 + Math.floor(i / 2) } });
    }
    const names = async (query: string) => {
      const { body } = await callApp('GET', `/api/releases?${query}`, { key });
      return [body.items.map(({ release }: { release: string }) => release), body.nextCursor];
    };
    expect(await names(`from=${T0 + 1}`)).toEqual([['d', 'c'], null]);
    expect(await names(`to=${T0 + 1}`)).toEqual([['b', 'a'], null]);
    const [first, cursor] = await names('limit=3');
    expect(first).toEqual(['d', 'c', 'b']);
    expect(await names(`limit=3&cursor=${cursor}`)).toEqual([['a'], null]);
  });

  it('refuse what is no release and no range', async () => {
    const { key } = await projectWithKey(['admin']);
    const post = async (body: Json) => (await callApp('POST', '/api/releases', { key, body })).body.detail;
    expect(await post({})).toBe('/release: is missing');
    expect(await post({ release: '' })).toMatch(/must have 1 to 256 characters/);
    expect(await post({ release: '1', atMs: Date.now() + 2 * 86_400_000 })).toBe(
      '/atMs: is more than 24 h in the future',
    );
    const get = async (query: string) => (await callApp('GET', `/api/releases?${query}`, { key })).body.detail;
    expect(await get('from=x')).toMatch(/^\/from: must be Unix milliseconds/);
    expect(await get('from=2&to=1')).toBe('/to: must be after from');
    expect(await get('cursor=x')).toBe('/cursor: must be a nextCursor of this list');
    expect(await get('limit=0')).toMatch(/^\/limit: /);
  });

  it('that nobody announced make room for newer ones', async () => {
    const { id, key } = await projectWithKey(['admin']);
    await callApp('POST', '/api/releases', { key, body: { release: 'announced', atMs: T0 - 1 } });
    const many = Array.from({ length: MAX_RELEASES }, (_, i) => [`r${i}`, T0 + i]);
    await env.DB.prepare(
      'INSERT INTO releases (project_id, release, seen_at_ms) SELECT ?1, value->>0, value->>1 FROM json_each(?2)',
    )
      .bind(id, JSON.stringify(many))
      .run();
    await put(id, [vital('newest', T0 + MAX_RELEASES)]);
    await seal(id);
    const { results } = await env.DB.prepare('SELECT release FROM releases WHERE project_id = ?1')
      .bind(id)
      .all<{ release: string }>();
    const left = results.map(({ release }) => release);
    expect(left).toHaveLength(MAX_RELEASES);
    expect(left).toEqual(expect.arrayContaining(['announced', 'newest', 'r2']));
    expect(left).not.toContain('r1');
  });

  it('of another project are not there', async () => {
    const [mine, other] = [await projectWithKey(['admin']), await projectWithKey(['admin'])];
    await callApp('POST', '/api/releases', { key: other.key, body: { release: 'theirs' } });
    expect((await callApp('GET', '/api/releases', { key: mine.key })).body.items).toEqual([]);
    expect((await callApp('GET', `/api/releases?project=${other.id}`, { key: mine.key })).status).toBe(404);
  });
});
