import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { dragOver } from './drag.ts';
import { answerErrors, answerReleases, type MadeUpErrors, madeUpGroup } from './errors-answers.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const GROUP = madeUpGroup(0, 0).fingerprint;
const LONG_GROUP = madeUpGroup(3, 0).fingerprint;
const PATHS = [
  '/errors',
  '/errors?q=nothing-has-this&browser=Chrome&page=%2Fcheckout',
  `/errors/${GROUP}`,
  `/errors/${LONG_GROUP}?view=fields`,
  `/errors/${GROUP}?view=json`,
];

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const made = (groups: number): MadeUpErrors => ({ groups, sessions: Math.min(groups, 150), asked: [] });
const search = (page: Page) => new URL(page.url()).searchParams;
const groups = (page: Page) => page.getByRole('grid', { name: /^Groups/ });
const sessions = (page: Page) => page.getByRole('grid', { name: /^Sessions/ });
const timeline = (page: Page) => page.getByRole('grid', { name: /^Timeline/ });
const occurrences = (page: Page) => page.getByRole('grid', { name: /^Occurrences/ });
const heading = (page: Page, name: string | RegExp) => page.getByRole('heading', { name, exact: true });

async function answer(page: Page, answers: MadeUpErrors): Promise<void> {
  await answerErrors(page, answers);
  await answerReleases(page);
}

describe('the page about errors', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads, fits its width, with 5,000 groups and with none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const many of [5_000, 0]) {
        await page.unrouteAll();
        await answer(page, made(many));
        for (const path of PATHS) {
          expect({ path, many, ...(await inspect(page, at(path))) }).toEqual({ path, many, ...FLAWLESS });
        }
      }
      // Where there is none, neither the group nor the session of the address is there.
      expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    },
  );

  it('says what happened with its id, tries again when told to, and says where somebody may not look', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const problem = (status: number, detail: string) => ({
      status,
      json: { status, code: 'store_away', title: 'Away', detail, requestId: 'req-4711' },
    });
    await page.route(/\/api\/query\/errors/, (route) => route.fulfill(problem(503, 'The store cannot be reached.')));
    await page.goto(at('/errors'));
    await heading(page, 'The errors could not be loaded').waitFor();
    await page.getByText('The store cannot be reached.').waitFor();
    await page.getByText('req-4711').waitFor();
    await page.unrouteAll();
    await answer(page, made(3));
    await page.getByRole('button', { name: 'Try again' }).first().click();
    await groups(page).getByRole('row').nth(2).waitFor();
    await page.route(/\/api\/query\/sessions/, (route) => route.fulfill(problem(403, 'Ask an administrator.')));
    await page.goto(at('/sessions'));
    await heading(page, 'You may not see this').waitFor();
  });
});

describe('groups of errors', () => {
  it('are reached by g e, drawn as far as they are in view, walked by keyboard, and left where they were', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const answers = made(5_000);
    await answer(page, answers);
    await page.goto(at('/security'));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('e');
    await groups(page).waitFor();
    expect(await groups(page).getByRole('row').count()).toBeLessThan(60);
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    await heading(page, 'ReferenceError').waitFor();
    await page.goBack();
    await page.locator('[role="row"][aria-selected="true"][aria-rowindex="2"]').waitFor();
    await groups(page).focus();
    await page.keyboard.press('End');
    await expect.poll(() => answers.asked.some((path) => path.includes('cursor=50'))).toBe(true);
    expect(faults).toEqual([]);
  });

  it('of one filter do not stand under another whose answer is not there yet, those of another time do', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(40));
    await page.goto(at('/errors'));
    await groups(page).waitFor();
    await page.route(/\/api\/query\/errors\?/, () => undefined);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('[aria-label="Groups"][aria-busy="true"]').getByRole('row').first().waitFor();
    await page.getByLabel('Order').selectOption('lastSeen');
    await page.getByLabel('Loading errors').waitFor();
    expect(await groups(page).count()).toBe(0);
  });

  it('open in a tab of their own with Ctrl, and are left once by a click on their name', async () => {
    const { page, context } = await dashboard.visit({ signedIn: true });
    await answer(page, made(40));
    await page.goto(at('/errors'));
    const link = groups(page).getByRole('link', { name: 'ReferenceError' }).first();
    // What the other tab asks for, and not what it shows: a tab in the background may take its time to load.
    const asked = context.waitForEvent('request', (request) => /\/errors\/[0-9a-f]{16}/.test(request.url()));
    await Promise.all([context.waitForEvent('page'), link.click({ modifiers: ['ControlOrMeta'] })]);
    expect((await asked).isNavigationRequest()).toBe(true);
    expect(new URL(page.url()).pathname).toBe('/errors');
    await link.click();
    await heading(page, 'ReferenceError').waitFor();
    await page.goBack();
    await page.locator('[role="row"][aria-selected="true"][aria-rowindex="2"]').waitFor();
  });

  it('are searched, ordered and filtered in the address, by the names that the API takes', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(40);
    await answer(page, answers);
    await page.goto(at('/errors?browser=Safari'));
    await groups(page).waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('total1');
    await page.keyboard.press('Enter');
    await page.getByLabel('Order').selectOption('lastSeen');
    await page.waitForFunction(() => window.location.search.includes('sort=lastSeen'));
    expect([search(page).get('q'), search(page).get('browser')]).toEqual(['total1', 'Safari']);
    const asked = new URL(answers.asked.findLast((path) => path.includes('limit=50')) ?? '', page.url()).searchParams;
    expect([asked.get('q'), asked.get('browser'), asked.get('sort')]).toEqual(['total1', 'Safari', 'lastSeen']);
    await page.getByRole('button', { name: /^Browser Safari/ }).click();
    await page.waitForFunction(() => !window.location.search.includes('browser'));
  });

  it('can be filtered by a value that errors of this time have', async () => {
    await dashboard.send({
      ...{ stream: 'errors', level: 'error', message: 'for the filter', attrs: { labels: { browser: 'Firefox' } } },
    });
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at('/errors'));
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByLabel('Filter by').selectOption('browser');
    await page.getByRole('button', { name: /^Firefox/ }).click();
    await page.waitForFunction(() => window.location.search.includes('browser=Firefox'));
  });

  it('are zoomed into by a drag over the chart', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at('/errors'));
    await settled(page);
    await dragOver(page, page.locator('.u-over'), 0.4, 0.6);
    await page.waitForURL(/from=\d+&to=\d+/);
  });
});

describe('one group', () => {
  it('shows the source with its line, folds frames of libraries, and says for which files it is missing', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at(`/errors/${GROUP}`));
    const source = page.getByRole('region', { name: 'Source of src/cart/total.ts, line 41' });
    expect(await source.locator('.source-here').textContent()).toMatch(/^41\s+return items\.reduce/);
    expect(await page.getByText('commit', { exact: true }).isVisible()).toBe(false);
    await page.getByText('3 frames of libraries and of the browser').click();
    await page.getByText('commit', { exact: true }).waitFor();
    await page.getByText('https://shop.example/assets/app-4f9a.js').first().waitFor();
  });

  it('goes from occurrence to occurrence, each with an address that shows a colleague the same', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at(`/errors/${GROUP}?view=fields`));
    await page.getByText('1 of 48,000').waitFor();
    for (let i = 0; i < 30; i++) await page.keyboard.press('j');
    await page.getByText('31 of 48,000').waitFor();
    await page.getByRole('button', { name: 'Newer' }).click();
    await page.getByText('30 of 48,000').waitFor();
    const shown = search(page).get('occurrence');
    const table = page.getByRole('table', { name: 'Fields of the record' });
    await table.getByText(String(shown)).waitFor();
    // Not on the first page of occurrences: looked for.
    await page.reload();
    await page.getByText('30 of 48,000').waitFor();
    await table.getByText(String(shown)).waitFor();
    expect(await occurrences(page).getByRole('row', { selected: true }).getAttribute('aria-rowindex')).toBe('30');
    await page.goto(at(`/errors/${GROUP}?occurrence=01900000-0000-7000-8000-00000000none`));
    await page.getByText('is not among the newest 140').waitFor();
  });

  it('is resolved by a key, and opened again by undo', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(3);
    await answer(page, answers);
    await page.goto(at(`/errors/${GROUP}`));
    await page.getByText('1 of 48,000').waitFor();
    for (let i = 0; i < 25; i++) await page.keyboard.press('j');
    await page.getByText('26 of 48,000').waitFor();
    await page.keyboard.press('r');
    await page.getByRole('button', { name: 'Open again' }).waitFor();
    expect(answers.status).toBe('resolved');
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('button', { name: 'Resolve' }).waitFor();
    await page.getByRole('button', { name: 'Ignore' }).click();
    await page.locator('.badge').getByText('ignored').waitFor();
    // The reader is where they were: nothing of what was read is read again.
    await page.getByText('26 of 48,000').waitFor();
    expect(answers.asked.filter((path) => path.includes('limit=20') && !path.includes('cursor='))).toHaveLength(1);
  });

  it('leads to the session, and a value of a label to the records that have it', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at(`/errors/${GROUP}`));
    await page.getByRole('link', { name: 'Its session' }).click();
    await timeline(page).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sessions/visit-0');
    await page.goBack();
    await page
      .getByRole('region', { name: 'Browser' })
      .getByRole('button', { name: /^Safari/ })
      .click();
    await page.waitForURL(/\/logs/);
    expect(search(page).get('q')).toBe(`attrs.labels.fingerprint:${GROUP} attrs.labels.browser:Safari`);
  });
});

describe('what the server has', () => {
  it('is a group with its source, a session with its vitals, and a status that is kept', async () => {
    const keys = `/api/projects/${dashboard.projectId}/keys`;
    const key = textIn(await dashboard.admin.post(keys, { name: 'pipeline', scopes: ['admin'] }), 'key');
    // Column 10 of line 1 of what runs is line 3 of what was written.
    const map = {
      ...{ version: 3, sources: ['src/pay.ts'], names: ['pay'], mappings: 'UAEQA' },
      sourcesContent: ['const a = 1;\nexport function pay() {\n  throw new Error("off");\n}\n'],
    };
    const upload = await fetch(
      `${dashboard.server.url}/api/projects/${dashboard.projectId}/sourcemaps?release=r1&file=app.js`,
      { method: 'PUT', headers: { authorization: `Bearer ${key}` }, body: JSON.stringify(map) },
    );
    expect(upload.status).toBe(201);
    const labels = {
      page: '/checkout',
      browser: 'Firefox',
      os: 'Linux',
      device: 'desktop',
      country: 'GB',
      release: 'r1',
    };
    const stack =
      'PaymentError: off\n    at a (https://shop.example/js/app.js:1:11)\n    at b (https://shop.example/js/more.js:1:2)';
    const visit = { service: 'shop', sessionId: 'visit-real', userId: 'ada' };
    await dashboard.send([
      { ...visit, stream: 'logs', type: 'pageview', message: '/checkout', attrs: { labels } },
      { ...visit, stream: 'vitals', attrs: { name: 'LCP', value: 5_000, labels } },
      { ...visit, stream: 'errors', level: 'error', type: 'PaymentError', message: 'off', attrs: { stack, labels } },
    ]);
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/errors?browser=Firefox&q=payment'));
    await groups(page).getByRole('link', { name: 'PaymentError' }).click();
    const source = page.getByRole('region', { name: 'Source of src/pay.ts, line 3' });
    expect(await source.locator('.source-here').textContent()).toContain('throw new Error("off");');
    await page.getByText('release r1 has no source map for 1 file').click();
    const command = page.getByRole('region', { name: 'Command for source maps' });
    await command.getByText(/sourcemaps\?release=r1&file=js%2Fmore\.js/).waitFor();
    await page.keyboard.press('r');
    await page.locator('.badge').getByText('resolved').waitFor();
    const list = await dashboard.admin.get(`/api/query/errors?project=${dashboard.projectId}&status=resolved`);
    expect(list).toMatchObject({ items: [{ type: 'PaymentError', status: 'resolved' }] });

    await page.getByRole('link', { name: 'Its session' }).click();
    await timeline(page).getByText('Opened /checkout').waitFor();
    await timeline(page)
      .getByRole('row', { name: /LCP.*5 s.*poor/ })
      .waitFor();
    await timeline(page).getByText('PaymentError: off').waitFor();
    await page.getByRole('link', { name: 'Sessions', exact: true }).click();
    await sessions(page)
      .getByRole('row', { name: /ada.*1 error.*1 poor/ })
      .waitFor();
    await page.goto(at('/sessions?q=userId%3A('));
    await heading(page, 'The search cannot be read').waitFor();
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  });
});
