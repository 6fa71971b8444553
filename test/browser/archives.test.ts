import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AdminSession, logIn } from '../../scripts/start/api.ts';
import type { ArchiveStatus } from '../../src/wire/archive.ts';
import { type StartedServer, startServer } from '../helpers/node/server.ts';
import { enterPassword } from './account-steps.ts';
import { answerArchives, behind, type MadeUpArchives, madeUpArchives } from './archives-answers.ts';
import { textIn, useDashboard, walkDown } from './dashboard.ts';
import { FLAWLESS, inspect, SIZES, settled, watchShifts } from './inspected.ts';

const dashboard = await useDashboard('The shop');

const HOUR_MS = 3_600_000;
const at = (path: string) =>
  `${dashboard.server.url}${path}${path.includes('?') ? '&' : '?'}project=${dashboard.projectId}`;
const grid = (page: Page) => page.getByRole('grid', { name: /^Archives/ });
const drawer = (page: Page) => page.getByRole('dialog', { name: 'Archive', exact: true });
const search = (page: Page) => new URL(page.url()).searchParams;

async function visitArchives(path: string, made: MadeUpArchives): Promise<{ page: Page; faults: string[] }> {
  const { page, faults } = await dashboard.visit({ signedIn: true });
  await answerArchives(page, made);
  await page.goto(at(path));
  await settled(page);
  return { page, faults };
}

const MANY = 100_000;
const ALL_PATHS = ['/archives', '/archives?archive=arc_2', '/archives/holds', '/archives/warehouse'];
const STATES: { what: string; made: () => MadeUpArchives; paths: readonly string[] }[] = [
  { what: '100,000 archives', made: () => madeUpArchives(MANY), paths: ALL_PATHS },
  { what: 'a move that is late', made: () => behind(madeUpArchives(10), 30 * HOUR_MS), paths: ['/archives'] },
  { what: 'nothing', made: () => madeUpArchives(0), paths: ['/archives', '/archives/holds', '/archives/warehouse'] },
];

describe('the page of archives', () => {
  it.each(SIZES)(
    'on a %s passes axe in both themes, moves nothing while it loads and fits its width, with 100,000 archives, few and none',
    async (_, width, height) => {
      const { page, faults } = await dashboard.visit({ signedIn: true, viewport: { width, height } });
      await watchShifts(page);
      for (const { what, made, paths } of STATES) {
        await page.unrouteAll();
        await answerArchives(page, made());
        for (const path of paths) {
          expect({ path, what, ...(await inspect(page, at(path))) }).toEqual({ path, what, ...FLAWLESS });
        }
      }
      expect(faults).toEqual([]);
    },
  );

  it('says whether the past is complete and how far behind the move is', async () => {
    const { page } = await visitArchives('/archives', madeUpArchives(MANY));
    await page.getByRole('heading', { name: 'The past is complete' }).waitFor();
    await page.getByText(/5\.82G.records, from \d{4}-\d\d-\d\d to \d{4}-\d\d-\d\d/).waitFor();
    await page.unrouteAll();
    await answerArchives(page, behind(madeUpArchives(10), 7 * HOUR_MS));
    await page.reload();
    await page.getByRole('heading', { name: /^The move is 7.h behind$/ }).waitFor();
    await page.getByText(/records move after 12.days instead of 30/).waitFor();
  });

  it('is reached by g h, draws of 100,000 archives those in view, and is walked and opened by keyboard', async () => {
    const { page, faults } = await dashboard.visit({ signedIn: true });
    await answerArchives(page, madeUpArchives(MANY));
    await page.goto(at('/logs'));
    await settled(page);
    await page.keyboard.press('g');
    await page.keyboard.press('h');
    await grid(page).getByRole('row').first().waitFor();
    expect(await grid(page).getByRole('row').count()).toBeLessThan(80);
    await walkDown(page, 5);
    await page.keyboard.press('Enter');
    await drawer(page).getByText('Manifest of the day').waitFor();
    expect(search(page).get('archive')).toBe('arc_4');
    await page.keyboard.press('j');
    await page.waitForFunction(() => window.location.search.includes('arc_5'));
    await page.keyboard.press('Escape');
    await drawer(page).waitFor({ state: 'detached' });
    // The list is read on where somebody comes near its end.
    await page.keyboard.press('Tab');
    await grid(page).focus();
    await page.keyboard.press('End');
    await page.waitForFunction(
      () => Number(document.querySelector('[role="grid"]')?.getAttribute('aria-rowcount')) > 300,
    );
    expect(faults).toEqual([]);
  });

  it('is narrowed by stream and by a time of years, both in the address', async () => {
    const { page } = await visitArchives('/archives', madeUpArchives(5_000));
    await page.getByLabel('Stream', { exact: true }).selectOption('errors');
    await page.getByRole('button', { name: 'Time: Any time' }).click();
    await page.getByLabel('To, local time').fill('2026-01-01T00:00');
    await page.getByRole('button', { name: 'Show', exact: true }).click();
    await grid(page).getByRole('row').first().getByText('2025-12-31').waitFor();
    expect(search(page).get('stream')).toBe('errors');
    expect(search(page).get('since')).toBeNull();
    expect(Number(search(page).get('until'))).toBe(new Date(2026, 0, 1).getTime());
    expect(await grid(page).getByText('vitals').count()).toBe(0);
    await page.getByRole('button', { name: 'Clear' }).click();
    await grid(page).getByText('vitals').first().waitFor();
    await page.goto(at('/archives?until=0'));
    await page.getByRole('heading', { name: 'No archive has what the filters ask for' }).waitFor();
  });

  it('moves what is due in bounded runs, says how far that is, is stopped and goes on', async () => {
    const made = behind(madeUpArchives(10), 7 * HOUR_MS);
    const { page } = await visitArchives('/archives', made);
    const first = Promise.withResolvers<void>();
    await page.route('**/api/archives/run', async (route) => {
      await first.promise;
      await route.fallback();
    });
    await page.getByRole('button', { name: 'Archive now' }).click();
    await page.getByText('Looking for blocks that are due').waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopping when this part is done').waitFor();
    first.resolve();
    await page.getByText(/Stopped\. 10 of 30.blocks moved into 1.object/).waitFor();
    expect(made.sent).toHaveLength(1);
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByText(/Done\. 30 of 30.blocks moved into 3.objects: 150k.records/).waitFor();
    await page.getByRole('heading', { name: /^The past is complete/ }).waitFor();
    expect(made.sent).toEqual(
      made.sent.map(() => ({ method: 'POST', path: 'archives/run', body: { project: dashboard.projectId } })),
    );
  });

  it('says what could not be loaded, with the id of the request and another try, also of one archive', async () => {
    const { page } = await dashboard.visit({ signedIn: true });
    const away = { status: 503, json: { detail: 'Away for now.', requestId: 'req_away' } };
    await page.route('**/api/archives**', (route) => route.fulfill(away));
    await page.goto(at('/archives'));
    await page.getByRole('heading', { name: 'The archives could not be loaded' }).waitFor();
    await page.getByText('req_away').first().waitFor();
    await page.unrouteAll();
    await answerArchives(page, madeUpArchives(10));
    const retries = page.getByRole('button', { name: 'Try again' });
    await retries.first().click();
    await expect.poll(() => retries.count()).toBe(1);
    await retries.click();
    await page.getByRole('heading', { name: 'The past is complete' }).waitFor();
    await grid(page).getByRole('row').first().waitFor();
    await page.goto(at('/archives?archive=arc_999'));
    await drawer(page).getByRole('heading', { name: 'There is no such archive' }).waitFor();
  });
});

describe('an archive', () => {
  it('that is being written or deleted says so, and offers nothing that the server would refuse', async () => {
    const { page } = await visitArchives('/archives?archive=arc_1', madeUpArchives(10));
    const offered = () =>
      drawer(page)
        .getByText(/^(Verify|Download|Restore this time)$/)
        .count();
    await drawer(page)
      .getByText(/^It is being written, and read back before/)
      .waitFor();
    await drawer(page).getByText('has its records', { exact: true }).waitFor();
    expect(await offered()).toBe(0);
    await page.goto(at('/archives?archive=arc_5'));
    await drawer(page)
      .getByText(/its object is being deleted\.$/)
      .waitFor();
    expect(await offered()).toBe(0);
    await page.goto(at('/archives?archive=arc_0'));
    await drawer(page).getByRole('link', { name: 'Download' }).waitFor();
    expect(await offered()).toBe(3);
  });

  it('is read back and compared on request, and says what is wrong', async () => {
    const made = madeUpArchives(10);
    const { page } = await visitArchives('/archives?archive=arc_3', made);
    await drawer(page).getByText('It was not read back since it was written.').waitFor();
    await drawer(page).getByRole('button', { name: 'Verify' }).click();
    await drawer(page)
      .getByText(/It is what was written: 58.2k.records/)
      .waitFor();
    made.problems = ['Block 3 hashes to another value than its index row has.'];
    await drawer(page).getByRole('button', { name: 'Verify' }).click();
    await drawer(page).getByText('It is not what was written').waitFor();
    await drawer(page).getByText('Block 3 hashes to another value').waitFor();
  });

  it('is downloaded, and read by commands with its own key', async () => {
    const { page } = await visitArchives('/archives?archive=arc_0', madeUpArchives(10));
    const href = await drawer(page).getByRole('link', { name: 'Download' }).getAttribute('href');
    expect(href).toBe(`/api/archives/arc_0/download?project=${dashboard.projectId}`);
    const key =
      (await drawer(page)
        .getByText(/^archive\/prj\//)
        .textContent()) ?? '';
    const command = (name: string) => drawer(page).getByRole('region', { name: `${name} command` });
    expect(await command('From R2').textContent()).toContain(key);
    for (const name of ['zcat', 'DuckDB', 'ClickHouse']) {
      expect(await command(name).textContent()).toContain('batch-0001.ndjson.gz');
    }
    await drawer(page).getByText('As it is written').click();
    await drawer(page).getByRole('region', { name: 'Manifest as JSON' }).getByText('breakwater-archive/1').waitFor();
  });

  it('is restored for some days, with progress until all of it is', async () => {
    const made = madeUpArchives(10);
    const { page } = await visitArchives('/archives?archive=arc_0', made);
    await drawer(page).getByRole('button', { name: 'Restore this time' }).click();
    const dialog = page.getByRole('dialog', { name: 'Restore a time' });
    await dialog.getByText(/^1.archive with 12.blocks/).waitFor();
    await dialog.getByLabel('For', { exact: true }).fill('14');
    await dialog.getByRole('button', { name: 'Restore', exact: true }).click();
    await dialog.getByText(/Done\. 30.blocks .* in the database until/).waitFor();
    expect(made.sent).toHaveLength(3);
    expect(made.sent[0]?.body).toMatchObject({ stream: 'logs', days: 14 });
    await dialog.getByRole('button', { name: 'Done' }).click();
    await dialog.waitFor({ state: 'detached' });
  });
});

describe('the chain, the settings and the holds', () => {
  it('are: a chain that is checked, and says what is wrong with it', async () => {
    const made = madeUpArchives(10);
    made.problems = ['Manifest 7 does not name manifest 6 by its hash.'];
    const { page } = await visitArchives('/archives', made);
    await page.getByRole('button', { name: 'Verify chain' }).click();
    const dialog = page.getByRole('dialog', { name: 'Verify the chain of manifests' });
    await dialog.getByRole('button', { name: 'Check now' }).click();
    await dialog.getByText('Manifest 7 does not name').waitFor();
    expect(made.sent).toHaveLength(5);
    made.problems = [];
    await dialog.getByRole('button', { name: 'Check again' }).click();
    await dialog.getByText('The chain is what was written').waitFor();
  });

  it('are: a chain whose check is stopped says of no more than it has read that it is whole, and goes on from there', async () => {
    const made = madeUpArchives(10);
    const { page } = await visitArchives('/archives', made);
    const held = Promise.withResolvers<void>();
    await page.route(/archives\/verify\?.*after=100\b/, async (route) => {
      await held.promise;
      await route.fallback();
    });
    await page.getByRole('button', { name: 'Verify chain' }).click();
    const dialog = page.getByRole('dialog', { name: 'Verify the chain of manifests' });
    await dialog.getByRole('button', { name: 'Check now' }).click();
    await dialog.getByText('Read up to number 100.').waitFor();
    await dialog.getByRole('progressbar', { name: 'Checking the chain' }).waitFor();
    await dialog.getByRole('button', { name: 'Stop' }).click();
    held.resolve();
    await dialog.getByText(/^The chain up to number 200 is what was written/).waitFor();
    expect(await dialog.getByText(/^The chain is/).count()).toBe(0);
    await dialog.getByRole('button', { name: 'Go on' }).click();
    await dialog.getByText(/^The chain is what was written/).waitFor();
    expect(made.sent).toHaveLength(5);
  });

  it('are: settings that say in words what they do, and delete at once only by the typed name of the project', async () => {
    const made = madeUpArchives(1_000);
    const { page } = await visitArchives('/archives', made);
    await page.getByRole('button', { name: 'Settings' }).click();
    const dialog = page.getByRole('dialog', { name: 'Settings of the archive' });
    await dialog.getByText(/Archives are deleted 7.years after their records, but vitals after 400.days/).waitFor();
    await dialog.getByLabel('In the database for').fill('14');
    await dialog.getByText(/Records are in the database for 14.days, then in R2/).waitFor();
    await dialog.getByLabel('Add a stream that differs').selectOption('errors');
    await dialog.getByLabel('Deleted after, errors').fill('60');
    await dialog.getByText(/The next run deletes what is there now: errors before/).waitFor();
    const save = dialog.getByRole('button', { name: 'Save, and delete' });
    expect(await save.isDisabled()).toBe(true);
    await dialog.getByLabel('Type “The shop” to confirm').fill('The shop');
    made.refusal = {
      status: 400,
      body: { code: 'invalid_input', errors: [{ pointer: '/hotDays', reason: 'must be a whole number' }] },
    };
    await save.click();
    await dialog.getByText('Must be a whole number.').waitFor();
    await save.click();
    await dialog.waitFor({ state: 'detached' });
    expect(made.sent.at(-1)).toMatchObject({
      method: 'PUT',
      path: 'archives/settings',
      body: { hotDays: 14, retentionDays: 2_557, retentionDaysByStream: { vitals: 400, errors: 60 } },
    });
  });

  it('are: legal holds that are added for a time and a reason, and released by typing', async () => {
    const made = madeUpArchives(10);
    const { page, faults } = await visitArchives('/archives/holds', made);
    await page.getByText(/^2.holds are in force/).waitFor();
    await page.getByRole('button', { name: 'Add a hold' }).click();
    const dialog = page.getByRole('dialog', { name: 'Add a legal hold' });
    await dialog.getByLabel('Stream').selectOption('fraud');
    await dialog.getByLabel('From, local time').fill('2026-01-01T00:00');
    await dialog.getByLabel('Reason').fill('Case 7');
    await dialog.getByRole('button', { name: 'Hold' }).click();
    await page.getByRole('table', { name: 'Legal holds' }).getByText('Case 7').waitFor();
    expect(made.sent[0]?.body).toEqual({
      ...{ stream: 'fraud', fromMs: new Date(2026, 0, 1).getTime(), toMs: null, reason: 'Case 7' },
    });
    await page.getByRole('button', { name: 'Release' }).first().click();
    const confirm = page.getByRole('dialog', { name: 'Release the legal hold' });
    expect(await confirm.getByRole('button', { name: 'Release' }).isDisabled()).toBe(true);
    await confirm.getByLabel('Type “The shop” to confirm').fill('The shop');
    await confirm.getByRole('button', { name: 'Release' }).click();
    await page.getByText('The hold is released').waitFor();
    expect(made.sent[1]).toMatchObject({ method: 'POST', path: 'archives/holds/hld_new_3/release' });
    expect(faults).toEqual([]);
  });

  it('are: Parquet files of days and streams, with a command that reads one', async () => {
    const { page } = await visitArchives('/archives/warehouse', madeUpArchives(1_000));
    await walkDown(page, 1);
    await page.keyboard.press('Enter');
    const file = page.getByRole('dialog', { name: 'Parquet file' });
    await file.getByRole('region', { name: 'DuckDB command' }).getByText('.parquet').waitFor();
    expect(await file.getByRole('link', { name: 'Download' }).getAttribute('href')).toMatch(
      /^\/api\/archives\/warehouse\/\d{4}-\d\d-\d\d\/logs\?project=/,
    );
  });
});

/** As many records as are sealed at once, without waiting for the rest of a minute. */
const BLOCK = 5_000;

describe('against the server', () => {
  it('what has become old moves, is read back, is downloaded as gzip that any reader takes, and comes back hot', async () => {
    const young = await startServer();
    const { stateDir, adminPassword } = young;
    const admin = await adminOf(young);
    const project = textIn(await admin.post('/api/projects', { name: 'Old' }), 'id');
    const key = textIn(
      await admin.post(`/api/projects/${project}/keys`, { name: 'sender', scopes: ['ingest'] }),
      'key',
    );
    const records = Array.from({ length: BLOCK }, (_, i) => ({
      service: 'checkout',
      message: `order ${i} took its time`,
    }));
    const sent = await fetch(`${young.url}/api/ingest`, {
      ...{ method: 'POST', body: JSON.stringify(records) },
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    });
    expect(sent.status).toBe(202);
    await expect.poll(() => blocksOf(admin, project), { timeout: 100_000, interval: 1_000 }).toBeGreaterThan(0);
    await young.stop();
    const old = await startServer({ stateDir, flags: ['--no-demo', '--clock-offset', '40d'] });
    onTestFinished(async () => void (await old.stop()));

    const { page, faults } = await dashboard.visit({ acceptDownloads: true });
    await enterPassword(page, `${old.url}/archives?project=${project}`, 'admin', adminPassword);
    await page.getByRole('heading', { name: /^The move is .* behind$/ }).waitFor();
    await page.getByRole('button', { name: 'Archive now' }).click();
    await page.getByText(/^Done\. 1 of 1.block moved into 1.object: 5k.records/).waitFor();
    await page.getByRole('heading', { name: 'The past is complete' }).waitFor();
    await page.getByRole('button', { name: 'Refresh' }).click();
    await grid(page).getByRole('row').first().click();
    await drawer(page).getByRole('button', { name: 'Verify' }).click();
    await drawer(page)
      .getByText(/It is what was written: 5k.records/)
      .waitFor();
    const download = page.waitForEvent('download');
    await drawer(page).getByRole('link', { name: 'Download' }).click();
    const file = await download;
    expect(await drawer(page).getByRole('region', { name: 'zcat command' }).textContent()).toContain(
      file.suggestedFilename(),
    );
    const lines = gunzipSync(readFileSync(await file.path()))
      .toString()
      .trim()
      .split('\n');
    expect(lines).toHaveLength(BLOCK);
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ service: 'checkout' });
    await drawer(page).getByRole('button', { name: 'Restore this time' }).click();
    const restore = page.getByRole('dialog', { name: 'Restore a time' });
    await restore.getByText(/^1.archive with 1.block/).waitFor();
    await restore.getByRole('button', { name: 'Restore', exact: true }).click();
    await restore.getByText(/^Done\./).waitFor();
    await restore.getByRole('button', { name: 'Done' }).click();
    await page.getByRole('button', { name: 'Verify chain' }).click();
    const chain = page.getByRole('dialog', { name: 'Verify the chain of manifests' });
    await chain.getByRole('button', { name: 'Check now' }).click();
    await chain.getByText('The chain is what was written').waitFor();
    await chain.getByRole('button', { name: 'Close' }).first().click();
    await page.getByRole('navigation', { name: 'Archives' }).getByRole('link', { name: 'Legal holds' }).click();
    await page.getByRole('button', { name: 'Add a hold' }).click();
    await page.getByLabel('From, local time').fill('2026-01-01T00:00');
    await page.getByLabel('Reason').fill('Case 7');
    await page.getByRole('button', { name: 'Hold', exact: true }).click();
    await page.getByText(/^1.hold is in force/).waitFor();
    await page.getByRole('navigation', { name: 'Archives' }).getByRole('link', { name: 'Archives' }).click();
    await grid(page).getByText('Held').waitFor();
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByLabel('In the database for').fill('14');
    await page.getByLabel(/Write a Parquet file/).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('The settings are changed').waitFor();
    expect(faults).toEqual([]);
  }, 300_000);
});

async function adminOf(server: StartedServer): Promise<AdminSession> {
  const answer = await logIn(server.url, 'admin', server.adminPassword);
  if (answer.kind !== 'ok') throw new Error(`admin cannot sign in: ${answer.kind}`);
  return answer.session;
}

async function blocksOf(admin: AdminSession, project: string): Promise<number> {
  const { hot } = (await admin.get(`/api/archives/status?project=${project}`)) as ArchiveStatus;
  return hot.blocks;
}

describe('whoever only reads', () => {
  it('sees what is archived, and no button that changes any of it', async () => {
    const viewer = { username: 'reader', password: 'a-long-password-of-a-reader', role: 'viewer' };
    await dashboard.admin.post('/api/users', viewer);
    const { page } = await dashboard.visit();
    await answerArchives(page, madeUpArchives(10));
    await enterPassword(page, at('/archives?archive=arc_0'), viewer.username, viewer.password);
    await drawer(page).getByText('Manifest of the day').waitFor();
    const actions = /Archive now|Verify|Restore|Settings|Download/;
    expect(await page.getByRole('button', { name: actions }).count()).toBe(0);
    expect(await page.getByRole('link', { name: /Download|Legal holds/ }).count()).toBe(0);
    await page.goto(at('/archives/holds'));
    await page.getByRole('heading', { name: 'Legal holds are for administrators' }).waitFor();
  });
});
