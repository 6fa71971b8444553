import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enterPassword } from './account-steps.ts';
import { altered, answerAudit, type MadeUpAudit, madeUpAudit, withForged, withGap } from './audit-answers.ts';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) => `${dashboard.server.url}${path}`;
const grid = (page: Page) => page.getByRole('grid', { name: /^Entries/ });
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Entry', exact: true });
const search = (page: Page) => Object.fromEntries(new URL(page.url()).searchParams);

async function visitAudit(path: string, made: MadeUpAudit): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerAudit(page, made);
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

const MANY = 100_000;
const ALL_PATHS = [
  ...[
    '/audit',
    '/audit?entry=99998',
    '/audit?entry=99997',
    '/audit/checkpoints',
    '/audit/schema',
    '/audit/schema?change=sch_1',
  ],
  '/audit/findings',
];
const STATES: { what: string; made: () => MadeUpAudit; paths: readonly string[] }[] = [
  { what: '100,000 entries', made: () => madeUpAudit(MANY), paths: ALL_PATHS },
  { what: 'an altered entry', made: () => altered(madeUpAudit(100)), paths: ['/audit', '/audit/findings'] },
  { what: 'a gap', made: () => withGap(madeUpAudit(100)), paths: ['/audit', '/audit/findings'] },
  { what: 'a forged checkpoint', made: () => withForged(madeUpAudit(100)), paths: ['/audit/checkpoints'] },
  { what: 'nothing', made: () => madeUpAudit(0), paths: ['/audit', '/audit/checkpoints', '/audit/schema'] },
];

describe('the page of the audit trail', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with 100,000 entries, few and none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerAudit(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('says up to where the trail is sealed, and in the same place that it is not what was sealed', async () => {
    const { page } = await visitAudit('/audit', madeUpAudit(MANY));
    await page.getByRole('heading', { name: 'Sealed up to entry 99,998, no findings' }).waitFor();
    await page.unrouteAll();
    await answerAudit(page, altered(madeUpAudit(MANY)));
    await page.reload();
    await page.getByRole('heading', { name: 'The trail is not what was sealed' }).waitFor();
    await page.getByRole('navigation', { name: 'Audit' }).getByRole('link', { name: 'Findings' }).click();
    const table = page.getByRole('table', { name: 'Findings' });
    await table.getByText('Entry altered').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('Enter');
    await drawer(page).getByRole('strong').or(drawer(page).getByText('Entry 42')).first().waitFor();
    expect(search(page).entry).toBe('42');
  });

  it('is reached by g u, draws of 100,000 entries those in view, and is walked and opened by keyboard', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerAudit(page, madeUpAudit(MANY));
    await page.goto(at('/logs'));
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('u');
    await grid(page).getByRole('row').first().waitFor();
    expect(await grid(page).getByRole('row').count()).toBeLessThan(80);
    await walkDown(page, 3);
    await page.keyboard.press('Enter');
    await drawer(page).getByText('Entry 99,998').waitFor();
    await page.keyboard.press('k');
    await drawer(page).getByText('Entry 99,999').waitFor();
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  it('is narrowed by actor, table, request and time, all in the address, and lets each go', async () => {
    const { page } = await visitAudit('/audit', madeUpAudit(5_000));
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByLabel('Filter by').selectOption('actorKind');
    await page.getByRole('button', { name: 'Database console' }).click();
    await page.getByRole('button', { name: 'Add a filter' }).click();
    await page.getByLabel('Filter by').selectOption('table');
    await page.getByLabel('Table', { exact: true }).fill('alert_rules');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'No entry has what the filters ask for' }).waitFor();
    expect(search(page)).toMatchObject({ by: 'console', table: 'alert_rules' });
    await page.getByRole('button', { name: /^Table\s+alert_rules\s+take out$/ }).click();
    await grid(page).getByText('Database console').first().waitFor();
    await page.getByRole('button', { name: 'Time: Any time' }).click();
    await page.getByRole('button', { name: 'Last 7 days' }).click();
    expect(Number(search(page).since)).toBeLessThan(Date.now() - 6 * 86_400_000);
    await page.getByRole('button', { name: 'Clear' }).click();
    await grid(page).getByText('ada').first().waitFor();
    expect(Object.keys(search(page))).toEqual(['project']);
  });

  it('says how far back a search has looked, and goes on from there', async () => {
    const made = madeUpAudit(50_000);
    const { page } = await visitAudit('/audit', made);
    await page.keyboard.press('/');
    await page.keyboard.type('"seq":25000,');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Nothing found so far' }).waitFor();
    await page.getByText('Searched back to entry 30,001. Older ones were not looked at yet.').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await grid(page).getByText('alert_rules.').waitFor();
    await page.getByText('Searched back to entry 10,001.').waitFor();
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText('These are all entries.').waitFor();
  });

  it('checks the whole trail on request, and says how far that is', async () => {
    const made = madeUpAudit(9_000);
    const { page } = await visitAudit('/audit', made);
    const second = Promise.withResolvers<void>();
    let calls = 0;
    await page.route('**/api/audit/verify', async (route) => {
      if (++calls === 2) await second.promise;
      await route.fallback();
    });
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText('3,000 of 9,000 entries compared with what was sealed').waitFor();
    second.resolve();
    await page.getByText('All 8,998 sealed entries are what was sealed').waitFor();
    expect(made.sent).toMatchObject([1, 2, 3].map(() => ({ method: 'POST', path: 'audit/verify' })));
  });

  it('exports what matches, and says what could not be loaded with another try', async () => {
    const { page } = await visitAudit('/audit?by=console&of=prj_1', madeUpAudit(100));
    await page.getByRole('button', { name: 'Export all that match' }).click();
    expect(await page.getByRole('menuitem', { name: /^CSV/ }).getAttribute('href')).toBe(
      '/api/audit/export?project=prj_1&actorKind=console&format=csv',
    );
    await page.unrouteAll();
    const away = { status: 503, json: { detail: 'Away for now.', requestId: 'req_away' } };
    await page.route('**/api/audit**', (route) => route.fulfill(away));
    await page.reload();
    await page.getByRole('heading', { name: 'The entries could not be loaded' }).waitFor();
    await page.getByText('req_away').first().waitFor();
  });
});

describe('an entry', () => {
  it('tells what was before from what is after, member by member of what is JSON, and never shows a secret', async () => {
    const { page } = await visitAudit('/audit?entry=8', madeUpAudit(100));
    const table = drawer(page).getByRole('table', { name: /^Values of/ });
    const row = (name: string) => table.getByRole('row', { name: new RegExp(`^${name} changed`) });
    await row('condition.threshold').waitFor();
    expect(await row('condition.threshold').locator('del').textContent()).toBe('10');
    expect(await row('condition.threshold').locator('ins').textContent()).toBe('20');
    expect(await row('secret').textContent()).toContain('another secret');
    expect(await table.getByText('groupBy').count()).toBe(0);
    await drawer(page)
      .getByRole('button', { name: /Show 5.unchanged values/ })
      .click();
    await table.getByText('condition.groupBy').waitFor();
    expect(await drawer(page).getByText('[redacted').count()).toBe(0);
  });

  it('leads to what the same request did, to all of its actor, and to its proof with the command that checks it', async () => {
    const { page, faults } = await visitAudit('/audit?entry=8', madeUpAudit(100));
    await drawer(page).getByRole('link', { name: 'rule.change' }).first().click();
    await drawer(page).getByText('Entry 7').waitFor();
    const download = page.waitForEvent('download');
    await drawer(page).getByRole('button', { name: 'Download the proof' }).click();
    expect((await download).suggestedFilename()).toBe('audit-proof-7.json');
    await drawer(page).getByText('audit-proof-7.json').waitFor();
    await drawer(page).getByRole('button', { name: 'Only this actor' }).click();
    await drawer(page).waitFor({ state: 'detached' });
    expect(search(page)).toMatchObject({ actor: 'key_7' });
    expect(faults).toEqual([]);
  });

  it('that is not there says so', async () => {
    const { page } = await visitAudit('/audit?entry=101', madeUpAudit(100));
    await drawer(page).getByRole('heading', { name: 'There is no such entry' }).waitFor();
  });
});

describe('on a phone', () => {
  it('the part that is open is in view among the tabs', async () => {
    const { page } = await dashboard.visit({ signedIn: true, viewport: { width: 390, height: 844 } });
    await answerAudit(page, altered(madeUpAudit(100)));
    await page.goto(at('/audit/findings'));
    const inView = () =>
      page.getByRole('navigation', { name: 'Audit' }).evaluate((bar) => {
        const current = bar.querySelector('[aria-current]')?.getBoundingClientRect();
        return current !== undefined && current.right <= bar.getBoundingClientRect().right + 1;
      });
    await expect.poll(inView).toBe(true);
  });
});

describe('checkpoints and changes of the schema', () => {
  it('are: a checkpoint that is signed on request, with the public keys beside it', async () => {
    const made = madeUpAudit(100);
    const { page } = await visitAudit('/audit/checkpoints', made);
    const list = page.getByRole('grid', { name: /^Checkpoints/ });
    await list.getByRole('row').first().getByText('1 to 98').waitFor();
    await page.getByRole('button', { name: 'Seal now' }).click();
    await list.getByRole('row').first().getByText('1 to 100').click();
    await page.getByRole('region', { name: 'Checkpoint note' }).getByText('breakwater.example/audit').waitFor();
    await page.getByRole('table', { name: 'Public keys' }).getByText('breakwater.example/audit+').waitFor();
  });

  it('are: a checkpoint that no key of ours signed, which stands out and says that it counts for nothing', async () => {
    const { page } = await visitAudit('/audit/checkpoints', withForged(madeUpAudit(100)));
    const list = page.getByRole('grid', { name: /^Checkpoints/ });
    await list.getByRole('row', { name: /1 to 1,000,000 .*Forged/ }).click();
    const opened = page.getByRole('dialog', { name: 'Checkpoint' });
    await opened.getByText('No key of this deployment signed it').waitFor();
    await opened.getByRole('region', { name: 'Checkpoint note' }).getByText('1000000').waitFor();
  });

  it('are: changes that no migration made, which stand out, with their text before and after', async () => {
    const { page } = await visitAudit('/audit/schema', madeUpAudit(100));
    await page.getByText('No migration').first().click();
    const change = page.getByRole('dialog', { name: 'Schema change' });
    await change.getByText('somebody changed it by hand').waitFor();
    expect(await change.locator('ins').textContent()).toBe(' DESC');
  });
});

describe('against the server', () => {
  it('a change is found with its values, and its proof convinces the verifier that knows nothing of the server', async () => {
    const admin = dashboard.admin;
    const destination = { name: 'On call', kind: 'webhook', url: 'https://hooks.example.com/x' };
    const id = textIn(await admin.post(`/api/destinations?project=${dashboard.projectId}`, destination), 'id');
    const { page, faults } = await dashboard.visit({ signedIn: true, acceptDownloads: true });
    await page.goto(at(`/audit?target=${id}&table=destinations`));
    await grid(page).getByText('destinations.insert').click();
    const values = drawer(page).getByRole('table', { name: `Values of ${id}` });
    await values
      .getByRole('row', { name: /^definition.name added/ })
      .getByText('On call')
      .waitFor();
    await drawer(page).getByText('admin', { exact: true }).first().waitFor();
    await drawer(page).getByRole('link', { name: 'destination.create' }).waitFor();
    const download = page.waitForEvent('download');
    await drawer(page).getByRole('button', { name: 'Download the proof' }).click();
    const file = await (await download).path();
    const command = (await drawer(page).getByRole('region', { name: 'Verify command' }).textContent()) ?? '';
    const key = /--key '([^']+)'/.exec(command)?.[1] ?? '';
    const { stdout } = await promisify(execFile)(process.execPath, [
      'scripts/verify-audit.mjs',
      'proof',
      '--key',
      key,
      file,
    ]);
    const { entry = '' } = search(page);
    expect(stdout).toMatch(new RegExp(`^holds: entry ${entry} is in the trail of \\d+ entries`));
    await page.getByRole('button', { name: 'Verify now' }).click();
    await page.getByText(/^Done\. All \d+ sealed entries are what was sealed\.$/).waitFor();
    await page.goto(at('/audit/checkpoints'));
    await page
      .getByRole('grid', { name: /^Checkpoints/ })
      .getByRole('row')
      .first()
      .waitFor();
    await page.goto(at('/audit/schema'));
    await page.getByRole('heading', { name: 'Nothing has changed' }).or(page.getByRole('row').first()).waitFor();
    await page.goto(at('/audit?entry=1'));
    await drawer(page).getByText('Entry 1', { exact: true }).waitFor();
    expect(faults).toEqual([]);
  });
});

describe('whoever is no administrator', () => {
  it('is told so, and is not offered the page', async () => {
    const analyst = { username: 'analyst', password: 'a-long-password-of-an-analyst', role: 'analyst' };
    await dashboard.admin.post('/api/users', analyst);
    const { page } = await dashboard.visit();
    await answerAudit(page, madeUpAudit(10));
    await enterPassword(page, at('/audit'), analyst.username, analyst.password);
    await page.getByRole('heading', { name: 'The audit trail is for administrators' }).waitFor();
    expect(await page.getByRole('link', { name: 'Audit' }).count()).toBe(0);
  });
});
