import type { BrowserContext, Page } from 'playwright-core';

/** One way to a page, from the address on. */
export interface Visit {
  /** From the start of the navigation to the frame in which everything was there. */
  shownMs: number;
  /** The request to the API that took longest, as the browser saw it. */
  slowest: { path: string; ms: number };
  requests: number;
}

/**
 * Opens the address in a browser that has nothing of the dashboard, as somebody does who has it from a message, and waits for rows and figures: each of `rows` is
 * there, nothing is a skeleton or a bone any more, and the page has its answer. The page watches itself, frame by frame: a question of the debugger comes later.
 */
export async function visit(context: BrowserContext, url: string, rows: readonly string[]): Promise<Visit> {
  const page = await context.newPage();
  await page.addInitScript({ content: `(${WATCH})(${JSON.stringify(rows)})` });
  await page.goto(url, { waitUntil: 'commit' });
  const shownMs = await (await page.waitForFunction(() => Reflect.get(globalThis, 'shownMs') as number)).jsonValue();
  return { shownMs, ...(await slowestOf(page)) };
}

/** Runs in the page. Its policy evaluates no text, but what is there before its scripts. A task behind the frame in which everything is there finds it painted. */
const WATCH = `(rows) => {
  const isShown = () =>
    rows.every((row) => document.querySelector(row) !== null) &&
    document.querySelector('.skeleton, .bone, .is-stale') === null &&
    [...document.querySelectorAll('.headline')].every((headline) => headline.querySelector('svg') !== null);
  const look = () => {
    if (isShown()) setTimeout(() => { window.shownMs = performance.now(); }, 0);
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}`;

/** Of what was asked until everything was there. */
async function slowestOf(page: Page): Promise<Pick<Visit, 'slowest' | 'requests'>> {
  const asked = await page.evaluate<Visit['slowest'][]>(
    `performance.getEntriesByType('resource').map(({ name, duration }) => ({ path: new URL(name).pathname, ms: duration })).filter(({ path }) => path.startsWith('/api/'))`,
  );
  const slowest = asked.toSorted((a, b) => b.ms - a.ms)[0];
  if (slowest === undefined) throw new Error('the page asked for nothing');
  return { slowest, requests: asked.length };
}
