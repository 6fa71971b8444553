import { Hono } from 'hono';
import type { AppContext, AppEnv } from '../shared/http.ts';
import type { ReadyAnswer } from '../wire/health.ts';
import { deploymentOf } from './deployment.ts';
import { readLag } from './ready/lag.ts';
import { checkReadiness, statusOf } from './ready/readiness.ts';

/** Public: load balancers and uptime checks have no key. */
export function healthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/health', getHealth);
  routes.get('/api/health', getHealth);
  routes.get('/api/ready', async function getReady(c) {
    const ctx = c.get('ctx');
    const [checks, lag] = await Promise.all([checkReadiness(ctx), readLag(ctx)]);
    const status = statusOf(checks);
    const archive = lag.archiveMs === null ? null : { lagMs: lag.archiveMs, dueBlocks: lag.archiveDueBlocks };
    const answer: ReadyAnswer = { status, ...deploymentOf(ctx), checks, lag, archive };
    return c.json(answer, status === 'not_ready' ? 503 : 200);
  });
  return routes;
}

/** Alive: touches no store. */
function getHealth(c: AppContext): Response {
  return c.json({ status: 'ok', ...deploymentOf(c.get('ctx')) });
}
