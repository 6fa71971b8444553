import { env } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runCron } from '../../src/cron.ts';
import type { Json } from '../../src/wire/record.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { everyRecord } from '../helpers/worker/journal.ts';
import { put, seal } from '../helpers/worker/query.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.now();

let admin: SignedIn;
let projectId: string;
beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
});

const vital = (page: string | null, site: string | null, ts: number, stream = 'vitals'): Json => ({
  ...{ stream, ts },
  attrs: { name: 'LCP', value: 1, labels: { ...(page === null ? {} : { page }), ...(site === null ? {} : { site }) } },
});
const read = async (list: 'sites' | 'pages', query = '') =>
  (await callApp('GET', `/api/${list}?project=${projectId}${query}`, { as: admin })).body;

describe('the register of sites and pages', () => {
  it('holds what records came from, and when first and last, once they are in a block', async () => {
    await put(projectId, [
      vital('/cart', 'a.example', NOW - 2 * HOUR_MS),
      vital('/users/17', 'a.example', NOW - HOUR_MS),
      vital('/users/18', 'a.example', NOW),
      vital('/cart', 'b.example', NOW),
      vital('/lonely', null, NOW),
      vital(null, 'c.example', NOW),
      { stream: 'errors', ts: NOW, attrs: { labels: { page: '/broken', site: 'a.example' } } },
      { stream: 'logs', ts: NOW, attrs: { labels: { page: '/log', site: 'a.example' } } },
    ]);
    await seal(projectId);
    expect((await read('pages')).items).toEqual([
      { site: '', page: '/lonely', firstSeenMs: NOW, lastSeenMs: NOW },
      { site: 'a.example', page: '/broken', firstSeenMs: NOW, lastSeenMs: NOW },
      { site: 'a.example', page: '/cart', firstSeenMs: NOW - 2 * HOUR_MS, lastSeenMs: NOW - 2 * HOUR_MS },
      { site: 'a.example', page: '/users/:id', firstSeenMs: NOW - HOUR_MS, lastSeenMs: NOW },
      { site: 'b.example', page: '/cart', firstSeenMs: NOW, lastSeenMs: NOW },
    ]);
    expect(await read('sites')).toEqual({
      items: [
        { site: 'a.example', pages: 3, firstSeenMs: NOW - 2 * HOUR_MS, lastSeenMs: NOW },
        { site: 'b.example', pages: 1, firstSeenMs: NOW, lastSeenMs: NOW },
        { site: 'c.example', pages: 0, firstSeenMs: NOW, lastSeenMs: NOW },
      ],
      nextCursor: null,
    });
  });

  it('is written again for a page that goes on being seen once an hour at most', async () => {
    const lastSeen = async () =>
      (await read('pages')).items.map(({ lastSeenMs }: { lastSeenMs: number }) => lastSeenMs - NOW);
    for (const [ts, expected] of [
      [NOW - 2 * HOUR_MS, -2 * HOUR_MS],
      [NOW - 1.5 * HOUR_MS, -2 * HOUR_MS],
      [NOW - HOUR_MS, -HOUR_MS],
    ] as const) {
      await put(projectId, [vital('/a', 'a.example', ts)]);
      await seal(projectId);
      expect(await lastSeen()).toEqual([expected]);
    }
    await put(projectId, [vital('/a', 'a.example', NOW - 9 * HOUR_MS)]);
    await seal(projectId);
    expect((await read('pages')).items[0]).toMatchObject({ firstSeenMs: NOW - 9 * HOUR_MS, lastSeenMs: NOW - HOUR_MS });
  });

  it('has no row for what the guard of label values left no room for', async () => {
    await callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { limits: { labelValues: 2 } } });
    const { key } = await createKey(projectId, ['ingest']);
    for (const page of ['/a', '/b', '/c', '/d'])
      await callApp('POST', '/api/ingest', { key, body: vital(page, 'a.example', NOW) });
    expect((await everyRecord(projectId)).map(({ attrs }) => (attrs.labels as Record<string, string>).page)).toEqual([
      ...['/a', '/b', '(other)', '(other)'],
    ]);
    await seal(projectId);
    expect((await read('pages')).items.map(({ page }: { page: string }) => page)).toEqual(['/a', '/b']);
  });

  it('is read page by page, of one site, and by a part of the name', async () => {
    await put(projectId, [
      ...['/shop', '/Shop/cart', '/help'].map((page) => vital(page, 'a.example', NOW)),
      vital('/shop', 'b.example', NOW),
    ]);
    await seal(projectId);
    const names = ({ items }: { items: { site: string; page: string }[] }) =>
      items.map(({ site, page }) => site[0] + page);
    const first = await read('pages', '&limit=2');
    expect(names(first)).toEqual(['a/Shop/cart', 'a/help']);
    const second = await read('pages', `&limit=2&cursor=${first.nextCursor}`);
    expect([names(second), second.nextCursor]).toEqual([['a/shop', 'b/shop'], null]);
    expect(names(await read('pages', '&site=a.example&q=shop'))).toEqual(['a/Shop/cart', 'a/shop']);
    const sites = await read('sites', '&limit=1');
    expect((await read('sites', `&limit=1&cursor=${sites.nextCursor}`)).items).toMatchObject([{ site: 'b.example' }]);
    for (const query of ['&limit=0', '&limit=1001', '&cursor=x', `&q=${'x'.repeat(201)}`])
      expect((await read('pages', query)).code).toBe('invalid_input');
  });

  it('forgets a page that nothing came from for 400 days', async () => {
    await put(projectId, [vital('/old', 'a.example', NOW), vital('/new', 'a.example', NOW)]);
    await seal(projectId);
    await env.DB.prepare("UPDATE pages SET last_seen_ms = ?1 WHERE page = '/old'")
      .bind(NOW - 401 * 24 * HOUR_MS)
      .run();
    await runCron({ cron: '17 * * * *' }, env);
    expect((await read('pages')).items.map(({ page }: { page: string }) => page)).toEqual(['/new']);
  });
});
