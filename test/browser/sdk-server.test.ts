/** The whole way: pages of a customer with one script tag, the real server, and what it can be asked for afterwards. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PROJECT_DIR } from '../../scripts/lib/run.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { startFailingProxy } from '../helpers/node/failing-proxy.ts';
import { until } from '../helpers/node/temporary.ts';
import { textIn, useDashboard } from './dashboard.ts';
import { trackOn, whenLoaded } from './sdk-pages.ts';
import { type Site, startSite } from './sdk-site.ts';

const dashboard = await useDashboard('The shop');
let site: Site;
let key: string;
let readKey: string;

beforeAll(async () => {
  if (dashboard.absent !== null) return;
  site = await startSite();
  const keys = `/api/projects/${dashboard.projectId}/keys`;
  const page = { name: 'page', scopes: ['ingest'], origins: [site.url, dashboard.server.url] };
  key = textIn(await dashboard.admin.post(keys, page), 'key');
  readKey = textIn(await dashboard.admin.post(keys, { name: 'reader', scopes: ['query'] }), 'key');
});
afterAll(async () => {
  await site?.stop();
});

const tag = (more = '') =>
  `<script async src="${dashboard.server.url}/api/js/client.min.js" data-key="${key}" data-service="shop-web" ${more}></script>`;
const html = (body: string) => `<!doctype html><meta charset="utf-8">${body}`;

/** What the project has of a session, oldest first. */
async function recordsOf(sessionId: string): Promise<LogRecord[]> {
  const query = new URLSearchParams({
    project: dashboard.projectId,
    q: `sessionId:${sessionId}`,
    limit: '500',
    order: 'asc',
  });
  return ((await dashboard.admin.get(`/api/query/logs?${query}`)) as { records: LogRecord[] }).records;
}

const sessionOf = async (page: Page) => String(await page.evaluate(() => sessionStorage.getItem('bw:')?.split(' ')[1]));
const nothingKept = (page: Page) =>
  until('nothing is kept', () =>
    page.evaluate(() => !Object.keys(localStorage).some((name) => name.startsWith('bw_'))),
  );
const labelOf = ({ attrs }: LogRecord, label: string) => (attrs.labels as Record<string, string>)[label];

describe('a page with the script tag', () => {
  it('has its views, vitals, errors, events and metrics stored once each, in one session', async () => {
    site.pages.set('/users/4711', {
      html: html(`<title>Shop</title>${tag('data-release="1.4.0"')}<h1>Large words</h1><button id="pay">Pay</button><main></main>
        <script>
          pay.onclick = () => {
            const end = performance.now() + 120; while (performance.now() < end);
            history.pushState({}, '', '/orders/4712?token=s3cret');
            document.querySelector('main').innerHTML = '<h1>Orders of today</h1>'.repeat(8);
            Promise.reject(new RangeError('too much'));
            throw new TypeError('no such account');
          };
        </script>`),
    });
    site.pages.set('/end', { html: html('<p>The end') });
    const { page } = await dashboard.visit();
    await page.goto(`${site.url}/users/4711`);
    await whenLoaded(page);
    await page.locator('#pay').click();
    await page.getByText('Orders of today').first().waitFor();
    await page.evaluate(() => {
      breakwater.identify('user-7');
      breakwater.track('checkout', { items: 3 });
      breakwater.measure('cart.value', 99.5, { unit: 'EUR' });
      document.body.append(Object.assign(new Image(), { src: '/missing.bmp' }));
    });
    await page.waitForFunction(() =>
      performance.getEntriesByType('resource').some(({ name }) => name.endsWith('missing.bmp')),
    );
    const sessionId = await sessionOf(page);
    // The browser tells of an interaction and of a soft navigation after the paint that they end with; before that nobody can report them.
    await page.evaluate(() =>
      Promise.all(
        ['first-input', 'soft-navigation'].map(
          (type) => new Promise<unknown>((told) => new PerformanceObserver(told).observe({ type, buffered: true })),
        ),
      ),
    );
    await page.goto(`${site.url}/end`);
    const records = await until('all is stored', async () => {
      const found = await recordsOf(sessionId);
      return (
        // What the page tells as it goes comes in more than one beacon.
        ['CLS', 'INP'].every((name) => found.some(({ attrs }) => attrs.name === name)) &&
        found.some(({ type }) => type === 'ResourceError') &&
        found
      );
    });
    const told = records.map(
      ({ stream, type, message, attrs }) =>
        `${stream} ${type ?? attrs.name ?? ''} ${stream === 'vitals' ? (attrs.navigationType ?? '') : message}`,
    );
    for (const line of [
      'logs pageview /users/4711',
      'logs pageview /orders/4712',
      'logs event checkout',
      'errors TypeError no such account',
      'errors RangeError too much',
      'vitals TTFB navigate',
      'vitals FCP navigate',
      'vitals LCP navigate',
      'vitals CLS navigate',
      'vitals INP navigate',
      'vitals FID ',
      'vitals LCP soft-navigation',
    ]) {
      expect([line, told.filter((one) => one === line).length]).toEqual([line, 1]);
    }
    expect(new Set(records.map(({ id }) => id)).size).toBe(records.length);
    for (const record of records) {
      expect(record).toMatchObject({ service: 'shop-web', sessionId });
      expect(labelOf(record, 'browser')).toBe('Headless Chrome');
      expect(labelOf(record, 'release')).toBe('1.4.0');
      expect(['/users/:id', '/orders/:id']).toContain(labelOf(record, 'page'));
    }
    expect(records.find(({ type }) => type === 'event')?.userId).toBe('user-7');
    expect(JSON.stringify(records)).not.toContain('s3cret');
    const summary = (await dashboard.admin.get(`/api/query/vitals/summary?project=${dashboard.projectId}`)) as {
      items: { name: string; count: number }[];
    };
    for (const { name, count } of summary.items) expect([name, count > 0]).toEqual([name, true]);
  });

  it('loses nothing to a network that cuts and loses answers, an offline spell and a tab closed mid-flight, and nothing is there twice', async () => {
    const fates = [
      'lose',
      'cut',
      'twice',
      { status: 503, headers: { 'retry-after': '1', 'access-control-allow-origin': '*' } },
    ] as const;
    let beacons = 0;
    const proxy = await startFailingProxy(dashboard.server.url, (_, asked) =>
      asked.startsWith('/api/beacon') ? (fates[beacons++] ?? 'pass') : 'pass',
    );
    try {
      site.pages.set('/trade', { html: html(`${tag(`data-url="${proxy.url}"`)}<p>Trade`) });
      const { page, context } = await dashboard.visit();
      await page.goto(`${site.url}/trade`);
      await whenLoaded(page);
      for (const name of ['one', 'two', 'three', 'four']) {
        await trackOn(page, name);
        await nothingKept(page);
      }
      await context.setOffline(true);
      await trackOn(page, 'in a tunnel');
      await context.setOffline(false);
      await page.evaluate(() => {
        breakwater.track('mid-flight');
        void breakwater.flush();
        breakwater.track('at the end');
      });
      const sessionId = await sessionOf(page);
      const next = await context.newPage();
      await page.close({ runBeforeUnload: true });
      await next.goto(`${site.url}/trade`);
      await whenLoaded(next);
      await next.evaluate(() => breakwater.flush());
      await nothingKept(next);
      const events = (await recordsOf(sessionId)).filter(({ type }) => type === 'event').map(({ message }) => message);
      expect(events.sort()).toEqual(['at the end', 'four', 'in a tunnel', 'mid-flight', 'one', 'three', 'two']);
      expect(beacons).toBeGreaterThan(fates.length);
    } finally {
      await proxy.close();
    }
  });
});

describe('the files', () => {
  it.each([
    ['br', '.br'],
    ['zstd', '.zst'],
    ['gzip', '.gz'],
  ])('come as %s to who accepts it, byte by byte as they were built', async (encoding, ending) => {
    const { request } = await import('node:http');
    const body = await new Promise<{ headers: import('node:http').IncomingHttpHeaders; bytes: Buffer }>(
      (resolve, reject) => {
        request(
          `${dashboard.server.url}/api/js/client.min.js`,
          { headers: { 'accept-encoding': encoding } },
          async (answer) => {
            const chunks: Buffer[] = [];
            for await (const chunk of answer) chunks.push(chunk as Buffer);
            resolve({ headers: answer.headers, bytes: Buffer.concat(chunks) });
          },
        )
          .on('error', reject)
          .end();
      },
    );
    expect(body.headers['content-encoding']).toBe(encoding);
    expect(body.bytes.equals(readFileSync(path.join(PROJECT_DIR, `dist/sdk/client.min.js${ending}`)))).toBe(true);
  });

  it('are kept by their hash, and the source map that they name is theirs', async () => {
    const url = `${dashboard.server.url}/api/js/client.min.js`;
    const answer = await fetch(url);
    const code = await answer.text();
    const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
    const mapUrl = new URL(answer.headers.get('sourcemap') ?? '', url);
    expect(mapUrl.pathname).toBe(`/api/js/client.${hash}.min.js.map`);
    const map = (await (await fetch(mapUrl)).json()) as { sources: string[]; sourcesContent: string[] };
    expect(map.sources).toContain('src/sdk/api.ts');
    expect(map.sources.filter((source) => path.isAbsolute(source) || source.startsWith('..'))).toEqual([]);
    expect(map.sourcesContent).toHaveLength(map.sources.length);
    const kept = await fetch(`${dashboard.server.url}/api/js/client.${hash}.min.js`);
    expect(kept.headers.get('cache-control')).toContain('immutable');
    const etag = answer.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
    expect((await fetch(url, { method: 'HEAD' })).headers.get('etag')).toBe(etag);
  });
});

describe('the second part', () => {
  it('signs in, follows records and starts ETL on pages of Breakwater itself', async () => {
    // Its own pages allow no foreign script, and this one stands for those of a team that allow theirs.
    const { page } = await dashboard.visit({ bypassCSP: true });
    await page.goto(`${dashboard.server.url}/health`);
    await page.addScriptTag({ url: '/api/js/client.min.js' });
    await page.evaluate(([key, url]) => breakwater.init({ key, url }), [key, dashboard.server.url] as const);
    const [project, password] = [dashboard.projectId, dashboard.server.adminPassword];
    const seen = await page.evaluate(
      async ({ project, password }) => {
        const wrong = await breakwater
          .login({ username: 'admin', password: 'wrong' })
          .catch(({ code, status }) => `${status} ${code}`);
        const early = await breakwater.subscribe(['logs'], () => undefined, { project }).catch(({ code }) => code);
        const { userId } = await breakwater.login({ username: 'admin', password });
        const messages: string[] = [];
        const { promise: arrived, resolve } = Promise.withResolvers<void>();
        const subscription = await breakwater.subscribe(
          ['logs'],
          (records) => {
            messages.push(...records.map(({ message }) => message));
            if (messages.includes('live')) resolve();
          },
          { project, filter: 'live' },
        );
        breakwater.track('live');
        await breakwater.flush();
        await arrived;
        subscription.close();
        const etl = await breakwater.startEtl([{ message: 'by etl' }]);
        return { wrong, early, userId, messages, stored: etl.stored };
      },
      { project, password },
    );
    expect(seen).toMatchObject({
      wrong: expect.stringMatching(/^401 /),
      early: 'unauthenticated',
      messages: ['live'],
      stored: 1,
    });
    expect(typeof seen.userId).toBe('string');
  });

  it('follows records from a page of another origin with a key that may read', async () => {
    site.pages.set('/wall', { html: html(`${tag()}<p>Wall`) });
    const { page } = await dashboard.visit();
    await page.goto(`${site.url}/wall`);
    await whenLoaded(page);
    const seen = await page.evaluate(
      async ({ project, readKey, key }) => {
        const mayNot = await breakwater
          .subscribe(['logs'], () => undefined, { project, key })
          .catch(({ code }) => code);
        const { promise, resolve } = Promise.withResolvers<string>();
        const subscription = await breakwater.subscribe(['logs'], (records) => resolve(records[0]?.message ?? ''), {
          ...{ project, key: readKey, filter: 'wall-event' },
        });
        breakwater.track('wall-event');
        await breakwater.flush();
        const message = await promise;
        subscription.close();
        return [mayNot, message];
      },
      { project: dashboard.projectId, readKey, key },
    );
    expect(seen).toEqual(['scope_missing', 'wall-event']);
  });
});
