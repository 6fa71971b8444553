import type { Ctx } from '../env.ts';
import type { JobRun, JobStatus } from '../wire/jobs.ts';
import { type JobTotals, listRunRows, listTotals, newestStart } from './run-store.ts';
import { nextRunMs } from './schedule.ts';
import { type Job, type JobTable, MAX_RUN_MS } from './types.ts';

/** Of every job that ever ran. One statement. */
export function jobTotals({ env }: Ctx): Promise<JobTotals[]> {
  return listTotals(env.DB);
}

/** When a job last began, by cron or because somebody asked; null before its first run. */
export function lastRunAtMs({ env }: Ctx, name: string): Promise<number | null> {
  return newestStart(env.DB, name);
}

/** In the order of the table. */
export async function listJobs(ctx: Ctx, table: JobTable): Promise<JobStatus[]> {
  const totals = new Map((await jobTotals(ctx)).map((of) => [of.name, of]));
  return Object.entries(table).flatMap(([cron, jobs]) =>
    jobs.map(({ name, description }) => {
      const { runs = 0, failures = 0, last = null } = totals.get(name) ?? {};
      const nextRunAtMs = nextRunMs(cron, ctx.nowMs);
      return { name, description, cron, last: last && seen(last, ctx.nowMs), runs, failures, nextRunAtMs };
    }),
  );
}

/** Newest first. */
export async function listRuns(ctx: Ctx, { name }: Job): Promise<JobRun[]> {
  return (await listRunRows(ctx.env.DB, name)).map((run) => seen(run, ctx.nowMs));
}

export function findJob(table: JobTable, name: string): Job | null {
  return (
    Object.values(table)
      .flat()
      .find((job) => job.name === name) ?? null
  );
}

/** Who reads comes before who writes down that it is lost. */
function seen(run: JobRun, nowMs: number): JobRun {
  return run.outcome === 'running' && nowMs - run.startedAtMs >= MAX_RUN_MS ? { ...run, outcome: 'lost' } : run;
}
