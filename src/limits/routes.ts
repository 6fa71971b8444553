import { Hono } from 'hono';
import { projectAccess, projectProblem } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { projectLimiter, takeOther } from './client.ts';
import { limitProblem } from './errors.ts';
import { rateLimitFields } from './headers.ts';
import { flushQuarantined } from './note-quarantined.ts';
import { readProjectLimits } from './project-limits.ts';
import { rateOf } from './rate-of.ts';
import { releaseQuarantine } from './release.ts';

/** The `RateLimit` headers of every answer whose request was counted, whoever made the answer. */
export async function rateLimitHeaders(c: AppContext, next: () => Promise<void>): Promise<void> {
  await next();
  const fields = rateLimitFields(c.get('ctx').allowances);
  // The headers of a 101 cannot be added to.
  if (fields === null || c.res.status === 101) return;
  c.res.headers.set('ratelimit-policy', fields.policy);
  c.res.headers.set('ratelimit', fields.state);
}

/** Counts what a known user or key asks for, where no other rate does. Behind `identify`. */
export async function limitUsers(c: AppContext, next: () => Promise<void>): Promise<Response | undefined> {
  const error = rateOf(c.req.path) === 'user' ? await takeOther(c.get('ctx')) : null;
  if (error) return refuse(c, limitProblem(error));
  await next();
  return undefined;
}

/** `/api/projects/:id/limits` and `/cardinality`. */
export function limitRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/projects/:id/limits', async function getLimits(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    return c.json(await readProjectLimits(ctx, project.value));
  });

  routes.get('/api/projects/:id/cardinality', async function getCardinality(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    await flushQuarantined();
    return c.json(await projectLimiter(ctx.env, project.value.id).cardinality(ctx.nowMs));
  });

  routes.post('/api/projects/:id/cardinality/release', async function postRelease(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    return c.json(await releaseQuarantine(ctx, project.value.id));
  });

  return routes;
}
