import { Hono } from 'hono';
import type { AppEnv } from '../shared/http.ts';
import { breachRoutes } from './breaches/breach-routes.ts';
import { deletionRoutes } from './deletions/index.ts';
import { regimeRoutes } from './regimes/regime-routes.ts';

/** `/api/compliance`. */
export function complianceRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.route('/', regimeRoutes());
  routes.route('/', breachRoutes());
  routes.route('/', deletionRoutes());
  return routes;
}
