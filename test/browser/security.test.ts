/** The page that answers "is somebody else in my account?", and the ways to prove that one is not. */
import { readFileSync } from 'node:fs';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { axeViolations } from '../helpers/node/browser.ts';
import { addPasskey, byHostName, enterPassword } from './account-steps.ts';
import { addAuthenticator } from './authenticator.ts';
import { useDashboard, type Visit } from './dashboard.ts';

const dashboard = await useDashboard('Security');

const USER = 'sekura';
let password = 'nobody else knows these words';
const DAY_MS = 24 * 3_600_000;

beforeAll(async () => {
  if (dashboard.absent !== null) return;
  await dashboard.admin.post('/api/users', { username: USER, password, role: 'viewer' });
});

type Event = { action: string; atMs?: number; address?: string | null; detail?: object };

/** What the account has and what happened to it, as the server would tell it. */
interface Account {
  events: Event[];
  totp: { enabledAtMs: number } | null;
  passkeys: { id: string; name: string; createdAtMs: number; lastUsedAtMs: number | null }[];
}

const QUIET: Account = { events: [{ action: 'session.login' }], totp: null, passkeys: [] };

async function tell(context: BrowserContext, account: Account): Promise<void> {
  await context.route('**/api/auth/events?*', (route) => {
    const items = account.events.map((event, i) => ({
      ...{ seq: 1_000 - i, atMs: Date.now() - (i + 1) * 60_000, address: '198.51.100.7', detail: null },
      ...event,
    }));
    return route.fulfill({ json: { items, nextCursor: null } });
  });
  await context.route('**/api/auth/factors', (route) => {
    const { totp, passkeys } = account;
    return route.fulfill({ json: { totp, passkeys, recoveryCodesLeft: totp ? 2 : 0 } });
  });
}

async function signIn(page: Page, base = dashboard.server.url): Promise<void> {
  await enterPassword(page, `${base}/security`, USER, password);
  await page.getByRole('button', { name: `Account: ${USER}` }).waitFor();
}

/** On the page, signed in, with an account that is like this. */
async function visitSecurity(account: Account = QUIET, options: Parameters<typeof dashboard.visit>[0] = {}) {
  const visit: Visit = await dashboard.visit(options);
  await tell(visit.context, account);
  await signIn(visit.page);
  return visit;
}

const refusal = (route: Route, status: number, code: string, more: object = {}) =>
  route.fulfill({
    status,
    contentType: 'application/problem+json',
    body: JSON.stringify({ status, code, title: code, detail: `Refused: ${code}.`, ...more }),
  });

/** Answers as a sign-in by password would, with its cookies. */
async function fulfillAsSignedIn(route: Route): Promise<void> {
  const url = new URL('/api/auth/login', route.request().url()).toString();
  const answer = await route.fetch({ url, postData: JSON.stringify({ username: USER, password }) });
  await route.fulfill({ response: answer });
}

const sessions = (page: Page) => page.getByRole('table', { name: 'Sessions and devices' });

describe('the security page', () => {
  it('says first that nothing is wrong, names this device, and ends another one at once', async () => {
    const phone = 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Mobile/15E148 Safari/604.1';
    const other = await visitSecurity(QUIET, { userAgent: phone });
    const { page, faults } = await visitSecurity();
    await page.getByRole('heading', { level: 1, name: 'Nothing points to somebody else in your account' }).waitFor();
    await page.getByText(/You are signed in on \d devices\./).waitFor();
    const here = sessions(page).getByRole('row', { name: /This one/ });
    await here.getByText('Chrome on Linux').waitFor();
    expect(await here.getByRole('button').count()).toBe(0);

    await sessions(page)
      .getByRole('row', { name: /Safari on iOS/ })
      .getByRole('button', { name: 'End' })
      .click();
    await page.getByText('Ended the session of Safari on iOS').waitFor();
    await sessions(page)
      .getByRole('row', { name: /Safari on iOS/ })
      .waitFor({ state: 'detached' });
    await other.page.reload();
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(faults).toEqual([]);
  });

  it('warns of an old copy of a session, of one that moved and of failed sign-ins, the worst first', async () => {
    const { page } = await visitSecurity({
      ...QUIET,
      events: [
        { action: 'session.login_failed', address: '203.0.113.9' },
        { action: 'session.login_failed', address: '203.0.113.8' },
        { action: 'session.moved', atMs: Date.now() - 2 * DAY_MS },
        { action: 'session.reuse_detected', atMs: Date.now() - 3 * DAY_MS, address: '203.0.113.77' },
        { action: 'session.reuse_detected', atMs: Date.now() - 31 * DAY_MS },
        { action: 'a.thing_of_tomorrow', detail: { newName: 'x' } },
      ],
    });
    await page.getByRole('heading', { level: 1, name: 'Somebody may have had a copy of your session' }).waitFor();
    const notices = page.locator('.security > .notice');
    expect(await notices.allTextContents()).toEqual([
      expect.stringMatching(/^An old copy of a session of yours was used, and .* From 203\.0\.113\.77, 3\sd/),
      expect.stringMatching(/^A session of yours went on from another place or browser\. From /),
      expect.stringMatching(/^A sign-in with your user name failed 2 times in 30 days\. From 203\.0\.113\.9, /),
    ]);
    const activity = page.getByRole('table', { name: 'Recent activity' });
    await activity.getByText('a.thing_of_tomorrow').waitFor();
    await activity.getByText('new name: x').waitFor();
  });

  it('shows what could not be loaded, says nothing that would calm, and goes on with another try', async () => {
    const { context, page } = await dashboard.visit();
    await tell(context, QUIET);
    let isBroken = true;
    await context.route('**/api/auth/events?*', (route) =>
      isBroken ? refusal(route, 503, 'store_away') : route.fallback(),
    );
    await signIn(page);
    const alert = page.getByRole('alert').filter({ hasText: 'Recent activity could not be loaded' });
    await alert.waitFor();
    await page.getByRole('heading', { level: 1, name: 'Security' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    isBroken = false;
    await alert.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Nothing points to somebody else in your account' }).waitFor();
  });

  it('is everybody’s, while the settings are for administrators and are not in the rail of others', async () => {
    const { page } = await visitSecurity();
    const rail = page.getByRole('navigation', { name: 'Pages' });
    await rail.getByRole('link', { name: 'Security' }).waitFor();
    expect(await rail.getByRole('link', { name: 'Settings' }).count()).toBe(0);
    await page.goto(`${dashboard.server.url}/settings/users`);
    await page.getByRole('heading', { name: 'Settings are for administrators' }).waitFor();
    await page.keyboard.press('g');
    await page.keyboard.press('i');
    await sessions(page).waitFor();
  });

  it('signs out everywhere only after the name is typed, and then everywhere', async () => {
    const other = await visitSecurity();
    const { page } = await visitSecurity();
    await page.getByRole('button', { name: 'Sign out everywhere' }).click();
    const dialog = page.getByRole('dialog', { name: 'Sign out everywhere' });
    const confirm = dialog.getByRole('button', { name: 'Sign out everywhere' });
    expect(await confirm.isDisabled()).toBe(true);
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByLabel(/^Type /).fill(USER);
    await confirm.click();
    await page.getByText('You are signed out.').waitFor();
    await other.page.reload();
    await other.page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
  });

  it('changes the password, and this browser stays in', async () => {
    const { page } = await visitSecurity();
    await page.getByLabel('Current password').fill('not this one at all');
    const next = 'and now these are the words';
    await page.getByLabel('New password', { exact: true }).fill(next);
    await page.getByLabel('New password, again').fill(next);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('This is not your current password.').waitFor();
    await page.getByLabel('Current password').fill(password);
    await page.getByRole('button', { name: 'Change password' }).click();
    await page.getByText('Password changed. Your other sessions have ended.').waitFor();
    password = next;
    await page.reload();
    await sessions(page).waitFor();
  });

  it.each([
    ['desktop', 1440, 900],
    ['phone', 390, 844],
  ] as const)('on a %s passes axe in both themes and fits its width', async (_, width, height) => {
    const { page, faults } = await visitSecurity(
      {
        events: Array.from({ length: 20 }, (__, i) => ({
          action:
            ['session.login', 'session.login_failed', 'session.moved', 'session.reuse_detected', 'x.y'][i % 5] ?? '',
          address: i % 2 ? '2001:db8:85a3:1234:5678:8a2e:370:7334' : null,
        })),
        totp: { enabledAtMs: Date.now() - DAY_MS },
        passkeys: [
          { id: 'p1', name: 'Key on the ring', createdAtMs: Date.now() - 40 * DAY_MS, lastUsedAtMs: Date.now() },
          { id: 'p2', name: 'x'.repeat(80), createdAtMs: Date.now(), lastUsedAtMs: null },
        ],
      },
      { viewport: { width, height } },
    );
    await page.getByRole('list', { name: 'Passkeys' }).waitFor();
    await page.getByRole('table', { name: 'Recent activity' }).waitFor();
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await axeViolations(page)).toEqual([]);
    }
    const overflow = await page.evaluate(() =>
      [document.documentElement, ...document.querySelectorAll('main, .page')].map((b) => b.scrollWidth - b.clientWidth),
    );
    expect(Math.max(...overflow)).toBe(0);
    expect(faults).toEqual([]);
  });
});

describe('a second factor', () => {
  it('is set up with a QR code or the secret as text, and its recovery codes are shown once', async () => {
    const account: Account = { ...QUIET };
    const codes = Array.from({ length: 10 }, (_, i) => `abcd-${i}fgh-ijkl`);
    const { context, page } = await visitSecurity(account);
    await context.route('**/api/auth/factors/totp', (route) =>
      route.fulfill({
        json: { secret: 'JBSWY3DPEHPK3PXP', uri: 'otpauth://totp/Breakwater:sekura?secret=JBSWY3DPEHPK3PXP' },
      }),
    );
    await context.route('**/api/auth/factors/totp/confirm', (route) => {
      if (route.request().postDataJSON().code !== '123456') {
        return refusal(route, 400, 'invalid_input', {
          errors: [{ pointer: '/code', reason: 'is not the code of now' }],
        });
      }
      account.totp = { enabledAtMs: Date.now() };
      return route.fulfill({ json: { recoveryCodes: codes } });
    });
    await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
    const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' });
    await dialog.getByRole('img', { name: /QR code/ }).waitFor();
    expect(await dialog.getByRole('link').getAttribute('href')).toMatch(/^otpauth:\/\/totp\//);
    await dialog.getByText('JBSW Y3DP EHPK 3PXP').waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByLabel(/^The code/).fill('000 000');
    await dialog.getByRole('button', { name: 'Turn on' }).click();
    await dialog.getByText(/^This code is not right\./).waitFor();
    await dialog.getByLabel(/^The code/).fill('123 456');
    await dialog.getByRole('button', { name: 'Turn on' }).click();

    const shown = page.getByRole('dialog', { name: 'Your recovery codes' });
    await shown.waitFor();
    expect(await shown.getByRole('listitem').allTextContents()).toEqual(codes);
    expect(await axeViolations(page)).toEqual([]);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      shown.getByRole('button', { name: 'Download' }).click(),
    ]);
    expect(readFileSync(await download.path(), 'utf8')).toBe(`${codes.join('\n')}\n`);
    await page.mouse.click(5, 5);
    expect(await shown.isVisible()).toBe(true);
    await shown.getByRole('button', { name: 'I have kept them' }).click();
    await page.getByText('2 recovery codes left').waitFor();
    expect(await page.getByText(codes[0] ?? '').count()).toBe(0);
  });

  it('is asked for after the password, in each way that the account has, with words for what was wrong', async () => {
    const { context, page } = await dashboard.visit();
    await tell(context, QUIET);
    await context.route('**/api/auth/login', (route) =>
      refusal(route, 401, 'second_factor_required', { challenge: 'c1', methods: ['totp', 'recovery'] }),
    );
    const sent: unknown[] = [];
    await context.route('**/api/auth/login/second-factor', (route) => {
      const body = route.request().postDataJSON();
      sent.push(body);
      return body.code === '654321' ? fulfillAsSignedIn(route) : refusal(route, 401, 'second_factor_failed');
    });
    await page.goto(dashboard.server.url);
    await page.getByLabel('User name').fill(USER);
    await page.getByLabel('Password').fill(password);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    const code = page.getByLabel('Code from your authenticator app');
    await code.and(page.locator(':focus')).waitFor();
    await code.fill('111 111');
    expect(await axeViolations(page)).toEqual([]);
    await code.press('Enter');
    await page.getByText(/^This code is not right\./).waitFor();
    await page.getByRole('button', { name: 'Use a recovery code' }).click();
    await page.getByLabel('Recovery code').fill('wrong-one');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await page.getByText(/^This is not one of your recovery codes/).waitFor();
    await page.getByRole('button', { name: 'Use a code from the app' }).click();
    await code.fill('654321');
    await code.press('Enter');
    await page.getByRole('button', { name: `Account: ${USER}` }).waitFor();
    expect(sent).toEqual(['111111', 'wrong-one', '654321'].map((value) => ({ challenge: 'c1', code: value })));
  });
});

describe('a change that needs a fresh proof', () => {
  it('asks for it, takes a cancel as the refusal, and goes on by itself after the proof', async () => {
    const { context, page } = await visitSecurity({ ...QUIET, totp: { enabledAtMs: 1 } });
    let isProven = false;
    const proofs: unknown[] = [];
    await context.route('**/api/auth/factors/recovery-codes', (route) =>
      isProven ? route.fulfill({ json: { recoveryCodes: ['one', 'two'] } }) : refusal(route, 403, 'step_up_required'),
    );
    await context.route('**/api/auth/step-up', (route) => {
      const proof = route.request().postDataJSON();
      proofs.push(proof);
      if (proof.code !== '123456') return refusal(route, 401, 'invalid_credentials');
      isProven = true;
      const inAnHour = Date.now() + 3_600_000;
      return route.fulfill({ json: { provenAt: 1, csrf: 'k.c', expiresAt: inAnHour, refreshAt: inAnHour - 1 } });
    });
    const change = page.getByRole('button', { name: 'Make new recovery codes' });
    const dialog = page.getByRole('dialog', { name: 'Confirm that it is you' });
    await change.click();
    await dialog.waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    await page.getByText('Refused: step_up_required.').waitFor();

    await change.click();
    await dialog.getByLabel(/^Code/).fill('654 321');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    await dialog.getByText('This code is not right.').waitFor();
    await dialog.getByLabel(/^Code/).fill('123 456');
    await dialog.getByRole('button', { name: 'Confirm' }).click();
    const codes = page.getByRole('dialog', { name: 'Your recovery codes' });
    await codes.waitFor();
    expect(await codes.getByRole('listitem').allTextContents()).toEqual(['one', 'two']);
    expect(await dialog.count()).toBe(0);
    expect(proofs).toEqual([{ code: '654321' }, { code: '123456' }]);
  });
});

describe('second factors that somebody has lost', () => {
  it('are taken away by an administrator, after the name is typed', async () => {
    const { context, page } = await dashboard.visit({ signedIn: true });
    const changes: unknown[] = [];
    await context.route('**/api/users/*', (route) => {
      changes.push(route.request().postDataJSON());
      return route.fulfill({ json: {} });
    });
    await page.goto(`${dashboard.server.url}/settings/users`);
    await page
      .getByRole('row', { name: new RegExp(USER) })
      .getByRole('button', { name: 'Reset factors' })
      .click();
    const dialog = page.getByRole('dialog', { name: 'Reset second factors' });
    const reset = dialog.getByRole('button', { name: 'Reset', exact: true });
    expect(await reset.isDisabled()).toBe(true);
    await dialog.getByLabel(/^Type /).fill(USER);
    await reset.click();
    await page.getByText(`${USER} has no second factor now`).waitFor();
    expect(changes).toEqual([{ resetFactors: true }]);
  });
});

describe('a passkey', () => {
  it('is made by the browser, and signs in without a password', async () => {
    const base = byHostName(dashboard.server.url);
    const account: Account = { ...QUIET };
    const { context, page } = await dashboard.visit();
    await tell(context, account);
    await addAuthenticator(page);
    const challenge = 'Y2hhbGxlbmdl';
    const sent: { credential: { id: string; type: string } }[] = [];
    await context.route('**/api/auth/passkeys/registration', (route) =>
      route.fulfill({
        json: {
          challenge: 'c1',
          options: {
            ...{ challenge, rp: { id: 'localhost', name: 'Breakwater' } },
            user: { id: 'dXNlcg', name: USER, displayName: USER },
            pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
            authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
          },
        },
      }),
    );
    await context.route('**/api/auth/passkeys', (route) => {
      sent.push(route.request().postDataJSON());
      const passkey = { id: 'p1', name: 'Laptop', createdAtMs: Date.now(), lastUsedAtMs: null };
      account.passkeys = [passkey];
      return route.fulfill({ status: 201, json: passkey });
    });
    await context.route('**/api/auth/passkeys/options', (route) =>
      route.fulfill({
        json: { challenge: 'c2', options: { challenge, rpId: 'localhost', userVerification: 'required' } },
      }),
    );
    await context.route('**/api/auth/passkeys/login', (route) => {
      sent.push(route.request().postDataJSON());
      return fulfillAsSignedIn(route);
    });
    await signIn(page, base);
    await addPasskey(page, 'Laptop');

    await page.getByRole('button', { name: `Account: ${USER}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await page.getByRole('button', { name: 'Use a passkey' }).click();
    await page.getByRole('button', { name: `Account: ${USER}` }).waitFor();
    const [made, used] = sent;
    expect(made).toMatchObject({ challenge: 'c1', name: 'Laptop', credential: { type: 'public-key' } });
    expect(used).toMatchObject({ challenge: 'c2', credential: { id: made?.credential.id, type: 'public-key' } });
  });
});
