import { Hono } from 'hono';
import { deploymentAccess, projectProblem, readableProjects } from '../../projects/index.ts';
import { readProblem } from '../../query/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { askMetrics, orMetricsAway } from '../red/ask.ts';
import { readReportQuery, readSlowQuery } from './parameters.ts';
import { performanceReport } from './report.ts';

/** `/api/metrics/report` and `/api/metrics/slow`: of the deployment, for administrators and keys with the scope `admin`. A key sees slow requests of its own project alone. */
export function performanceRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/metrics/report', async function getReport(c) {
    const ctx = c.get('ctx');
    const caller = deploymentAccess(ctx);
    if (!caller.ok) return refuse(c, projectProblem(caller.error));
    const query = readReportQuery(c.req.query(), ctx.nowMs);
    if (!query.ok) return refuse(c, readProblem(query.error));
    return orMetricsAway(c, async () => c.json(await performanceReport(ctx, query.value)));
  });

  routes.get('/api/metrics/slow', async function getSlow(c) {
    const ctx = c.get('ctx');
    const caller = deploymentAccess(ctx);
    if (!caller.ok) return refuse(c, projectProblem(caller.error));
    // Figures name nobody; a request is one project's, and a key is of one.
    const projects = readableProjects(ctx);
    if (!projects.ok) return refuse(c, projectProblem(projects.error));
    const query = readSlowQuery(c.req.query(), ctx.nowMs, projects.value);
    if (!query.ok) return refuse(c, readProblem(query.error));
    return orMetricsAway(c, async () => {
      const items = await askMetrics(ctx.env, (object) => object.slow(query.value));
      return c.json({ items, nextCursor: null });
    });
  });

  return routes;
}
