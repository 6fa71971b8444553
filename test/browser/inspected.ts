/** A page held against what every page has to keep: axe in both themes, nothing that moves while it loads, nothing wider than its place. */
import type { Page } from 'playwright-core';
import { axeViolations } from '../helpers/node/browser.ts';

export const SIZES = [
  ['desktop', 1440, 900],
  ['phone', 390, 844],
  ['desktop at 200 %', 720, 450],
] as const;

/** What an inspection finds where there is nothing to find. */
export const FLAWLESS = { light: [], dark: [], overflow: 0, jumps: 0 };

/** https://web.dev/articles/cls calls 0.1 good; ours is stricter. */
const MOST_SHIFT = 0.02;

/** Call before the first page is opened. */
export async function watchShifts(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const shifts: number[] = [];
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        if (!Reflect.get(entry, 'hadRecentInput')) shifts.push(Number(Reflect.get(entry, 'value')));
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** Nothing is loading any more. */
export async function settled(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
  await page.waitForFunction(() => document.querySelector('.skeleton, .bone, progress, .is-stale') === null);
}

/** Opens the page and looks at it; compare with FLAWLESS. */
export async function inspect(page: Page, url: string) {
  await page.emulateMedia({ colorScheme: 'light' });
  await page.goto(url);
  await settled(page);
  const shift = await page.evaluate(() => (Reflect.get(window, 'shifts') as number[]).reduce((a, b) => a + b, 0));
  const overflow = await page.evaluate(() => {
    const boxes = [
      document.documentElement,
      ...document.querySelectorAll('main, .page, .log-list, .logs-page, .results'),
    ];
    return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
  });
  const light = await axeViolations(page);
  await page.emulateMedia({ colorScheme: 'dark' });
  return { light, dark: await axeViolations(page), overflow, jumps: shift > MOST_SHIFT ? shift : 0 };
}
