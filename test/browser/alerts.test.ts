import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFaultReceiver } from '../helpers/node/fault-receiver.ts';
import { enterPassword } from './account-steps.ts';
import { answerAlerts, type MadeUp, madeUp, madeUpFiring } from './alerts-answers.ts';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string, projectId = dashboard.projectId) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${projectId}`;
const grid = (page: Page) => page.getByRole('grid', { name: /^Alerts/ });
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Alert', exact: true });
const search = (page: Page) => new URL(page.url()).searchParams;
/** Longer than the page waits between two questions, the socket standing or not. */
const ONE_POLL_MS = 16_000;

async function visitAlerts(path: string, made: MadeUp): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerAlerts(page, made);
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

const OPEN = 'firing=frg_firing_2';
const ALL_PATHS = ['/alerts', `/alerts?${OPEN}`, '/alerts/rules', '/alerts/rules/rul_0000', '/alerts/rules/new'];
const STATES: { what: string; made: () => MadeUp; paths: readonly string[] }[] = [
  { what: '1,000 firings', made: () => madeUp(1_000), paths: ALL_PATHS },
  { what: 'two firings', made: () => madeUp(2, 3), paths: ['/alerts', '/alerts/rules'] },
  { what: 'rules and no firing', made: () => madeUp(0, 5), paths: ['/alerts'] },
  { what: 'no rule', made: () => madeUp(0), paths: ['/alerts', '/alerts/rules'] },
];

describe('the page of alerts', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with 1,000 firings, few and none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerAlerts(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('is reached by g a, draws of 1,000 alerts those in view, and is walked, opened, acknowledged and silenced by keyboard', async () => {
    const made = madeUp(1_000);
    const { page, faults } = await visitAlerts('/alerts/rules', made);
    await page.keyboard.press('g');
    await page.keyboard.press('a');
    await page.getByRole('heading', { name: /alerts fire: / }).waitFor();
    expect(await grid(page).getByRole('row').count()).toBeLessThan(60);
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    await drawer(page).getByText('What happened').waitFor();
    const id = search(page).get('firing') ?? '';
    await page.keyboard.press('a');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
    await page.keyboard.type('Looking at it');
    await page.keyboard.press('Enter');
    await drawer(page).getByText('Looking at it').waitFor();
    await page.getByText('Acknowledged: it is not told again').waitFor();
    await page.keyboard.press('s');
    const dialog = page.getByRole('dialog', { name: 'Silence' });
    const firing = made.firings.find((one) => one.id === id);
    expect(await dialog.getByLabel('Rule').inputValue()).toBe(firing?.ruleId);
    await dialog.getByLabel('Why (optional)').fill('A release');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
    expect(made.sent).toMatchObject([
      { method: 'POST', path: `firings/${id}/acknowledge`, body: { note: 'Looking at it' } },
      { method: 'POST', path: 'silences', body: { matchers: { rule: firing?.ruleId }, comment: 'A release' } },
    ]);
    await page.keyboard.press('j');
    await page.waitForFunction((before) => !window.location.search.includes(before), id);
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    expect(search(page).get('firing')).toBeNull();
    expect(faults).toEqual([]);
  });

  it('leads from an alert to the records that were counted, at their time and with their search', async () => {
    const { page } = await visitAlerts('/alerts?firing=frg_firing_0', madeUp(10));
    await drawer(page).getByRole('link', { name: 'Records that were counted' }).click();
    await page.getByRole('textbox', { name: 'Search logs' }).waitFor();
    const { q, from, to } = Object.fromEntries(search(page));
    expect(q).toBe('level:>=error service:checkout service:api');
    expect(Number(to) - Number(from)).toBeGreaterThan(300_000);
  });

  it('takes a silence back by undo, and ends one and brings it back', async () => {
    const made = madeUp(3);
    made.silences = [];
    const { page } = await visitAlerts('/alerts?firing=frg_firing_0', made);
    await drawer(page).getByRole('button', { name: 'Silence' }).click();
    await page.getByRole('menuitem', { name: 'For 4 hours' }).click();
    const silences = page.getByRole('table', { name: 'Silences' });
    await silences.getByText('Errors in checkout').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('heading', { name: 'Nothing is silenced' }).waitFor();
    await drawer(page).getByRole('button', { name: 'Silence' }).click();
    await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
    await silences.getByRole('button', { name: 'End now' }).click();
    await page.getByRole('heading', { name: 'Nothing is silenced' }).waitFor();
    await page.getByRole('button', { name: 'Undo' }).last().click();
    await silences.getByText('Errors in checkout').waitFor();
    const [first, , , , last] = made.sent;
    const matchers = { rule: 'rul_0000', group: 'api' };
    expect(made.sent.map(({ method }) => method)).toEqual(['POST', 'DELETE', 'POST', 'DELETE', 'POST']);
    expect([first?.body, last?.body]).toMatchObject([{ matchers }, { matchers }]);
  });

  it('moves nothing under the pointer, and shows what came when it is asked for', async () => {
    const made = madeUp(5);
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await answerAlerts(page, made);
    await page.goto(at('/alerts'));
    const first = grid(page).getByRole('row').first();
    await first.hover();
    const before = await first.textContent();
    made.firings = [{ ...madeUpFiring(900, 'firing', Date.now()), ruleName: 'The newest' }, ...made.firings];
    await page.clock.runFor(ONE_POLL_MS);
    await page.getByText(/^1\snew alert/).waitFor();
    // The sentence above the list is of now: it is under no pointer.
    await page.getByRole('heading', { name: /^6 alerts fire/ }).waitFor();
    // Its age goes on; what it is about does not change.
    expect((await first.textContent())?.slice(0, 40)).toBe(before?.slice(0, 40));
    expect(await grid(page).getByText('The newest').count()).toBe(0);
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await grid(page).getByText('The newest').waitFor();
  });

  it('keeps what it has while the server does not answer, says since when, and says what it cannot load', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await answerAlerts(page, madeUp(5));
    await page.goto(at('/alerts'));
    await grid(page).getByRole('row').first().waitFor();
    await page.route('**/api/alerts/firings*', (route) => route.abort());
    await page.clock.runFor(ONE_POLL_MS);
    await page.getByText('Not up to date: the server has not answered for').waitFor();
    expect(await grid(page).getByRole('row').count()).toBeGreaterThan(5);
    await page.unroute('**/api/alerts/firings*');
    await page.clock.runFor(ONE_POLL_MS);
    await page.getByText('Not up to date').waitFor({ state: 'detached' });
    await page.route('**/api/alerts/**', (route) => route.fulfill({ status: 503, json: { detail: 'Away for now.' } }));
    await page.reload();
    await page.getByRole('heading', { name: 'What fires could not be loaded' }).waitFor();
    await page.getByRole('navigation', { name: 'Alerts' }).getByRole('link', { name: 'Rules' }).click();
    await page.getByRole('heading', { name: 'The rules could not be loaded' }).waitFor();
  });
});

describe('rules', () => {
  it('are walked by keyboard, and switched off in place with a way back', async () => {
    const made = madeUp(0, 5);
    const { page, faults } = await visitAlerts('/alerts/rules', made);
    await page.getByLabel('Errors in checkout is on').uncheck();
    await page.getByText('Errors in checkout is off').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByText('Errors in checkout is on').waitFor();
    expect(made.sent.map(({ body }) => body)).toMatchObject([
      { enabled: false, version: 3 },
      { enabled: true, version: 4 },
    ]);
    expect(Object.keys(made.sent[0]?.body as object)).not.toContain('status');
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: /Would have fired/ }).waitFor();
    expect(faults).toEqual([]);
  });

  it('are tried on the last week with every change, and show what is wrong at its field and under its characters', async () => {
    const { page } = await visitAlerts('/alerts/rules/new', madeUp(0, 5));
    await page.getByRole('heading', { name: /^Would have fired 3\stimes in the last week$/ }).waitFor();
    await page.getByRole('img', { name: /With a line at the threshold: above 10\./ }).waitFor();
    const create = page.getByRole('button', { name: 'Create the rule' });
    expect(await create.isDisabled()).toBe(true);
    await page.getByLabel('Records', { exact: true }).fill('500');
    await page.getByRole('heading', { name: 'Would not have fired in the last week' }).waitFor();
    await page.getByRole('textbox', { name: 'Search that records match' }).fill('level:error AND ((a');
    await page.locator('.tok-fault').waitFor();
    await page.getByRole('textbox', { name: 'Search that records match' }).fill('level:error');
    await page.locator('.tok-fault').waitFor({ state: 'detached' });
  });

  it('of every kind are made by a form of their own, with hours at which nobody is told and who is told', async () => {
    const made = madeUp(0, 5);
    const { page, faults } = await visitAlerts('/alerts/rules/new', made);
    for (const kind of ['silence', 'measure', 'error_rate', 'anomaly', 'fraud_score', 'cookie_bloat']) {
      await page.getByLabel('Look at').selectOption(kind);
      await page.getByRole('heading', { name: /Would (not )?have fired/ }).waitFor();
    }
    await page.getByLabel('Look at').selectOption('measure');
    await page.getByLabel('Name', { exact: true }).first().fill('Slow pages');
    await page.getByLabel('Of', { exact: true }).selectOption('operations');
    await page.getByLabel('What of it').selectOption('failure_rate');
    await page.getByLabel('Threshold', { exact: true }).fill('0.05');
    await page.getByLabel('Unit of Window').selectOption('h');
    await page.getByLabel('Window', { exact: true }).fill('2');
    await page.getByLabel(/^On call/).check();
    await page.getByRole('button', { name: 'Add hours' }).click();
    await page.getByRole('button', { name: 'Sat' }).click();
    await page.getByLabel('Start of hours 1').fill('21:30');
    await page.getByLabel('Time zone of hours 1').selectOption('Europe/Berlin');
    await page.getByRole('button', { name: 'Add a label' }).click();
    await page.getByLabel('Name of label 1').fill('team');
    await page.getByLabel('Value of label 1').fill('web');
    await page.getByRole('button', { name: 'Create the rule' }).click();
    await page.getByText('The rule watches from now on').waitFor();
    expect(made.sent[0]?.body).toEqual({
      ...{ name: 'Slow pages', windowSeconds: 7_200, forSeconds: 0, severity: 'warning', labels: { team: 'web' } },
      condition: {
        ...{ kind: 'measure', source: 'operations', name: 'p2p', stat: 'failure_rate', labels: {}, by: null },
        ...{ leastCount: 20, comparison: 'above', threshold: 0.05 },
      },
      muteWindows: [{ days: [1, 2, 3, 4, 5, 6], fromMinute: 1_290, toMinute: 420, timeZone: 'Europe/Berlin' }],
      ...{ notifyResolved: true, groupWaitSeconds: 30, repeatSeconds: 14_400 },
      ...{ destinationIds: ['dst_1'], enabled: true },
    });
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => made.sent.at(-1)?.method).toBe('DELETE');
    expect(faults).toEqual([]);
  });

  it('keep changes that somebody else overtook, show refusals at their fields, and go only by their typed name', async () => {
    const made = madeUp(0, 5);
    const { page } = await visitAlerts('/alerts/rules/rul_0000', made);
    await page.getByLabel('Name', { exact: true }).first().fill('Renamed');
    made.refusal = { status: 409, body: { code: 'rule_changed' } };
    made.rules = made.rules.map((rule) => ({ ...rule, severity: 'info', version: 9 }));
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Somebody else has changed the rule meanwhile').waitFor();
    await page.getByRole('button', { name: 'Take theirs, keep my changes' }).click();
    await page.getByText('Somebody else has changed').waitFor({ state: 'detached' });
    made.refusal = {
      ...{ status: 400 },
      body: { code: 'invalid_input', errors: [{ pointer: '/repeatSeconds', reason: 'must be 0, or from 60' }] },
    };
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Must be 0, or from 60.').waitFor();
    expect(await page.getByRole('spinbutton', { name: 'Tell again every' }).getAttribute('aria-invalid')).toBe('true');
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('The rule is changed').waitFor();
    expect(made.sent.at(-1)?.body).toMatchObject({ name: 'Renamed', severity: 'info', version: 9 });
    await page.getByRole('link', { name: 'Renamed' }).click();
    await page.getByRole('button', { name: 'Delete' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/Type “Renamed”/).fill('Renamed');
    await confirm.click();
    await page.getByText('The rule is deleted').waitFor();
    expect(made.sent.at(-1)).toMatchObject({ method: 'DELETE', path: 'rules/rul_0000' });
  });

  it('begin with one click, and a command with a key that makes the first of them fire', async () => {
    const made = madeUp(0);
    const { page, faults } = await visitAlerts('/alerts', made);
    await page.getByRole('heading', { name: 'Be told when something is wrong' }).waitFor();
    await page.getByRole('button', { name: 'Add Errors in the logs' }).click();
    await page.getByText('Watches', { exact: true }).waitFor();
    const command = page.getByRole('region', { name: 'Command' });
    expect(await command.textContent()).toContain('Authorization: Bearer <key>');
    await page.getByRole('button', { name: 'Create a key and fill it in' }).click();
    await command.getByText('Bearer bw_').waitFor();
    made.firings = [madeUpFiring(0, 'firing', Date.now())];
    await page.getByText('The first alert fires').waitFor();
    expect(await page.getByRole('button', { name: 'Add Slow pages' }).count()).toBe(1);
    await page.getByRole('button', { name: 'Show it' }).click();
    await page.getByRole('heading', { name: /^Errors in checkout fires/ }).waitFor();
    expect(made.sent).toMatchObject([
      { path: 'rules', body: { condition: { kind: 'log_count', groupBy: 'service' } } },
    ]);
    expect(faults).toEqual([]);
  });
});

describe('whoever only reads', () => {
  it('sees what fires, by which rules and until when it is silenced, and no button that changes any of it', async () => {
    const viewer = { username: 'reader', password: 'a-long-password-of-a-reader', role: 'viewer' };
    await dashboard.admin.post('/api/users', viewer);
    const { page } = await dashboard.visit();
    await answerAlerts(page, madeUp(3));
    await enterPassword(page, at('/alerts?firing=frg_firing_0'), viewer.username, viewer.password);
    await drawer(page).getByText('Analysts and administrators can').waitFor();
    await page.getByRole('table', { name: 'Silences' }).waitFor();
    const actions = page.getByRole('button', { name: /Silence|Acknowledge|End now/ });
    expect(await actions.count()).toBe(0);
    await page.goto(at('/alerts/rules'));
    expect(await page.getByLabel('Errors in checkout is on').isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'New rule' }).count()).toBe(0);
    await page.getByRole('link', { name: 'Errors in checkout' }).click();
    await page.getByRole('heading', { name: /Would have fired/ }).waitFor();
    expect(await page.getByRole('button', { name: /Save|Delete/ }).count()).toBe(0);
    expect(await page.getByLabel('Severity').isDisabled()).toBe(true);
  });
});

describe('against the server', () => {
  it('a rule that is made here fires on what comes in, tells its destination, and is acknowledged and silenced', async () => {
    const projectId = textIn(await dashboard.admin.post('/api/projects', { name: 'Watched' }), 'id');
    const keys = `/api/projects/${projectId}/keys`;
    const key = textIn(await dashboard.admin.post(keys, { name: 'sender', scopes: ['ingest'] }), 'key');
    const receiver = await startFaultReceiver();
    onTestFinished(receiver.close);
    const destination = { name: 'On call', kind: 'webhook', url: receiver.url('ok') };
    await dashboard.admin.post(`/api/destinations?project=${projectId}`, destination);
    const { page, faults } = await dashboard.visit({ signedIn: true });

    await page.goto(at('/alerts', projectId));
    await page.getByRole('link', { name: 'Make a rule of your own' }).click();
    await page.getByLabel('Name', { exact: true }).fill('Refused payments');
    await page.getByLabel('Severity').selectOption('critical');
    await page.getByRole('textbox', { name: 'Search that records match' }).fill('level:error refused');
    await page.getByLabel('Records', { exact: true }).fill('2');
    await page.getByLabel('One alert for each').fill('service');
    await page.getByRole('spinbutton', { name: 'Gather for' }).fill('0');
    await page.getByLabel(/^On call/).check();
    await page.getByRole('heading', { name: 'Would not have fired in the last week' }).waitFor();
    await page.getByRole('button', { name: 'Create the rule' }).click();
    await page.getByRole('table', { name: 'Rules' }).getByRole('link', { name: 'Refused payments' }).waitFor();

    await page.getByRole('navigation', { name: 'Alerts' }).getByRole('link', { name: 'Firing' }).click();
    const record = { level: 'error', service: 'checkout', message: 'payment refused' };
    await dashboard.send([record, record, record], key);
    await page.getByRole('heading', { name: /^Refused payments fires for checkout; it began .* ago$/ }).waitFor();
    const told = () => receiver.of('ok').map(({ body }) => textIn(JSON.parse(body), 'type'));
    await expect.poll(told, { timeout: 15_000 }).toEqual(['alert.firing']);
    await grid(page).getByRole('row').first().click();
    await drawer(page).getByLabel('Note (optional)').fill('On it');
    await drawer(page).getByRole('button', { name: 'Acknowledge' }).click();
    await drawer(page).getByText('On it', { exact: true }).waitFor();
    await drawer(page).getByRole('button', { name: 'Silence' }).click();
    await page.getByRole('menuitem', { name: 'For 1 hour' }).click();
    await page.getByRole('table', { name: 'Silences' }).getByText('Refused payments').waitFor();
    await drawer(page).getByText('Silenced, told once').waitFor();
    await drawer(page).getByRole('link', { name: 'Records that were counted' }).click();
    await page.getByText('payment refused').first().waitFor();

    await page.goto(at('/alerts/deliveries', projectId));
    const delivery = page
      .getByRole('grid', { name: /^Deliveries/ })
      .getByRole('row')
      .first();
    await delivery.getByText('Delivered').first().waitFor();
    await delivery.getByText('On call').waitFor();
    expect(faults).toEqual([]);
  });
});
