import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) => `${dashboard.server.url}/compliance/regimes${path}`;
const card = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const LONG = 'Lei Geral de Proteção de Dados, as the company reads it, and '.repeat(2).slice(0, 119);

async function visitRegimes(path: string): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

/** Of nobody's interest but that it is there. */
async function addRegime(page: Page, name: string): Promise<void> {
  await page.goto(`${at('/new')}?like=gdpr`);
  await page.getByLabel('Name').fill(name);
  await page.getByRole('button', { name: 'Add the law' }).click();
  await card(page, name).waitFor();
}

// Against the server from end to end: it has all of it.
describe('the laws whose clocks run', () => {
  it('are read in words, and those that are built in are not changed here', async () => {
    const { page, faults } = await visitRegimes('');
    const duties = page.getByRole('table', { name: 'Duties of GDPR' });
    await duties
      .getByRole('row', { name: /Notify the supervisory authority The authority Within 72.hours Always/ })
      .waitFor();
    await duties
      .getByRole('row', { name: /without undue delay Those affected At once If it is likely a high risk/ })
      .waitFor();
    await duties.getByText(/^2.d, 1.d, 6.h, 1.h before$/).waitFor();
    await card(page, 'GDPR')
      .getByText(/carried out within 1.month from its receipt/)
      .waitFor();
    await card(page, 'DPDP Act').getByText('by the calendar of Asia/Kolkata').waitFor();
    expect(await page.getByRole('button', { name: /^Edit/ }).count()).toBe(0);
    await page.goto(at('/gdpr'));
    await card(page, 'GDPR').waitFor();
    expect(await page.getByLabel('Name').count()).toBe(0);
    await page.goto(at('/none'));
    await page.getByRole('heading', { name: 'There is no such law' }).waitFor();
    expect(faults).toEqual([]);
  });

  it('are added to with duties of one’s own, and a breach comes under them', async () => {
    const { page, faults } = await visitRegimes('');
    await page.getByRole('button', { name: 'New law', exact: true }).click();
    const add = page.getByRole('button', { name: 'Add the law' });
    await page.getByLabel('Name').fill('LGPD');
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('lgpd');
    await page.getByLabel('Time zone').fill('Brazil/Nowhere');
    await page.getByLabel('Source', { exact: true }).first().fill('Lei 13.709/2018');
    await page.getByLabel('Requests for deletion, within', { exact: true }).fill('15');
    await page.getByLabel('Unit of Requests for deletion, within').selectOption('days');
    expect(await add.isDisabled()).toBe(true);
    const first = page.getByRole('group', { name: 'Duty 1 when there is a breach' });
    await first.getByLabel('What is due').fill('Tell the ANPD');
    await first.getByLabel('Within', { exact: true }).fill('3');
    await first.getByLabel('Unit of Within').selectOption('days');
    await first.getByLabel('Reminders, in hours before').fill('soon');
    await first.getByText('These are not up to 10 numbers of hours.').waitFor();
    await first.getByLabel('Reminders, in hours before').fill('24, 2');
    await first.getByLabel('Source').fill('Art. 48');
    await page.getByLabel('Add a section').selectOption('measures');
    await page.getByLabel('Add a section').selectOption('nature');
    await page.getByRole('button', { name: 'Earlier: the nature of the breach' }).click();
    await add.click();
    await page.getByText(/^Must be a time zone of the IANA database/).waitFor();
    await page.getByLabel('Time zone').fill('America/Sao_Paulo');
    await add.click();
    const own = card(page, 'LGPD');
    await own.getByText('Its report says the nature of the breach, measures taken.').waitFor();
    await own
      .getByRole('row', { name: /Tell the ANPD The authority Within 3.days Always 1.d, 2.h before Art\. 48/ })
      .waitFor();
    await page.goto(`${dashboard.server.url}/compliance/breaches/new`);
    await page.getByLabel('Title').fill('A lost laptop');
    await page.getByLabel(/^GDPR/).uncheck();
    await page.getByLabel(/^LGPD/).check();
    await page.getByRole('button', { name: 'Enter the breach' }).click();
    await page.getByRole('region', { name: 'Clocks' }).getByText('Tell the ANPD').waitFor();
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  });

  it('are changed from the version that was read: whoever was second keeps what they typed', async () => {
    const { page } = await visitRegimes('');
    await addRegime(page, 'Ours');
    const { page: other } = await dashboard.visit({ signedIn: true });
    for (const one of [page, other]) {
      await one.goto(at('/ours'));
      await one.getByRole('heading', { name: 'Edit the law' }).waitFor();
    }
    await other.getByLabel('Source', { exact: true }).first().fill('Theirs');
    await other.getByRole('button', { name: 'Save' }).click();
    await card(other, 'Ours').getByText('Theirs').waitFor();
    await page.getByRole('button', { name: 'Take duty 2 away' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed the law meanwhile').waitFor();
    await page.getByRole('button', { name: 'Take theirs, keep my changes' }).click();
    await page.getByText('Somebody else has changed the law meanwhile').waitFor({ state: 'detached' });
    await page.getByRole('button', { name: 'Save' }).click();
    await card(page, 'Ours').getByText('version 3 of your own').waitFor();
    expect(await page.getByRole('table', { name: 'Duties of Ours' }).getByRole('row').count()).toBe(2);
    await page.goto(`${at('/new')}?like=ours`);
    await page.getByLabel('Name').fill('GDPR');
    expect(await page.getByLabel('Id', { exact: true }).inputValue()).toBe('gdpr_2');
    await page.getByLabel('Id', { exact: true }).fill('gdpr');
    await page.getByText('There is one with this id.').waitFor();
    expect(await page.getByRole('button', { name: 'Add the law' }).isDisabled()).toBe(true);
  });

  it.each(SIZES)(
    'on a %s pass axe in both themes, move nothing while they load and fit their width, as do their forms',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await addRegime(page, `${width} ${LONG}`.slice(0, 119));
      await watchShifts(page);
      for (const path of ['', '/new', '/new?like=dpdp', '/gdpr', '/none']) {
        expect({ path, ...(await inspect(page, at(path))) }).toEqual({ path, ...FLAWLESS });
      }
      expect(faults).toEqual([]);
    },
  );

  it('say what could not be loaded, with another try', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.route('**/api/compliance/regimes', (route) =>
      route.fulfill({ status: 503, json: { detail: 'Away for now.', requestId: 'req_away' } }),
    );
    await page.goto(at(''));
    await page.getByText('The laws could not be loaded').waitFor();
    await page.unrouteAll();
    await page.getByRole('button', { name: 'Try again' }).click();
    await card(page, 'GDPR').waitFor();
  });
});
