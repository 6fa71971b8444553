import { Hono } from 'hono';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import { queriedProject } from '../query/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { parsePage } from '../shared/page.ts';
import { err, type Result } from '../shared/result.ts';
import { type AlertError, alertProblem } from './errors.ts';
import { previewRule } from './preview/preview.ts';
import { listRules, readRule } from './rules/list-rules.ts';
import { changeRule, createRule, deleteRule } from './rules/save-rule.ts';
import { changeRuleSchema, ruleSchema } from './rules/schema.ts';

const deny = (c: AppContext, error: AlertError): Response => refuse(c, alertProblem(error));

/** `/api/alerts/rules`. */
export function alertRuleRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/alerts/rules', async function getRules(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const page = parsePage(c.req.query());
    if (!page.ok) return refuse(c, page.error);
    return c.json(await listRules(c.get('ctx'), project.value, page.value));
  });

  routes.post('/api/alerts/rules', async function postRule(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, ruleSchema);
    if (!body.ok) return refuse(c, body.error);
    const made = await createRule(c.get('ctx'), project.value, body.value, originOf(c));
    return made.ok ? c.json(made.value, 201) : deny(c, made.error);
  });

  // It changes nothing and tells nobody: who may read the records may ask what a rule would have made of them.
  routes.post('/api/alerts/rules/preview', async function postPreview(c) {
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, { kind: 'read', error: project.error });
    const body = await readJsonBody(c.req.raw, ruleSchema);
    if (!body.ok) return refuse(c, body.error);
    const preview = await previewRule(c.get('ctx'), project.value, body.value);
    return preview.ok ? c.json(preview.value) : deny(c, preview.error);
  });

  routes.get('/api/alerts/rules/:id', async function getRule(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const rule = await readRule(c.get('ctx'), project.value, c.req.param('id'));
    return rule.ok ? c.json(rule.value) : deny(c, rule.error);
  });

  routes.put('/api/alerts/rules/:id', async function putRule(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, changeRuleSchema);
    if (!body.ok) return refuse(c, body.error);
    const changed = await changeRule(c.get('ctx'), project.value, c.req.param('id'), body.value, originOf(c));
    return changed.ok ? c.json(changed.value) : deny(c, changed.error);
  });

  routes.delete('/api/alerts/rules/:id', async function removeRule(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const deleted = await deleteRule(c.get('ctx'), project.value, c.req.param('id'), originOf(c));
    return deleted.ok ? c.body(null, 204) : deny(c, deleted.error);
  });

  return routes;
}

export async function granted(c: AppContext, action: ProjectAction): Promise<Result<string, AlertError>> {
  const project = await namedProject(c.get('ctx'), c.req.query('project'), action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}

/** As the caller reaches us, which is how those who are told will. */
export function originOf(c: AppContext): string {
  return new URL(c.req.url).origin;
}
