import { describe, expect, it } from 'vitest';
import { useDashboard } from './dashboard.ts';

const dashboard = await useDashboard('Shop');

describe('Settings, Deployment', () => {
  it('says of each store and class of object whether it answers, and how far behind the rest is', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width: 1440, height: 900 } });
    await page.goto(`${dashboard.server.url}/settings/deployment`);
    const checks = page.getByRole('table', { name: 'Checks' });
    await checks.getByText('Database (D1)').waitFor();
    const rows = await checks.getByRole('row').allTextContents();
    expect(rows.slice(1).map((text) => text.replace(/\d+ ms$/, ''))).toEqual([
      ...['Database (D1)', 'Bucket (R2)', 'Journals', 'Hubs of sockets', 'Limiters', 'Fraud sessions'].map(
        (name) => `${name}okanswers`,
      ),
      ...['Destinations', 'Alerts', 'Metrics'].map((name) => `${name}okanswers`),
      expect.stringMatching(/^Cronok(has not run yet|ran \d+ s ago)$/),
    ]);
    await page.getByText('Every store and every class of object answers.').waitFor();
    await page.getByRole('table', { name: 'How far behind' }).getByText('Audit trail').waitFor();
    expect(faults).toEqual([]);
  });

  it('keeps the log of the deployment as records of a project, says where, and takes it back', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width: 390, height: 844 } });
    await page.goto(`${dashboard.server.url}/settings/deployment`);
    const kept = page.getByRole('combobox', { name: 'Kept as records of' });
    await kept.selectOption({ label: 'Shop' });
    await page.getByRole('link', { name: 'Search it' }).waitFor();
    const stored = async () => (await dashboard.admin.get('/api/log-settings')) as { projectId: string | null };
    expect(await stored()).toMatchObject({ projectId: dashboard.projectId });
    await page.getByRole('button', { name: 'Undo' }).click();
    await page.getByRole('link', { name: 'Search it' }).waitFor({ state: 'detached' });
    expect(await stored()).toMatchObject({ projectId: null });
    expect(faults).toEqual([]);
  });

  it('says what is away, also where the answer is 503', async () => {
    const { page } = await dashboard.visit({ signedIn: true, viewport: { width: 1440, height: 900 } });
    const check = (name: string, ok: boolean, mayWait = false) => ({
      name,
      ok,
      mayWait,
      detail: 'said',
      durationMs: 3,
    });
    await page.route('**/api/ready', (route) =>
      route.fulfill({
        status: 503,
        json: {
          ...{ status: 'not_ready', version: '1.2.3', deployment: null, archive: null },
          checks: [check('store', false), check('cron', false, true), check('something_new', true)],
          lag: { sealMs: 7_000, archiveMs: null, archiveDueBlocks: null, auditMs: 0 },
        },
      }),
    );
    await page.goto(`${dashboard.server.url}/settings/deployment`);
    const checks = page.getByRole('table', { name: 'Checks' });
    await checks.getByText('something_new').waitFor();
    expect((await checks.getByRole('row').allTextContents()).slice(1)).toEqual([
      'Bucket (R2)awaysaid3 ms',
      'Cronlatesaid3 ms',
      'something_newoksaid3 ms',
    ]);
    await page.getByText('Requests fail, or some of them do.').waitFor();
    const lag = page.getByRole('table', { name: 'How far behind' });
    expect((await lag.getByRole('row').allTextContents()).slice(1)).toEqual([
      expect.stringMatching(/^Sealingthe oldest record waits 7.s$/),
      'Archivenot known: nobody answered',
      'Audit trailall is sealed',
    ]);
  });
});
