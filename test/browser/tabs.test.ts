/** Ten tabs of one browser, with what browsers offer and with what stands in for it. */
import type { BrowserContext, Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Ten tabs');

const TABS = 10;

interface Tabs {
  context: BrowserContext;
  pages: Page[];
  first: Page;
}

/** Ten pages of one browser that show where its sessions are; the first one signs in. */
async function tenTabs(
  cripple: (() => void) | null,
  route?: (context: BrowserContext) => Promise<unknown>,
): Promise<Tabs> {
  const { context, page: first } = await dashboard.visit();
  if (cripple) await context.addInitScript(cripple);
  await dashboard.signIn(first);
  await route?.(context);
  const others = await Promise.all(Array.from({ length: TABS - 1 }, () => context.newPage()));
  const pages = [first, ...others];
  await Promise.all(pages.map((page) => page.goto(`${dashboard.server.url}/security`)));
  await Promise.all(pages.map((page) => signedInAs(page, 'admin').waitFor()));
  return { context, pages, first };
}

const signedInAs = (page: Page, name: string) => page.getByRole('button', { name: `Account: ${name}` });
const signInButton = (page: Page) => page.getByRole('button', { name: 'Sign in', exact: true });

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: /^Account/ }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
}

async function signInAgain(page: Page, name: string, password: string): Promise<void> {
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await signInButton(page).click();
}

/** In every tab, counted from now. Returns what the slowest took, in ms: meant to be under two seconds where nothing else runs. */
async function everywhere(pages: readonly Page[], fact: (page: Page) => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await Promise.all(pages.map(fact));
  return performance.now() - startMs;
}

/** Browsers that lack both, which is also what a page on plain HTTP in a network has of locks. */
function withoutChannelsAndLocks(): void {
  Reflect.deleteProperty(window, 'BroadcastChannel');
  Object.defineProperty(Navigator.prototype, 'locks', { value: undefined });
}

describe.each([
  ['a channel and a lock', null],
  ['storage alone', withoutChannelsAndLocks],
] as const)('ten tabs with %s', (_, cripple) => {
  it('all show sign-in when one signs out, and are all in when one signs in', async () => {
    const { pages, first } = await tenTabs(cripple);
    await signOut(first);
    const outMs = await everywhere(pages, (page) => signInButton(page).waitFor());
    await Promise.all(pages.map((page) => page.getByText('You are signed out.').waitFor()));

    await signInAgain(first, 'admin', dashboard.server.adminPassword);
    await signedInAs(first, 'admin').waitFor();
    const inMs = await everywhere(pages, (page) => signedInAs(page, 'admin').waitFor());
    console.log(`ten tabs, ${cripple ? 'storage' : 'channel'}: out ${Math.round(outMs)} ms, in ${Math.round(inMs)} ms`);
  });

  it('refresh once for all: the others have the new times and ask for none of their own', async () => {
    let refreshes = 0;
    let isOpen = false;
    const gate = Promise.withResolvers<void>();
    const { context, pages } = await tenTabs(cripple, async (context) => {
      // Due at once in every tab, until the one refresh is answered.
      await context.route('**/api/auth/me', async (route) => {
        const answer = await route.fetch();
        if (isOpen || !answer.ok()) return route.fulfill({ response: answer });
        return route.fulfill({ response: answer, json: { ...(await answer.json()), refreshAt: 1 } });
      });
      await context.route('**/api/auth/refresh', async (route) => {
        refreshes++;
        await gate.promise;
        await route.continue();
      });
    });
    await expect.poll(() => refreshes).toBe(1);
    isOpen = true;
    const answered = context.waitForEvent('response', (response) => response.url().endsWith('/api/auth/refresh'));
    gate.resolve();
    const { refreshAt } = (await (await answered).json()) as { refreshAt: number };
    const at = new Date(refreshAt).toISOString();
    await everywhere(pages, (page) => page.getByText('changes by itself').locator(`time[datetime="${at}"]`).waitFor());
    expect(refreshes).toBe(1);
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });

  it('all learn what one learns: another role', async () => {
    let role = 'admin';
    const { context, pages, first } = await tenTabs(cripple, (context) =>
      context.route('**/api/auth/me', async (route) => {
        const answer = await route.fetch();
        const body = answer.ok() ? await answer.json() : null;
        return route.fulfill({ response: answer, ...(body ? { json: { ...body, role } } : {}) });
      }),
    );
    const settings = (page: Page) =>
      page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' });
    await Promise.all(pages.map((page) => settings(page).waitFor()));
    role = 'viewer';
    await first.reload();
    await everywhere(pages, (page) => settings(page).waitFor({ state: 'detached' }));
    await context.unrouteAll({ behavior: 'ignoreErrors' });
  });
});

describe('an administrator who changes the role of somebody', () => {
  it('reaches all ten tabs as soon as one of them hears of it, and they are all in again with the new role', async () => {
    const { id } = (await dashboard.admin.post('/api/users', {
      username: 'tabitha',
      password: 'ten tabs are not too many',
      role: 'admin',
    })) as { id: string };
    const { pages, first } = await tenTabs(null);
    await signOut(first);
    await signInButton(first).waitFor();
    await signInAgain(first, 'tabitha', 'ten tabs are not too many');
    await Promise.all(pages.map((page) => signedInAs(page, 'tabitha').waitFor()));

    await dashboard.admin.patch(`/api/users/${id}`, { role: 'viewer' });
    await first.keyboard.press('g');
    await first.keyboard.press(',');
    await everywhere(pages, (page) => signInButton(page).waitFor());
    await signInAgain(first, 'tabitha', 'ten tabs are not too many');
    await signedInAs(first, 'tabitha').waitFor();
    await everywhere(pages, (page) => signedInAs(page, 'tabitha').waitFor());
    const settings = (page: Page) =>
      page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: 'Settings' });
    expect(await Promise.all(pages.map((page) => settings(page).count()))).toEqual(pages.map(() => 0));
  });
});
