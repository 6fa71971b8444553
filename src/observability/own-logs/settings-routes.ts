import { Hono } from 'hono';
import * as z from 'zod';
import { authProblem, requireRole } from '../../auth/index.ts';
import { type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { invalidInput } from '../../shared/problem.ts';
import { changeLogSettings, readLogSettings } from './change-settings.ts';
import { forgetTarget } from './ship.ts';

export const settingsSchema = z.lazy(() => z.strictObject({ projectId: z.string().min(1).max(64).nullable() }));

/** `/api/log-settings`, for administrators: whether the deployment's own log is kept as records of a project. */
export function logSettingsRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/log-settings', async function getLogSettings(c) {
    const caller = requireRole(c.get('ctx'), 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json(await readLogSettings(c.get('ctx')));
  });

  routes.put('/api/log-settings', async function putLogSettings(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    const body = await readJsonBody(c.req.raw, settingsSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await changeLogSettings(ctx, body.value);
    if (!done.ok) return refuse(c, invalidInput(done.error));
    forgetTarget();
    return c.json(done.value);
  });

  return routes;
}
