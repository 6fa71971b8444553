import { Hono } from 'hono';
import { authProblem, requireRole } from '../../auth/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { readStorage } from './measure.ts';

/** `/api/storage`, for administrators. */
export function storageRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/storage', async function getStorage(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json(await readStorage(c.get('ctx')));
  });
  return routes;
}
