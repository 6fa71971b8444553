import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { enterPassword } from './account-steps.ts';
import { useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';
import { answerJobs, type MadeUpJobs, madeUpJobs, madeUpNothing } from './jobs-answers.ts';

const dashboard = await useDashboard('The shop');

const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const jobs = (page: Page) => page.getByRole('grid', { name: /^Jobs/ });
const notices = (page: Page) => page.getByRole('grid', { name: /^Notices/ });
const drawer = (page: Page, name: string) => page.getByRole('dialog', { name, exact: true });
const search = (page: Page) => new URL(page.url()).searchParams;

async function visitJobs(path: string, made: MadeUpJobs): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerJobs(page, made);
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

const NOTICE = encodeURIComponent('job.failed/archive/1');
const ALL_PATHS = [
  ...['/operations/jobs', '/operations/jobs?job=archive', '/operations/jobs?job=none', '/operations/notices'],
  `/operations/notices?notice=${NOTICE}`,
];
const STATES: { what: string; made: () => MadeUpJobs; paths: readonly string[] }[] = [
  { what: '100,000 notices and every job well', made: () => madeUpJobs(), paths: ALL_PATHS },
  {
    what: 'jobs that fail',
    made: () => madeUpJobs({ failing: true }),
    paths: ['/operations/jobs', ALL_PATHS[1] ?? ''],
  },
  { what: 'nothing', made: () => madeUpNothing(), paths: ['/operations/jobs', '/operations/notices'] },
];

describe('the pages of jobs and notices', () => {
  it.each(SIZES)(
    'on a %s pass axe in both themes, move nothing while they load and fit their width, with 100,000 notices, failures and nothing',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerJobs(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('say above all whether every job does its work, and which does not', async () => {
    const { page } = await visitJobs('/operations/jobs', madeUpJobs());
    await page.getByRole('heading', { name: 'Every job does its work' }).waitFor();
    await page.getByText(/12\.3.% of 10.GB/).waitFor();
    await page.unrouteAll();
    const made = madeUpJobs({ failing: true });
    await answerJobs(page, made);
    await page.reload();
    await page.getByRole('heading', { name: '2 jobs fail' }).waitFor();
    await page.getByText('archive, rollups', { exact: true }).waitFor();
    await page.unrouteAll();
    const long = Date.now() - 30 * 60_000;
    const stopped = made.jobs.map((job) => ({ ...job, last: job.last && { ...job.last, startedAtMs: long } }));
    await answerJobs(page, { ...made, jobs: stopped });
    await page.reload();
    await page.getByRole('heading', { name: /^No job has run for 30.min$/ }).waitFor();
  });

  it('lead by keyboard to what a job does and to its runs, and run it when asked', async () => {
    const made = madeUpJobs();
    const { page, faults } = await visitJobs('/operations/jobs', made);
    await jobs(page).getByRole('row').first().waitFor();
    await walkDown(page, 8);
    await page.keyboard.press('Enter');
    const open = drawer(page, 'Job');
    await open.getByText('Moves blocks that are older').waitFor();
    expect(search(page).get('job')).toBe('archive');
    await open.getByText('asked for by ada').waitFor();
    await open.getByRole('button', { name: 'Run now' }).click();
    await page.getByText(/archive: 13 blocks, 14\.2.MB raw, 58\.2k records/).waitFor();
    await open.getByText('asked for by admin').waitFor();
    expect(made.sent).toEqual([{ method: 'POST', path: 'jobs/archive/run', body: null }]);
    await page.keyboard.press('Escape');
    await open.waitFor({ state: 'detached' });
    expect(faults).toEqual([]);
  });

  it('say that a run that was asked for failed, and why one was not begun', async () => {
    const { page } = await visitJobs('/operations/jobs?job=archive', madeUpJobs({ runEnds: 'failed' }));
    const button = drawer(page, 'Job').getByRole('button', { name: 'Run now' });
    await button.click();
    await page.getByText(/^archive failed\. The database did not answer\./).waitFor();
    await page.route('**/api/jobs/archive/run', (route) =>
      route.fulfill({
        status: 409,
        json: { status: 409, code: 'cron_job_running', title: 'The job is running', detail: 'archive is running now.' },
      }),
    );
    await button.click();
    await page.getByText('archive is running now.').waitFor();
  });

  it('draw of 100,000 notices those in view, open one by keyboard, and read on', async () => {
    const { page, faults } = await visitJobs('/operations/notices', madeUpJobs());
    await notices(page).getByRole('row').first().waitFor();
    expect(await notices(page).getByRole('row').count()).toBeLessThan(80);
    await walkDown(page, 2);
    await page.keyboard.press('Enter');
    const open = drawer(page, 'Notice');
    await open.getByRole('link', { name: 'See where it came from' }).waitFor();
    expect(search(page).get('notice')).toBe('job.failed/archive/1');
    await page.keyboard.press('Escape');
    await notices(page).focus();
    await page.keyboard.press('End');
    await page.waitForFunction(
      () => Number(document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount')) > 300,
    );
    expect(faults).toEqual([]);
  });

  it('say that nobody is told, and let destinations of any project be chosen', async () => {
    const made = madeUpJobs({ destinationIds: [] });
    const { page } = await visitJobs('/operations/notices', made);
    await page.getByText('Nobody is told: choose destinations for them.').waitFor();
    await page.getByRole('heading', { name: /^At least 67.critical notices within a day$/ }).waitFor();
    await page.getByRole('button', { name: 'Who is told' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who is told' });
    await dialog.getByLabel(/^On call 0/).check();
    await dialog.getByLabel(/^On call 4/).check();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await page.getByText('They are sent to 2\u00a0destinations.').waitFor();
    expect(made.sent).toEqual([
      { method: 'PUT', path: 'notices/settings', body: { destinationIds: ['dst_0', 'dst_4'] } },
    ]);
  });

  it('show a destination that was deleted until somebody takes it away', async () => {
    const made = madeUpJobs({ destinationIds: ['dst_0', 'dst_gone'] });
    const { page } = await visitJobs('/operations/notices', made);
    await page.getByRole('button', { name: 'Who is told' }).click();
    const dialog = page.getByRole('dialog', { name: 'Who is told' });
    await dialog.getByLabel('dst_gone, which was deleted').uncheck();
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'detached' });
    expect(made.destinationIds).toEqual(['dst_0']);
  });

  it('keep what they had when a store is away, and say so', async () => {
    const { page } = await visitJobs('/operations/jobs', madeUpJobs());
    const json = { status: 503, code: 'store_away', title: 'Away', detail: 'Away.', requestId: 'req-1' };
    await page.route('**/api/jobs', (route) => route.fulfill({ status: 503, json }));
    await page.getByRole('region', { name: 'Jobs' }).getByRole('button', { name: 'Refresh' }).click();
    await page.getByText('The rest could not be loaded').waitFor();
    expect(await jobs(page).getByRole('row').count()).toBeGreaterThan(5);
    await page.reload();
    await page.getByRole('heading', { name: 'The jobs could not be loaded' }).waitFor();
  });

  it('are for administrators: others have no such tabs, and read why', async () => {
    const { server } = dashboard;
    const name = `viewer-${Date.now()}`;
    const password = 'correct horse battery staple';
    await dashboard.admin.post('/api/users', { username: name, password, role: 'viewer' });
    const { page } = await dashboard.visit();
    await enterPassword(page, server.url, name, password);
    await page.getByRole('navigation', { name: 'Pages' }).waitFor();
    await page.goto(at('/operations/jobs'));
    await page.getByRole('heading', { name: 'Jobs are for administrators' }).waitFor();
    expect(await page.getByRole('navigation', { name: 'Operations' }).getByRole('link').allTextContents()).toEqual([
      ...['Peer to peer', 'Profile'],
    ]);
  });

  it('list what the server really does, run it, and raise what fails', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await page.goto(at('/operations/jobs?job=page_retention'));
    const open = drawer(page, 'Job');
    await open.getByRole('button', { name: 'Run now' }).click();
    await page.getByText('page_retention: nothing to do').waitFor();
    await open.getByText('asked for by admin').waitFor();
    await page.goto(at('/operations/notices'));
    await page.getByText('Nobody is told: choose destinations for them.').waitFor();
    expect(faults).toEqual([]);
  });
});
