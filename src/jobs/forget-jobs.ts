import type { Ctx } from '../env.ts';
import { forgetJobs as forgetJobRows } from './run-store.ts';
import type { JobTable } from './types.ts';

/** A deployment that was rolled back meanwhile finds its numbers again. */
const KEPT_MS = 30 * 24 * 3_600_000;

/** Cron: of jobs that the table has no more. Those that it has keep fifty runs each by themselves. */
export async function forgetJobs(ctx: Ctx, table: JobTable): Promise<{ runs: number }> {
  const names = Object.values(table).flatMap((jobs) => jobs.map(({ name }) => name));
  return { runs: await forgetJobRows(ctx.env.DB, names, ctx.nowMs - KEPT_MS) };
}
