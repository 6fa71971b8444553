import { Hono } from 'hono';
import { deploymentAccess, projectProblem } from '../../projects/index.ts';
import { readProblem } from '../../query/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { flushMeasured } from '../red/isolate.ts';
import { metricsOf } from '../red/object.ts';
import { readReportQuery, readSlowQuery } from './parameters.ts';
import { performanceReport } from './report.ts';

/** `/api/metrics/report` and `/api/metrics/slow`: of the deployment, for administrators and keys with the scope `admin`. */
export function performanceRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/metrics/report', async function getReport(c) {
    const ctx = c.get('ctx');
    const caller = deploymentAccess(ctx);
    if (!caller.ok) return refuse(c, projectProblem(caller.error));
    const query = readReportQuery(c.req.query(), ctx.nowMs);
    if (!query.ok) return refuse(c, readProblem(query.error));
    await flushMeasured(ctx.env);
    return c.json(await performanceReport(ctx, query.value));
  });

  routes.get('/api/metrics/slow', async function getSlow(c) {
    const ctx = c.get('ctx');
    const caller = deploymentAccess(ctx);
    if (!caller.ok) return refuse(c, projectProblem(caller.error));
    const query = readSlowQuery(c.req.query(), ctx.nowMs);
    if (!query.ok) return refuse(c, readProblem(query.error));
    await flushMeasured(ctx.env);
    return c.json({ items: await metricsOf(ctx.env).slow(query.value), nextCursor: null });
  });

  return routes;
}
