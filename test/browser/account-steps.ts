/** What people do to be signed in. */
import type { Page } from 'playwright-core';

/** From any page of the dashboard at this URL on; what is asked for next, such as a second factor, is for the caller. */
export async function enterPassword(page: Page, url: string, name: string, password: string): Promise<void> {
  await page.goto(url);
  await page.getByLabel('User name').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

/** The same server by a host name: a passkey is bound to one, and an address has none. */
export function byHostName(url: string): string {
  return url.replace('127.0.0.1', 'localhost');
}

/** On the page Security, with an authenticator that is asked. */
export async function addPasskey(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Add a passkey' }).click();
  await page.getByLabel('Name', { exact: true }).fill(name);
  await page.getByRole('button', { name: 'Go on' }).click();
  await page.getByRole('list', { name: 'Passkeys' }).getByText(name).waitFor();
}
