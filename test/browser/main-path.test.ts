import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { isObject, logIn } from '../../scripts/start/api.ts';
import { axeViolations, launchBrowser } from '../helpers/node/browser.ts';
import { type StartedServer, startServer } from '../helpers/node/server.ts';

const chromium = await launchBrowser();
const absent = chromium.kind === 'absent' ? chromium.reason : null;

let server: StartedServer;
let key: string;
let browser: Browser;

beforeAll(async () => {
  if (chromium.kind === 'absent') return;
  browser = chromium.browser;
  server = await startServer();
  const admin = await logIn(server.url, 'admin', server.adminPassword);
  if (admin.kind !== 'ok') throw new Error(`admin cannot sign in: ${admin.kind}`);
  const project = await admin.session.post('/api/projects', { name: 'Main path' });
  const keys = `/api/projects/${textIn(project, 'id')}/keys`;
  key = textIn(await admin.session.post(keys, { name: 'browser test', scopes: ['ingest'] }), 'key');
});
beforeEach((test) => test.skip(absent !== null, absent ?? ''));
afterAll(async () => {
  if (chromium.kind === 'absent') return;
  await browser.close();
  await server?.stop(); // absent when the start itself failed
});

function textIn(value: unknown, name: string): string {
  const text = isObject(value) ? value[name] : undefined;
  if (typeof text !== 'string') throw new Error(`no ${name} in ${JSON.stringify(value)}`);
  return text;
}

async function send(message: string, level = 'warn'): Promise<void> {
  const answer = await fetch(`${server.url}/api/ingest`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ level, service: 'cashier', message, attrs: { region: 'eu-west', durationMs: 812 } }),
  });
  expect(answer.status).toBe(202);
  expect(await answer.json()).toMatchObject({ received: 1, stored: 1, duplicate: 0, rejected: 0 });
}

/** A page whose every fault is collected: errors of scripts, and what the security policy refused. */
async function openPage(context: BrowserContext): Promise<{ page: Page; faults: string[] }> {
  const page = await context.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(String(error)));
  page.on('console', (message) => {
    // A 401 of the first /me is how a signed-out visitor is recognised; the browser logs it whatever the page does.
    if (message.type() === 'error' && !message.text().includes('401')) faults.push(message.text());
  });
  page.setDefaultTimeout(15_000);
  return { page, faults };
}

async function signIn(page: Page): Promise<void> {
  await page.goto(server.url);
  await page.getByLabel('User name').fill('admin');
  await page.getByLabel('Password').fill(server.adminPassword);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
}

async function openFromRail(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
}

describe('the main path in Chromium', () => {
  it('signs in, sees a record live, finds it by search, keeps it over a reload, signs out', async () => {
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
    const { page, faults } = await openPage(context);
    await signIn(page);

    await openFromRail(page, 'Live');
    const live = page.getByRole('grid', { name: /^Live records/ });
    await page.getByTitle('Live link: Live').waitFor();
    await send('ledger timeout before the tail is read');
    await live.getByText('ledger timeout before the tail is read').waitFor();
    await send('ledger timeout while the tail is read');
    await live.getByText('ledger timeout while the tail is read').waitFor();

    await openFromRail(page, 'Logs');
    await send('something else entirely', 'info');
    const search = page.getByRole('textbox', { name: 'Search logs' });
    await search.fill('"while the tail" attrs.region:eu-west');
    await search.press('Enter');
    const results = page.getByRole('grid', { name: /^Results/ });
    await results.getByText('ledger timeout while the tail is read').waitFor();
    expect(await results.getByRole('row').count()).toBe(1);

    await page.reload();
    await results.getByText('ledger timeout while the tail is read').waitFor();
    expect(await search.inputValue()).toBe('"while the tail" attrs.region:eu-west');

    await page.getByRole('button', { name: 'Account: admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect((await context.request.get(`${server.url}/api/auth/me`)).status()).toBe(401);
    expect(faults).toEqual([]);
    await context.close();
  });

  it('refuses a wrong password with a sentence and stays where it is', async () => {
    const context = await browser.newContext();
    const { page } = await openPage(context);
    await page.goto(server.url);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('status').filter({ hasText: /./ }).first().waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe('');
    await context.close();
  });

  it.each(['light', 'dark'] as const)('axe finds nothing on any page, %s', async (colorScheme) => {
    const context = await browser.newContext({ colorScheme, viewport: { width: 1280, height: 800 } });
    const { page } = await openPage(context);
    await page.goto(server.url);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await signIn(page);
    await send(`for the eyes of axe, ${colorScheme}`, 'error');
    for (const path of ['/', '/live', '/logs', '/settings/keys', '/settings/users', '/settings/sessions']) {
      await page.goto(server.url + path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      await page.waitForLoadState('networkidle');
      expect({ path, found: await axeViolations(page) }).toEqual({ path, found: [] });
    }
    await context.close();
  });
});
