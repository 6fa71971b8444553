import { Hono } from 'hono';
import { namedProject, projectAccess, projectProblem } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import type { PagePreview } from '../wire/browser.ts';
import { changeRules, readRules } from './change-rules.ts';
import { type EdgeError, edgeProblem } from './errors.ts';
import { listParameters, pageOfRows } from './list-parameters.ts';
import { pageAndRule } from './page.ts';
import { compileRules } from './page-rules.ts';
import { listPages, listSites } from './page-store.ts';
import { changeRulesSchema, previewSchema } from './schema.ts';

const deny = (c: AppContext, error: EdgeError): Response => refuse(c, edgeProblem(error));

/** `/api/projects/:id/browser`, `/api/sites` and `/api/pages`. */
export function edgeRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/projects/:id/browser', async function getBrowserRules(c) {
    const project = await projectAccess(c.get('ctx'), c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    return c.json(await readRules(c.get('ctx'), project.value.id));
  });

  routes.put('/api/projects/:id/browser', async function putBrowserRules(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'admin');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const body = await readJsonBody(c.req.raw, changeRulesSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await changeRules(ctx, project.value.id, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  // It changes nothing: who may read the pages may ask what they would be called.
  routes.post('/api/projects/:id/browser/preview', async function postPreview(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const body = await readJsonBody(c.req.raw, previewSchema);
    if (!body.ok) return refuse(c, body.error);
    const { paths, pageRules } = body.value;
    const tried = pageRules ?? (await readRules(ctx, project.value.id)).pageRules;
    const rules = compileRules({ pageRules: tried, bots: 'drop' });
    const preview: PagePreview = { items: paths.map((path) => ({ path, ...pageAndRule(path, rules) })) };
    return c.json(preview);
  });

  routes.get('/api/sites', async function getSites(c) {
    const project = await namedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const asked = listParameters(c.req.query());
    if (!asked.ok) return deny(c, asked.error);
    const { limit, after } = asked.value;
    const rows = await listSites(c.get('ctx').env.DB, project.value, { after: after[0], limit });
    return c.json(pageOfRows(rows, limit, ({ site }) => [site, '']));
  });

  routes.get('/api/pages', async function getPages(c) {
    const project = await namedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const asked = listParameters(c.req.query());
    if (!asked.ok) return deny(c, asked.error);
    const site = c.req.query('site') ?? null;
    const rows = await listPages(c.get('ctx').env.DB, project.value, { ...asked.value, site });
    return c.json(pageOfRows(rows, asked.value.limit, ({ site, page }) => [site, page]));
  });

  return routes;
}
