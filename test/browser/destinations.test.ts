import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startFaultReceiver } from '../helpers/node/fault-receiver.ts';
import { useDashboard, walkDown } from './dashboard.ts';
import { answerDestinations, LONG, type MadeUpDestinations } from './destinations-answers.ts';
import { ALARM, answerPulse } from './health-answers.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The pager');

const PATHS = [
  '/alerts/destinations',
  '/alerts/destinations/dst_1',
  '/alerts/destinations/dst_0/edit',
  '/alerts/destinations/new',
  '/alerts/deliveries',
  '/alerts/deliveries?delivery=dst_2-evt_2',
];

const EMPTY = ['/alerts/destinations', '/alerts/deliveries', '/alerts/deliveries?state=dead&destination=nobody'];

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const made = (destinations: number, deliveries: number): MadeUpDestinations => ({
  ...{ destinations, deliveries, version: 3, sent: [] },
});
const search = (page: Page) => new URL(page.url()).searchParams;
const button = (page: Page, name: string | RegExp) => page.getByRole('button', { name, exact: true });
const region = (page: Page, name: string) => page.getByRole('region', { name, exact: true });
const dialog = (page: Page, name: RegExp) => page.getByRole('dialog', { name });

async function answer(page: Page, answers: MadeUpDestinations): Promise<void> {
  await answerPulse(page, () => ALARM);
  await answerDestinations(page, answers);
}

/** What the browser itself says of a 503, which a health check answers with where something is degraded. */
const ours = (faults: readonly string[]) => faults.filter((fault) => !/status of (503|404)/.test(fault));

describe('destinations and deliveries', () => {
  it.each(SIZES)(
    'on a %s pass axe in both themes, move nothing while they load, fit their width, with very many and with none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const answers of [made(60, 100_000), made(0, 0)]) {
        await page.unrouteAll();
        await answer(page, answers);
        for (const path of answers.destinations === 0 ? EMPTY : PATHS) {
          const of = { path, destinations: answers.destinations };
          expect({ ...of, ...(await inspect(page, at(path))) }).toEqual({ ...of, ...FLAWLESS });
        }
      }
      expect(ours(faults)).toEqual([]);
    },
  );

  it('are walked by keyboard, the one in trouble first, and a test shows request, answer and timing at once', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(8, 40);
    await answer(page, answers);
    await page.goto(at('/alerts/destinations'));
    const first = page.getByRole('table', { name: 'Destinations' }).getByRole('row').nth(1);
    await first.getByText('Breaker open').waitFor();
    await first.getByText(/probe\s+in\s+\d+\ss/).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: LONG }).waitFor();
    await region(page, 'What the breaker did')
      .getByRole('row', { name: /by hand/ })
      .getByText('ada')
      .waitFor();
    await button(page, 'Send test').click();
    const result = region(page, 'Result of the test');
    await result.getByText('Delivered, 200').waitFor();
    await result.getByRole('img', { name: /187 ms in total: DNS 22 ms, until headers 131 ms, body 34 ms/ }).waitFor();
    await result.getByRole('region', { name: 'Body of the request' }).getByText('alert.firing').waitFor();
    await result.getByRole('region', { name: 'Body of the answer' }).getByText('"ok": true').waitFor();
    await region(page, 'Breaker').getByRole('button', { name: 'Close' }).click();
    await page.getByText('The breaker is closed').waitFor();
    expect(answers.sent).toEqual([
      { method: 'POST', path: 'dst_1/test', body: {} },
      { method: 'POST', path: 'dst_1/breaker', body: { action: 'close' } },
    ]);
  });

  it('are made with a preview that follows the template, errors where they belong, and a secret that is shown once', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const answers = made(0, 0);
    await answer(page, answers);
    await page.goto(at('/alerts/destinations'));
    await button(page, 'Make the first destination').click();
    const preview = region(page, 'Preview of the body');
    await preview.getByText('"kind": "webhook"').waitFor();
    await page.getByLabel('E-mail').check();
    await button(page, 'Postmark').click();
    await preview.getByText('TextBody').waitFor();
    expect(await page.getByLabel('Name of header 1').inputValue()).toBe('X-Postmark-Server-Token');
    expect(await page.getByLabel('Value of header 1').getAttribute('type')).toBe('password');
    await page.getByLabel('Value of header 1').fill('token');
    const template = page.getByLabel('Body, as a JSON template');
    await template.fill('{\n  "a": "{{oops}}"\n}');
    await page.getByText('There is no oops.').waitFor();
    await button(page, /^Go to line 2, column 9$/).click();
    expect(await template.evaluate((area: HTMLTextAreaElement) => area.selectionStart)).toBe(10);
    await template.fill('{"a": "{{title}}"}');
    await page.getByLabel('Name', { exact: true }).fill('Mail');
    await page.getByLabel('Timeout').fill('0');
    await page.getByText('A number from 1 to 30').waitFor();
    expect(await button(page, 'Add destination').isDisabled()).toBe(true);
    await page.getByLabel('Timeout').fill('7.5');
    await button(page, 'Add destination').click();
    const secret = dialog(page, /^Secret of “Mail”/);
    await secret.getByRole('region', { name: 'Secret' }).getByText('whsec_').waitFor();
    await secret.getByRole('button', { name: 'Done' }).click();
    await page.waitForURL(/\/alerts\/destinations\/dst_0/);
    expect(await page.getByText('whsec_').count()).toBe(0);
    expect(answers.sent.at(-1)?.body).toMatchObject({
      ...{ name: 'Mail', kind: 'email', url: 'https://api.postmarkapp.com/email', timeoutMs: 7_500 },
      headers: [{ name: 'X-Postmark-Server-Token', value: 'token', secret: true }],
      template: '{"a": "{{title}}"}',
    });
    expect(faults.filter((fault) => !fault.includes('422'))).toEqual([]);
  });

  it('are changed by what was changed alone, and lose nothing where somebody else was faster', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(3, 0);
    await answer(page, answers);
    await page.goto(at('/alerts/destinations/dst_0/edit'));
    await page.getByLabel('URL').fill('https://internal.example.com');
    await button(page, 'Save').click();
    await page.getByText('Leads to 10.0.0.1, which is a private address.').waitFor();
    expect(await page.getByLabel('URL').getAttribute('aria-invalid')).toBe('true');
    await page.getByLabel('URL').fill('https://new.example.com/hook');
    await page.getByText('Advanced: breaker').click();
    await page.getByLabel('Opens above, of calls that fail').fill('40');
    answers.version = 4;
    await button(page, 'Save').click();
    await button(page, 'Take theirs, keep my changes').click();
    await page.getByText('Somebody else has changed it meanwhile').waitFor({ state: 'detached' });
    expect(await page.getByLabel('URL').inputValue()).toBe('https://new.example.com/hook');
    await button(page, 'Save').click();
    await page.getByText('Saved On call').waitFor();
    const { body } = answers.sent.at(-1) as { body: { breaker: object } };
    expect(body).toMatchObject({ version: 4, url: 'https://new.example.com/hook', breaker: { openAbove: 0.4 } });
    expect(Object.keys(body).toSorted()).toEqual(['breaker', 'url', 'version']);
  });

  it('keep the secrets of headers, get new signing secrets with an overlap, are disabled with undo, and deleted by name', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(3, 0);
    await answer(page, answers);
    await page.goto(at('/alerts/destinations/dst_0/edit'));
    await page.getByLabel('Value of header 1').fill('night');
    await button(page, 'Save').click();
    await page.getByText('Saved On call').waitFor();
    expect(answers.sent.at(-1)?.body).toEqual({
      version: 3,
      headers: [
        { name: 'X-Team', value: 'night', secret: false },
        { name: 'Authorization', value: null, secret: true },
      ],
    });
    const secrets = region(page, 'Signing secrets');
    await secrets.getByText(/Old, ends in 2\d\sh/).waitFor();
    await secrets.getByRole('button', { name: 'Rotate' }).click();
    await dialog(page, /^New secret/)
      .getByLabel('The old ones end')
      .selectOption('1');
    const unproven = { status: 403, code: 'step_up_required', title: 'Prove it', detail: 'Prove it.', requestId: 'r' };
    await page.route(/\/secrets\?/, (route) => route.fulfill({ status: 403, json: unproven }), { times: 1 });
    await button(page, 'Make the new secret').click();
    await page.getByLabel('Your password').fill(dashboard.server.adminPassword);
    await button(page, 'Confirm').click();
    await dialog(page, /^Secret of/)
      .getByRole('region', { name: 'Check of a delivery' })
      .getByText('whsec_')
      .waitFor();
    await button(page, 'Done').click();
    expect(answers.sent.at(-1)).toMatchObject({ path: 'dst_0/secrets', body: { kind: 'v1', overlapHours: 1 } });
    await button(page, 'Disable').click();
    await page.getByText('On call is disabled').waitFor();
    await button(page, 'Undo').click();
    await expect
      .poll(() => answers.sent.slice(-2).map(({ body }) => body))
      .toEqual([
        { version: 4, disabled: true },
        { version: 5, disabled: false },
      ]);
    await button(page, 'Delete').click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'Delete destination' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/Type “On call”/).fill('On call');
    await confirm.click();
    await page.waitForURL(/\/alerts\/destinations\?/);
    expect(answers.sent.at(-1)).toMatchObject({ method: 'DELETE' });
  });

  it('keep filters and the open delivery in the address, and say why one waits and until when', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(4, 100_000);
    await answer(page, answers);
    await page.goto(at('/alerts/deliveries'));
    const grid = page.getByRole('grid', { name: /^Deliveries/ });
    await grid.waitFor();
    expect(await grid.getByRole('row').count()).toBeLessThan(80);
    await page.getByLabel('State', { exact: true }).selectOption('queued');
    await page.getByLabel('Destination', { exact: true }).selectOption('On call');
    await grid.getByText('Dead letter').first().waitFor({ state: 'detached' });
    expect([search(page).get('state'), search(page).get('destination')]).toEqual(['queued', 'dst_0']);
    await settled(page);
    await walkDown(page, 3);
    await page.keyboard.press('Enter');
    const drawer = dialog(page, /^Delivery$/);
    await drawer.getByText(/Answered 503\. Next attempt in \d+\ss/).waitFor();
    await drawer.getByText('let through while the breaker was open').waitFor();
    await drawer.getByRole('region', { name: 'Body of the answer' }).first().getByText('Service Unavailable').waitFor();
    const shown = search(page).get('delivery');
    await page.keyboard.press('j');
    await page.waitForFunction((id) => !window.location.search.includes(id ?? '?'), shown);
    await page.reload();
    await drawer.getByRole('button', { name: 'Try now' }).click();
    await page.getByText('It is delivered anew, under the same id').waitFor();
    expect(answers.sent.at(-1)?.path).toMatch(/^dst_0-evt_\d+\/replay$/);
  });

  it('that are under way are looked at again where a hidden tab is seen again', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await answer(page, made(4, 40));
    let asked = 0;
    page.on('request', (request) => {
      if (/\/api\/deliveries\/dst_/.test(request.url())) asked++;
    });
    await page.goto(at('/alerts/deliveries?state=queued'));
    await page
      .getByRole('grid', { name: /^Deliveries/ })
      .getByRole('row')
      .first()
      .click();
    await dialog(page, /^Delivery$/)
      .getByText('Next attempt')
      .waitFor();
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, value: true }));
    await page.clock.runFor(10_000);
    const hidden = asked;
    await page.evaluate(() => {
      Reflect.deleteProperty(document, 'hidden');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await expect.poll(() => asked, { timeout: 10_000 }).toBeGreaterThan(hidden);
  });

  it('replay dead letters destination by destination, with progress, a stop and the result of each', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const answers = made(8, 40);
    await answer(page, answers);
    const held: (() => void)[] = [];
    await page.route(/\/api\/deliveries\/replay/, async (route) => {
      await new Promise<void>((resolve) => held.push(resolve));
      await route.fallback();
    });
    await page.goto(at('/alerts/deliveries?state=dead'));
    await button(page, 'Replay dead letters').click();
    await button(page, /^Replay 1\.21k\sdead letters$/).click();
    const replay = dialog(page, /^Replay dead letters/);
    await replay.getByText(/Destination 1 of 2: 0\sdead letters so far/).waitFor();
    await expect.poll(() => held.length).toBe(1);
    held.pop()?.();
    await replay.getByText(/Destination 2 of 2: 602\sdead letters so far/).waitFor();
    await replay.getByRole('button', { name: 'Stop' }).click();
    await replay.getByText(/602\sdead letters replayed before it was stopped/).waitFor();
    await replay.getByRole('button', { name: 'Done' }).click();
    expect(answers.sent).toEqual([{ method: 'POST', path: 'replay/', body: { destinationId: 'dst_1', all: true } }]);
    held.pop()?.();
  });

  it('say what they cannot load and keep what they have, and offer a viewer nothing that would be refused', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.route(/\/api\/auth\/me/, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, json: { ...(await response.json()), role: 'viewer' } });
    });
    await page.clock.install();
    await answer(page, made(8, 40));
    await page.goto(at('/alerts/destinations/dst_1'));
    await region(page, 'What the breaker did').getByText('too many calls failed').waitFor();
    await region(page, 'Signing secrets').getByText('v1a, Ed25519').waitFor();
    for (const name of ['Send test', 'Edit', 'Delete', 'Rotate', 'Close']) {
      expect([name, await button(page, name).count()]).toEqual([name, 0]);
    }
    await page.route(/\/api\/health\/webhook/, (route) => route.abort());
    await page.clock.runFor(16_000);
    await page.getByText('How it does is not known now').waitFor();
    await page.getByText('82 %').first().waitFor();
    await page.goto(at('/alerts/destinations/new'));
    await page.getByRole('heading', { name: 'Administrators change destinations' }).waitFor();
    await page.goto(at('/alerts/deliveries'));
    await page.getByRole('grid', { name: /^Deliveries/ }).waitFor();
    expect(await button(page, 'Replay dead letters').count()).toBe(0);
    const json = { status: 503, code: 'destination_away', title: 'Away', detail: 'Away.', requestId: 'req-1' };
    await page.route(/\/api\/deliveries/, (route) => route.fulfill({ status: 503, json }));
    await page.reload();
    await page.getByRole('heading', { name: 'The deliveries could not be loaded' }).waitFor();
    await settled(page);
  });
});

describe('against the server', () => {
  it('a destination is made and tested, its receiver breaks, the breaker opens for all to see, and a dead letter arrives after all', async () => {
    const receiver = await startFaultReceiver();
    onTestFinished(receiver.close);
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/alerts/destinations'));
    await page.getByRole('button', { name: /^Pulse: Webhooks no destination/ }).waitFor();
    await button(page, 'Make the first destination').click();
    await region(page, 'Preview of the body').getByText('"alert.firing"').waitFor();
    await page.getByLabel('Name', { exact: true }).fill('Receiver');
    await page.getByLabel('URL').fill('http://10.0.0.1/hook');
    await button(page, 'Add destination').click();
    await page.getByRole('alert').filter({ hasText: /https/ }).waitFor();
    await page.getByLabel('URL').fill(receiver.url('ok'));
    await button(page, 'Add destination').click();
    const secret = dialog(page, /^Secret of “Receiver”/);
    receiver.verifyWith((await secret.getByRole('region', { name: 'Secret' }).textContent()) ?? '');
    await secret.getByRole('button', { name: 'Done' }).click();
    await button(page, 'Send test').click();
    await region(page, 'Result of the test').getByText('Delivered, 200').waitFor();
    await page.getByRole('link', { name: 'All deliveries' }).click();
    const grid = page.getByRole('grid', { name: /^Deliveries/ });
    await grid.getByText('Delivered, 200').click();

    // Refused for good: a dead letter.
    const drawer = dialog(page, /^Delivery$/);
    receiver.behave('ok', '400');
    await drawer.getByRole('button', { name: 'Replay' }).click();
    await drawer.getByText('Dead letter').waitFor();
    receiver.behave('ok', 'ok');
    await button(page, 'Replay dead letters').click();
    await button(page, /^Replay 1\sdead letter$/).click();
    await dialog(page, /^Replay dead letters/)
      .getByText(/1\sdead letter replayed/)
      .waitFor();
    await button(page, 'Done').click();
    await grid.getByText('Delivered, 200').waitFor();

    // Away: what fails is tried again until the breaker opens, and waits then.
    receiver.behave('ok', '503');
    await page.reload();
    await drawer.getByRole('button', { name: 'Replay' }).click();
    await page.getByRole('button', { name: /^Pulse: .*Breaker open/ }).waitFor();
    await drawer.getByText('Waiting').waitFor();
    await drawer.getByRole('link', { name: 'Receiver' }).click();
    await region(page, 'What the breaker did').getByText('too many calls failed').waitFor();
    receiver.behave('ok', 'ok');
    await region(page, 'Breaker').getByRole('button', { name: 'Close' }).click();
    await page.getByText('The breaker is closed').waitFor();
    await page.getByRole('link', { name: 'All deliveries' }).click();
    // Its next attempt may be minutes away by now.
    await grid.getByRole('row').first().click();
    await drawer.getByRole('button', { name: /^(Try now|Replay)$/ }).click();
    await drawer.getByText('Delivered, 200').first().waitFor();
    await grid.getByText('Delivered, 200').waitFor();
    // Under one id, and each signed so that the receiver's library takes it.
    expect(new Set(receiver.arrivals.map(({ id }) => id)).size).toBe(1);
    expect(receiver.arrivals.filter(({ unverified }) => unverified !== null)).toEqual([]);
    expect(ours(faults).filter((fault) => !/status of 400/.test(fault))).toEqual([]);
  });
});
