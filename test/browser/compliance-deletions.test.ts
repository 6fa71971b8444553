import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enterPassword } from './account-steps.ts';
import {
  answerDeletions,
  LONG,
  type MadeUpDeletions,
  madeUpDeletion,
  madeUpDeletions,
  said,
} from './compliance-answers.ts';
import { useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) => `${dashboard.server.url}/compliance${path}`;
const grid = (page: Page) => page.getByRole('grid', { name: /^Requests for deletion/ });

async function visitDeletions(path: string, made: MadeUpDeletions): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerDeletions(page, made);
  await page.goto(at(path));
  await page.getByRole('navigation', { name: 'Compliance' }).waitFor();
  return { page, faults };
}

const MANY = 100_000;
// A running one shows its progress, and so is never at rest: it is looked at by itself below.
const ALL_PATHS = ['/deletions', ...[0, 1, 3, 4, 8].map((i) => `/deletions/del_${i}`), '/deletions/new', '/templates'];
const STATES: { what: string; made: () => MadeUpDeletions; paths: readonly string[] }[] = [
  { what: '100,000 requests', made: () => madeUpDeletions(MANY), paths: ALL_PATHS },
  { what: 'nothing', made: () => madeUpDeletions(0), paths: ['/deletions', '/templates'] },
];

describe('the list of requests for deletion', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with 100,000 requests and none, as do each of them, the form and the templates',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerDeletions(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('is reached by g c, draws of 100,000 requests those in view, and is walked and opened by keyboard', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerDeletions(page, madeUpDeletions(MANY));
    await page.goto(`${dashboard.server.url}/logs`);
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('c');
    await page.getByRole('navigation', { name: 'Compliance' }).waitFor();
    await page.goto(at('/deletions'));
    await page.getByRole('heading', { name: /^The next deadline is in 10.d$/ }).waitFor();
    await grid(page).getByRole('row').first().waitFor();
    expect(await grid(page).getByRole('row').count()).toBeLessThan(80);
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'maria-1@example.com' }).waitFor();
    await page.getByRole('link', { name: 'All requests' }).click();
    await page.getByLabel('State', { exact: true }).selectOption('done');
    await grid(page).getByText('reference 9f86d081884c').first().waitFor();
    expect(await grid(page).getByText('Cancelled').count()).toBe(0);
    expect(faults).toEqual([]);
  });

  it('says what could not be loaded, with another try, and that a request is not there', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const away = { status: 503, json: { detail: 'Away for now.', requestId: 'req_away' } };
    await page.route('**/api/compliance/**', (route) => route.fulfill(away));
    await page.goto(at('/deletions'));
    await page.getByRole('heading', { name: 'The requests could not be loaded' }).waitFor();
    await page.getByText('The nearest deadline is not known now').waitFor();
    await page.unrouteAll();
    await answerDeletions(page, madeUpDeletions(1));
    await page.goto(at('/deletions/del_7'));
    await page.getByRole('heading', { name: 'There is no such request' }).waitFor();
  });
});

describe('a request for deletion', () => {
  it('is entered with who it is about, by which law and what is held back, and says what the server refuses at its field', async () => {
    const made = madeUpDeletions(1);
    const { page, faults } = await visitDeletions('/deletions/new', made);
    const enter = page.getByRole('button', { name: 'Enter the request' });
    await page.getByLabel('Identifiers').fill('maria\nmaria@example.com');
    await page.getByText('“maria” is shorter than 6 characters').waitFor();
    expect(await enter.isDisabled()).toBe(true);
    await page.getByLabel('Identifiers').fill('maria@example.com\nmaria@example.com\n');
    await page.getByLabel('User ids').fill('u-1');
    await page.getByLabel('Law').selectOption('dpdp');
    await page.getByText(/unless the law's 3.months from its receipt would pass before \(DPDP Act Art/).waitFor();
    await page.getByLabel('Grace period').fill('7');
    await page.getByRole('button', { name: 'Hold a part back' }).click();
    await page.getByLabel('Part', { exact: true }).selectOption('fraud_events');
    await page.getByLabel('Reason').fill('Tax law');
    made.refusal = {
      status: 400,
      body: { code: 'invalid_input', errors: [{ pointer: '/receivedAtMs', reason: 'is in the future' }] },
    };
    await enter.click();
    await page.getByText('Is in the future.').waitFor();
    await enter.click();
    await page.getByText('The request is entered').waitFor();
    expect(made.sent.at(-1)?.body).toMatchObject({
      ...{ projectId: dashboard.projectId, regimeId: 'dpdp', graceDays: 7, contact: null },
      identity: { userIds: ['u-1'], sessionIds: [], identifiers: ['maria@example.com'] },
      holds: [{ category: 'fraud_events', stream: null, reason: 'Tax law' }],
    });
    await page.getByRole('region', { name: 'Holds' }).getByText('Tax law').waitFor();
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  });

  it('is held in parts with a reason, released and executed by typing, and cancelled with a reason', async () => {
    const made = madeUpDeletions(20);
    const { page } = await visitDeletions('/deletions/del_5', made);
    await page.getByRole('button', { name: 'Hold a part' }).click();
    const hold = page.getByRole('dialog', { name: 'Hold a part back' });
    await hold.getByLabel('Stream').selectOption('logs');
    await hold.getByLabel('Reason').fill('A dispute');
    await hold.getByRole('button', { name: 'Hold', exact: true }).click();
    const holds = page.getByRole('region', { name: 'Holds' });
    await holds.getByText('Records, logs').waitFor();
    await holds.getByRole('button', { name: 'Release' }).click();
    const release = page.getByRole('dialog', { name: 'Release the hold' });
    await release.getByLabel('Type “maria-5@example.com” to confirm').fill('maria-5@example.com');
    await release.getByRole('button', { name: 'Release' }).click();
    await holds.getByText(/released/).waitFor();
    await page.getByRole('button', { name: 'Erase now' }).click();
    const execute = page.getByRole('dialog', { name: 'End the grace period' });
    expect(await execute.getByRole('button', { name: 'Erase now' }).isDisabled()).toBe(true);
    await execute.getByLabel(/to confirm/).fill('maria-5@example.com');
    await execute.getByRole('button', { name: 'Erase now' }).click();
    await page.getByText('Being erased').waitFor();
    await page.goto(at('/deletions/del_0'));
    await page.getByRole('button', { name: 'Cancel the request' }).click();
    const cancel = page.getByRole('dialog', { name: 'Cancel the request' });
    await cancel.getByLabel('Reason').fill('She stays');
    await cancel.getByRole('button', { name: 'Cancel the request' }).click();
    await page.getByText('She stays').waitFor();
    expect(made.sent.map(({ path, body }) => [path, body])).toEqual([
      ['deletions/del_5/holds', { category: 'records', stream: 'logs', reason: 'A dispute' }],
      ['deletions/del_5/holds/dhl_new/release', null],
      ['deletions/del_5/execute', null],
      ['deletions/del_0/cancel', { reason: 'She stays' }],
    ]);
  });

  it('that is being erased shows how far each part is and what stops one, and is followed until it is done', async () => {
    const made = madeUpDeletions(20);
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await answerDeletions(page, made);
    await page.goto(at('/deletions/del_2'));
    const steps = page.getByRole('table', { name: 'Parts of the erasure' });
    await steps.getByText(/The destination did not answer.*Tried 3 times/).waitFor();
    await steps.getByRole('progressbar', { name: 'Fraud events erased' }).waitFor();
    await page.getByText('3 of 8 parts').waitFor();
    expect(await page.getByRole('button', { name: /Erase now|Cancel/ }).count()).toBe(0);
    made.own.set('del_2', { ...madeUpDeletion(3, Date.now()), id: 'del_2' });
    await page.clock.runFor(4_000);
    await page.getByRole('region', { name: 'Receipt' }).getByText('What your own systems keep.').waitFor();
    const document = page.getByRole('link', { name: 'Document' });
    expect(await document.getAttribute('href')).toBe('/api/compliance/deletions/del_2/receipt?format=html');
  });

  it('keeps a log of what was said, by templates that are filled in, which nobody can change', async () => {
    const made = madeUpDeletions(20);
    const { page } = await visitDeletions('/deletions/del_0', made);
    const log = page.getByRole('region', { name: 'Communication' });
    await log.getByText('We have your request').click();
    await log.getByText('Dear Maria,').first().waitFor();
    await log.getByRole('button', { name: 'Add' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add to what was said' });
    await expect.poll(() => dialog.getByLabel('Template').getByRole('option').count()).toBe(4);
    await dialog.getByLabel('Template').selectOption('tpl_0');
    await expect.poll(() => dialog.getByLabel('Subject').inputValue()).toBe('We have your request del_0');
    await dialog.getByLabel('By', { exact: true }).selectOption('letter');
    await dialog.getByLabel('To', { exact: true }).fill('Maria');
    await dialog.getByRole('button', { name: 'Add to the log' }).click();
    await log.getByText('We have your request del_0').waitFor();
    expect(made.sent.at(-1)).toEqual({
      ...{ method: 'POST', path: 'deletions/del_0/communications' },
      body: {
        ...{ channel: 'letter', recipient: 'Maria', templateId: 'tpl_0' },
        ...{ subject: 'We have your request del_0', body: 'Dear Maria,' },
      },
    });
  });

  it('shows the newest of a long log at once, and earlier ones when they are asked for', async () => {
    const made = madeUpDeletions(20);
    const nowMs = Date.now();
    made.said = Array.from({ length: 120 }, (_, i) => ({
      ...said(1, nowMs - i),
      id: `com_${i}`,
      subject: `Letter ${i}`,
    }));
    const { page } = await visitDeletions('/deletions/del_0', made);
    const log = page.getByRole('region', { name: 'Communication' });
    await log.getByText('Letter 49', { exact: true }).waitFor();
    expect(await log.getByText('Letter 50', { exact: true }).count()).toBe(0);
    await log.getByRole('button', { name: 'Show earlier' }).click();
    await log.getByText('Letter 99', { exact: true }).waitFor();
    await log.getByRole('button', { name: 'Show earlier' }).click();
    await log.getByText('Letter 119', { exact: true }).waitFor();
    expect(await log.getByRole('button', { name: 'Show earlier' }).count()).toBe(0);
  });
});

describe('templates', () => {
  it('are written, changed from the version that was read, and deleted by their typed name', async () => {
    const made = madeUpDeletions(1);
    const { page, faults } = await visitDeletions('/templates', made);
    const dialog = page.getByRole('dialog');
    // A built-in one is copied: what is saved is another.
    await page.getByRole('button', { name: 'Copy Request received' }).click();
    expect(await dialog.getByLabel('Text').inputValue()).toBe('We received it.');
    await dialog.getByLabel('Name').fill('Ours');
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Ours', exact: true }).waitFor();
    await page.getByRole('button', { name: 'New template' }).click();
    await dialog.getByLabel('Name').fill('Held');
    await dialog.getByLabel('For').selectOption('held');
    await dialog.getByLabel('Subject').fill('About {{reference}}');
    await dialog.getByLabel('Text').fill('Until {{deadline}}.');
    await dialog.getByText('Filled in: reference, deadline.').waitFor();
    await dialog.getByRole('button', { name: 'Create' }).click();
    await page.getByRole('button', { name: 'Held', exact: true }).click();
    await dialog.getByLabel('Text').fill('Until then.');
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The template is changed').waitFor();
    await page.getByRole('button', { name: `Delete ${LONG}` }).click();
    await dialog.getByLabel(/to confirm/).fill(LONG);
    await dialog.getByRole('button', { name: 'Delete' }).click();
    await page.getByText('The template is deleted').waitFor();
    expect(made.sent.map(({ method, path }) => [method, path])).toEqual([
      ['POST', 'templates'],
      ['POST', 'templates'],
      ['PUT', 'templates/tpl_new_5'],
      ['DELETE', 'templates/tpl_1'],
    ]);
    expect(made.sent[2]?.body).toMatchObject({ version: 1, body: 'Until then.' });
    expect(faults).toEqual([]);
  });

  it('of a full register are sorted all, and drawn a hundred at first', async () => {
    const made = madeUpDeletions(1);
    const [one] = made.templates.slice(-1);
    if (!one) throw new Error('there is no template');
    made.templates = Array.from({ length: 1_000 }, (_, i) => ({ ...one, id: `tpl_${i}`, name: `Text ${i}` }));
    const { page } = await visitDeletions('/templates', made);
    const rows = page.getByRole('table', { name: 'Templates' }).locator('tbody tr');
    await page.getByRole('button', { name: 'Show all 1,000' }).waitFor();
    expect(await rows.count()).toBe(100);
    const name = page.getByRole('columnheader', { name: /^Name/ }).getByRole('button');
    await name.click();
    await name.click();
    await page.getByRole('button', { name: 'Text 999', exact: true }).waitFor();
    await page.getByRole('button', { name: 'Show all 1,000' }).click();
    await page.getByRole('button', { name: 'Text 0', exact: true }).waitFor();
    expect(await rows.count()).toBe(1_000);
  });
});

describe('against the server', () => {
  it('a person is entered, erased when the grace period is ended by typing, and nothing finds the record any more', async () => {
    const { server, admin, projectId } = dashboard;
    await dashboard.send([
      { service: 'checkout', message: 'paid by maria@example.com', userId: 'u-maria' },
      { service: 'checkout', message: 'paid by somebody else', userId: 'u-other' },
    ]);
    const { page } = await dashboard.visit({ signedIn: true });
    await page.goto(`${at('/deletions/new')}?project=${projectId}`);
    await page.getByLabel('User ids').fill('u-maria');
    await page.getByLabel('Identifiers').fill('maria@example.com');
    await page.getByText(/unless the law's 1.month from its receipt would pass before/).waitFor();
    await page.getByRole('button', { name: 'Enter the request' }).click();
    await page.getByRole('heading', { name: 'maria@example.com' }).waitFor();
    await page.getByRole('button', { name: 'Hold a part' }).click();
    const hold = page.getByRole('dialog', { name: 'Hold a part back' });
    await hold.getByLabel('Part', { exact: true }).selectOption('fraud_events');
    await hold.getByLabel('Reason').fill('A dispute');
    await hold.getByRole('button', { name: 'Hold', exact: true }).click();
    await page.getByRole('region', { name: 'Holds' }).getByText('A dispute').waitFor();
    await page.getByRole('button', { name: 'Erase now' }).click();
    const execute = page.getByRole('dialog', { name: 'End the grace period' });
    await execute.getByLabel(/to confirm/).fill('maria@example.com');
    await execute.getByRole('button', { name: 'Erase now' }).click();
    await page.getByText('The erasure begins with the next run').waitFor();
    const run = `${server.url}/cdn-cgi/local/scheduled?${new URLSearchParams({ cron: '1-59/2 * * * *', time: String(Date.now()) })}`;
    const steps = page.getByRole('table', { name: 'Parts of the erasure' });
    const records = steps.getByRole('row', { name: /^Records Erased/ });
    await expect
      .poll(
        async () => {
          await fetch(run);
          return records.count();
        },
        { timeout: 90_000, interval: 2_000 },
      )
      .toBe(1);
    await steps.getByRole('row', { name: /^Fraud events Held/ }).waitFor();
    const found = await admin.get(`/api/query/logs?project=${projectId}&q=paid`);
    expect(JSON.stringify(found)).not.toContain('maria');
    expect(JSON.stringify(found)).toContain('somebody else');
    // Answers that a cache may still keep are waited for: it is done when they have expired.
    await page.getByRole('link', { name: 'All requests' }).click();
    await grid(page).getByText('Being erased').waitFor();
  });
});

describe('whoever is no administrator', () => {
  it('is told so, and is not offered the page', async () => {
    const analyst = { username: 'analyst', password: 'a-long-password-of-an-analyst', role: 'analyst' };
    await dashboard.admin.post('/api/users', analyst);
    const { page } = await dashboard.visit();
    await answerDeletions(page, madeUpDeletions(10));
    await enterPassword(page, at('/deletions'), analyst.username, analyst.password);
    await page.getByRole('heading', { name: 'Compliance is for administrators' }).waitFor();
    expect(await page.getByRole('link', { name: 'Compliance' }).count()).toBe(0);
  });
});
