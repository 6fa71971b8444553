/** The page Vitals in every state, with answers that are made up. */
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';
import { FLAWLESS, inspect, settled, watchShifts } from './inspected.ts';
import { answerVitals, type MadeUpVitals } from './vitals-answers.ts';

const dashboard = await useDashboard('A project with a name that is longer than any bar it has to fit into');

const at = (query: string) => `${dashboard.server.url}/vitals?project=${dashboard.projectId}${query}`;
const MANY: MadeUpVitals = { events: 48_213, scope: {}, asked: [] };

describe('the page Vitals', () => {
  const STATES: [what: string, query: string, made: Partial<MadeUpVitals>][] = [
    ['many', '&range=24h', {}],
    ['all lines', '&range=7d&compare=1&hide=none&by=release&sort=poor', {}],
    ['a line for each value', '&range=3d&split=1&by=release', {}],
    ['another vital with filters', `&vital=CLS&page=${encodeURIComponent('/عربة-التسوق/الدفع')}&country=XX`, {}],
    ['a part', '&range=30d&vital=INP&device=mobile', { scope: { complete: false, source: 'records' } }],
    ['three', '&range=15m&vital=TTFB', { events: 3 }],
    ['none', '', { events: 0 }],
    ['none of a filter', '&device=tv', { events: 0 }],
  ];

  it.each([
    ['desktop', { width: 1440, height: 900 }, 'no-preference'],
    ['phone', { width: 390, height: 844 }, 'no-preference'],
    ['desktop at 200 %, with less motion', { width: 720, height: 450 }, 'reduce'],
  ] as const)(
    'on a %s passes axe in both themes, moves nothing while it loads, fits its width',
    async (_, viewport, reducedMotion) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport, reducedMotion, colorScheme: 'light' });
      await watchShifts(page);
      for (const [what, query, made] of STATES) {
        await page.unrouteAll();
        await answerVitals(page, { ...MANY, ...made, asked: [] });
        expect({ what, ...(await inspect(page, at(query))) }).toEqual({ what, ...FLAWLESS });
      }
      expect(faults).toEqual([]);
    },
  );

  it('asks for what the address says, and again for what is chosen', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const made = { ...MANY, asked: [] };
    await answerVitals(page, made);
    await page.goto(at('&from=1700000000000&to=1700003600000&vital=INP&by=os&sort=poor&device=mobile'));
    await settled(page);
    const asked = (what: string) =>
      made.asked
        .filter((url: URL) => url.pathname.endsWith(what))
        .map((url: URL) => Object.fromEntries(url.searchParams));
    const scope = { project: dashboard.projectId, from: '1699999980000', to: '1700003640000', device: 'mobile' };
    expect(asked('/summary')).toEqual([scope]);
    expect(asked('/breakdown')).toEqual([{ ...scope, name: 'INP', by: 'os' }]);
    expect(asked('/distribution')).toEqual([{ ...scope, name: 'INP' }]);
    expect(asked('/pages')).toEqual([{ ...scope, name: 'INP', also: 'LCP,CLS,FCP,TTFB', sort: 'poor', limit: '100' }]);
    expect(asked('/timeseries')).toContainEqual({ ...scope, name: 'INP', step: '60000' });

    await page.getByRole('columnheader', { name: 'Events' }).getByRole('button').click();
    await page.waitForURL((url) => !url.searchParams.has('sort'));
    await expect.poll(() => asked('/pages').at(-1)?.sort).toBe('count');
    await page.getByRole('button', { name: /^CLS/ }).click();
    await page.waitForURL((url) => url.searchParams.get('vital') === 'CLS');
    await page
      .getByRole('region', { name: 'CLS over time' })
      .getByRole('img', { name: /^CLS over time/ })
      .waitFor();
    expect(asked('/pages').at(-1)).toMatchObject({ name: 'CLS', also: 'LCP,INP,FCP,TTFB' });
  });

  it('finds a page by a part of its name, in the address as well', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerVitals(page, { ...MANY, asked: [] });
    await page.goto(at(''));
    await settled(page);
    const rows = page.getByRole('table', { name: 'LCP by page' }).locator('tbody tr');
    await page.getByRole('searchbox', { name: 'Find a page' }).fill('CHECKOUT');
    await expect.poll(() => rows.count()).toBe(1);
    expect(new URL(page.url()).searchParams.get('find')).toBe('CHECKOUT');
    await page.getByRole('searchbox', { name: 'Find a page' }).fill('no such page');
    await page.getByText('has this in its name').waitFor();
  });

  it('says since when it counted where the server could not read all', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerVitals(page, { ...MANY, scope: { complete: false, source: 'records' }, asked: [] });
    await page.goto(at('&range=7d'));
    await page
      .getByText(/^\s*Counted only from \d{4}-\d\d-\d\d/)
      .first()
      .waitFor();
  });

  it('says what happened with the request to quote, tries again, and keeps what it has', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const refuse = (status: number) =>
      page.route('**/api/query/vitals/*', (route) => {
        const body = { status, code: 'store_away', detail: 'The store does not answer.', requestId: 'req-4711' };
        return route.fulfill({ status, contentType: 'application/problem+json', body: JSON.stringify(body) });
      });
    await refuse(503);
    await page.goto(at(''));
    const alert = page.getByRole('alert');
    await alert.getByText('The vitals could not be loaded').waitFor();
    await alert.getByText('req-4711').waitFor();
    await page.unrouteAll();
    await answerVitals(page, { ...MANY, asked: [] });
    await alert.getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    const figure = page.getByRole('group', { name: 'Vitals' }).getByRole('button', { name: /^LCP/ });
    const shown = await figure.textContent();
    await refuse(503);
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('Not updated').first().waitFor();
    expect(await figure.textContent()).toBe(shown);
    await page.unrouteAll();
    await refuse(403);
    await page.goto(at('&vital=CLS'));
    await page.getByRole('heading', { name: 'You may not see this' }).waitFor();
  });
});
