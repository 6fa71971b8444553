import type { Ctx } from '../env.ts';
import { deleteJobs } from './job-store.ts';

/** Jobs and their rejects: time enough to mend a schema and send again. */
const JOB_RETENTION_MS = 30 * 24 * 3_600_000;
/** A job holds up to 130 rows. What is left waits for the next hour. */
const MAX_JOBS_PER_RUN = 500;

export async function cleanupJobs(ctx: Ctx): Promise<{ jobs: number }> {
  return { jobs: await deleteJobs(ctx.env.DB, ctx.nowMs - JOB_RETENTION_MS, MAX_JOBS_PER_RUN) };
}
