import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { type AlertError, alertProblem } from './errors.ts';
import { acknowledge, acknowledgeSchema } from './firings/acknowledge.ts';
import { listFirings, readFiring, readFiringQuery } from './firings/list-firings.ts';
import { granted, originOf } from './rule-routes.ts';
import { createSilence, endSilence, listSilences, silenceSchema } from './silences/silence.ts';

const deny = (c: AppContext, error: AlertError): Response => refuse(c, alertProblem(error));

/** `/api/alerts/firings` and `/api/alerts/silences`. */
export function firingRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/alerts/firings', async function getFirings(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const query = readFiringQuery(c.req.query());
    if (!query.ok) return deny(c, query.error);
    const page = await listFirings(c.get('ctx'), project.value, query.value);
    return page.ok ? c.json(page.value) : deny(c, page.error);
  });

  routes.get('/api/alerts/firings/:id', async function getFiring(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const firing = await readFiring(c.get('ctx'), project.value, c.req.param('id'));
    return firing.ok ? c.json(firing.value) : deny(c, firing.error);
  });

  routes.post('/api/alerts/firings/:id/acknowledge', async function postAcknowledgement(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, acknowledgeSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await acknowledge(c.get('ctx'), project.value, c.req.param('id'), body.value.note);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.get('/api/alerts/silences', async function getSilences(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    return c.json({ items: await listSilences(c.get('ctx'), project.value), nextCursor: null });
  });

  routes.post('/api/alerts/silences', async function postSilence(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, silenceSchema);
    if (!body.ok) return refuse(c, body.error);
    const made = await createSilence(c.get('ctx'), project.value, body.value, originOf(c));
    return made.ok ? c.json(made.value, 201) : deny(c, made.error);
  });

  routes.delete('/api/alerts/silences/:id', async function deleteSilence(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const ended = await endSilence(c.get('ctx'), project.value, c.req.param('id'), originOf(c));
    return ended.ok ? c.body(null, 204) : deny(c, ended.error);
  });

  return routes;
}
