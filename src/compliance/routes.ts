import { Hono } from 'hono';
import type { AppEnv } from '../shared/http.ts';
import { affectedRoutes } from './breaches/affected-routes.ts';
import { breachRoutes } from './breaches/breach-routes.ts';
import { communicationRoutes } from './communications/communication-routes.ts';
import { findBreachSubject, findDeletionSubject } from './communications/subject.ts';
import { deletionRoutes } from './deletions/index.ts';
import { regimeRoutes } from './regimes/regime-routes.ts';
import { templateRoutes } from './templates/template-routes.ts';

/** `/api/compliance`. */
export function complianceRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.route('/', regimeRoutes());
  routes.route('/', breachRoutes());
  routes.route('/', affectedRoutes());
  routes.route('/', deletionRoutes());
  routes.route('/', templateRoutes());
  routes.route('/', communicationRoutes('/api/compliance/breaches', findBreachSubject));
  routes.route('/', communicationRoutes('/api/compliance/deletions', findDeletionSubject));
  return routes;
}
