/** The page Vitals on the real server: what it shows is what the server says of what browsers sent. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import type { VitalSummary, VitalsPages, VitalsSummary, VitalsTimeseries } from '../../src/wire/vitals.ts';
import { textIn, useDashboard } from './dashboard.ts';
import { dragOver, pointOver } from './drag.ts';
import { visits } from './made-up-visits.ts';

const dashboard = await useDashboard('The shop');

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** Since a whole minute, so that the hour and the one before it are the same in every test. */
const NOW = Math.floor(Date.now() / MINUTE) * MINUTE;
const HOUR_NOW = `from=${NOW - HOUR}&to=${NOW}`;

beforeAll(async () => {
  if (dashboard.absent === null) await dashboard.send(visits(NOW));
});

const at = (query: string) => `${dashboard.server.url}/vitals?project=${dashboard.projectId}&${query}`;
const band = (page: Page, name: string) =>
  page.getByRole('group', { name: 'Vitals' }).getByRole('button', { name: new RegExp(`^${name}`) });
const trend = (page: Page) => page.getByRole('region', { name: /over time$/ });
const plot = (page: Page) => trend(page).locator('.u-over');
const pages = (page: Page) => page.getByRole('table', { name: /by page$/ });
const plain = (text: string | null) => (text ?? '').replaceAll('\u00a0', ' ');

/** As the page shows it: three significant digits. */
function seconds(item: VitalSummary | undefined): string {
  return `${Number(((item?.p75 ?? 0) / 1_000).toPrecision(3))} s`;
}

async function open(query = HOUR_NOW): Promise<Page> {
  const { page } = await dashboard.visit({ signedIn: true });
  await page.goto(at(query));
  await drawn(page);
  return page;
}

async function drawn(page: Page): Promise<void> {
  await page.waitForFunction(() => document.querySelector('.skeleton, .bone, progress, .is-stale') === null);
  await plot(page).waitFor();
}

async function ask<T>(what: string, more = ''): Promise<T> {
  const query = `project=${dashboard.projectId}&${HOUR_NOW}${more}`;
  return (await dashboard.admin.get(`/api/query/vitals/${what}?${query}`)) as T;
}

describe('the page Vitals', () => {
  it('says what is wrong in a sentence, and its figures are those of the server', async () => {
    const page = await open();
    const { items } = await ask<VitalsSummary>('summary');
    const lcp = items.find(({ name }) => name === 'LCP');
    expect(lcp).toMatchObject({ count: 60, rating: 'poor', previous: { count: 60, rating: 'good' } });
    expect(plain(await page.getByRole('heading', { level: 1 }).textContent())).toBe(`LCP (${seconds(lcp)}) is poor`);
    const card = plain(await band(page, 'LCP').textContent());
    expect(card).toContain('Poor');
    expect(card).toContain('▲');
    expect(plain(await band(page, 'CLS').textContent())).toContain('as before');
    expect(await band(page, 'FID').count()).toBe(0);
    expect(plain(await band(page, 'FCP').textContent())).toContain('Not measured');

    const listed = await ask<VitalsPages>('pages', '&name=LCP&sort=count');
    const rows = pages(page).locator('tbody tr');
    expect(await rows.count()).toBe(listed.items.length);
    expect(await rows.first().textContent()).toContain(listed.items[0]?.page ?? '?');
    const devices = page.getByRole('region', { name: 'LCP by device' });
    expect(plain(await devices.getByRole('listitem').first().textContent())).toMatch(/50 %$/);
    await devices.getByRole('tab', { name: 'Country' }).click();
    await page
      .getByRole('region', { name: 'LCP by country' })
      .getByRole('button', { name: /^Germany/ })
      .waitFor();
    const spread = page.getByRole('region', { name: 'Distribution of LCP' });
    expect(await spread.getByRole('img').getAttribute('aria-label')).toMatch(/^Distribution of LCP: 60 measured/);
  });

  it('narrows all figures by chips that the address holds, from the table and from who is affected', async () => {
    const page = await open();
    await pages(page).getByRole('button', { name: '/checkout/:step' }).click();
    await page.waitForURL((url) => url.searchParams.get('page') === '/checkout/:step');
    const chips = page.getByRole('list', { name: 'Filters' });
    await chips.getByRole('button', { name: /Page.*\/checkout\/:step/ }).waitFor();
    await expect.poll(() => pages(page).locator('tbody tr').count()).toBe(1);
    await page
      .getByRole('region', { name: 'LCP by device' })
      .getByRole('button', { name: /^desktop/ })
      .click();
    await page.waitForURL((url) => url.searchParams.get('device') === 'desktop');
    await page.getByText('Counted from the records themselves').first().waitFor();
    await drawn(page);
    const both = await ask<VitalsSummary>('summary', `&device=desktop&page=${encodeURIComponent('/checkout/:step')}`);
    expect(both).toMatchObject({ source: 'records' });
    expect(both.items[0]).toMatchObject({ name: 'LCP', count: 10, rating: 'good' });
    // What is shown until the answer is there is that of before.
    await expect.poll(async () => plain(await band(page, 'LCP').textContent())).toContain('100 % good');

    const other = await dashboard.visit({ signedIn: true });
    await other.page.goto(page.url());
    await drawn(other.page);
    await expect
      .poll(async () => plain(await band(other.page, 'LCP').textContent()))
      .toBe(plain(await band(page, 'LCP').textContent()));
    await page.getByRole('button', { name: 'Clear all' }).click();
    await page.waitForURL((url) => !url.searchParams.has('page') && !url.searchParams.has('device'));
    await chips.waitFor({ state: 'detached' });
  });

  it('zooms all of itself by a drag over the chart', async () => {
    const page = await open();
    await dragOver(page, plot(page), 0.1, 0.3);
    await page.waitForURL((url) => Number(url.searchParams.get('from')) > NOW - HOUR);
    const { searchParams } = new URL(page.url());
    expect(Number(searchParams.get('to')) - Number(searchParams.get('from'))).toBeLessThan(0.25 * HOUR);
    // Before the twentieth minute nothing was slow.
    await page.getByRole('heading', { level: 1, name: /are good$/ }).waitFor();
  });

  it('zooms by a drag also where an answer comes while the button is down', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const { promise: pressed, resolve: answer } = Promise.withResolvers<void>();
    await page.route('**/api/releases?*', async (route) => {
      await pressed;
      await route.continue();
    });
    await page.goto(at(HOUR_NOW));
    await drawn(page);
    const [from, to] = [await pointOver(plot(page), 0.1), await pointOver(plot(page), 0.3)];
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    const answered = page.waitForResponse('**/api/releases?*');
    answer();
    await (await answered).finished();
    // A frame later the page has drawn what came.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => Number(url.searchParams.get('from')) > NOW - HOUR);
  });

  it('zooms by a drag also where the button is pressed in the moment in which an answer is shown', async () => {
    const page = await open();
    const { promise: ready, resolve: answer } = Promise.withResolvers<void>();
    await page.route('**/api/query/vitals/timeseries?*', async (route) => {
      await ready;
      await route.continue();
    });
    await page.keyboard.press('c');
    const [from, to] = [await pointOver(plot(page), 0.1), await pointOver(plot(page), 0.3)];
    await page.mouse.move(from.x, from.y);
    // By hand it takes luck to press between a change of the page and the next frame.
    const pressed = page.evaluate(
      ({ x, y }) =>
        new Promise<void>((resolve) => {
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            const press = { bubbles: true, button: 0, buttons: 1, clientX: x, clientY: y };
            document.elementFromPoint(x, y)?.dispatchEvent(new MouseEvent('mousedown', press));
            resolve();
          };
          const observer = new MutationObserver(() => {
            if (!document.querySelector('.swatch-earlier')) return;
            observer.disconnect();
            port2.postMessage(null);
          });
          observer.observe(document.body, { subtree: true, childList: true });
        }),
      from,
    );
    answer();
    await pressed;
    await page.mouse.move(to.x, to.y, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL((url) => Number(url.searchParams.get('from')) > NOW - HOUR);
  });

  it('compares with the time before, and hides lines, both in the address', async () => {
    const page = await open();
    await page.keyboard.press('c');
    await page.waitForURL((url) => url.searchParams.get('compare') === '1');
    const before = trend(page).getByRole('button', { name: /^p75 before/ });
    await before.waitFor();
    const { items } = await ask<VitalsSummary>('summary');
    const earlier = items[0]?.previous.p75 ?? 0;
    expect(plain(await before.textContent())).toBe(
      `p75 before ${Number((earlier / (earlier < 999.5 ? 1 : 1_000)).toPrecision(3))} ${earlier < 999.5 ? 'ms' : 's'}`,
    );
    await trend(page).getByRole('button', { name: /^p50/ }).click();
    await page.waitForURL((url) => url.searchParams.get('hide') === 'p50,p95,p99');
    const label =
      (await trend(page)
        .getByRole('img', { name: /over time/ })
        .getAttribute('aria-label')) ?? '';
    expect(label).toContain('p75 before: from');
    expect(label).not.toContain('p50');
    await page.reload();
    await drawn(page);
    expect(await before.getAttribute('aria-pressed')).toBe('true');
    expect(await trend(page).getByRole('button', { name: /^p50/ }).getAttribute('aria-pressed')).toBe('false');
  });

  it('splits the chart by what the figures are broken down by', async () => {
    const page = await open();
    await trend(page).getByRole('button', { name: 'Split by device' }).click();
    await page.waitForURL((url) => url.searchParams.get('split') === '1');
    const mobile = trend(page).getByRole('button', { name: /^mobile/ });
    await mobile.waitFor();
    expect(
      await trend(page)
        .getByRole('button', { name: /^desktop/ })
        .getAttribute('aria-pressed'),
    ).toBe('true');
    await mobile.click({ modifiers: ['Shift'] });
    await page.waitForURL((url) => url.searchParams.get('hide') === 'desktop');
    const label = await trend(page)
      .getByRole('img', { name: /by device over time/ })
      .getAttribute('aria-label');
    expect(label).toMatch(/mobile: from 1\.\d+.s to 5(\.\d+)?.s/);
    await page.getByRole('tab', { name: 'Release' }).click();
    await trend(page).getByRole('button', { name: /^v1/ }).waitFor();
    expect(new URL(page.url()).searchParams.has('hide')).toBe(false);
  });

  it('exports the numbers that it shows, and the chart as a picture', async () => {
    const page = await open(`${HOUR_NOW}&hide=none`);
    const { series, fromMs, stepMs } = await ask<VitalsTimeseries>('timeseries', `&name=LCP&step=${MINUTE}`);
    const csv = await saved(page, 'Export LCP over time', /^CSV/);
    const lines = csv.text.trimEnd().split('\r\n');
    expect(csv.name).toBe('lcp-over-time.csv');
    expect(lines[0]).toBe('time,p50 (ms),p75 (ms),p95 (ms),p99 (ms)');
    const points = series[0]?.points ?? [];
    expect({ stepMs, fromMs }).toEqual({ stepMs: MINUTE, fromMs: NOW - HOUR });
    expect(lines.slice(1)).toEqual(
      points.map(({ ts, p50, p75, p95, p99 }) => [new Date(ts).toISOString(), p50, p75, p95, p99].join(',')),
    );
    const table = await saved(page, 'Export LCP by page', /^CSV/);
    expect(table.text).toContain(`"'=HYPERLINK(""x"")"`);
    const picture = await saved(page, 'Export LCP over time', /^PNG/);
    expect(picture.name).toBe('lcp-over-time.png');
    expect(picture.bytes.subarray(1, 4).toString()).toBe('PNG');
    expect(picture.bytes.readUInt32BE(16)).toBeGreaterThan(700);
  });

  it('marks releases on the chart, by a name under the pointer and as a list, and stands without them', async () => {
    const release = { project: dashboard.projectId, release: 'v2', atMs: NOW - HOUR / 2 };
    await dashboard.admin.post('/api/releases', release);
    const page = await open();
    const list = page.getByRole('list', { name: 'Releases in this time' });
    await list.getByText(/^v2, released /).waitFor();
    const [middle, start] = [await pointOver(plot(page), 0.5), await pointOver(plot(page), 0.01)];
    await page.mouse.move(middle.x, middle.y);
    await page.locator('.release-tag', { hasText: 'v2' }).waitFor();
    await page.mouse.move(start.x, start.y);
    await page.locator('.release-tag').waitFor({ state: 'detached' });

    await page.route('**/api/releases?*', (route) => route.fulfill({ status: 500, json: {} }));
    await page.reload();
    await drawn(page);
    expect(await list.count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
  });

  it('draws releases that come late on the plot that stands, under a pointer that rests', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const { promise: ready, resolve: answer } = Promise.withResolvers<void>();
    const item = { release: 'late', atMs: NOW - HOUR / 2, source: 'announced' };
    await page.route('**/api/releases?*', async (route) => {
      await ready;
      await route.fulfill({ json: { items: [item], nextCursor: null } });
    });
    await page.goto(at(HOUR_NOW));
    await drawn(page);
    const middle = await pointOver(plot(page), 0.5);
    await page.mouse.move(middle.x, middle.y);
    const before = await plot(page).elementHandle();
    answer();
    await page.locator('.release-tag', { hasText: 'late' }).waitFor();
    expect(await before?.evaluate((element) => element.isConnected)).toBe(true);
  });

  it('is walked without a mouse: keys lead to it, to a page in its table, and to that page alone', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/?project=${dashboard.projectId}&${HOUR_NOW}`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('v');
    await drawn(page);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    const second = pages(page).locator('tbody tr').nth(1).getByRole('button');
    expect(await second.evaluate((element) => element === document.activeElement)).toBe(true);
    const name = await second.textContent();
    await page.keyboard.press('Enter');
    await page.waitForURL((url) => url.searchParams.get('page') === name);
    await page.keyboard.press('?');
    const keys = page.getByRole('dialog', { name: 'Keys' });
    await keys.getByText('Compare with the time before').waitFor();
    await keys.getByText('Only this page').waitFor();
    expect(await keys.locator('dt', { hasText: /^Vitals$/ }).count()).toBe(1);
  });

  it('has its three core vitals on the overview', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/?project=${dashboard.projectId}&${HOUR_NOW}`);
    const { items } = await ask<VitalsSummary>('summary');
    const panel = page.getByRole('region', { name: 'Vitals' });
    expect(plain(await panel.getByRole('listitem').first().textContent())).toBe(`LCP${seconds(items[0])}Poor`);
    await panel.getByRole('link', { name: 'CLS' }).click();
    await page.waitForURL((url) => url.pathname === '/vitals' && url.searchParams.get('vital') === 'CLS');
    await page.getByRole('region', { name: 'CLS over time' }).waitFor();
  });
});

async function saved(page: Page, menu: string, item: RegExp): Promise<{ name: string; text: string; bytes: Buffer }> {
  await page.getByRole('button', { name: menu }).click();
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: item }).click()]);
  const bytes = readFileSync(await file.path());
  return { name: file.suggestedFilename(), text: bytes.toString('utf8'), bytes };
}

describe('a project without vitals', () => {
  it('hands out a tag with a key of the site, and notices the first vital by itself', async () => {
    const id = textIn(await dashboard.admin.post('/api/projects', { name: 'Fresh' }), 'id');
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/vitals?project=${id}`);
    const create = page.getByRole('button', { name: 'Create a key and fill it in' });
    await page.getByLabel('Address of your site').fill('no address');
    await page.getByText('This is no address').waitFor();
    expect(await create.isDisabled()).toBe(true);
    await page.getByLabel('Address of your site').fill('shop.example');
    await create.click();
    const tag = page.getByRole('region', { name: 'Tag for your pages' });
    await tag.getByText('data-key="bw_').waitFor();
    const key = /data-key="([^"]+)"/.exec((await tag.textContent()) ?? '')?.[1] ?? '';
    const send = (origin: string) =>
      fetch(`${dashboard.server.url}/api/ingest`, {
        method: 'POST',
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', origin },
        body: JSON.stringify({ stream: 'vitals', attrs: { name: 'LCP', value: 1_500, labels: { page: '/' } } }),
      });
    expect((await send('https://elsewhere.example')).status).toBe(403);
    expect((await send('https://shop.example')).status).toBe(202);
    await page.getByRole('heading', { level: 1, name: /^LCP \(1\.\d+.s\) is good$/ }).waitFor();
  });

  it('says where there are some when there are none in the time that is shown', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at(`from=${NOW - 20 * HOUR}&to=${NOW - 19 * HOUR}`));
    await page.getByRole('heading', { name: 'Nothing measured in this time' }).waitFor();
    await page.getByText('The last 30 days have 360').waitFor();
    // The newest are known by the hour: soon after a new one has begun, that of before begins more than an hour ago.
    await page.getByRole('button', { name: /^Show the last (15 min|hour|3 hours)$/ }).click();
    await drawn(page);
    await page.goto(at(`${HOUR_NOW}&device=tv`));
    await page.getByRole('heading', { name: 'Nothing matches these filters in this time' }).waitFor();
    await page.getByRole('button', { name: 'Clear the filters' }).click();
    await drawn(page);
  });
});
