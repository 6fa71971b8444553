import { Hono } from 'hono';
import type { Ctx, Env } from '../env.ts';
import type { AppContext, AppEnv } from '../shared/http.ts';
import type { ReadyAnswer } from '../wire/health.ts';
import { deploymentOf } from './deployment.ts';
import { readLag } from './ready/lag.ts';
import { checkReadiness, statusOf } from './ready/readiness.ts';

/** How long an answer of /api/ready serves: the route is public, and asks every store and some thirty objects. */
const KEPT_MS = 1_000;
const kept = new WeakMap<Env, { atMs: number; answer: ReadyAnswer }>();

/** Public: load balancers and uptime checks have no key. */
export function healthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/health', getHealth);
  routes.get('/api/health', getHealth);
  routes.get('/api/ready', async function getReady(c) {
    const ctx = c.get('ctx');
    const before = kept.get(c.env);
    // Either way: a clock that was set back must not keep it for longer.
    const isFresh = before !== undefined && Math.abs(ctx.nowMs - before.atMs) < KEPT_MS;
    const answer = isFresh ? before.answer : await askAll(ctx);
    if (!isFresh) kept.set(c.env, { atMs: ctx.nowMs, answer });
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
