import { Hono } from 'hono';
import { mayAdminister, projectProblem, readableProjects } from '../projects/index.ts';
import { type AppEnv, refuse } from '../shared/http.ts';
import { deploymentMetrics } from './deployment-metrics.ts';
import { EXPOSITION_TYPE, expositionOf } from './exposition.ts';
import { collectMetrics } from './metrics.ts';

/** `/api/metrics`: of the projects that the caller may read, which for a key is its own; to administrators and keys with the scope `admin` of the deployment too. */
export function metricsRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/metrics', async function getMetrics(c) {
    const ctx = c.get('ctx');
    const projects = readableProjects(ctx);
    if (!projects.ok) return refuse(c, projectProblem(projects.error));
    const metrics = [
      ...(await collectMetrics(ctx, projects.value)),
      ...(mayAdminister(ctx.actor) ? await deploymentMetrics(ctx) : []),
    ];
    if (c.req.query('format') === 'json') return c.json({ metrics });
    return c.body(expositionOf(metrics), 200, { 'content-type': EXPOSITION_TYPE });
  });
  return routes;
}
