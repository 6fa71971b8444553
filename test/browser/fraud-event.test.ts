import type { Page, Request } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { textIn, useDashboard } from './dashboard.ts';
import { answerFraud, type MadeUp } from './fraud-answers.ts';
import { madeUpId } from './made-up-events.ts';

const dashboard = await useDashboard('The shop');

const HOUR_MS = 3_600_000;
/** Behind what the page has loaded. */
const FAR = 5_004;
const at = (path: string, projectId = dashboard.projectId) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${projectId}`;
const made = (events = 100_000): MadeUp => ({ events, version: 3, sent: [] });
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Event' });
const grid = (page: Page, name: RegExp) => page.getByRole('grid', { name });
const UNLISTED = 'Not in the list as it is loaded';

/** Parameters of the questions for events, newest last. */
function watchQuestions(page: Page): URLSearchParams[] {
  const asked: URLSearchParams[] = [];
  page.on('request', (request: Request) => {
    const url = new URL(request.url());
    if (url.pathname === '/api/fraud/events') asked.push(url.searchParams);
  });
  return asked;
}

describe('an event in the address', () => {
  it('opens wherever it is, takes a verdict with undo, and closes', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const server = made();
    await answerFraud(page, server);
    await page.goto(at(`/fraud?event=${madeUpId(FAR)}`));
    await drawer(page).getByText(madeUpId(FAR)).waitFor();
    await grid(page, /^Events/).waitFor();
    await drawer(page).getByText(UNLISTED).waitFor();
    const said = (verdict: string) =>
      drawer(page).getByRole('button', { name: verdict, exact: true, pressed: true }).waitFor();
    await drawer(page).getByRole('button', { name: 'Legitimate' }).click();
    await said('Legitimate');
    await page.getByRole('button', { name: 'Undo' }).click();
    await said('Unsure');
    expect(server.sent.map(({ path }) => path)).toEqual(Array(2).fill(`reviews/${madeUpId(FAR)}`));
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    expect(new URL(page.url()).searchParams.has('event')).toBe(false);
    expect(faults).toEqual([]);
  });

  it('is the row of the list where it is one, and stays open with what is typed when the list begins anew', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerFraud(page, made());
    await page.goto(at(`/fraud?event=${madeUpId(3)}`));
    await grid(page, /^Events/).waitFor();
    await page.getByRole('row', { selected: true }).waitFor();
    expect(await drawer(page).getByText(UNLISTED).count()).toBe(0);
    await drawer(page).getByLabel('Note (optional)').fill('Called back');
    await page.evaluate(() => {
      const url = new URL(window.location.href);
      url.searchParams.set('decision', 'deny');
      window.history.pushState(null, '', url);
      window.dispatchEvent(new PopStateEvent('popstate'));
    });
    await drawer(page).getByText(UNLISTED).waitFor();
    expect(await drawer(page).getByLabel('Note (optional)').inputValue()).toBe('Called back');
    expect(faults).toEqual([]);
  });

  it.each(['/fraud?', '/fraud/reviews?', '/fraud/accounts?user=ada%40shop&'])(
    'is waited for, can be asked for again, and may be none, on %s',
    async (path) => {
      const { page } = await dashboard.visit({ signedIn: true });
      await answerFraud(page, made());
      let answer: () => void = () => undefined;
      const isAnswered = new Promise<void>((resolve) => {
        answer = resolve;
      });
      await page.route(`**/api/fraud/events/${madeUpId(FAR)}?*`, async (route) => {
        await isAnswered;
        await route.fulfill({ status: 503, json: { detail: 'Away for now.', requestId: 'req-of-the-event' } });
      });
      await page.goto(at(`${path}event=${madeUpId(FAR)}`));
      await drawer(page).getByRole('status', { name: 'Loading the event' }).waitFor();
      answer();
      await drawer(page).getByRole('heading', { name: 'The event could not be loaded' }).waitFor();
      await drawer(page).getByText('req-of-the-event').waitFor();
      await page.unroute(`**/api/fraud/events/${madeUpId(FAR)}?*`);
      await drawer(page).getByRole('button', { name: 'Try again' }).click();
      await drawer(page).getByText(madeUpId(FAR)).waitFor();

      await page.goto(at(`${path}event=nothing-like-it`));
      await drawer(page).getByRole('heading', { name: 'There is no such event' }).waitFor();
      await drawer(page).getByRole('button', { name: 'Close', exact: true }).click();
      await drawer(page).waitFor({ state: 'detached' });
    },
  );

  it('that is no open review is shown with its note, and the keys of a review are about it', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const server = made();
    await answerFraud(page, server);
    const decidedId = madeUpId(13 * 300 + 4);
    await page.goto(at(`/fraud/reviews?event=${decidedId}`));
    await grid(page, /^Open reviews/).waitFor();
    await drawer(page).getByText('Called the customer').waitFor();
    await page.keyboard.press('u');
    await expect.poll(() => server.sent.at(-1)).toMatchObject({ path: `reviews/${decidedId}` });
  });
});

describe('the events of a time', () => {
  it('are asked for by it: open at its end where it goes up to now, and a whole where it is fixed', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerFraud(page, made());
    const asked = watchQuestions(page);
    await page.goto(at('/fraud?range=3h'));
    await grid(page, /^Events/).waitFor();
    expect(Date.now() - Number(asked[0]?.get('from'))).toBeGreaterThanOrEqual(3 * HOUR_MS);
    expect(asked[0]?.has('to')).toBe(false);
    const toMs = Date.now() - HOUR_MS / 12;
    await page.goto(at(`/fraud?from=${toMs - 1_000}&to=${toMs}`));
    await page.getByText('This is everything in the range.').waitFor();
    const last = asked.at(-1);
    expect([last?.get('from'), last?.get('to')]).toEqual([String(toMs - 1_000), String(toMs)]);
    expect(await grid(page, /^Events/).getAttribute('aria-rowcount')).toMatch(/^3[0-3]$/);
  });

  it('are looked for to its beginning where few fit, part by part', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerFraud(page, made());
    const asked = watchQuestions(page);
    await page.goto(at('/fraud?user=nobody'));
    await page.getByRole('heading', { name: 'No event matches these filters' }).waitFor();
    const cursors = asked.filter((params) => params.has('cursor')).map((params) => params.get('cursor'));
    expect(new Set(cursors).size).toBe(4);
    expect(faults).toEqual([]);
  });

  it('are drawn in bars that can be told apart', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerFraud(page, made());
    for (const [range, words] of [
      ['24h', 'bars of 1 h'],
      ['7d', 'bars of 3 h'],
      ['30d', 'bars of 1 d'],
    ]) {
      await page.goto(at(`/fraud?range=${range}`));
      await page.getByText(words ?? '').waitFor();
    }
  });
});

describe('against the server', () => {
  it('an event of another time is opened, and the list says where the newest is', async () => {
    const projectId = textIn(await dashboard.admin.post('/api/projects', { name: 'Past' }), 'id');
    const input = { name: 'server', scopes: ['ingest:fraud'] };
    const key = textIn(await dashboard.admin.post(`/api/projects/${projectId}/keys`, input), 'key');
    const response = await fetch(`${dashboard.server.url}/api/fraud/event`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify({ userId: 'user-1', eventType: 'withdrawal' }),
    });
    const eventId = textIn(await response.json(), 'eventId');
    const { page, faults } = await dashboard.visit({ signedIn: true });
    const toMs = Date.now() - 48 * HOUR_MS;
    await page.goto(at(`/fraud?from=${toMs - HOUR_MS}&to=${toMs}&event=${eventId}`, projectId));
    await drawer(page).getByText(eventId).waitFor();
    await page.getByRole('heading', { name: 'No event in this time' }).waitFor();
    await page.getByText('The newest one is of').waitFor();
    await page.getByRole('button', { name: 'Look at the last 15 min' }).click();
    await grid(page, /^Events/)
      .getByText('user-1')
      .waitFor();
    await drawer(page).getByText(UNLISTED).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });
});
