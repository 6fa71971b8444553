import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { admitted } from '../access.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import { listRegimes, saveRegime } from './regimes.ts';
import { regimeSchema } from './schema.ts';

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `/api/compliance/regimes`. */
export function regimeRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/compliance/regimes', async function getRegimes(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    return c.json({ items: await listRegimes(c.get('ctx')), nextCursor: null });
  });

  routes.put('/api/compliance/regimes/:id', async function putRegime(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, regimeSchema);
    if (!body.ok) return refuse(c, body.error);
    const saved = await saveRegime(c.get('ctx'), c.req.param('id'), body.value);
    return saved.ok ? c.json(saved.value) : deny(c, saved.error);
  });

  return routes;
}
