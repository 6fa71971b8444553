import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { dragOver } from './drag.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';
import { startStaticHost } from './static-host.ts';

const dashboard = await useDashboard('A project with a name that is longer than any bar it has to fit into');

const RECORDS = 300;
const MINUTE = 60_000;

/** An hour of ordinary records, a peak of errors in the middle of it, and what breaks careless pages. */
function anHour(nowMs: number): object[] {
  const ordinary = Array.from({ length: RECORDS - 4 }, (_, i) => ({
    ts: nowMs - 50 * MINUTE + Math.floor((i / RECORDS) * 45 * MINUTE),
    level: i % 97 === 0 ? 'error' : i % 7 === 0 ? 'warn' : 'info',
    service: ['checkout', 'ledger', 'wallet'][i % 3],
    message: `order ${i} took ${(i * 37) % 900} ms`,
    attrs: { region: ['eu-west', 'us-east'][i % 2], orderId: `ord-${i}`, durationMs: (i * 37) % 900 },
  }));
  return [
    ...ordinary,
    {
      level: 'error',
      service: 'خدمة-الدفع',
      message: 'فشل الدفع رقم 4711',
      attrs: { note: 'שלום עולם', region: 'eu-west' },
    },
    {
      level: 'fatal',
      service: 's'.repeat(200),
      message: 'x'.repeat(20_000),
      attrs: { ['k'.repeat(200)]: 'v'.repeat(3_000) },
    },
    { level: 'info', service: '', message: '', attrs: {} },
    { level: 'error', service: 'ledger', message: 'first line\n\tat second line', attrs: { html: '<b>not bold</b>' } },
  ];
}

beforeAll(async () => {
  if (dashboard.absent === null) await dashboard.send(anHour(Date.now()));
});

function at(path: string): string {
  return `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
}

const results = (page: Page) => page.getByRole('grid', { name: /^Results/ });
const searchBox = (page: Page) => page.getByRole('textbox', { name: 'Search logs' });
const status = (page: Page) => page.locator('.status-text');

describe('every page', () => {
  const PATHS = [
    '/',
    '/live?stream=all',
    '/logs',
    '/logs?q=level%3Afatal&wrap=1',
    '/logs?q=nothing-has-this-word',
    '/logs?q=level%3A(',
    '/errors',
    '/sessions',
    '/operations',
    '/operations/profile',
    '/sources',
    '/sources?range=7d&client=vector',
    '/settings/keys',
    '/settings/users',
    '/settings/projects',
    '/settings/browser',
    '/security',
    '/no-such-page',
  ];

  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads, fits its width',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({
        signedIn: true,
        viewport: { width, height },
        colorScheme: 'light',
      });
      await watchShifts(page);
      for (const path of PATHS) {
        expect({ path, ...(await inspect(page, at(path))) }).toEqual({ path, ...FLAWLESS });
      }
      expect(faults.filter((fault) => !/40[04]/.test(fault))).toEqual([]);
    },
  );

  it('of sign-in passes axe in both themes', async () => {
    const { page } = await dashboard.visit();
    await page.goto(dashboard.server.url);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
  });
});

describe('without a mouse', () => {
  it('finds, opens, walks and leaves records, goes from page to page, and comes back to where it was', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs'));
    await results(page).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('service:wallet order');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => new URLSearchParams(window.location.search).get('q') === 'service:wallet order');
    await results(page).locator('mark').first().waitFor();
    await page.keyboard.press('Escape');

    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Record' });
    await drawer.waitFor();
    const shown = await drawer.locator('.drawer-message').textContent();
    await page.keyboard.press('j');
    await page.waitForFunction((before) => document.querySelector('.drawer-message')?.textContent !== before, shown);
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });

    await searchBox(page).focus();
    await page.keyboard.press('Control+k');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await searchBox(page).evaluate((element) => element === document.activeElement)).toBe(true);

    await page.keyboard.press('Escape');
    await page.keyboard.press('?');
    await page.getByRole('dialog', { name: 'Keys' }).getByText('Next row').waitFor();
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('o');
    await page.getByRole('region', { name: 'Recent errors' }).waitFor();
    await page.keyboard.press('/');
    await page.getByRole('combobox', { name: 'Search or jump to' }).waitFor();
    await page.keyboard.type('security, sessions');
    await page.keyboard.press('Enter');
    await page.getByRole('table', { name: 'Sessions and devices' }).waitFor();
  });

  it('shows where the focus is, at every stop of the tab key', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs'));
    await settled(page);
    const stops = new Set<string>();
    for (let i = 0; i < 100 && !stops.has('Results, newest first'); i++) {
      await page.keyboard.press('Tab');
      const stop = await page.evaluate(() => {
        const element = document.activeElement;
        if (!element || element === document.body) return null;
        const styles = [element, element.closest('.query, .log-list')].map((e) => e && getComputedStyle(e));
        const marked = styles.some(
          (s) => s && ((s.outlineStyle !== 'none' && s.outlineWidth !== '0px') || s.boxShadow !== 'none'),
        );
        return { name: element.getAttribute('aria-label') ?? element.textContent ?? '', marked };
      });
      if (stop === null) break;
      expect(stop).toMatchObject({ marked: true });
      stops.add(stop.name);
    }
    for (const name of ['Skip to the content', 'Stream', 'Search logs', 'Saved searches', 'Results, newest first']) {
      expect([...stops]).toContain(name);
    }
  });
});

describe('searching logs', () => {
  it('zooms by dragging over the histogram, and the address shows a colleague the same', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?q=order'));
    await settled(page);
    await dragOver(page, page.locator('.u-over'), 0.4, 0.6);
    await page.waitForURL(/from=\d+&to=\d+/);
    // Less than the page of 200 that was there before the zoom.
    await expect.poll(() => status(page).textContent(), { timeout: 15_000 }).toMatch(/^[1-9]\d\s+records/);
    const found = await status(page).textContent();

    await results(page).getByRole('row').first().click();
    const message = page.getByRole('dialog', { name: 'Record' }).locator('.drawer-message');
    const opened = await message.textContent();
    const other = await dashboard.visit({ signedIn: true });
    await other.page.goto(page.url());
    await settled(other.page);
    expect(await other.page.getByRole('dialog', { name: 'Record' }).locator('.drawer-message').textContent()).toBe(
      opened,
    );
    expect((await status(other.page).textContent())?.split('from')[0]).toBe(found?.split('from')[0]);
    expect(await searchBox(other.page).inputValue()).toBe('order');
  });

  it('narrows by facet and by the fields of a record, and shows its neighbours', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs'));
    await page
      .getByRole('region', { name: 'Values of service' })
      .getByRole('button', { name: /^wallet/ })
      .click();
    await page.waitForURL(/q=service%3Awallet/);
    await settled(page);
    await results(page).getByRole('row').first().click();
    const drawer = page.getByRole('dialog', { name: 'Record' });
    await drawer.getByRole('button', { name: 'Only records with this region' }).click();
    await page.waitForURL(/q=service%3Awallet\+region%3A/);
    await drawer.getByRole('button', { name: 'Only records with this region' }).click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'service:wallet');
    await drawer.getByRole('tab', { name: 'Context' }).click();
    await drawer.locator('.context-row[aria-current]').waitFor();
    expect(await drawer.locator('.context-row').count()).toBeGreaterThan(10);
    expect(await axeViolations(page)).toEqual([]);
  });

  it('saves a search, opens it again, and brings it back after a mistake', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?q=level%3Aerror+-service%3Awallet'));
    await settled(page);
    const saved = page.getByRole('button', { name: 'Saved searches' });
    await saved.click();
    await page.getByLabel('Save this search as').fill('Errors elsewhere');
    await page.keyboard.press('Enter');
    const entry = page.getByRole('button', { name: 'Errors elsewhere', exact: true });
    await entry.waitFor();
    await page.keyboard.press('Escape');

    await page.getByRole('button', { name: 'Clear the search' }).click();
    await page.waitForURL((url) => !url.searchParams.has('q'));
    await saved.click();
    await entry.click();
    await page.waitForURL((url) => url.searchParams.get('q') === 'level:error -service:wallet');

    await saved.click();
    await page.getByRole('button', { name: 'Delete Errors elsewhere' }).click();
    await entry.waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(async () => await dashboard.admin.get(`/api/searches?project=${dashboard.projectId}`))
      .toMatchObject({
        items: [{ name: 'Errors elsewhere', q: 'level:error -service:wallet' }],
      });
  });

  it('exports what matches, and nothing else', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?q=service%3Awallet'));
    await settled(page);
    const total = Number.parseInt((await page.locator('.legend-time').textContent()) ?? '', 10);
    await page.getByRole('button', { name: 'Export all matches' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /^NDJSON/ }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\n');
    expect(download.suggestedFilename()).toMatch(/\.ndjson$/);
    expect(total).toBeGreaterThan(50);
    expect(lines).toHaveLength(total);
    expect(new Set(lines.map((line) => JSON.parse(line).service))).toEqual(new Set(['wallet']));
  });

  it('can be stopped, says that it was, and starts again', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.route('**/api/query/logs?*', () => undefined);
    await page.goto(at('/logs'));
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByRole('heading', { name: 'Stopped before anything was found' }).waitFor();
    expect(await page.getByText('This is everything in the range').count()).toBe(0);
    await page.unroute('**/api/query/logs?*');
    await page.getByRole('button', { name: 'Search again' }).click();
    await results(page).waitFor();
  });

  it('says that another stream has what this one has not', async () => {
    await dashboard.send({ stream: 'operations', service: 'p2p', message: 'only-among-operations' });
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?q=only-among-operations'));
    await page.getByText('The other streams have 1 match in this time.').waitFor();
    await page.getByRole('button', { name: 'Search all streams' }).click();
    await results(page).getByRole('row').waitFor();
  });

  it('says so when a shared link names a record that is not there', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?record=01939f00-0000-7000-8000-000000000001'));
    await page.getByText('The record that this link names is not in this project').waitFor();
    await page.getByRole('button', { name: 'Close', exact: true }).click();
    await page.waitForURL((url) => !url.searchParams.has('record'));
  });
});

describe('the live tail', () => {
  it('holds new records during a pause and shows them afterwards, filtered by the server', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/live?q=service%3Atailed'));
    await page.getByTitle('Live link: Live').waitFor();
    const live = page.getByRole('grid', { name: /^Live records/ });
    await dashboard.send([
      { service: 'tailed', message: 'before the pause' },
      { service: 'other', message: 'of no interest' },
    ]);
    await live.getByText('before the pause').waitFor();
    await page.keyboard.press('p');
    await page.getByTitle('Live link: Paused').waitFor();
    await dashboard.send({ service: 'tailed', message: 'during the pause' });
    await page.getByText('1 new record since you paused').waitFor();
    expect(await live.getByText('during the pause').count()).toBe(0);
    await page.keyboard.press('p');
    await live.getByText('during the pause').waitFor();
    expect(await live.getByRole('row').count()).toBe(2);
  });

  it('shows under its characters where a filter is wrong that the socket refused', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/live?q=level%3A%3C'));
    await page.locator('.tok-fault').waitFor();
    expect(await page.getByRole('textbox', { name: /^Filter|^Search/ }).getAttribute('aria-invalid')).toBe('true');
  });

  it('says since when the link is lost, and misses nothing when it returns', async () => {
    const { context, page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/live?q=service%3Aoffline'));
    await page.getByTitle('Live link: Live').waitFor();
    await context.setOffline(true);
    await page.getByText('The live link is lost since').waitFor();
    await dashboard.send({ service: 'offline', message: 'sent while nobody was connected' });
    await context.setOffline(false);
    await page
      .getByRole('grid', { name: /^Live records/ })
      .getByText('sent while nobody was connected')
      .waitFor();
    await page.getByText('The live link is lost since').waitFor({ state: 'detached' });
  });
});

describe('the overview', () => {
  it('says that it is not live while the server does not answer, keeps what it had, and moves nothing', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/?range=live'));
    await settled(page);
    await page.getByTitle('Live link: Live').waitFor();
    await page.route('**/api/query/**', (route) => route.abort());
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: '15 min', exact: true }).click();
    await page.getByText('Not updated').waitFor();
    await page.getByRole('button', { name: /^Time range/ }).click();
    await page.getByRole('button', { name: 'Live', exact: true }).click();
    await page.getByTitle(/^Live link: Lost/).waitFor();
    const before = await page.locator('.stats').boundingBox();
    const tryAgain = page.getByRole('alert').getByRole('button', { name: 'Try again' }).first();
    const refused = page.waitForEvent('requestfailed', (request) => request.url().includes('buckets=60'));
    await Promise.all([refused, tryAgain.click()]);
    expect(await page.locator('.stats').boundingBox()).toEqual(before);
    await page.unroute('**/api/query/**');
    await tryAgain.click();
    await page.getByTitle('Live link: Live').waitFor();
  });
});

describe('over a limit', () => {
  it('the page says how long it has to wait, and goes on by itself', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    let refusals = 0;
    await page.route('**/api/query/logs?*', (route) => {
      if (refusals++ > 0) return route.continue();
      const body = {
        status: 429,
        code: 'rate_limited',
        title: 'Too many requests',
        detail: 'This project may be asked 5 requests a minute.',
      };
      const headers = { 'content-type': 'application/problem+json', 'retry-after': '2' };
      return route.fulfill({ status: 429, headers, body: JSON.stringify(body) });
    });
    await page.goto(at('/logs'));
    const alert = page.getByRole('alert');
    await alert.getByText('Too many requests for now').waitFor();
    await alert.getByText(/Goes on by itself in [12] s\./).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await alert.waitFor({ state: 'detached' });
    expect(refusals).toBe(2);
  });
});

describe('what is shown once or cannot be undone', () => {
  it('keeps a new key on screen until it is put away, and revokes it only by its name', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/settings/keys'));
    await page.getByRole('button', { name: 'Create key' }).click();
    await page.getByLabel('Name', { exact: true }).fill('shipper of Leeds');
    await page.getByLabel('Records a day, at most').fill('many');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page.getByText('Must be a whole number.').waitFor();
    await page.getByLabel('Records a day, at most').fill('1,000,000');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    const secret = page.getByRole('dialog', { name: /shipper of Leeds/ });
    await secret.getByText('Copy the key now.').waitFor();
    await page.mouse.click(5, 5);
    expect(await secret.isVisible()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await secret.getByRole('button', { name: 'Done' }).click();

    const row = page.getByRole('row', { name: /shipper of Leeds/ });
    await row.getByText('1M records a day').waitFor();
    await row.getByRole('button', { name: 'Revoke' }).click();
    const revoke = page.getByRole('dialog').getByRole('button', { name: 'Revoke key' });
    expect(await revoke.isDisabled()).toBe(true);
    await page.getByLabel(/^Type /).fill('shipper of Leeds');
    await revoke.click();
    await row.getByText('Revoked').waitFor();
  });

  it('changes others at once, with undo, but never shuts out who is signed in', async () => {
    await dashboard.admin.post('/api/users', {
      username: 'mallory',
      password: 'four words are enough',
      role: 'viewer',
    });
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/settings/users'));
    const self = page.getByRole('row', { name: /\(you\)/ });
    await self.waitFor();
    expect(await self.getByRole('button').count()).toBe(0);
    expect(await self.getByRole('combobox').isDisabled()).toBe(true);

    const other = page.getByRole('row', { name: /mallory/ });
    await other.getByRole('button', { name: 'Disable' }).click();
    await page.getByRole('button', { name: 'Undo' }).waitFor();
    // Nobody is there any more who could undo it. The server's own session is left to the other tests.
    await page.route('**/api/auth/logout', (route) => route.fulfill({ status: 204 }));
    await page.getByRole('button', { name: 'Account: admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are signed out.').waitFor();
    expect(await page.getByRole('button', { name: 'Undo' }).count()).toBe(0);
  });

  it('does not say that somebody is signed out while the server keeps the session', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs'));
    await page.route('**/api/auth/logout', (route) => route.abort());
    await page.getByRole('button', { name: 'Account: admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByText('You are still signed in').waitFor();
    expect(await page.getByText('You are signed out.').count()).toBe(0);
  });
});

describe('a new project', () => {
  it('hands out a command with a key that works, and notices by itself when it was run', async () => {
    const id = textIn(await dashboard.admin.post('/api/projects', { name: 'Fresh' }), 'id');
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/logs?project=${id}`);
    await page.getByRole('button', { name: 'Create a key and fill it in' }).click();
    const command = page.getByRole('region', { name: 'Command' });
    await command.getByText('Bearer bw_').waitFor();
    const text = (await command.textContent()) ?? '';
    expect(text).toContain(`curl '${dashboard.server.url}/api/ingest'`);
    const key = /Bearer ([^']+)'/.exec(text)?.[1] ?? '';
    const body = /-d '(.*)'/.exec(text)?.[1] ?? '';
    await dashboard.send(JSON.parse(body), key);
    await results(page).getByText('Hello from curl').waitFor();
  });
});

describe('the built files on another static host', () => {
  it('work where that host passes /api and /ws on without changing them', async () => {
    const host = await startStaticHost(dashboard.server.url);
    try {
      const { page, faults } = await dashboard.visit();
      await page.goto(`${host.url}/logs`);
      await page.getByLabel('User name').fill('admin');
      await page.getByLabel('Password').fill(dashboard.server.adminPassword);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page
        .getByRole('button', { name: 'Project: Fresh' })
        .or(page.getByRole('button', { name: /^Project: A project/ }))
        .waitFor();
      await page.goto(`${host.url}/live?project=${dashboard.projectId}`);
      await page.getByTitle('Live link: Live').waitFor();
      await dashboard.send({ service: 'elsewhere', message: 'seen through another host' });
      await page
        .getByRole('grid', { name: /^Live records/ })
        .getByText('seen through another host')
        .waitFor();
      // A change needs the CSRF token and an Origin that is this host's own.
      await page.getByRole('button', { name: 'Account: admin' }).click();
      await page.getByRole('menuitem', { name: 'Sign out' }).click();
      await page.getByText('You are signed out.').waitFor();
      expect(faults).toEqual([]);
    } finally {
      await host.stop();
    }
  });
});
