/** Second factors from end to end: the browser's authenticator and the real server. */
import { createHmac } from 'node:crypto';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { addPasskey, byHostName, enterPassword } from './account-steps.ts';
import { addAuthenticator } from './authenticator.ts';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Second factors');

const PASSWORD = 'four words and a factor';

beforeAll(async () => {
  if (dashboard.absent !== null) return;
  for (const username of ['tina', 'paul']) {
    await dashboard.admin.post('/api/users', { username, password: PASSWORD, role: 'viewer' });
  }
});

const url = () => `${byHostName(dashboard.server.url)}/security`;
const account = (page: Page, name: string) => page.getByRole('button', { name: `Account: ${name}` });

const byPassword = (page: Page, name: string) => enterPassword(page, url(), name, PASSWORD);

async function signOut(page: Page, name: string): Promise<void> {
  await account(page, name).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByText('You are signed out.').waitFor();
}

/** RFC 6238 with its defaults: SHA-1, 30 s, six digits. */
function totp(base32: string, atMs: number): string {
  const bits = [...base32].map((letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  );
  const key = Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(atMs / 30_000)));
  const mac = createHmac('sha1', key).update(counter).digest();
  const offset = (mac.at(-1) ?? 0) & 15;
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0');
}

describe('an authenticator app', () => {
  it('is set up, and from then on a code or a recovery code is needed to sign in', async () => {
    const { page } = await dashboard.visit();
    await byPassword(page, 'tina');
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' });
    const uri = new URL((await dialog.getByRole('link').getAttribute('href')) ?? '');
    const secret = uri.searchParams.get('secret') ?? '';
    await dialog.getByLabel(/^The code/).fill(totp(secret, Date.now()));
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    const shown = page.getByRole('dialog', { name: 'Your recovery codes' });
    await shown.waitFor();
    const codes = await shown.getByRole('listitem').allTextContents();
    expect(new Set(codes).size).toBe(10);
    await shown.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('10 recovery codes left').waitFor();

    await signOut(page, 'tina');
    await byPassword(page, 'tina');
    // Each code is taken once, and the next one up to half a minute early.
    await page.getByLabel('Code from your authenticator app').fill(totp(secret, Date.now() + 30_000));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await account(page, 'tina').waitFor();

    await signOut(page, 'tina');
    await byPassword(page, 'tina');
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill(codes[0] ?? '');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText('9 recovery codes left').waitFor();
  });
});

describe('a passkey', () => {
  it('is made, signs in alone, and is the second factor of the password', async () => {
    const { page } = await dashboard.visit();
    await addAuthenticator(page);
    await byPassword(page, 'paul');
    await addPasskey(page, 'Laptop');
    const passkeys = page.getByRole('list', { name: 'Passkeys' });

    await signOut(page, 'paul');
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await account(page, 'paul').waitFor();

    await signOut(page, 'paul');
    await byPassword(page, 'paul');
    await page.getByRole('button', { name: 'Start again' }).waitFor();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await account(page, 'paul').waitFor();
    await passkeys.getByRole('button', { name: 'Remove Laptop' }).click();
    await page.getByLabel(/^Type /).fill('Laptop');
    await page.getByRole('dialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('None yet.').waitFor();
  });
});
