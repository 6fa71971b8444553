import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Traces');

const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const LARGE = 'a'.repeat(32);
const MINUTE = 60_000;
let startMs = 0;

function span(
  spanId: string,
  parentSpanId: string | null,
  atMs: number,
  durationMs: number,
  rest: object = {},
): object {
  return {
    stream: 'spans',
    ts: startMs + atMs,
    service: 'web',
    message: `GET /checkout ${spanId}`,
    type: 'server',
    traceId: TRACE,
    spanId,
    attrs: { ...(parentSpanId === null ? {} : { parentSpanId }), durationMs, status: 'ok', route: '/checkout' },
    ...rest,
  };
}

beforeAll(async () => {
  if (dashboard.absent !== null) return;
  startMs = Date.now() - 5 * MINUTE;
  await dashboard.send([
    span('root', null, 0, 480.25),
    span('pay', 'root', 20, 300, { service: 'payments', message: 'POST /charge' }),
    span('db', 'pay', 60, 210, { service: 'ledger-database', message: 'INSERT INTO postings' }),
    span('bank', 'pay', 280, 30, {
      service: 'bank-gateway',
      level: 'error',
      attrs: { parentSpanId: 'pay', durationMs: 30, status: 'error' },
    }),
    span('mail', 'root', 330, 0.4, { service: 's'.repeat(200), message: 'فشل الدفع رقم 4711' }),
    {
      ts: startMs + 305,
      level: 'error',
      service: 'bank-gateway',
      message: 'the bank refused the card',
      traceId: TRACE,
      spanId: 'bank',
    },
    { ts: startMs + 400, level: 'info', service: 'web', message: 'm'.repeat(2_000), traceId: TRACE },
  ]);
  await dashboard.send(
    Array.from({ length: 9_000 }, (_, i) =>
      span(`s${i}`, i === 0 ? null : `s${Math.floor((i - 1) / 3)}`, i % 900, 900 - (i % 900), { traceId: LARGE }),
    ),
  );
});

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const rows = (page: Page) => page.getByRole('grid', { name: 'Spans and logs of the trace' }).getByRole('row');
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Record' });

describe('a trace', () => {
  it.each([
    ['desktop', 1440, 900],
    ['phone', 390, 844],
  ] as const)(
    'on a %s passes axe in both themes and fits its width, small, large, missing and not named',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({
        signedIn: true,
        viewport: { width, height },
        colorScheme: 'light',
      });
      for (const path of [`/traces?trace=${TRACE}`, `/traces?trace=${LARGE}`, '/traces?trace=none', '/traces']) {
        await page.emulateMedia({ colorScheme: 'light' });
        await page.goto(at(path));
        await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' });
        await page.waitForFunction(() => document.querySelector('.skeleton') === null);
        const overflow = await page.evaluate(() => {
          const boxes = [document.documentElement, ...document.querySelectorAll('main, .trace-page, .log-list')];
          return Math.max(...boxes.map((box) => box.scrollWidth - box.clientWidth));
        });
        const light = await axeViolations(page);
        await page.emulateMedia({ colorScheme: 'dark' });
        expect({ path, light, dark: await axeViolations(page), overflow }).toEqual({
          path,
          light: [],
          dark: [],
          overflow: 0,
        });
      }
      expect(faults.filter((fault) => !fault.includes('404'))).toEqual([]);
    },
  );

  it('opens from the drawer of a record, with the logs behind their span, and by keyboard alone', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/logs?q=refused&stream=all'));
    await page.getByRole('gridcell', { name: /the bank refused/ }).click();
    await drawer(page).getByRole('link', { name: 'Show the trace' }).click();
    await rows(page).first().waitFor();
    expect(new URL(page.url()).pathname).toBe('/traces');
    const texts = (await rows(page).allInnerTexts()).map((text) => text.replace(/\s+/g, ' '));
    expect(texts.map((text) => /(checkout|charge|INSERT|refused|فشل|mmm)/.exec(text)?.[0])).toEqual([
      'checkout',
      'charge',
      'INSERT',
      'checkout',
      'refused',
      'فشل',
      'mmm',
    ]);
    expect(texts[0]).toContain('480 ms');
    // What failed is said in words too.
    expect(texts[3]).toContain('error');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await drawer(page).waitFor();
    expect(await drawer(page).textContent()).toContain('POST /charge');
    await page.keyboard.press('j');
    await drawer(page).getByText('INSERT INTO postings').first().waitFor();
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    await page.getByRole('link', { name: 'Search its records' }).click();
    await page
      .getByRole('grid', { name: /^Results/ })
      .getByRole('row')
      .nth(6)
      .waitFor();
    expect(faults).toEqual([]);
  });

  it('of nine thousand spans draws those in view, and an id can be typed', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/traces'));
    await page.getByLabel('Trace id').fill(LARGE);
    await page.getByRole('button', { name: 'Show the trace' }).click();
    await rows(page).first().waitFor();
    expect(await rows(page).count()).toBeLessThan(80);
    await page.getByRole('grid').focus();
    await page.keyboard.press('End');
    await page.getByRole('row', { selected: true }).waitFor();
    expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe('9000');
  });
});
