import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFaultReceiver } from '../helpers/node/fault-receiver.ts';
import { answerBreaches, type MadeUpBreaches, madeUpBreaches } from './breaches-answers.ts';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const grid = (page: Page) => page.getByRole('grid', { name: /^Breaches/ });

async function visitBreaches(path: string, made: MadeUpBreaches): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerBreaches(page, made);
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

const STATES: { what: string; made: () => MadeUpBreaches; paths: readonly string[] }[] = [
  {
    what: '300 breaches, one with 100,000 users',
    made: () => madeUpBreaches(300),
    paths: [
      ...[
        '/compliance/breaches',
        '/compliance/breaches/brc_0',
        '/compliance/breaches/brc_4',
        '/compliance/breaches/new',
      ],
      '/compliance/breaches/brc_1/edit',
    ],
  },
  { what: 'nothing', made: () => madeUpBreaches(0), paths: ['/compliance/breaches'] },
];

describe('the page of breaches', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with many breaches and none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerBreaches(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('says above all what is overdue, or when the next clock runs out', async () => {
    const made = madeUpBreaches(3);
    const { page } = await visitBreaches('/compliance/breaches', made);
    await page.getByRole('heading', { name: /^1.breach has an overdue duty$/ }).waitFor();
    const [open] = made.breaches;
    await page.unrouteAll();
    await answerBreaches(page, { ...made, breaches: open ? [open] : [] });
    await page.reload();
    await page.getByRole('heading', { name: /^The next clock runs out in 19.h$/ }).waitFor();
    await page.getByText(/^Notify the authority\. 1.breach is not resolved\.$/).waitFor();
    await grid(page)
      .getByText(/^in (20.h|19.h 59.min)/)
      .waitFor();
  });

  it('is walked by keyboard to a breach, whose clocks are answered, after which it can be resolved', async () => {
    const made = madeUpBreaches(3);
    const { page, faults } = await visitBreaches('/compliance/breaches', made);
    await grid(page).getByRole('row').first().waitFor();
    await walkDown(page, 1);
    await page.keyboard.press('Enter');
    const clocks = page.getByRole('region', { name: 'Clocks' });
    await clocks.getByText('GDPR Art. 33(1)').waitFor();
    expect(await page.getByRole('button', { name: 'Resolve once every clock' }).isDisabled()).toBe(true);
    await clocks.getByRole('button', { name: 'Answer' }).first().click();
    await page.getByRole('dialog').getByLabel('Note (optional)').fill('Reference 114');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await clocks.getByText('Done in time').waitFor();
    await clocks.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('dialog').getByLabel('It is not needed here').check();
    await page.getByRole('dialog').getByLabel('Why not').fill('It was encrypted');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await clocks.getByText('Not needed').waitFor();
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await page.getByLabel('What was done, and what was learned').fill('Keys were rotated.');
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(/^Resolved .*Keys were rotated\.$/).waitFor();
    expect(made.sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'POST breaches/brc_0/clocks/gdpr.authority_72h',
      'POST breaches/brc_0/clocks/gdpr.affected',
      'POST breaches/brc_0/resolve',
    ]);
    expect(faults).toEqual([]);
  });

  it('enters a breach with what is known, and says which field is wrong', async () => {
    const made = madeUpBreaches(0);
    const { page } = await visitBreaches('/compliance/breaches/new', made);
    const enter = page.getByRole('button', { name: 'Enter the breach' });
    expect(await enter.isDisabled()).toBe(true);
    await page.getByLabel('Title').fill('A lost laptop');
    await page.getByLabel('Kinds of people, one a line').fill('customers\n\nstaff');
    await page.getByLabel('People, about').fill('many');
    await page.getByText('must be a whole number').waitFor();
    await page.getByLabel('People, about').fill('250');
    await page.getByLabel('Availability: it was lost').check();
    const errors = [{ pointer: '/awareAtMs', reason: 'must not lie in the future' }];
    made.refusal = { status: 400, body: { code: 'invalid_input', errors } };
    await enter.click();
    await page.getByText('must not lie in the future').first().waitFor();
    await enter.click();
    await page.getByRole('heading', { name: 'A lost laptop' }).waitFor();
    expect(made.sent.at(-1)?.body).toMatchObject({
      ...{ title: 'A lost laptop', categoriesOfPeople: ['customers', 'staff'], people: 250, kinds: ['availability'] },
      ...{ projectId: null, regimeIds: ['gdpr'], records: null },
    });
  });

  it('edits with the version that was read, and keeps what was typed when somebody else was first', async () => {
    const made = madeUpBreaches(1);
    const { page } = await visitBreaches('/compliance/breaches/brc_0/edit', made);
    await page.getByLabel('Measures taken and planned').fill('Keys rotated');
    made.refusal = { status: 409, body: { code: 'breach_changed', version: 4 } };
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Somebody else has changed the breach meanwhile').waitFor();
    made.breaches = made.breaches.map((breach) => ({ ...breach, version: 4 }));
    await page.getByRole('button', { name: 'Take theirs, keep my changes' }).click();
    await page.waitForFunction(() => !document.body.textContent?.includes('Somebody else has changed'));
    await expect.poll(() => page.getByLabel('Measures taken and planned').inputValue()).toBe('Keys rotated');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('region', { name: 'What is known' }).getByText('Keys rotated').waitFor();
    expect(made.sent.map(({ body }) => (body as { version: number }).version)).toEqual([3, 4]);
    expect(Object.keys(made.sent[1]?.body ?? {})).not.toContain('awareAtMs');
  });

  it('looks affected users up, tells them through a destination, and can be stopped', async () => {
    const made = madeUpBreaches(4);
    const { page } = await visitBreaches('/compliance/breaches/brc_2', made);
    const card = page.getByRole('region', { name: 'Affected users' });
    await card.getByText('Nobody was looked up yet').waitFor();
    await card.getByRole('button', { name: 'Look up' }).click();
    await page.getByLabel('Query').fill('service:billing');
    await page.getByRole('dialog').getByRole('button', { name: 'Look up' }).click();
    await card.getByText(/7 users are named in 12.records/).waitFor();
    await card.getByRole('button', { name: 'Tell them' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tell affected users' });
    await dialog.getByLabel('Destination').selectOption('dst_1');
    await dialog.getByLabel('Subject').fill('Your data');
    await dialog.getByLabel('Text').fill('An export went astray.');
    await dialog.getByRole('button', { name: 'Tell 7 users' }).click();
    await card.getByText(/40,000 waiting/).waitFor();
    await card.getByRole('button', { name: 'Stop' }).click();
    await card.getByRole('button', { name: 'Go on telling' }).waitFor();
    expect(made.sent.map(({ path }) => path)).toEqual([
      ...['breaches/brc_2/affected', 'breaches/brc_2/notify', 'breaches/brc_2/notify/stop'],
    ]);
    expect(made.sent[0]?.body).toMatchObject({ q: 'service:billing', stream: null });
  });

  it('draws of 100,000 receipts those in view, and shows those that failed with why', async () => {
    const { page } = await visitBreaches('/compliance/breaches/brc_0', madeUpBreaches(1));
    const users = page.getByRole('grid', { name: /^Affected users/ });
    await users.getByRole('row').first().waitFor();
    expect(await users.getByRole('row').count()).toBeLessThan(80);
    await page.getByLabel('Told', { exact: true }).selectOption('failed');
    await users.getByText('The receiver refused it: 422.').first().waitFor();
    expect(await users.getByText('Delivered').count()).toBe(0);
  });

  it('gives the report of each law to download, and says what it lacks', async () => {
    const { page } = await visitBreaches('/compliance/breaches/brc_0', madeUpBreaches(1));
    const report = page.getByRole('region', { name: 'Report to the authority' });
    await report.getByText('It lacks measures taken, what mitigates it').waitFor();
    const href = await report.getByRole('link', { name: 'Document for GDPR' }).getAttribute('href');
    expect(href).toBe('/api/compliance/breaches/brc_0/report?regime=gdpr&format=html');
    await page.goto(at('/compliance/breaches/brc_none'));
    await page.getByRole('heading', { name: 'There is no such breach' }).waitFor();
  });
});

describe('against the server', () => {
  it('a breach is entered, those affected are found and told once each, with receipts, the clock and the report follow, and it is resolved', async () => {
    const { server, admin, projectId } = dashboard;
    const receiver = await startFaultReceiver();
    onTestFinished(receiver.close);
    await admin.post(`/api/destinations?project=${projectId}`, {
      ...{ name: 'Mailer', kind: 'webhook', url: receiver.url('ok') },
    });
    const sent = { service: 'billing', message: 'export sent to the wrong address' };
    await dashboard.send([
      ...[{ ...sent, userId: 'u-ada' }, { ...sent, userId: 'u-ada' }, { ...sent, userId: 'u-bob' }, sent],
      { service: 'billing', message: 'invoice paid', userId: 'u-eve' },
    ]);
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const runCron = () =>
      fetch(
        `${server.url}/cdn-cgi/local/scheduled?${new URLSearchParams({ cron: '*/2 * * * *', time: String(Date.now()) })}`,
      );
    const untilRun = (shown: () => Promise<number>) =>
      expect
        .poll(
          async () => {
            await runCron();
            return shown();
          },
          { timeout: 60_000, interval: 1_000 },
        )
        .toBe(1);

    await page.goto(at('/compliance/breaches/new'));
    await page.getByLabel('Title').fill('A stray export');
    await page.getByLabel('Project', { exact: true }).selectOption(projectId);
    await page.getByLabel('Began, local time').fill(localMinute(Date.now() - 3_600_000));
    await page.getByLabel('Nature').fill('An export of payments went to the wrong address.');
    await page.getByRole('button', { name: 'Enter the breach' }).click();
    await page.getByRole('heading', { name: 'A stray export' }).waitFor();

    const card = page.getByRole('region', { name: 'Affected users' });
    await card.getByRole('button', { name: 'Look up' }).click();
    await page.getByLabel('Query').fill('export service:billing');
    await page.getByRole('dialog').getByRole('button', { name: 'Look up' }).click();
    await card.getByText('They are being looked up.').waitFor();
    await untilRun(() => card.getByText(/^2 users are named in 3.records\.$/).count());
    await card.getByText('How they were looked up').click();
    await card.getByText(/: 4.records matched, 3 name a user$/).waitFor();

    await card.getByRole('button', { name: 'Tell them' }).click();
    const dialog = page.getByRole('dialog', { name: 'Tell affected users' });
    await dialog.getByLabel('Destination').selectOption({ label: 'Mailer, The shop' });
    await dialog.getByLabel('Subject').fill('{{title}}');
    await dialog.getByLabel('Text').fill('Dear {{user}}');
    await dialog.getByRole('button', { name: 'Tell 2 users' }).click();
    await dialog.getByText(/there is no \{\{user\}\} here/).waitFor();
    await dialog.getByLabel('Text').fill('Dear {{userId}}');
    await dialog.getByRole('button', { name: 'Tell 2 users' }).click();
    await dialog.waitFor({ state: 'detached' });
    await untilRun(() => card.getByText(/100.% told: 2 delivered, 0 handed over, 0 waiting, 0 failed\./).count());
    const told = receiver.of('ok').map(({ body }) => JSON.parse(body));
    expect(
      told.map((event) => [textIn(event, 'type'), textIn(event.data, 'userId'), textIn(event.data, 'body')]).sort(),
    ).toEqual([
      ['breach.affected', 'u-ada', 'Dear u-ada'],
      ['breach.affected', 'u-bob', 'Dear u-bob'],
    ]);
    await page.reload();
    const users = page.getByRole('grid', { name: /^Affected users/ });
    await expect.poll(() => users.getByText('Delivered').count()).toBe(2);
    expect(await card.getByRole('button', { name: 'Everybody was told' }).isDisabled()).toBe(true);

    const clocks = page.getByRole('region', { name: 'Clocks' });
    await clocks.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('dialog').getByLabel('Note (optional)').fill('Reference 114');
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await clocks.getByText('Done in time').waitFor();
    await clocks.getByRole('button', { name: 'Change' }).click();
    await page.getByRole('dialog').getByLabel('It is open after all').check();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await clocks.getByText(/^in 2.d 23.h$/).waitFor();
    await clocks.getByRole('button', { name: 'Answer' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Save' }).click();
    await clocks.getByText('Done in time').waitFor();
    const report = page.getByRole('region', { name: 'Report to the authority' });
    await report.getByText(/^It lacks .*measures taken/).waitFor();
    const href = await report.getByRole('link', { name: 'Document for GDPR' }).getAttribute('href');
    const document = await page.request.get(`${server.url}${href}`);
    expect(await document.text()).toContain('An export of payments went to the wrong address.');
    await page.getByRole('button', { name: 'Resolve', exact: true }).click();
    await page.getByLabel('What was done, and what was learned').fill('Addresses are checked twice.');
    await page.getByRole('dialog').getByRole('button', { name: 'Resolve' }).click();
    await page.getByText(/^Resolved .*Addresses are checked twice\.$/).waitFor();
    expect(faults.filter((fault) => !fault.includes('400'))).toEqual([]);
  });
});

/** As a field of local time takes it; the browser has this machine's zone. */
function localMinute(ms: number): string {
  return new Date(ms - new Date(ms).getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
