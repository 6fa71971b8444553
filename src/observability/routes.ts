import { waitUntil } from 'cloudflare:workers';
import { Hono } from 'hono';
import type { Ctx, Env } from '../env.ts';
import type { AppContext, AppEnv } from '../shared/http.ts';
import { within } from '../shared/within.ts';
import type { ReadyAnswer } from '../wire/health.ts';
import { deploymentOf } from './deployment.ts';
import { readLag } from './ready/lag.ts';
import { checkReadiness, statusOf } from './ready/readiness.ts';
import { SharedAnswer } from './ready/shared-answer.ts';

/** Of an isolate: the route is public, and asks every store and some thirty objects. */
const answers = new WeakMap<Env, SharedAnswer<ReadyAnswer>>();

/** Public: load balancers and uptime checks have no key. */
export function healthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/health', getHealth);
  routes.get('/api/health', getHealth);
  routes.get('/api/ready', async function getReady(c) {
    const ctx = c.get('ctx');
    const shared = answers.get(c.env) ?? new SharedAnswer<ReadyAnswer>();
    answers.set(c.env, shared);
    const answer = await shared.get(ctx.nowMs, { ask: () => askAll(ctx), within, waitUntil });
    return c.json(answer, answer.status === 'not_ready' ? 503 : 200);
  });
  return routes;
}

async function askAll(ctx: Ctx): Promise<ReadyAnswer> {
  const [checks, lag] = await Promise.all([checkReadiness(ctx), readLag(ctx)]);
  const archive = lag.archiveMs === null ? null : { lagMs: lag.archiveMs, dueBlocks: lag.archiveDueBlocks };
  return { status: statusOf(checks), ...deploymentOf(ctx), checks, lag, archive };
}

/** Alive: touches no store. */
function getHealth(c: AppContext): Response {
  return c.json({ status: 'ok', ...deploymentOf(c.get('ctx')) });
}
