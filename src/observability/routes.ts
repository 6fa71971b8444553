import { Hono } from 'hono';
import packageJson from '../../package.json';
import type { AppContext, AppEnv } from '../shared/http.ts';
import { checkReadiness, readArchiveLag } from './readiness.ts';

/** Public: load balancers and uptime checks have no key. */
export function healthRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/health', getHealth);
  routes.get('/api/health', getHealth);
  routes.get('/api/ready', async function getReady(c) {
    const [checks, archive] = await Promise.all([checkReadiness(c.get('ctx')), readArchiveLag(c.get('ctx'))]);
    const ready = checks.every((check) => check.ok);
    return c.json({ status: ready ? 'ready' : 'not_ready', checks, archive }, ready ? 200 : 503);
  });
  return routes;
}

/** Alive: touches no store. */
function getHealth(c: AppContext): Response {
  return c.json({ status: 'ok', version: packageJson.version });
}
