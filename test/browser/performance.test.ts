import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';
import { answerPerformance, madeUpNoPerformance, madeUpPerformance } from './performance-answers.ts';

const dashboard = await useDashboard('The shop');
const at = (query = '') => `${dashboard.server.url}/performance?project=${dashboard.projectId}${query}`;
const table = (page: Page, name: string) => page.getByRole('table', { name });
const firstNames = (page: Page, count: number) =>
  page
    .locator('tbody .performance-name')
    .allTextContents()
    .then((names) => names.slice(0, count));

describe('the page of performance', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with hundreds of routes, failures and nothing',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const [what, made] of [
        ['hundreds of routes', madeUpPerformance({ errors: 900 })],
        ['nothing', madeUpNoPerformance()],
      ] as const) {
        await page.unrouteAll();
        await answerPerformance(page, made);
        for (const query of ['', '&show=calls', '&show=alarms']) {
          expect({ what, query, ...(await inspect(page, at(query))) }).toEqual({ what, query, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('says above all whether requests are answered in time', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const heading = async (made: ReturnType<typeof madeUpPerformance>) => {
      await page.unrouteAll();
      await answerPerformance(page, made);
      await page.goto(at());
      await settled(page);
      return page.getByRole('heading', { level: 1 }).textContent();
    };
    expect(await heading(madeUpPerformance())).toMatch(/^95 of 100 requests within 120.ms$/);
    expect(await heading(madeUpPerformance({ errors: 2_000 }))).toMatch(/^2.% of requests fail$/);
    expect(await heading(madeUpNoPerformance())).toMatch(/^No requests /);
  });

  it('sorts routes by their figures, and shows calls and alarms by the address', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerPerformance(page, madeUpPerformance({ errors: 900 }));
    await page.goto(at());
    await settled(page);
    await table(page, 'Routes').getByRole('button', { name: 'Failed' }).click();
    expect(await firstNames(page, 1)).toEqual(['GET /api/things/2/:id']);
    await page.getByRole('button', { name: 'Objects and stores' }).click();
    await table(page, 'Objects and stores').waitFor();
    expect(new URL(page.url()).searchParams.get('show')).toBe('calls');
    expect(await firstNames(page, 2)).toEqual(['journal.append', 'd1.batch']);
    await page.reload();
    await table(page, 'Objects and stores').waitFor();
  });

  it('opens a slow request by the keyboard and shows the calls that it made', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerPerformance(page, madeUpPerformance());
    await page.goto(at());
    await settled(page);
    const slow = page.getByRole('region', { name: 'Slow requests' }).locator('details').first();
    await slow.locator('summary').focus();
    await page.keyboard.press('Enter');
    await slow.getByRole('button', { name: 'Copy request id' }).waitFor();
    expect(await slow.locator('.performance-spans > li').count()).toBe(50);
    expect(await slow.getByText('failed').count()).toBe(1);
    await slow.getByText('The 50 longest of them.').waitFor();
  });

  it('says what could not be loaded, and loads it when it is asked again', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerPerformance(page, { ...madeUpPerformance(), status: 503 });
    await page.goto(at());
    const failure = page.getByText('The figures could not be loaded');
    await failure.waitFor();
    await page.unrouteAll();
    await answerPerformance(page, madeUpPerformance());
    await page.reload();
    await table(page, 'Routes').waitFor();
    expect(await failure.count()).toBe(0);
  });

  it('has the figures of the server itself', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at());
    await settled(page);
    await table(page, 'Routes').getByText('GET /api/auth/me').waitFor();
    await page.getByRole('button', { name: 'Objects and stores' }).click();
    await table(page, 'Objects and stores').getByText('d1.first').waitFor();
    expect(faults).toEqual([]);
  });
});
