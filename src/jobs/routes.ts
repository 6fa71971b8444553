import { Hono } from 'hono';
import { authProblem, requireRole } from '../auth/index.ts';
import { type AppEnv, refuse } from '../shared/http.ts';
import { NOT_FOUND } from '../shared/problem.ts';
import type { JobRuns } from '../wire/jobs.ts';
import { runningProblem } from './errors.ts';
import { findJob, listJobs, listRuns } from './list-jobs.ts';
import { runAskedJob } from './run-job.ts';
import type { JobTable } from './types.ts';

/** `/api/jobs`, for administrators. */
export function jobRoutes(table: JobTable): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/jobs', async function getJobs(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json({ items: await listJobs(c.get('ctx'), table), nextCursor: null });
  });

  routes.get('/api/jobs/:name/runs', async function getRuns(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const job = findJob(table, c.req.param('name'));
    if (job === null) return refuse(c, NOT_FOUND);
    const runs: JobRuns = { items: await listRuns(c.get('ctx'), job), nextCursor: null };
    return c.json(runs);
  });

  routes.post('/api/jobs/:name/run', async function postRun(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const job = findJob(table, c.req.param('name'));
    if (job === null) return refuse(c, NOT_FOUND);
    const run = await runAskedJob(c.get('ctx'), job, caller.value.username);
    return run.ok ? c.json(run.value) : refuse(c, runningProblem(job.name));
  });

  return routes;
}
