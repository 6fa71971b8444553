/** What a person and an administrator see of passkeys when a password is replaced, with the browser's authenticator and the real server. */
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { addPasskey, byHostName, enterPassword } from './account-steps.ts';
import { addAuthenticator } from './authenticator.ts';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('New passwords');

const PASSWORD = 'four words and a passkey';
const NEXT = 'five other words and it';

beforeAll(async () => {
  if (dashboard.absent !== null) return;
  for (const username of ['olga', 'omar']) {
    await dashboard.admin.post('/api/users', { username, password: PASSWORD, role: 'viewer' });
  }
});

const url = () => `${byHostName(dashboard.server.url)}/security`;
const account = (page: Page, name: string) => page.getByRole('button', { name: `Account: ${name}` });

/** Somebody who is signed in and has a passkey. */
async function withPasskey(name: string): Promise<Page> {
  const { page } = await dashboard.visit();
  await addAuthenticator(page);
  await enterPassword(page, url(), name, PASSWORD);
  await addPasskey(page, 'Laptop');
  return page;
}

describe('somebody who changes the password', () => {
  it('is told which passkeys still sign in, and led to their list', async () => {
    const page = await withPasskey('olga');
    await page.getByLabel('Current password').fill(PASSWORD);
    await page.getByLabel('New password', { exact: true }).fill(NEXT);
    await page.getByLabel('New password, again').fill(NEXT);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('You still sign in with 1 passkey, as before. Remove what is not yours.').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.getByRole('link', { name: 'Look through what you have' }).click();
    const panel = page.getByRole('region', { name: 'Passkeys' });
    await panel.and(page.locator(':focus')).waitFor();
    await panel.getByRole('button', { name: 'Remove Laptop' }).click();
    await page.getByLabel(/^Type /).fill('Laptop');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await panel.getByText('None yet.').waitFor();
  });
});

describe('an administrator who sets a password', () => {
  it('sees what it leaves, and takes that away with it where the account is in other hands', async () => {
    const theirs = await withPasskey('omar');
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${dashboard.server.url}/settings/users`);
    const row = page.getByRole('row', { name: /omar/ });
    await row.getByText('1 passkey').waitFor();
    const set = async (password: string, removes: boolean) => {
      await row.getByRole('button', { name: 'New password' }).click();
      const dialog = page.getByRole('dialog', { name: 'New password for omar' });
      await dialog.getByText('This user also signs in with 1 passkey, which a new password leaves as it is.').waitFor();
      await dialog.getByLabel('New password').fill(password);
      if (removes) await dialog.getByLabel(/^Remove that too/).check();
      expect(await axeViolations(page)).toEqual([]);
      await dialog.getByRole('button', { name: 'Set password' }).click();
    };

    await set(NEXT, false);
    await page.getByText('Set a new password for omar, who still signs in with 1 passkey').waitFor();
    await theirs.reload();
    await theirs.getByRole('button', { name: 'Use a passkey' }).click();
    await account(theirs, 'omar').waitFor();

    await set(PASSWORD, true);
    await page.getByText('Set a new password for omar', { exact: true }).waitFor();
    await row.getByText('none').waitFor();
    await theirs.reload();
    await theirs.getByRole('button', { name: 'Use a passkey' }).click();
    await theirs.getByText(/The passkey is not known here/).waitFor();
    await enterPassword(theirs, url(), 'omar', PASSWORD);
    await account(theirs, 'omar').waitFor();
  });
});
