import { Hono } from 'hono';
import { namedProject, projectProblem, readableProjects } from '../../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import type { Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { OpenDestination } from '../object.ts';
import { healthOf } from './collect.ts';
import { textOf } from './text.ts';

/** For monitors, and by `format=text` for people. */
export function webhookHealthRoutes(open: OpenDestination): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/health/webhook', async function getWebhookHealth(c) {
    const projects = await askedProjects(c);
    if (!projects.ok) return refuse(c, projects.error);
    const health = await healthOf(c.get('ctx'), open, projects.value);
    if (!health.ok) return refuse(c, health.error);
    const { status, band } = health.value;
    const code = status === 'healthy' ? 200 : 503;
    const headers = { 'x-webhook-health-status': band, 'cache-control': 'no-store' };
    if (c.req.query('format') === 'text') return c.text(textOf(health.value), code, headers);
    return c.json(health.value, code, headers);
  });
  return routes;
}

/** The one that is named, else all that the caller may read; null is every one. */
async function askedProjects(c: AppContext): Promise<Result<readonly string[] | null, Problem>> {
  const ctx = c.get('ctx');
  const named = c.req.query('project');
  if (named === undefined) {
    const all = readableProjects(ctx);
    return all.ok ? all : err(projectProblem(all.error));
  }
  const project = await namedProject(ctx, named, 'read');
  return project.ok ? ok([project.value]) : err(projectProblem(project.error));
}
