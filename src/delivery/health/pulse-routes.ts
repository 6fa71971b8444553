import { Hono } from 'hono';
import type { Ctx } from '../../env.ts';
import { fraudOf } from '../../fraud/index.ts';
import { namedProject, projectProblem } from '../../projects/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { log } from '../../shared/log.ts';
import type { Problem } from '../../shared/problem.ts';
import { inTime } from '../../shared/within.ts';
import type { Pulse } from '../../wire/alerts.ts';
import { HEALTH_PATIENCE_MS, type OpenDestination } from '../object.ts';
import { healthOf } from './collect.ts';
import { cookieDays, cookieHealthOf, pulseOf } from './pulse.ts';

/** Firing now in a project, by severity, as the object of its alerts counts them. A throw is that it does not answer. */
export type CountFirings = (ctx: Ctx, projectId: string) => Promise<Pulse['firing']>;

const AWAY: Problem = {
  status: 503,
  code: 'pulse_unknown',
  title: 'Not all of it answers',
  detail: 'What counts alerts or cookies of this project does not answer now.',
  retryAfterSeconds: 2,
};

/** For the top bar of the dashboard, which asks every five seconds where it has no socket. */
export function pulseRoutes(open: OpenDestination, countFirings: CountFirings): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/health/pulse', async function getPulse(c) {
    const ctx = c.get('ctx');
    const project = await namedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const everyDevice = { ...cookieDays(ctx.nowMs), device: null, limit: 1, after: null };
    try {
      const [health, cookies, firing] = await Promise.all([
        healthOf(ctx, open, [project.value]),
        inTime(HEALTH_PATIENCE_MS, 'what counts cookies', fraudOf(ctx.env, project.value).cookieHistory(everyDevice)),
        inTime(HEALTH_PATIENCE_MS, 'what counts alerts', countFirings(ctx, project.value)),
      ]);
      if (!health.ok) return refuse(c, health.error);
      return c.json(pulseOf(health.value, cookieHealthOf(cookies.days), firing), 200, { 'cache-control': 'no-store' });
    } catch (cause) {
      // Half a pulse would look like a whole one.
      const { requestId } = ctx;
      log('error', 'pulse_not_told', { requestId, cause: String(cause) });
      return refuse(c, AWAY);
    }
  });
  return routes;
}
