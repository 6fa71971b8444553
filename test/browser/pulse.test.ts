import type { Page, WebSocketRoute } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { useDashboard } from './dashboard.ts';
import { ALARM, answerHealth, answerPulse, CALM, healthOf, NO_DESTINATION, webhookHealth } from './health-answers.ts';

const dashboard = await useDashboard('The till');

const LONG = 'The pager of the team that answers at night and on holidays, reached by way of the gateway';
const OPEN = { state: 'OPEN' as const, isolated: false, sinceMs: Date.now() - 840_000, nextProbeAtMs: Date.now() };

const at = (path: string) => `${dashboard.server.url}${path}?project=${dashboard.projectId}`;
const button = (page: Page) => page.getByRole('banner').getByRole('button', { name: /^Pulse: / });
const panel = (page: Page) => page.getByRole('dialog', { name: /^Pulse: / });

/** How far the top bar is wider than its place, or one of its parts lies over the next. */
async function overflow(page: Page): Promise<number> {
  return page.evaluate(() => {
    const bar = document.querySelector('.top-bar');
    const wider = [document.documentElement, bar].map((box) => (box ? box.scrollWidth - box.clientWidth : 99));
    const parts = [...(bar?.children ?? [])].filter((part) => part.getClientRects().length > 0);
    const over = parts.slice(1).map((part, i) => {
      const before = [parts[i], ...(parts[i]?.querySelectorAll(':scope > button *') ?? [])];
      return (
        Math.max(...before.map((box) => box?.getBoundingClientRect().right ?? 0)) - part.getBoundingClientRect().left
      );
    });
    return Math.round(Math.max(0, ...wider, ...over));
  });
}

describe('the pulse in the top bar', () => {
  it.each([
    ['desktop', 1440, 900],
    ['small desktop', 1200, 800],
    ['tablet', 1000, 700],
    ['phone', 390, 844],
  ] as const)(
    'on a %s tells in words how webhooks, cookies and alerts are, fits its place and passes axe in both themes, open as well',
    async (_, width, height) => {
      const { page } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      const states = [
        { given: CALM, name: /DNS 96\.2\s%, Failing 2\.1\s%, Breaker closed 5\sd, Cookies small, Alerts none$/ },
        {
          given: ALARM,
          name: /DNS 61\.2\s%, Failing 38\.4\s%, Breaker open 1\d\smin, Cookies too large, Alerts 14 firing$/,
        },
        { given: NO_DESTINATION, name: /^Pulse: Webhooks no destination, Cookies not told, Alerts none$/ },
        { given: null, name: /^Pulse: Pulse not known$/ },
      ];
      await answerHealth(page, () =>
        webhookHealth([
          healthOf({ destinationId: 'dst_1' }),
          healthOf({ destinationId: 'dst_2', name: LONG, breaker: OPEN }),
        ]),
      );
      for (const { given, name } of states) {
        await page.unroute(/\/api\/health\/pulse/);
        await answerPulse(page, () => given);
        await page.goto(at('/security'));
        await page.getByRole('button', { name }).click();
        await panel(page).getByRole('heading', { name: 'Pulse' }).waitFor();
        if (given === CALM || given === ALARM) await panel(page).getByText('Breaker open').waitFor();
        // Of what has no value nothing is said.
        if (given === NO_DESTINATION)
          expect(await panel(page).getByRole('definition').first().textContent()).toBe('not told');
        const seen: Record<string, unknown> = { name: String(name), overflow: await overflow(page) };
        for (const colorScheme of ['light', 'dark'] as const) {
          await page.emulateMedia({ colorScheme });
          seen[colorScheme] = await axeViolations(page);
        }
        expect(seen).toEqual({ name: String(name), overflow: 0, light: [], dark: [] });
      }
    },
  );

  it('is asked for when the socket tells of a change, and seldom without one', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    let asked = 0;
    let given = CALM;
    await answerPulse(page, () => {
      asked++;
      return given;
    });
    const sockets: WebSocketRoute[] = [];
    await page.routeWebSocket(/\/ws\/telemetry/, (socket) => {
      sockets.push(socket);
      socket.onMessage((frame) => {
        const { type, topics } = JSON.parse(String(frame)) as { type: string; topics: string[] };
        if (type === 'SUBSCRIBE') socket.send(JSON.stringify({ type: 'SUBSCRIBED', topics, cursor: 'c1' }));
      });
    });
    await page.goto(at('/security'));
    await page.getByRole('button', { name: /Failing 2\.1/ }).click();
    await panel(page).getByText('Live', { exact: true }).waitFor();
    await page.clock.runFor(1_000);
    const before = asked;
    await page.clock.runFor(60_000);
    // Every 15 seconds, and what was on its way; without a socket it is every five.
    expect(asked - before).toBeLessThanOrEqual(6);
    given = ALARM;
    const change = { change: 'breaker', destinationId: 'dst_1', from: 'CLOSED', to: 'OPEN' };
    const record = {
      id: 'r',
      ts: 1,
      stream: 'logs',
      level: 'info',
      service: 's',
      message: 'm',
      attrs: change,
      type: 'health',
    };
    sockets.at(-1)?.send(JSON.stringify({ type: 'UPDATE', topic: 'health', records: [record], cursor: 'c2' }));
    await expect
      .poll(
        async () => {
          await page.clock.runFor(300);
          return page.getByRole('button', { name: /Failing 38\.4/ }).count();
        },
        { timeout: 10_000 },
      )
      .toBe(1);
  });

  it('is asked for every five seconds where there is no socket, but not in a tab that nobody sees, and says how old it is while no answer comes', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await page.clock.install();
    await page.routeWebSocket(/\/ws\/telemetry/, (socket) => void socket.close());
    let given: Parameters<typeof answerPulse>[1] = () => CALM;
    let asked = 0;
    await answerPulse(page, () => {
      asked++;
      return given();
    });
    await page.goto(at('/security'));
    await page.getByRole('button', { name: /Failing 2\.1/ }).waitFor();
    const before = asked;
    given = () => ALARM;
    await page.clock.runFor(5_000);
    await page.getByRole('button', { name: /Failing 38\.4/ }).waitFor();
    expect(asked - before).toBeLessThanOrEqual(2);
    given = () => null;
    await page.clock.runFor(5_000);
    await page.getByRole('button', { name: /^Pulse: Old .*, DNS 61\.2/ }).waitFor();
    await page.evaluate(() => Object.defineProperty(document, 'hidden', { configurable: true, value: true }));
    const hidden = asked;
    await page.clock.runFor(30_000);
    expect(asked).toBe(hidden);
    given = () => CALM;
    await page.evaluate(() => {
      Reflect.deleteProperty(document, 'hidden');
      document.dispatchEvent(new Event('visibilitychange'));
    });
    await page.getByRole('button', { name: /^Pulse: DNS 96\.2/ }).waitFor();
  });

  it('leads by keyboard to the destination that is in trouble, and closes behind the reader', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    await answerPulse(page, () => ALARM);
    await answerHealth(page, () => webhookHealth([healthOf({ destinationId: 'dst_2', name: LONG, breaker: OPEN })]));
    await page.goto(at('/security'));
    await button(page).focus();
    await page.keyboard.press('Enter');
    await panel(page).getByRole('link', { name: LONG }).focus();
    await page.keyboard.press('Enter');
    await page.waitForURL(/\/alerts\/destinations\/dst_2\?/);
    await panel(page).waitFor({ state: 'detached' });
  });
});
