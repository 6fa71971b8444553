import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Main path');

function send(message: string, level = 'warn'): Promise<void> {
  return dashboard.send({ level, service: 'cashier', message, attrs: { region: 'eu-west', durationMs: 812 } });
}

async function openFromRail(page: Page, name: string): Promise<void> {
  await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name, exact: true }).click();
}

describe('the main path in Chromium', () => {
  it('signs in, sees a record live, finds it by search, keeps it over a reload, signs out', async () => {
    const { context, page, faults } = await dashboard.visit();
    await dashboard.signIn(page);

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
    await expect.poll(() => results.getByRole('row').count(), { timeout: 15_000 }).toBe(1);

    await page.reload();
    await results.getByText('ledger timeout while the tail is read').waitFor();
    expect(await search.inputValue()).toBe('"while the tail" attrs.region:eu-west');

    await page.getByRole('button', { name: 'Account: admin' }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect((await context.request.get(`${dashboard.server.url}/api/auth/me`)).status()).toBe(401);
    expect(faults).toEqual([]);
  });

  it('refuses a wrong password with a sentence and stays where it is', async () => {
    const { page } = await dashboard.visit();
    await page.goto(dashboard.server.url);
    await page.getByLabel('User name').fill('admin');
    await page.getByLabel('Password').fill('not the password');
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('status').filter({ hasText: 'The user name or the password is not right.' }).waitFor();
    expect(await page.getByLabel('Password').inputValue()).toBe('');
  });
});
