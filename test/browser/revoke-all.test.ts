/** Signing out everywhere, as somebody sees it who has a dashboard open in another browser. */
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Two browsers');

interface Seen {
  /** Unix ms; null until then. */
  closedAtMs: number | null;
  code: number | null;
  signInAtMs: number | null;
}

/** In the page: notes when its live socket is closed and when the sign-in is there to be seen. */
function watch(): void {
  const seen: Seen = { closedAtMs: null, code: null, signInAtMs: null };
  Reflect.set(window, 'seen', seen);
  window.WebSocket = class extends WebSocket {
    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols);
      this.addEventListener('close', ({ code }) => {
        seen.closedAtMs ??= Date.now();
        seen.code ??= code;
      });
    }
  };
  const look = () => {
    const field = document.querySelector('input[type="password"]');
    if (field !== null && field.getClientRects().length > 0) seen.signInAtMs ??= Date.now();
    requestAnimationFrame(look);
  };
  document.addEventListener('DOMContentLoaded', look);
}

/** In the page: as in a tab that has been out of sight for minutes, whose timers browsers hold back for up to a minute. */
function withoutTimers(): void {
  const real = window.setTimeout;
  const held = (run: () => void, ms?: number) => (Number(ms) >= 100 ? 0 : real(run, ms));
  Reflect.set(window, 'setTimeout', held);
}

async function openLive(page: Page): Promise<void> {
  await page.addInitScript(watch);
  await dashboard.signIn(page);
  await page.goto(`${dashboard.server.url}/live?project=${dashboard.projectId}`);
  // Of the socket: a record that was sent before it stood would be from the search.
  await page.getByRole('banner').getByText('Live', { exact: true }).waitFor();
  const message = `live ${crypto.randomUUID()}`;
  await dashboard.send({ message });
  await page.getByText(message).waitFor();
  await page.evaluate(() => Object.assign(Reflect.get(window, 'seen') as Seen, { signInAtMs: null }));
}

/** In the other browser; returns when the button was pressed, Unix ms. */
async function signOutEverywhere(): Promise<number> {
  const { page } = await dashboard.visit();
  await dashboard.signIn(page);
  await page.goto(`${dashboard.server.url}/security`);
  await page.getByRole('button', { name: 'Sign out everywhere' }).click();
  const dialog = page.getByRole('dialog', { name: 'Sign out everywhere' });
  await dialog.getByLabel(/^Type /).fill('admin');
  const pressedMs = Date.now();
  await dialog.getByRole('button', { name: 'Sign out everywhere' }).click();
  return pressedMs;
}

const seenBy = (page: Page) => page.evaluate(() => Reflect.get(window, 'seen') as Seen);

describe('signing out everywhere in one browser', () => {
  it.each([
    ['in sight', null],
    ['out of sight', withoutTimers],
  ])('closes the live socket of another one that is %s, and shows its sign-in there', async (where, hold) => {
    const { page } = await dashboard.visit();
    if (hold) await page.addInitScript(hold);
    await openLive(page);
    const pressedMs = await signOutEverywhere();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    const { closedAtMs, code, signInAtMs } = await seenBy(page);
    const [closedMs, shownMs] = [Number(closedAtMs) - pressedMs, Number(signInAtMs) - pressedMs];
    console.log(`${where}: socket closed after ${closedMs} ms (${code}), sign-in shown after ${shownMs} ms`);
    expect([closedAtMs, code]).toEqual([expect.any(Number), 4401]);
  });
});
