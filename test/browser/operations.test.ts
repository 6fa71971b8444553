import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';
import { answerReleases } from './errors-answers.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';
import { answerOperations, type MadeUpOperations } from './operations-answers.ts';

const dashboard = await useDashboard('The wallet');

const PATHS = [
  '/operations',
  '/operations?range=7d&compare=1&metric=successRate&by=both',
  '/operations?gateway=bank-1&operation=transfer',
  '/operations/profile',
  '/operations/none',
];

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const made = (gateways: number): MadeUpOperations => ({ gateways, asked: [] });
const search = (page: Page) => new URL(page.url()).searchParams;
const table = (page: Page, name: string) => page.getByRole('table', { name, exact: true });

/** What the page is answered. */
async function metricsOf(page: Page): Promise<object> {
  return page.evaluate(async () => (await fetch('/api/p2p/metrics?hours=24')).json());
}

async function answer(page: Page, answers: MadeUpOperations): Promise<void> {
  await answerOperations(page, answers);
  await answerReleases(page);
}

describe('the page about operations', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads, fits its width, with twelve gateways and with none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const gateways of [12, 0]) {
        await page.unrouteAll();
        await answer(page, made(gateways));
        for (const path of PATHS) {
          expect({ path, gateways, ...(await inspect(page, at(path))) }).toEqual({ path, gateways, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('is reached by g p, compares gateways, and narrows to one that is chosen by keyboard', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const answers = made(4);
    await answer(page, answers);
    await page.goto(at('/security?range=24h'));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('p');
    await table(page, 'By gateway').getByRole('row').nth(4).waitFor();
    expect(answers.asked.find((path) => path.startsWith('/api/p2p/metrics'))).toMatch(/hours=24/);
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => window.location.search.includes('gateway=bank-1'));
    // Of one gateway its operations are compared.
    await table(page, 'By operation').waitFor();
    expect(answers.asked.findLast((path) => path.startsWith('/api/p2p/trends'))).toMatch(/gateway=bank-1/);
    await page.getByRole('button', { name: /^Gateway bank-1/ }).click();
    await expect.poll(() => table(page, 'By gateway').getByRole('row').count()).toBe(5);
    expect(faults).toEqual([]);
  });

  it('keeps what is charted, compared, hidden and listed in the address', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(3);
    await answer(page, answers);
    await page.goto(at('/operations?range=24h'));
    await settled(page);
    await page.getByLabel('Figure').selectOption('successRate');
    await page.keyboard.press('Escape');
    await page.getByRole('button', { name: 'Compare', exact: true }).click();
    await page.getByRole('button', { name: /^bank-0 before/ }).click();
    await page.getByRole('button', { name: 'Both', exact: true }).click();
    await table(page, 'By gateway and operation').waitFor();
    const asked = answers.asked.findLast((path) => path.includes('metric=successRate'));
    expect(asked).toMatch(/period=48h/);
    expect(['metric', 'compare', 'hide', 'by'].map((name) => search(page).get(name))).toEqual([
      ...['successRate', '1', 'bank-0%20before', 'both'],
    ]);
    await page.getByRole('button', { name: 'p95', exact: true }).click();
    await page.waitForFunction(() => window.location.search.includes('order=-p95Ms'));
    await page.reload();
    await page
      .getByRole('columnheader', { name: 'p95', exact: true })
      .and(page.locator('[aria-sort="descending"]'))
      .waitFor();
    await page.getByRole('button', { name: /^bank-0 before/, pressed: false }).waitFor();
    await table(page, 'By gateway and operation').waitFor();
    await page.getByRole('link', { name: 'Profile' }).click();
    await table(page, 'By operation').waitFor();
    expect(new URL(page.url()).pathname).toBe('/operations/profile');
  });

  it('draws no figure under the name of another one that could not be loaded', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at('/operations?range=24h'));
    const chart = page.getByRole('region', { name: 'Over time' }).getByRole('img', { name: / of p2p/ });
    await chart.waitFor();
    const json = { status: 503, code: 'store_away', title: 'Away', detail: 'Away.', requestId: 'req-1' };
    await page.route(/\/api\/p2p\/trends.*metric=p99/, (route) => route.fulfill({ status: 503, json }));
    await page.getByLabel('Figure').selectOption('p99');
    await page.getByRole('region', { name: 'Over time' }).getByRole('button', { name: /again/ }).waitFor();
    expect(await chart.count()).toBe(0);
  });

  it('says that figures are of whole hours up to now, where the chosen time is another', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    const toMs = Date.now() - 3_600_000;
    await page.goto(at(`/operations?from=${toMs - 5_400_000}&to=${toMs}`));
    await page.getByText('figures are of whole hours up to now').waitFor();
    await page.goto(at('/operations?range=6h'));
    await page.getByText('The last 6 hours', { exact: true }).waitFor();
  });

  it('says from when on it counted where not all could be read, and gives every number of its table as a file', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at('/operations?range=24h'));
    await table(page, 'By gateway').waitFor();
    await page.getByRole('button', { name: 'Export By gateway, the last 24 hours' }).click();
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('menuitem', { name: /^CSV/ }).click(),
    ]);
    const lines = readFileSync(await download.path(), 'utf8')
      .trimEnd()
      .split('\r\n');
    expect(lines).toHaveLength(4);
    expect(lines[0]).toMatch(/^gateway,operation,operations,success rate,failed/);
    expect(lines[1]).toMatch(/^bank-0,,98000,0\.998/);
    const partial = { ...(await metricsOf(page)), complete: false, countedFromMs: Date.now() - 3_600_000 };
    await page.route(/\/api\/p2p\/metrics/, (route) => route.fulfill({ json: partial }));
    await page.reload();
    await page.getByText('One request may only read so much: counted from').waitFor();
  });

  it('says in a sentence what was out of the usual, and leads from a reason to its records', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answer(page, made(3));
    await page.goto(at('/operations'));
    await page
      .getByText(/usually 150 ms to 260 ms/)
      .first()
      .waitFor();
    await page.getByRole('button', { name: /^timeout/ }).click();
    await page.waitForURL(/\/logs/);
    expect([search(page).get('q'), search(page).get('stream')]).toEqual([
      'scope:p2p attrs.labels.reason:timeout',
      'operations',
    ]);
  });
});

describe('what the server has', () => {
  it('is counted by gateway as soon as it is sent, and a project without any is told how to send the first', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/operations'));
    await page.getByRole('heading', { name: 'Send the first operation' }).waitFor();
    const command = (await page.getByRole('region', { name: 'Command' }).textContent()) ?? '';
    await dashboard.send(JSON.parse(/-d '(.*)'/.exec(command)?.[1] ?? ''));
    // The page has noticed by itself.
    await table(page, 'By gateway')
      .getByRole('row', { name: /bank-a/ })
      .waitFor();
    const made = (gateway: string, durationMs: number, rest: object) => ({
      ...{ stream: 'operations', service: 'wallet', message: 'transfer' },
      attrs: { scope: 'p2p', gateway, operation: 'transfer', durationMs, ...rest },
    });
    await dashboard.send([
      made('bank-a', 100, { outcome: 'success' }),
      made('bank-b', 900, { outcome: 'failure', reason: 'timeout' }),
      made('bank-b', 300, { outcome: 'success' }),
    ]);
    await page.getByRole('button', { name: 'Refresh' }).click();
    const row = (name: RegExp) => table(page, 'By gateway').getByRole('row', { name });
    await row(/bank-b.*50\s%/).waitFor();
    await row(/bank-a.*100\s%/).waitFor();
    await page
      .getByRole('region', { name: 'Why they failed' })
      .getByRole('button', { name: /^timeout/ })
      .waitFor();
    await row(/bank-b/)
      .getByRole('button', { name: 'bank-b' })
      .click();
    await table(page, 'By operation')
      .getByRole('row', { name: /transfer.*50\s%/ })
      .waitFor();
    expect(faults).toEqual([]);
  });
});
