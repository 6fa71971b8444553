import type { Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { textIn, useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('The shop');

const LONG = 'x'.repeat(200);

const headline = (page: Page) => page.getByRole('heading', { level: 1 });
const table = (page: Page, name: string) => page.getByRole('table', { name });

async function newProject(name: string): Promise<string> {
  return textIn(await dashboard.admin.post('/api/projects', { name }), 'id');
}

async function newKey(projectId: string, name: string, scopes: string[]): Promise<string> {
  return textIn(await dashboard.admin.post(`/api/projects/${projectId}/keys`, { name, scopes }), 'key');
}

async function post(key: string, body: string, userAgent: string): Promise<number> {
  const answer = await fetch(`${dashboard.server.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'user-agent': userAgent },
    body,
  });
  await answer.arrayBuffer();
  return answer.status;
}

async function openSources(page: Page, projectId: string, query = ''): Promise<void> {
  await page.goto(`${dashboard.server.url}/sources?project=${projectId}${query}`);
  await page.locator('.headline .icon').waitFor();
}

/** A project with everything that the page can show, and what breaks careless pages. */
async function fullProject(): Promise<string> {
  const projectId = await newProject('Everything');
  const good = await newKey(projectId, 'خدمة الدفع '.repeat(8).trim(), ['ingest']);
  const reader = await newKey(projectId, 'a reader', ['query']);
  await newKey(projectId, `never used ${'n'.repeat(60)}`, ['ingest']);
  const bodies = ['{"message":"a"}\n{"message":"b","ts":"nonsense"}\nnot json', '{"message":"a"}'];
  for (const [i, userAgent] of [`Mozilla/5.0 ${LONG}`, 'Vector/0.41.1', 'שלום'].entries())
    expect(await post(good, bodies[i % 2] ?? '', encodeURI(userAgent))).toBe(202);
  expect(await post(reader, '{"message":"a"}', 'curl/8')).toBe(403);
  return projectId;
}

describe('the page about sources', () => {
  it('tells a new team what to do, makes the key for it, and notices the first record by itself', async () => {
    const projectId = await newProject('Fresh');
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/?project=${projectId}`);
    await page.getByRole('main').getByRole('link', { name: 'Sources' }).click();
    await headline(page).getByText('Nothing has ever arrived').waitFor();
    await page.getByRole('tab', { name: 'Vector' }).click();
    const settings = page.getByRole('region', { name: 'Settings for Vector' });
    await settings.getByText(`uri: ${dashboard.server.url}/api/ingest`).waitFor();
    expect(await settings.textContent()).toContain('token: <key>');
    expect(new URL(page.url()).searchParams.get('client')).toBe('vector');

    await page.getByRole('button', { name: 'Create a key for this' }).click();
    await page.getByLabel('Name', { exact: true }).fill('vector of Leeds');
    await page.getByRole('dialog').getByRole('button', { name: 'Create key' }).click();
    await page
      .getByRole('dialog', { name: /vector of Leeds/ })
      .getByRole('button', { name: 'Done' })
      .click();
    await settings.getByText('token: bw_').waitFor();
    const key = /token: (\S+)/.exec((await settings.textContent()) ?? '')?.[1] ?? '';
    await table(page, 'Sources')
      .getByRole('row', { name: /vector of Leeds/ })
      .getByText('Never sent')
      .waitFor();

    expect(await post(key, '{"message":"first"}', 'Vector/0.41.1 (x86_64)')).toBe(202);
    await headline(page).getByText('Arriving now').waitFor();
    const row = table(page, 'Sources').getByRole('row', { name: /Vector\/0\.41\.1/ });
    expect(await row.textContent()).toMatch(/^Sendingvector of Leeds.*JSON \(\/api\/ingest\)1/);
    // The key is shown this once: an update may not take it away.
    expect(await settings.textContent()).toContain(key);
    expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
  });

  it('shows a wrong key with its reason within one poll: of a project in its ledger, of nobody to administrators', async () => {
    const projectId = await newProject('Refused');
    const reader = await newKey(projectId, 'only reads', ['query']);
    const { page } = await dashboard.visit({ signedIn: true });
    await openSources(page, projectId);
    expect(await post('bw_made.up', '{}', 'curl/8')).toBe(401);
    await headline(page).getByText('but somebody tries').waitFor();
    await page.getByText('The key is not valid', { exact: false }).first().waitFor();
    expect(await post(reader, '{}', 'curl/8')).toBe(403);
    await headline(page).getByText('Nothing gets in: the key may not write this').waitFor();
    const row = table(page, 'Rejected and refused').getByRole('row', { name: /only reads/ });
    await row.getByText('1 request refused').waitFor();
    expect(await row.getByRole('link', { name: 'About scope_missing' }).getAttribute('href')).toMatch(
      /errors#scope_missing$/,
    );
    await table(page, 'Sources').getByText('Refused: the key may not write this').waitFor();
    await page.getByText('Requests to this deployment that belong to no project').waitFor();
  });

  it('asks for the ledger four times a minute at most, and not while nobody can see it', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    // Each answer sets the page's clock by the server's, which stands still beside the one that is moved here.
    await page.route('**/api/health/pulse*', (route) => route.abort());
    let asked = 0;
    const pending = new Set<Request>();
    page.on('request', (request) => {
      if (request.url().includes('/ledger')) asked++;
      if (request.url().includes('/api/')) pending.add(request);
    });
    page.on('requestfinished', (request) => pending.delete(request));
    page.on('requestfailed', (request) => pending.delete(request));
    const allAnswered = () => expect.poll(() => pending.size, { timeout: 10_000 }).toBe(0);
    await openSources(page, dashboard.projectId, '&range=24h');
    await page.waitForFunction(() => document.querySelector('.chart-canvas, .client-settings') !== null);
    const first = asked;
    for (let i = 0; i < 12; i++) await page.clock.runFor(10_000);
    await expect.poll(() => asked - first).toBeGreaterThanOrEqual(4);
    expect(asked - first).toBeLessThanOrEqual(8);
    await allAnswered();
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, get: () => true }));
    const before = asked;
    for (let i = 0; i < 12; i++) await page.clock.runFor(10_000);
    expect(asked).toBe(before);
    await page.evaluate(() => {
      Reflect.deleteProperty(document, 'hidden');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    for (let i = 0; i < 6; i++) await page.clock.runFor(10_000);
    await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(before);
  });

  it('shows what is held back where the deployment knows, and nothing where it does not', async () => {
    const projectId = await fullProject();
    const { page } = await dashboard.visit({ signedIn: true });
    const body = {
      names: { count: 950, limit: 1_000 },
      labels: [{ label: 'path', values: 1_000, limit: 1_000 }],
      quarantine: {
        items: [
          { kind: 'value', name: 'path', value: LONG, records: 1_234, firstSeenAtMs: 1, lastSeenAtMs: Date.now() },
          { kind: 'name', name: 'שלום', value: null, records: 3, firstSeenAtMs: 1, lastSeenAtMs: Date.now() },
        ],
        more: true,
      },
    };
    await page.route('**/cardinality', (route) => route.fulfill({ json: body }));
    await openSources(page, projectId);
    const panel = page.getByRole('region', { name: 'Quarantine' });
    await panel.getByText('950 of 1,000 attribute names are in use').waitFor();
    expect(await panel.getByRole('row').count()).toBe(3);
    // One sender that is wrong makes hundreds of them: they may not push the settings off the page.
    const items = Array.from({ length: 40 }, (_, i) => ({ ...body.quarantine.items[1], name: `n${i}` }));
    await page.unroute('**/cardinality');
    await page.route('**/cardinality', (route) =>
      route.fulfill({ json: { ...body, quarantine: { items, more: false } } }),
    );
    await page.reload();
    await panel.getByRole('button', { name: 'Show all 40' }).waitFor();
    expect(await panel.getByRole('row').count()).toBe(11);
    await panel.getByRole('button', { name: 'Show all 40' }).click();
    await panel.getByRole('cell', { name: 'n39' }).waitFor();
    await page.unroute('**/cardinality');
    await page.route('**/cardinality', (route) => route.fulfill({ status: 404, json: { code: 'not_found' } }));
    await page.reload();
    await table(page, 'Rejected and refused').waitFor();
    expect(await panel.count()).toBe(0);
    await page.route('**/ledger*', (route) => route.abort());
    await page.reload();
    await page.getByRole('heading', { name: 'The sources could not be loaded' }).waitFor();
  });

  it('scrolls inside its frame on a phone, and never the frame away', async () => {
    const projectId = await fullProject();
    const { page } = await dashboard.visit({ signedIn: true, viewport: { width: 390, height: 844 } });
    await openSources(page, projectId);
    await table(page, 'Rejected and refused').waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(844);
  });

  it('is reached, walked and read without a mouse', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/logs?project=${dashboard.projectId}`);
    await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
    await page.keyboard.press('Escape');
    await page.keyboard.press('g');
    await page.keyboard.press('r');
    await page.getByRole('tablist', { name: 'Client' }).waitFor();
    await page.getByRole('tab', { name: 'curl' }).focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const settings = page.getByRole('region', { name: 'Settings for Collector' });
    await settings.waitFor();
    await page.keyboard.press('Tab');
    expect(await settings.evaluate((element) => element === document.activeElement)).toBe(true);
    await page.keyboard.press('Tab');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('aria-label'))).toMatch(/^Copy settings/);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('sources');
    expect(await page.getByRole('option', { selected: true }).textContent()).toBe('Go toSources');
  });

  it.each([
    ['desktop', 1440, 900],
    ['phone', 390, 844],
  ] as const)(
    'on a %s passes axe in both themes and fits its width, with all it can show and with nothing',
    async (_, width, height) => {
      const [full, empty] = [await fullProject(), await newProject('Empty')];
      const { page, faults } = await dashboard.visit({
        signedIn: true,
        viewport: { width, height },
        colorScheme: 'light',
      });
      for (const [projectId, ready] of [
        [full, 'Rejected and refused'],
        [empty, 'Client settings'],
      ] as const) {
        await page.emulateMedia({ colorScheme: 'light' });
        await openSources(page, projectId);
        await page.getByRole('heading', { name: ready }).waitFor();
        await page.waitForFunction(() => document.querySelector('.skeleton, .bone') === null);
        const overflow = await page.evaluate(() =>
          Math.max(
            ...[document.documentElement, ...document.querySelectorAll('main, .page')].map(
              (box) => box.scrollWidth - box.clientWidth,
            ),
          ),
        );
        const light = await axeViolations(page);
        await page.emulateMedia({ colorScheme: 'dark' });
        const dark = await axeViolations(page);
        expect({ ready, light, dark, overflow }).toEqual({ ready, light: [], dark: [], overflow: 0 });
      }
      expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    },
  );
});
