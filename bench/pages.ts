/**
 * How long a page takes that lists 100,000 entries, in Chromium: from the start of the navigation, with nothing of the page loaded before, until rows and figures
 * are drawn. The Worker runs in workerd with the dashboard as it is deployed; its database has 100,000 rows of what each page lists.
 */
import type { Browser, BrowserContext } from 'playwright-core';
import { enterPassword } from '../test/browser/account-steps.ts';
import { launchBrowser } from '../test/helpers/node/browser.ts';
import { type StartedWorkerd, startWorkerd } from '../test/helpers/node/workerd.ts';
import { type Visit, visit } from './lib/page-visits.ts';
import { fillRegisters } from './lib/registers/fill.ts';
import { median, quantile, type Row, thousands } from './lib/row.ts';
import { createTarget } from './lib/target.ts';

const ROWS = Number(process.env.BENCH_PAGE_ROWS ?? 100_000);
const RUNS = 7;
const DESKTOP = { width: 1440, height: 900 };

interface MeasuredPage {
  what: string;
  path: string;
  /** A row of each of its lists. */
  rows: string[];
}

const GRID_ROW = '[role="grid"] [role="row"] [role="gridcell"]';

function pagesOf(breachId: string): MeasuredPage[] {
  const entries = thousands(ROWS);
  return [
    { what: `Archives, ${entries} archives`, path: '/archives', rows: [GRID_ROW] },
    { what: `Operations › Jobs, ${entries} runs`, path: '/operations/jobs', rows: [GRID_ROW] },
    { what: `Operations › Notices, ${entries} notices`, path: '/operations/notices', rows: [GRID_ROW] },
    { what: `Audit, a sealed trail of more than ${thousands(2 * ROWS)} entries`, path: '/audit', rows: [GRID_ROW] },
    { what: `Compliance › Breaches, ${entries} breaches`, path: '/compliance/breaches', rows: [GRID_ROW] },
    {
      what: `Compliance › a breach with ${entries} affected users and as many communications`,
      ...{ path: `/compliance/breaches/${breachId}`, rows: [GRID_ROW, '.said-list li'] },
    },
    { what: `Compliance › Deletions, ${entries} requests`, path: '/compliance/deletions', rows: [GRID_ROW] },
    { what: 'Compliance › Templates, 1,000, the most', path: '/compliance/templates', rows: ['tbody tr'] },
  ];
}

export async function run(): Promise<Row[]> {
  const chromium = await launchBrowser();
  if (chromium.kind === 'absent')
    return [{ what: 'pages', reach: '< 1 s', ours: `not measured: ${chromium.reason}`, peers: {} }];
  const empty = await startWorkerd({ dashboard: true });
  const made = await firstRows(empty);
  await empty.stop();
  const started = performance.now();
  await fillRegisters(empty.stateDir, { ...made, rows: ROWS, nowMs: Date.now() }, made);
  console.error(`the lists are filled in ${thousands((performance.now() - started) / 1_000)} s`);
  const worker = await startWorkerd({ stateDir: empty.stateDir, dashboard: true });
  try {
    await sealAll(worker);
    const opened = await signedIn(chromium.browser, worker);
    const rows: Row[] = [];
    for (const page of pagesOf(made.breachId)) {
      const row = await measured(opened, worker.url, page);
      console.error(`${row.ours}: ${row.what}`);
      rows.push(row);
    }
    return rows;
  } finally {
    await chromium.browser.close();
    await worker.stop();
  }
}

/** What comes by the public API: a project, the first administrator, and the breach that everything is found of. */
async function firstRows(worker: StartedWorkerd) {
  const session = await worker.signIn();
  const { projectId } = await createTarget(session);
  const { userId, username } = (await session.get('/api/auth/me')) as { userId: string; username: string };
  const nowMs = Date.now();
  const breach = (await session.post('/api/compliance/breaches', {
    ...{ projectId, title: 'Payouts could be read', nature: 'A backup was open.', regimeIds: ['gdpr'] },
    ...{ detectedAtMs: nowMs - 7_200_000, awareAtMs: nowMs - 3_600_000 },
  })) as { id: string };
  const jobs = (await session.get('/api/jobs')) as { items: { name: string }[] };
  const admin = { id: userId, name: username };
  return { projectId, admin, breachId: breach.id, jobNames: jobs.items.map(({ name }) => name) };
}

/** As cron does, 10,000 entries a time, until a checkpoint covers what was there. */
async function sealAll(worker: StartedWorkerd): Promise<void> {
  const started = performance.now();
  const session = await worker.signIn();
  const { entries } = (await session.get('/api/audit/status')) as { entries: number };
  let sealed = 0;
  while (sealed < entries) sealed = ((await session.post('/api/audit/seal', {})) as { sealedSize: number }).sealedSize;
  console.error(`${thousands(sealed)} entries are sealed in ${thousands((performance.now() - started) / 1_000)} s`);
}

/** Makes browser profiles that know the session, and nothing of the dashboard yet. */
async function signedIn(browser: Browser, worker: StartedWorkerd): Promise<() => Promise<BrowserContext>> {
  const context = await browser.newContext({ viewport: DESKTOP });
  const page = await context.newPage();
  await enterPassword(page, worker.url, 'admin', worker.adminPassword);
  await page.getByRole('navigation', { name: 'Pages' }).waitFor();
  const storageState = await context.storageState();
  await context.close();
  return () => browser.newContext({ viewport: DESKTOP, storageState });
}

async function measured(
  open: () => Promise<BrowserContext>,
  url: string,
  { what, path, rows }: MeasuredPage,
): Promise<Row> {
  const visits: Visit[] = [];
  for (let i = 0; i <= RUNS; i++) {
    const context = await open();
    visits.push(await visit(context, url + path, rows));
    await context.close();
  }
  visits.shift(); // by which the server was warmed
  const shown = visits.map(({ shownMs }) => shownMs);
  const [slowest] = visits.map((one) => one.slowest).toSorted((a, b) => b.ms - a.ms);
  const requests = Math.max(...visits.map((one) => one.requests));
  const asked = `${requests} requests, the slowest ${slowest?.path.replace(/\/brc_\w+/, '/:id')} ${thousands(slowest?.ms ?? 0)} ms`;
  return {
    what: `${what}: median of ${RUNS} (p95 ${thousands(quantile(shown, 0.95))} ms; ${asked})`,
    reach: '< 1 s',
    ours: `${thousands(median(shown))} ms`,
    peers: {},
  };
}
