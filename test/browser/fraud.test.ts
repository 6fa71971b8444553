import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { answerFraud, type MadeUp } from './fraud-answers.ts';
import { FLAWLESS, inspect, SIZES, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const OPEN = 'event=01900000-0000-7000-8000-000000999995';
const PATHS = [
  '/fraud',
  `/fraud?${OPEN}`,
  '/fraud?decision=deny&rule=new_device&user=nobody&min=40',
  '/fraud/reviews',
  '/fraud/reviews?status=decided',
  '/fraud/accounts',
  '/fraud/accounts?user=ada%40shop',
  '/fraud/rules',
  '/fraud/cookies',
];

const at = (path: string, projectId = dashboard.projectId) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${projectId}`;
const made = (events: number): MadeUp => ({ events, version: 3, sent: [] });
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Event' });
const grid = (page: Page, name: RegExp) => page.getByRole('grid', { name });
const search = (page: Page) => new URL(page.url()).searchParams;

async function call(key: string, path: string, body: object): Promise<Response> {
  return fetch(`${dashboard.server.url}/api/fraud/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
}

async function newProject(name: string): Promise<{ projectId: string; key: string }> {
  const projectId = textIn(await dashboard.admin.post('/api/projects', { name }), 'id');
  const input = { name: 'server', scopes: ['ingest:fraud'] };
  return { projectId, key: textIn(await dashboard.admin.post(`/api/projects/${projectId}/keys`, input), 'key') };
}

describe('the page about fraud', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads, fits its width, with 100,000 events and with none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const events of [100_000, 0]) {
        await page.unrouteAll();
        await answerFraud(page, made(events));
        for (const path of PATHS) {
          expect({ path, events, ...(await inspect(page, at(path))) }).toEqual({ path, events, ...FLAWLESS });
        }
      }
      // Of no events the one in the address is none either.
      expect(faults).toEqual([expect.stringContaining('404')]);
    },
  );

  it('is reached by g f, draws the events in view only, walks them by keyboard, and keeps all of it in the address', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerFraud(page, made(100_000));
    await page.goto(at('/settings/sessions'));
    await page.getByRole('heading', { level: 1 }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('f');
    const events = grid(page, /^Events/);
    await events.waitFor();
    expect(await events.getByRole('row').count()).toBeLessThan(80);
    await walkDown(page, 5);
    await page.keyboard.press('Enter');
    await drawer(page).getByText('Shared phone, e-mail or device').waitFor();
    const shown = search(page).get('event');
    await page.keyboard.press('j');
    await page.waitForFunction((id) => !window.location.search.includes(id ?? '?'), shown);
    await page.reload();
    await drawer(page).getByText('A score ends at 100').waitFor();
    await page.getByLabel('Decision', { exact: true }).selectOption('deny');
    await page.getByLabel('Lowest score').selectOption('80');
    expect([search(page).get('decision'), search(page).get('min'), search(page).get('event')]).toEqual([
      'deny',
      '80',
      null,
    ]);
    expect(faults).toEqual([]);
  });

  it('keeps rules that somebody else overtook, and saves them only after a dry run', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const server = made(10);
    await answerFraud(page, server);
    await page.goto(at('/fraud/rules'));
    const save = page.getByRole('button', { name: 'Save', exact: true });
    await page.getByLabel('Points of New device').fill('33');
    expect(await save.isDisabled()).toBe(true);
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByRole('heading', { name: /150 decisions would have been another/ }).waitFor();
    await page.getByRole('table', { name: 'Examples of other decisions' }).waitFor();
    server.version = 4;
    await save.click();
    await page.getByText('Somebody else has changed the rules meanwhile').waitFor();
    await page.getByRole('button', { name: 'Take theirs, keep my changes' }).click();
    expect(await page.getByLabel('Points of New device').inputValue()).toBe('33');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await save.click();
    await page.getByText('Rules of version 5 are in force').waitFor();
    expect(server.sent.at(-1)?.body).toMatchObject({ version: 4, rules: { new_device: { points: 33 } } });
    expect(Object.keys(server.sent.at(-1)?.body as object)).toEqual(['version', 'reviewAt', 'denyAt', 'rules']);
  });

  it('decides reviews by keyboard, and undo changes the verdict back', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const server = made(60);
    await answerFraud(page, server);
    await page.goto(at('/fraud/reviews'));
    await grid(page, /^Open reviews/).waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('l');
    await page.getByText(/^Legitimate: ux+…, withdrawal-/).waitFor();
    await page.getByRole('row', { selected: true }).getByText('Legitimate').waitFor();
    await page.getByRole('button', { name: 'Undo' }).click();
    await expect
      .poll(() => server.sent.map(({ body }) => body))
      .toEqual([{ verdict: 'legitimate' }, { verdict: 'unsure' }]);
    await page.keyboard.press('n');
    await page.waitForFunction(() => document.activeElement?.tagName === 'INPUT');
    await page.keyboard.type('Called back');
    await drawer(page).getByRole('button', { name: 'Fraud', exact: true }).click();
    await expect.poll(() => server.sent.at(-1)?.body).toEqual({ verdict: 'fraud', note: 'Called back' });
  });

  it('leads from an account to the ones that it is linked to without a mouse, and ends sessions by the typed name only', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const server = made(60);
    await answerFraud(page, server);
    await page.goto(at('/fraud/accounts?user=ada%40shop'));
    const node = page.getByRole('link', { name: 'Account user-number-5, score 85' });
    await node.waitFor();
    await node.focus();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'user-number-5' }).waitFor();
    expect(search(page).get('user')).toBe('user-number-5');
    await page.getByText('As a table').click();
    await page.getByRole('table', { name: 'Links' }).getByRole('link', { name: 'ada@shop' }).first().click();
    await page.getByRole('button', { name: 'End all sessions' }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: 'End all sessions' });
    expect(await confirm.isDisabled()).toBe(true);
    await page.getByLabel(/Type “ada@shop”/).fill('ada@shop');
    await confirm.click();
    await page.getByText('All fraud sessions of the user have ended').waitFor();
    expect(server.sent.at(-1)).toMatchObject({ method: 'DELETE', path: 'sessions' });
  });

  it('says what it cannot load, keeps what it has, and goes on by itself', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await answerFraud(page, made(30));
    await page.goto(at('/fraud'));
    await grid(page, /^Events/).waitFor();
    await page.route('**/api/fraud/events*', (route) => route.abort());
    await page.clock.runFor(6_000);
    await page.getByText('New events could not be asked for since').waitFor();
    await grid(page, /^Events/).waitFor();
    await page.unroute('**/api/fraud/events*');
    await page.clock.runFor(6_000);
    await page.getByText('New events could not be asked for since').waitFor({ state: 'detached' });
    await page.route('**/api/fraud/**', (route) => route.fulfill({ status: 503, json: { detail: 'Away for now.' } }));
    await page.reload();
    await page.getByRole('heading', { name: 'The events could not be loaded' }).waitFor();
  });
});

describe('against the server', () => {
  it('tells a new team what to send, makes the key, and shows the first decision with its reasons by itself', async () => {
    const projectId = textIn(await dashboard.admin.post('/api/projects', { name: 'Fresh' }), 'id');
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/fraud', projectId));
    await page.getByRole('heading', { name: 'Ask for the first decision' }).waitFor();
    const command = page.getByRole('region', { name: 'Command for an event' });
    expect(await command.textContent()).toContain(`${dashboard.server.url}/api/fraud/event`);
    expect(await command.textContent()).toContain('Authorization: Bearer <key>');
    await page.getByRole('button', { name: 'Create a key and fill it in' }).click();
    await command.getByText('Bearer bw_').waitFor();
    const key = /Bearer (\S+)'/.exec((await command.textContent()) ?? '')?.[1] ?? '';
    const answer = await call(key, 'event', { userId: 'user-1', eventType: 'withdrawal', amountCents: 12_500 });
    expect(answer.status).toBe(200);
    await grid(page, /^Events/)
      .getByText('withdrawal')
      .waitFor();
    expect(faults).toEqual([]);
  });

  it('brings a burst of failures into the queue, takes a verdict, and finds the account by its phone', async () => {
    const { projectId, key } = await newProject('Burst');
    for (let i = 0; i < 12; i++) {
      const event = { userId: 'مستخدم-٤٢', eventType: 'login', success: false, client: { address: '192.0.2.7' } };
      expect((await call(key, 'event', event)).status).toBe(200);
    }
    for (const userId of ['مستخدم-٤٢', 'user-2'])
      expect((await call(key, 'register', { userId, references: { phone: '+442071838750' } })).status).toBe(200);
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/fraud', projectId));
    await grid(page, /^Events/)
      .getByText(/Burst of failures/)
      .first()
      .waitFor();
    await page.getByRole('link', { name: /Open reviews/ }).click();
    await grid(page, /^Open reviews/)
      .getByRole('row')
      .first()
      .waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('f');
    await page.getByText('Fraud: مستخدم-٤٢, login').waitFor();
    await page.getByRole('link', { name: 'Decided' }).click();
    await grid(page, /^Decided reviews/)
      .getByText('Fraud')
      .first()
      .waitFor();

    await page.getByRole('link', { name: 'Accounts' }).click();
    await page.getByRole('textbox', { name: 'Identifier' }).fill('+44 20 7183 8750');
    await page.getByRole('button', { name: 'Look up' }).click();
    const found = page.getByRole('list', { name: 'Accounts with this identifier' });
    await found.getByRole('link', { name: 'user-2' }).waitFor();
    expect(page.url()).not.toContain('7183');
    await found.getByRole('link', { name: 'مستخدم-٤٢' }).click();
    await page.getByRole('group', { name: /2 accounts/ }).waitFor();
    await page.getByRole('table', { name: 'References of the account' }).getByText('Phone').waitFor();
    await grid(page, /^History/)
      .getByText(/Burst of failures/)
      .first()
      .waitFor();
    expect(faults).toEqual([]);
  });

  it('tries rules on what was decided, saves them, and says what a browser does with a cookie', async () => {
    const { projectId, key } = await newProject('Rules');
    for (let i = 0; i < 3; i++)
      expect((await call(key, 'event', { userId: 'u', eventType: 'login' })).status).toBe(200);
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/fraud/rules', projectId));
    await page.getByLabel('Threshold of Many events of the user').fill('1');
    await page.getByLabel('Points of Many events of the user').fill('90');
    await page.getByRole('button', { name: 'Dry run' }).click();
    await page.getByRole('heading', { name: /would have been another/ }).waitFor();
    await page.getByRole('button', { name: 'Save', exact: true }).click();
    await page.getByText('Rules of version 1 are in force').waitFor();

    await page.getByRole('link', { name: 'Cookies' }).click();
    await page.getByText(/\d+\scookies?, /).waitFor();
    await page
      .getByLabel('Set-Cookie, one a line')
      .fill('Set-Cookie: __Host-sid=a; Path=/; Secure\n__Host-sid=a; Path=/x; Secure');
    await page.getByRole('button', { name: 'Check' }).click();
    await page.getByText('The browser stores it').waitFor();
    await page.getByText('The browser ignores it').waitFor();
    expect(faults).toEqual([]);
  });
});
