/** Answers of the routes of jobs, notices and storage, made up: for what no server has in a test, such as a year of notices. Their types are the Worker's. */
import type { Page, Route } from 'playwright-core';
import type {
  JobRun,
  JobStatus,
  Notice,
  NoticeDestination,
  NoticeSettings,
  NoticeSettingsAnswer,
  StorageUse,
} from '../../src/wire/jobs.ts';

export interface MadeUpJobs {
  jobs: JobStatus[];
  notices: number;
  destinationIds: string[];
  destinations: NoticeDestination[];
  storage: StorageUse;
  /** What a run that is asked for ends as. */
  runEnds: JobRun['outcome'];
  /** What was sent to the server, newest last. */
  sent: { method: string; path: string; body: unknown }[];
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const LONG = 'the-destination-of-the-people-on-call-for-payments-'.repeat(6);
export const RTL = 'أرشيف السجلات متأخر';

const NAMES = [
  ...['lost_runs', 'notices', 'audit_seal', 'revocations', 'ended_sessions', 'compaction', 'storage_use', 'archive'],
  ...['archive_cooling', 'archive_retention', 'rollups', 'rollup_retention', 'sign_in_cleanup', 'factor_reseal'],
  ...['idempotency_cleanup', 'etl_cleanup', 'page_retention', 'alert_cleanup', 'block_sweep', 'source_map_sweep'],
];

export function madeUpRun(i: number, nowMs: number, outcome: JobRun['outcome'] = 'done'): JobRun {
  const isOver = outcome === 'done' || outcome === 'failed';
  const startedAtMs = nowMs - (i + 1) * 5 * MINUTE_MS + 4 * MINUTE_MS;
  const durationMs = isOver ? 37 + i * 911 : null;
  return {
    ...{ startedAtMs, durationMs, finishedAtMs: durationMs === null ? null : startedAtMs + durationMs, outcome },
    counts: i % 3 === 0 ? {} : { blocks: 12 + i, rawBytes: 14_204_000, records: 58_213 },
    problem: outcome === 'failed' ? `The database did not answer. ${LONG}` : null,
    ...{ requestId: `4bf92f3577b34da6a3ce929d0e0e47${String(i).padStart(2, '0')}`, askedBy: i === 2 ? 'ada' : null },
  };
}

function madeUpJob(name: string, i: number, nowMs: number, failing: boolean): JobStatus {
  const outcome = failing && i === 7 ? 'failed' : failing && i === 10 ? 'lost' : i === 3 ? 'running' : 'done';
  return {
    ...{ name, description: 'Moves blocks that are older than the hot period to R2, and checks each object.' },
    ...{ cron: i < 3 ? '* * * * *' : '4-59/5 * * * *', last: i === 19 ? null : madeUpRun(i % 4, nowMs, outcome) },
    ...{ runs: i === 19 ? 0 : 12_345 * (i + 1), failures: failing && (i === 7 || i === 10) ? 12 : 0 },
    nextRunAtMs: nowMs + (i + 1) * 17_000,
  };
}

export function madeUpNotice(i: number, nowMs: number): Notice {
  const severity = (['critical', 'warning', 'info'] as const)[i % 3] ?? 'info';
  const titles = ['A critical table was written from outside the program', 'The job archive failed', LONG, RTL];
  return {
    ...{ id: `job.failed/archive/${i}`, kind: ['audit.console_write', 'job.failed'][i % 2] ?? '', severity },
    title: titles[i % 4] ?? '',
    detail: {
      job: 'archive',
      problem: i % 5 === 0 ? LONG : 'The database did not answer.',
      requestId: 'abc',
      seq: i,
      target: null,
    },
    path: i % 4 === 2 ? null : '/operations/jobs?job=archive',
    ...{ atMs: nowMs - i * 313_000, sentAtMs: i < 2 ? null : nowMs - i * 313_000 + 42_000 },
  };
}

function destinations(count: number): NoticeDestination[] {
  return Array.from({ length: count }, (_, i) => ({
    ...{ id: `dst_${i}`, name: i === 1 ? LONG : i === 2 ? RTL : `On call ${i}`, kind: i % 2 ? 'slack' : 'webhook' },
    ...{ disabled: i === 3, projectId: 'prj_1', projectName: 'The shop' },
  })) as NoticeDestination[];
}

export function madeUpJobs(more: Partial<MadeUpJobs> & { failing?: boolean } = {}, nowMs = Date.now()): MadeUpJobs {
  const { failing = false, ...rest } = more;
  return {
    jobs: NAMES.map((name, i) => madeUpJob(name, i, nowMs, failing)),
    ...{ notices: 100_000, destinationIds: ['dst_0', 'dst_2'], destinations: destinations(30), runEnds: 'done' },
    storage: {
      ...{ databaseBytes: failing ? 8_300_000_000 : 1_234_567_890, databaseLimitBytes: 10_000_000_000 },
      objects: [
        { kind: 'archive', objects: 12_345, bytes: 98_765_432_100 },
        { kind: 'manifest', objects: 2_557, bytes: null },
        { kind: 'warehouse', objects: 0, bytes: 0 },
        { kind: 'source_map', objects: 412, bytes: 52_428_800 },
      ],
      measuredAtMs: nowMs - 17 * MINUTE_MS,
    },
    sent: [],
    ...rest,
  };
}

/** A deployment of this minute: cron has not come yet, and there is nothing. */
export function madeUpNothing(nowMs = Date.now()): MadeUpJobs {
  const made = madeUpJobs({ notices: 0, destinationIds: [], destinations: [] }, nowMs);
  const objects = made.storage.objects.map((one) => ({ ...one, objects: 0, bytes: one.bytes === null ? null : 0 }));
  return {
    ...made,
    jobs: made.jobs.map((job) => ({ ...job, last: null, runs: 0, failures: 0 })),
    storage: { ...made.storage, databaseBytes: 430_080, objects },
  };
}

/** Answers every route of jobs, notices and storage of the page from here on. */
export async function answerJobs(page: Page, made: MadeUpJobs): Promise<void> {
  const nowMs = Date.now();
  await page.route(/\/api\/(jobs|notices|storage)\b/, async (route: Route) => {
    const request = route.request();
    const url = new URL(request.url());
    const path = url.pathname.replace('/api/', '');
    const method = request.method();
    const body: unknown = request.postDataJSON();
    if (method !== 'GET') made.sent.push({ method, path, body });
    const json = (answer: object, status = 200) => route.fulfill({ status, json: answer });
    const settings = (): NoticeSettingsAnswer => ({
      ...{ destinationIds: made.destinationIds, changedAtMs: nowMs - DAY_MS, destinations: made.destinations },
    });
    if (path === 'storage') return json(made.storage);
    if (path === 'notices/settings') {
      if (method === 'PUT') made.destinationIds = (body as NoticeSettings).destinationIds;
      return json(settings());
    }
    if (path === 'notices') {
      const limit = Number(url.searchParams.get('limit'));
      const from = Number(url.searchParams.get('cursor') ?? 0);
      const to = Math.min(from + limit, made.notices);
      const items = Array.from({ length: to - from }, (_, i) => madeUpNotice(from + i, nowMs));
      return json({ items, nextCursor: to < made.notices ? String(to) : null });
    }
    const [, name = '', verb = ''] = path.split('/');
    const job = made.jobs.find((one) => one.name === name);
    if (verb === '') return json({ items: made.jobs, nextCursor: null });
    if (verb === 'runs') {
      const runs = job?.last === null ? [] : Array.from({ length: 50 }, (_, i) => madeUpRun(i, nowMs));
      return json({ items: job?.last ? [job.last, ...runs.slice(1)] : runs, nextCursor: null });
    }
    const run = { ...madeUpRun(1, nowMs + 5 * MINUTE_MS, made.runEnds), askedBy: 'admin' };
    made.jobs = made.jobs.map((one) => (one.name === name ? { ...one, last: run, runs: one.runs + 1 } : one));
    return json(run);
  });
}
