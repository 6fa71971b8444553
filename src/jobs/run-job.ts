import { auditedBatch, auditIfChanged } from '../audit/index.ts';
import { type Ctx, clockNowMs } from '../env.ts';
import { noticeStatement } from '../notices/index.ts';
import { elapsedMs } from '../shared/elapsed.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { JobRun } from '../wire/jobs.ts';
import { failedNotice } from './failed-notice.ts';
import { problemOf } from './problem.ts';
import { finishStatements, type StartedRun, startStatements } from './run-store.ts';
import { type Job, MAX_RUN_MS, Unfinished } from './types.ts';

/** Of a run: what its row says at the end. */
type End = Pick<JobRun, 'counts' | 'problem'> & { outcome: 'done' | 'failed' };

/**
 * Runs a job that cron wants, and writes down that it did: four statements beside the job's own, five where it failed. What cannot be written down is in the
 * log, and keeps no job from running. Never throws.
 */
export async function runJob(ctx: Ctx, job: Job): Promise<JobRun> {
  const { DB } = ctx.env;
  const row = { name: job.name, startedAtMs: ctx.nowMs, requestId: ctx.requestId, askedBy: null };
  const started = await recorded(ctx, job, async () => {
    const [begun] = await DB.batch<StartedRun>(startStatements(DB, row, null));
    return begun?.results[0] ?? null;
  });
  return runStarted(ctx, job, started, null);
}

/** Runs it now because somebody asks for it, in the name of the job as cron does. Error: cron_job_running. Throws where it cannot be written down. */
export async function runAskedJob(
  ctx: Ctx,
  job: Job,
  askedBy: string,
): Promise<Result<JobRun, { kind: 'cron_job_running' }>> {
  const { DB } = ctx.env;
  const row = { name: job.name, startedAtMs: ctx.nowMs, requestId: ctx.requestId, askedBy };
  const [begun] = await auditedBatch<StartedRun>(ctx, [
    ...startStatements(DB, row, ctx.nowMs - MAX_RUN_MS),
    auditIfChanged(ctx, { action: 'job.run', target: job.name, projectId: null, detail: {} }),
  ]);
  const started = begun?.results[0];
  if (!started) return err({ kind: 'cron_job_running' });
  const { claim: _, ...rest } = ctx;
  return ok(await runStarted({ ...rest, actor: { kind: 'system', job: job.name } }, job, started, askedBy));
}

async function runStarted(ctx: Ctx, job: Job, started: StartedRun | null, askedBy: string | null): Promise<JobRun> {
  const end = await endOf(ctx, job);
  const finishedAtMs = clockNowMs(ctx.config);
  if (started !== null) await recorded(ctx, job, () => finish(ctx, started, finishedAtMs, end));
  const { nowMs: startedAtMs, requestId } = ctx;
  return { startedAtMs, finishedAtMs, durationMs: finishedAtMs - startedAtMs, ...end, requestId, askedBy };
}

async function endOf(ctx: Ctx, job: Job): Promise<End> {
  const startedMs = performance.now();
  // The line of a run has what the line of a request has.
  const run = (outcome: 'ok' | 'failed') => ({
    ...{ job: job.name, requestId: ctx.requestId, traceId: ctx.requestId, outcome },
    durationMs: Math.round(elapsedMs(startedMs) * 10) / 10,
  });
  try {
    const answer = await job.run(ctx);
    if (answer instanceof Unfinished) {
      const { problem, counts } = answer;
      log('error', 'cron_failed', { ...run('failed'), cause: problem, counts });
      return { outcome: 'failed', counts, problem };
    }
    log('info', 'cron', { ...run('ok'), counts: answer });
    return { outcome: 'done', counts: answer, problem: null };
  } catch (cause) {
    log('error', 'cron_failed', { ...run('failed'), cause: String(cause) });
    return { outcome: 'failed', counts: {}, problem: problemOf(cause) };
  }
}

async function finish(ctx: Ctx, started: StartedRun, atMs: number, end: End): Promise<void> {
  const { problem } = end;
  await ctx.env.DB.batch([
    ...finishStatements(ctx.env.DB, started, { atMs, ...end }),
    ...(problem === null ? [] : [noticeStatement(ctx, failedNotice(started, problem, ctx.requestId))]),
  ]);
}

/** Null where the database would not have it. */
async function recorded<T>({ requestId }: Ctx, { name }: Job, write: () => Promise<T>): Promise<T | null> {
  try {
    return await write();
  } catch (cause) {
    log('error', 'job_not_recorded', { job: name, requestId, cause: String(cause) });
    return null;
  }
}
