import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { parsePage } from '../../shared/page.ts';
import { admitted } from '../access.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import {
  changeTemplate,
  changeTemplateSchema,
  createTemplate,
  deleteTemplate,
  listTemplates,
  newTemplateSchema,
} from './templates.ts';

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `/api/compliance/templates`. */
export function templateRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/compliance/templates', async function getTemplates(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const page = parsePage(c.req.query());
    if (!page.ok) return refuse(c, page.error);
    return c.json(await listTemplates(c.get('ctx'), page.value));
  });

  routes.post('/api/compliance/templates', async function postTemplate(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, newTemplateSchema);
    if (!body.ok) return refuse(c, body.error);
    const made = await createTemplate(c.get('ctx'), body.value);
    return made.ok ? c.json(made.value, 201) : deny(c, made.error);
  });

  routes.put('/api/compliance/templates/:id', async function putTemplate(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, changeTemplateSchema);
    if (!body.ok) return refuse(c, body.error);
    const changed = await changeTemplate(c.get('ctx'), c.req.param('id'), body.value);
    return changed.ok ? c.json(changed.value) : deny(c, changed.error);
  });

  routes.delete('/api/compliance/templates/:id', async function removeTemplate(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const deleted = await deleteTemplate(c.get('ctx'), c.req.param('id'));
    return deleted.ok ? c.body(null, 204) : deny(c, deleted.error);
  });

  return routes;
}
