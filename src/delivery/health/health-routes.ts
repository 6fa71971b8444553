import { Hono } from 'hono';
import type { Ctx } from '../../env.ts';
import { fraudOf } from '../../fraud/index.ts';
import { namedProject, projectProblem, readableProjects } from '../../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { Pulse } from '../../wire/alerts.ts';
import { MAX_DESTINATIONS, type WebhookHealth } from '../../wire/delivery.ts';
import type { OpenDestination } from '../object.ts';
import { inTime, tellOf } from './collect.ts';
import { cookieDays, cookieHealthOf, pulseOf } from './pulse.ts';
import { destinationIdsOf } from './store.ts';
import { summaryOf } from './summary.ts';
import { textOf } from './text.ts';

export interface HealthPorts {
  open: OpenDestination;
  /** Firing now, by severity, as the object of the project's alerts counts them. A throw is that it does not answer. */
  firingCounts(ctx: Ctx, projectId: string): Promise<Pulse['firing']>;
}

/** `/api/health/webhook` for monitors, `/api/health/pulse` for the top bar of the dashboard. */
export function webhookHealthRoutes({ open, firingCounts }: HealthPorts): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/health/webhook', async function getWebhookHealth(c) {
    const projects = await askedProjects(c);
    if (!projects.ok) return refuse(c, projects.error);
    const health = await healthOf(c.get('ctx'), open, projects.value);
    if (!health.ok) return refuse(c, health.error);
    const { status, band } = health.value;
    const headers = { 'x-webhook-health-status': band, 'cache-control': 'no-store' };
    const code = status === 'healthy' ? 200 : 503;
    if (c.req.query('format') === 'text') return c.text(textOf(health.value), code, headers);
    return c.json(health.value, code, headers);
  });

  routes.get('/api/health/pulse', async function getPulse(c) {
    const ctx = c.get('ctx');
    const project = await namedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const { fromDay, toDay } = cookieDays(ctx.nowMs);
    const everyDevice = { fromDay, toDay, device: null, limit: 1, after: null };
    try {
      const [health, cookies, firing] = await Promise.all([
        healthOf(ctx, open, [project.value]),
        inTime(fraudOf(ctx.env, project.value).cookieHistory(everyDevice)),
        inTime(firingCounts(ctx, project.value)),
      ]);
      if (!health.ok) return refuse(c, health.error);
      return c.json(pulseOf(health.value, cookieHealthOf(cookies.days), firing), 200, { 'cache-control': 'no-store' });
    } catch (cause) {
      // Half a pulse would look like a whole one.
      const { requestId } = ctx;
      console.error(JSON.stringify({ level: 'error', event: 'pulse_not_told', requestId, cause: String(cause) }));
      return refuse(c, AWAY);
    }
  });

  return routes;
}

const AWAY: Problem = {
  status: 503,
  code: 'pulse_unknown',
  title: 'Not all of it answers',
  detail: 'What counts alerts or cookies of this project does not answer now.',
  retryAfterSeconds: 2,
};

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

async function healthOf(
  ctx: Ctx,
  open: OpenDestination,
  projectIds: readonly string[] | null,
): Promise<Result<WebhookHealth, Problem>> {
  // As many objects as one request asks; health of some of them would be told as health of all.
  const ids = await destinationIdsOf(ctx.env.DB, projectIds, MAX_DESTINATIONS + 1);
  if (ids.length > MAX_DESTINATIONS) {
    const reason = `must name one: your projects have more than ${MAX_DESTINATIONS} destinations together`;
    return err(invalidInput([{ pointer: '/project', reason }]));
  }
  return ok(summaryOf(await tellOf(ctx, open, ids), ctx.nowMs));
}
