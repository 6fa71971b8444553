import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard, walkDown } from './dashboard.ts';
import { answerErrors, answerReleases, type MadeUpErrors } from './errors-answers.ts';
import { FLAWLESS, inspect, SIZES, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The visitors');

const PATHS = [
  '/sessions',
  '/sessions?q=nothing-has-this',
  '/sessions/visit-1',
  '/sessions/visit-1?hide=logs,vitals,errors,operations,metrics,fraud',
];

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const made = (sessions: number): MadeUpErrors => ({ groups: sessions, sessions, asked: [] });
const search = (page: Page) => new URL(page.url()).searchParams;
const sessions = (page: Page) => page.getByRole('grid', { name: /^Sessions/ });
const timeline = (page: Page) => page.getByRole('grid', { name: /^Timeline/ });

async function answer(page: Page, answers: MadeUpErrors): Promise<void> {
  await answerErrors(page, answers);
  await answerReleases(page);
}

describe('the pages about sessions', () => {
  it.each(SIZES)(
    'on a %s pass axe in both themes, move nothing while they load, fit their width, with 150 sessions and with none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const many of [150, 0]) {
        await page.unrouteAll();
        await answer(page, made(many));
        for (const path of PATHS) {
          expect({ path, many, ...(await inspect(page, at(path))) }).toEqual({ path, many, ...FLAWLESS });
        }
      }
      // Where there is none, the session of the address is not there.
      expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    },
  );
});

describe('sessions', () => {
  it('are opened by keyboard, with silences said, and every record in the drawer', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answer(page, made(50));
    await page.goto(at('/errors'));
    await page.getByRole('link', { name: 'Sessions' }).click();
    await sessions(page).waitFor();
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    await timeline(page).waitFor();
    expect(search(page).get('around')).toMatch(/^\d{13}$/);
    await timeline(page).getByText('4 min without a record').first().waitFor();
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    const drawer = page.getByRole('dialog', { name: 'Record' });
    await drawer.getByText('LCP').first().waitFor();
    await page.keyboard.press('j');
    await drawer.getByText('CLS').first().waitFor();
    await page.keyboard.press('Escape');
    await drawer.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  it('are read on as the reader goes down, and hide streams in the address', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(50);
    await answer(page, answers);
    await page.goto(at('/sessions/visit-1'));
    await timeline(page).waitFor();
    await timeline(page).focus();
    for (const rows of ['400', '600', '640']) {
      await page.keyboard.press('End');
      await expect.poll(() => timeline(page).getAttribute('aria-rowcount')).toBe(rows);
    }
    await page.getByRole('button', { name: /^Logs/ }).click();
    await page.waitForFunction(() => window.location.search.includes('hide=logs'));
    await expect.poll(() => timeline(page).getAttribute('aria-rowcount')).toBe('480');
    await page.reload();
    await page.getByRole('button', { name: /^Logs/, pressed: false }).waitFor();
  });

  it('are read past a page of which nothing is shown, each page once, and say that one was not read in full', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(50);
    await answer(page, answers);
    // Two pages without a record, the second of which was not read in full; what comes behind them is as ever.
    const EMPTY: Record<string, object> = {
      '': { items: [], nextCursor: 'second', complete: true },
      second: { items: [], nextCursor: '0', complete: false },
    };
    await page.route(/\/api\/query\/sessions\/visit-1/, (route) => {
      const rest = EMPTY[new URL(route.request().url()).searchParams.get('cursor') ?? ''];
      const json = { id: 'visit-1', firstMs: 0, lastMs: 0, userId: null, labels: {}, counts: {}, ...rest };
      return rest === undefined ? route.fallback() : route.fulfill({ json });
    });
    await page.goto(at('/sessions/visit-1'));
    await timeline(page).waitFor();
    await page.getByText('Records may be missing').waitFor();
    await page.goto(at('/sessions/visit-1?hide=logs,vitals,errors,operations,metrics,fraud'));
    await page.getByRole('heading', { name: 'Every stream of the session is hidden' }).waitFor();
    const cursors = answers.asked.slice(-4).map((path) => new URL(path, page.url()).searchParams.get('cursor'));
    expect(cursors).toEqual(['0', '200', '400', '600']);
  });

  it('are linked from a record that has one', async () => {
    await dashboard.send({ message: 'with a session', sessionId: 'visit/7 a' });
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(50));
    await page.goto(at('/logs?q=%22with+a+session%22'));
    await page.getByRole('gridcell', { name: /with a session/ }).click();
    await page.getByRole('link', { name: 'Show the session' }).click();
    await page.getByRole('heading', { name: 'Session', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/sessions/visit%2F7%20a');
    await page.getByText('visit/7 a').first().waitFor();
  });

  it('say since when they are counted where not all could be read, and which search cannot be read', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.route(/\/api\/query\/sessions\?/, async (route) => {
      const q = new URL(route.request().url()).searchParams.get('q');
      if (q === null) {
        const items: never[] = [];
        return route.fulfill({ json: { items, nextCursor: null, complete: false, countedFromMs: 1_700_000_000_000 } });
      }
      const json = { status: 400, code: 'invalid_query', title: 'Invalid', detail: 'Cannot be read.', errors: [] };
      return route.fulfill({ status: 400, json });
    });
    await page.goto(at('/sessions'));
    await page.getByText('these are the sessions since').waitFor();
    await page.getByText('hold more than one request may read').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('userId:(');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'The search cannot be read' }).waitFor();
  });
});
