import { env } from 'cloudflare:workers';
import { Hono } from 'hono';
import { beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { jobRoutes } from '../../src/jobs/index.ts';
import { settleLostRuns } from '../../src/jobs/lost.ts';
import { runJob } from '../../src/jobs/run-job.ts';
import { forgetJobs } from '../../src/jobs/run-store.ts';
import { type Job, MAX_RUN_MS, RUNS_KEPT, Unfinished } from '../../src/jobs/types.ts';
import { authPorts } from '../../src/ports.ts';
import { identify } from '../../src/projects/index.ts';
import { type AppEnv, requestContext } from '../../src/shared/http.ts';
import type { JobRun, JobStatus } from '../../src/wire/jobs.ts';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf, testCtx } from '../helpers/worker/context.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { databaseAway, databaseWith } from '../helpers/worker/faulty-database.ts';
import { until } from '../helpers/worker/until.ts';

let names = 0;
const jobThat = (run: Job['run']): Job => ({ name: `job_${++names}`, description: 'A job.', run });
const rows = async (name: string) =>
  (await env.DB.prepare('SELECT * FROM job_runs WHERE name = ?1 ORDER BY number').bind(name).all()).results;
const totals = (name: string) => env.DB.prepare('SELECT * FROM jobs WHERE name = ?1').bind(name).first();
const noticesOf = async (name: string) =>
  (await env.DB.prepare("SELECT * FROM notices WHERE detail ->> 'job' = ?1 ORDER BY at_ms, id").bind(name).all())
    .results;

beforeEach(() => {
  vi.spyOn(console, 'log').mockImplementation(() => undefined);
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
});

/** Routes of a table with this job alone, and who calls them. */
function appOf(job: Job) {
  const app = new Hono<AppEnv>();
  app.use(requestContext);
  app.use(
    '/api/*',
    identify({ except: [], largeBodies: [], keyRefused: async () => undefined, sessionPorts: authPorts }),
  );
  return app.route('/', jobRoutes({ '0 0 1 1 *': [job] }));
}

describe('a run of a job', () => {
  it('is written down before the job begins, and again when it has ended', async () => {
    let during: unknown;
    const job = jobThat(async () => {
      during = await rows(job.name);
      return { rows: 3 };
    });
    const run = await runJob(testCtx(), job);
    expect(during).toMatchObject([{ outcome: 'running', finished_at_ms: null, number: 1 }]);
    expect(await rows(job.name)).toMatchObject([
      { outcome: 'done', counts: '{"rows":3}', problem: null, asked_by: null, finished_at_ms: run.finishedAtMs },
    ]);
    expect(await totals(job.name)).toMatchObject({ runs: 1, failures: 0, last_success_at_ms: run.finishedAtMs });
  });

  it('costs four statements, and five where it failed', async () => {
    const { db, count } = countingStatements(env.DB);
    const ctx = testCtx({ env: { ...env, DB: db } });
    await runJob(
      ctx,
      jobThat(async () => ({})),
    );
    expect(count()).toBe(4);
    await runJob(
      ctx,
      jobThat(async () => Promise.reject(new Error('no'))),
    );
    expect(count()).toBe(9);
  });

  it('that throws says a sentence of ours, and leaves its own words to the log', async () => {
    const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const job = jobThat(async () => Promise.reject(new Error('no row of hunter2')));
    const run = await runJob(testCtx(), job);
    expect(run).toMatchObject({ outcome: 'failed', problem: expect.stringContaining('request id') });
    expect(JSON.stringify([await rows(job.name), await noticesOf(job.name)])).not.toContain('hunter2');
    expect(String(error.mock.calls[0]?.[0])).toContain('hunter2');
    const away = await runJob(
      testCtx(),
      jobThat(async () => Promise.reject(databaseAway())),
    );
    expect(away.problem).toBe('The database did not answer.');
  });

  it('that did a part of its work is a failure with its counts and its own sentence', async () => {
    const job = jobThat(async () => new Unfinished('One destination is away.', { sent: 2 }));
    expect(await runJob(testCtx(), job)).toMatchObject({
      outcome: 'failed',
      problem: 'One destination is away.',
      counts: { sent: 2 },
    });
    expect(await totals(job.name)).toMatchObject({ runs: 1, failures: 1, failing_run: 1 });
  });

  it('takes the place of the fiftieth before it, and all are counted', async () => {
    const job = jobThat(async () => ({}));
    for (let i = 0; i < RUNS_KEPT + 3; i++) await runJob(testCtx({ nowMs: 1_000 + i }), job);
    const kept = await rows(job.name);
    expect(kept.map(({ number }) => number)).toEqual(Array.from({ length: RUNS_KEPT }, (_, i) => i + 4));
    expect(await totals(job.name)).toMatchObject({ runs: RUNS_KEPT + 3 });
  });

  it.each([1, 2])(
    'takes place all the same when its record %i cannot be written, which the log says',
    async (fails) => {
      const error = vi.spyOn(console, 'error').mockImplementation(() => undefined);
      let batches = 0;
      const DB = databaseWith(env.DB, (_, run) => {
        batches++;
        return batches === fails ? Promise.reject(databaseAway()) : run();
      });
      const ran = vi.fn(async () => ({}));
      const job = jobThat(ran);
      expect((await runJob(testCtx({ env: { ...env, DB } }), job)).outcome).toBe('done');
      expect(ran).toHaveBeenCalledTimes(1);
      expect(error.mock.calls.map(([line]) => JSON.parse(String(line)).event)).toEqual(['job_not_recorded']);
    },
  );
});

describe('a job that fails', () => {
  it('is told to the operators once, until it succeeds again', async () => {
    let fails = true;
    const job = jobThat(async () => (fails ? Promise.reject(new Error('no')) : {}));
    await runJob(testCtx(), job);
    await runJob(testCtx(), job);
    expect(await noticesOf(job.name)).toMatchObject([
      { kind: 'job.failed', severity: 'warning', path: `/operations/jobs?job=${job.name}` },
    ]);
    fails = false;
    await runJob(testCtx(), job);
    fails = true;
    await runJob(testCtx(), job);
    await runJob(testCtx(), job);
    expect((await noticesOf(job.name)).map(({ id }) => id)).toEqual([
      `job.failed/${job.name}/1`,
      `job.failed/${job.name}/4`,
    ]);
    expect(await totals(job.name)).toMatchObject({ runs: 5, failures: 4 });
  });
});

describe('a run that never ended', () => {
  const died = async () => {
    const job = jobThat(async () => ({}));
    await env.DB.prepare('INSERT INTO jobs (name, runs) VALUES (?1, 2)').bind(job.name).run();
    for (const number of [1, 2]) {
      await env.DB.prepare(
        `INSERT INTO job_runs (name, slot, number, started_at_ms, outcome, counts, request_id) VALUES (?1, ?2, ?2, ?2, 'running', '{}', 'r')`,
      )
        .bind(job.name, number)
        .run();
    }
    return job;
  };

  it('is lost after the time that an invocation has, counts as a failure and is told once', async () => {
    const job = await died();
    await settleLostRuns(testCtx({ nowMs: MAX_RUN_MS }));
    expect((await rows(job.name)).map(({ outcome }) => outcome)).toEqual(['running', 'running']);
    expect(await settleLostRuns(testCtx({ nowMs: MAX_RUN_MS + 2 }))).toBe(2);
    expect((await rows(job.name)).map(({ outcome }) => outcome)).toEqual(['lost', 'lost']);
    expect(await totals(job.name)).toMatchObject({ runs: 2, failures: 2, failing_run: 1 });
    expect((await noticesOf(job.name)).map(({ id }) => id)).toEqual([`job.failed/${job.name}/1`]);
    expect(await settleLostRuns(testCtx({ nowMs: MAX_RUN_MS + 2 }))).toBe(0);
  });

  it('that ends after it was given up stays lost, and is counted once', async () => {
    const job = jobThat(async (ctx) => {
      await settleLostRuns({ ...ctx, nowMs: ctx.nowMs + MAX_RUN_MS });
      return {};
    });
    await runJob(testCtx(), job);
    expect(await rows(job.name)).toMatchObject([{ outcome: 'lost' }]);
    expect(await totals(job.name)).toMatchObject({ runs: 1, failures: 1, last_success_at_ms: null });
  });
});

describe('the register of jobs', () => {
  it('forgets what ran of jobs that are no more, a while after their last run', async () => {
    const [kept, gone] = [jobThat(async () => ({})), jobThat(async () => ({}))];
    for (const job of [kept, gone]) await runJob(testCtx({ nowMs: 5_000 }), job);
    const all = (await env.DB.prepare('SELECT name FROM jobs').all<{ name: string }>()).results.map(({ name }) => name);
    const listed = all.filter((name) => name !== gone.name);
    expect(await forgetJobs(env.DB, listed, 5_000)).toBe(0);
    expect(await forgetJobs(env.DB, listed, 5_001)).toBe(1);
    expect([await rows(gone.name), await totals(gone.name)]).toEqual([[], null]);
    expect(await rows(kept.name)).toHaveLength(1);
    expect(await forgetJobs(env.DB, listed, 5_001)).toBe(0);
  });
});

describe('the routes of jobs', () => {
  let admin: SignedIn;
  beforeAll(async () => {
    admin = await signInAs('admin');
  });

  it('list every job with what it does, when it ran last and when it runs next', async () => {
    const run = await callApp('POST', '/api/jobs/page_retention/run', { as: admin });
    expect(run).toMatchObject({ status: 200, body: { outcome: 'done', counts: { pages: 0 }, problem: null } });
    const { body } = await callApp('GET', '/api/jobs', { as: admin });
    const jobs = body.items as JobStatus[];
    const job = jobs.find(({ name }) => name === 'page_retention');
    expect(job).toMatchObject({ cron: '17 * * * *', runs: 1, failures: 0, last: run.body });
    expect(new Date(job?.nextRunAtMs ?? 0).getUTCMinutes()).toBe(17);
    expect(jobs.find(({ name }) => name === 'alert_cleanup')).toMatchObject({ last: null, runs: 0 });
    for (const { description } of jobs) expect(description).toMatch(/^[A-Z].{20,150}\.$/);
    expect(new Set(jobs.map(({ name }) => name)).size).toBe(jobs.length);
  });

  it('run a job in its own name for who asks, which the audit trail says', async () => {
    const run = await callApp('POST', '/api/jobs/error_group_cleanup/run', { as: admin });
    const { body } = await callApp('GET', '/api/jobs/error_group_cleanup/runs', { as: admin });
    const username = await env.DB.prepare('SELECT username FROM users WHERE id = ?1')
      .bind(admin.userId)
      .first('username');
    expect(body).toEqual({ items: [{ ...run.body, askedBy: username }], nextCursor: null });
    expect(await auditOf('error_group_cleanup')).toMatchObject([
      { action: 'job.run', actor_id: admin.userId, request_id: run.body.requestId },
    ]);
  });

  it('answer 409 to who wants a job that is running, and start nothing', async () => {
    const { promise: held, resolve: release } = Promise.withResolvers<void>();
    const begun = vi.fn(() => held.then(() => ({})));
    const job = jobThat(begun);
    const [app, as] = [appOf(job), admin];
    const first = callApp('POST', `/api/jobs/${job.name}/run`, { as, app });
    await until('it has begun', () => begun.mock.calls.length > 0);
    const second = await callApp('POST', `/api/jobs/${job.name}/run`, { as, app });
    expect(second).toMatchObject({ status: 409, body: { code: 'cron_job_running' } });
    release();
    expect(await first).toMatchObject({ status: 200, body: { outcome: 'done' } });
    expect(begun).toHaveBeenCalledTimes(1);
    expect(await auditOf(job.name)).toHaveLength(1);
    expect((await callApp('POST', `/api/jobs/${job.name}/run`, { as, app })).status).toBe(200);
  });

  it('answer 200 where the job failed, and say so', async () => {
    const job = jobThat(async () => Promise.reject(new Error('no')));
    const [app, as] = [appOf(job), admin];
    const { status, body } = await callApp('POST', `/api/jobs/${job.name}/run`, { as, app });
    expect([status, (body as JobRun).outcome]).toEqual([200, 'failed']);
  });

  it('read a run whose process died as lost before anybody has written that down', async () => {
    const job = jobThat(async () => ({}));
    const [app, as] = [appOf(job), admin];
    await env.DB.batch([
      env.DB.prepare('INSERT INTO jobs (name, runs) VALUES (?1, 1)').bind(job.name),
      env.DB.prepare(
        `INSERT INTO job_runs (name, slot, number, started_at_ms, outcome, counts, request_id) VALUES (?1, 1, 1, ?2, 'running', '{}', 'r')`,
      ).bind(job.name, Date.now() - MAX_RUN_MS - 1),
    ]);
    const { body } = await callApp('GET', `/api/jobs/${job.name}/runs`, { as, app });
    expect(body.items).toMatchObject([{ outcome: 'lost', durationMs: null }]);
    expect((await callApp('POST', `/api/jobs/${job.name}/run`, { as, app })).status).toBe(200);
  });

  it('know no other job', async () => {
    expect((await callApp('GET', '/api/jobs/none/runs', { as: admin })).status).toBe(404);
    expect((await callApp('POST', '/api/jobs/none/run', { as: admin })).status).toBe(404);
  });
});
