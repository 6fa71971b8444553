import { Hono } from 'hono';
import { type AppEnv, refuse } from '../shared/http.ts';
import { liveProblem } from './errors.ts';
import { openSocket } from './upgrade.ts';

export function liveRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/ws/telemetry', async function openTelemetrySocket(c) {
    const opened = await openSocket(c.get('ctx'), c.req.raw);
    return opened.ok ? opened.value : refuse(c, liveProblem(opened.error));
  });
  return routes;
}
