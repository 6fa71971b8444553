import type { Ctx } from '../env.ts';
import { deleteJobsBeyond, deleteOldJobs, projectsWithMoreJobs } from './job-store.ts';
import { deleteRejects } from './reject-store.ts';

/** Jobs and their rejects: time enough to mend a schema and send again. */
const JOB_RETENTION_MS = 30 * 24 * 3_600_000;
/** Of one project: whoever starts one for every record makes millions, and none of them is looked at. */
export const MAX_JOBS_KEPT = 10_000;
/** In one statement. What is left waits for the next hour. */
const MAX_JOBS_PER_STATEMENT = 50_000;
/** Each has up to 1.9 MB. */
const MAX_REJECT_ROWS = 1_000;
const MAX_PROJECTS_PER_RUN = 20;

/** Deletes jobs past their time or beyond their number, and rejects whose job has gone. At most 23 statements. */
export async function cleanupJobs(ctx: Ctx): Promise<{ jobs: number; rejectRows: number }> {
  const db = ctx.env.DB;
  const beforeMs = ctx.nowMs - JOB_RETENTION_MS;
  let jobs = (await deleteOldJobs(db, beforeMs, MAX_JOBS_PER_STATEMENT).run()).meta.changes;
  for (const projectId of await projectsWithMoreJobs(db, MAX_JOBS_KEPT, MAX_PROJECTS_PER_RUN))
    jobs += (await deleteJobsBeyond(db, projectId, MAX_JOBS_KEPT, MAX_JOBS_PER_STATEMENT).run()).meta.changes;
  const rejects = await deleteRejects(db, beforeMs, MAX_REJECT_ROWS).run();
  return { jobs, rejectRows: rejects.meta.changes };
}
