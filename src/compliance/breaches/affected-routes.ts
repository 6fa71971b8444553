import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { invalidInput } from '../../shared/problem.ts';
import { admitted, proven } from '../access.ts';
import { documentAnswer, htmlOf } from '../document.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import { listAffected, parseAffectedQuery } from './affected/list-affected.ts';
import { affectedSearchSchema } from './affected/schema.ts';
import { listSearches, startSearch } from './affected/start-search.ts';
import { stopSearches } from './affected/stop-searches.ts';
import { listNotifications, notifySchema, startNotification, stopNotifying } from './notify/start.ts';
import { reportDocument } from './report/document.ts';
import { makeReport } from './report/report.ts';

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `/api/compliance/breaches/:id/…`: who is affected, who was told, and what the authority is told. */
export function affectedRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/compliance/breaches/:id/affected', async function getAffected(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const query = parseAffectedQuery(c.req.query());
    if (!query.ok) return refuse(c, query.error);
    const page = await listAffected(c.get('ctx'), c.req.param('id'), query.value);
    return page.ok ? c.json(page.value) : deny(c, page.error);
  });

  routes.post('/api/compliance/breaches/:id/affected', async function postAffected(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, affectedSearchSchema);
    if (!body.ok) return refuse(c, body.error);
    const started = await startSearch(c.get('ctx'), admin.value, c.req.param('id'), body.value);
    return started.ok ? c.json(started.value, 201) : deny(c, started.error);
  });

  routes.get('/api/compliance/breaches/:id/searches', async function getSearches(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const searches = await listSearches(c.get('ctx'), c.req.param('id'));
    return searches.ok ? c.json({ items: searches.value, nextCursor: null }) : deny(c, searches.error);
  });

  routes.post('/api/compliance/breaches/:id/searches/stop', async function postSearchesStop(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const searches = await stopSearches(c.get('ctx'), c.req.param('id'));
    return searches.ok ? c.json({ items: searches.value, nextCursor: null }) : deny(c, searches.error);
  });

  routes.get('/api/compliance/breaches/:id/notify', async function getNotifications(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const notifications = await listNotifications(c.get('ctx'), c.req.param('id'));
    return notifications.ok ? c.json({ items: notifications.value, nextCursor: null }) : deny(c, notifications.error);
  });

  routes.post('/api/compliance/breaches/:id/notify', async function postNotify(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const proof = proven(c.get('ctx'));
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, notifySchema);
    if (!body.ok) return refuse(c, body.error);
    const started = await startNotification(c.get('ctx'), admin.value, c.req.param('id'), body.value);
    return started.ok ? c.json(started.value, 201) : deny(c, started.error);
  });

  // What halts needs no proof: whoever sees that something wrong is told must not be held up.
  routes.post('/api/compliance/breaches/:id/notify/stop', async function postStop(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const stopped = await stopNotifying(c.get('ctx'), c.req.param('id'));
    return stopped.ok ? c.json(stopped.value) : deny(c, stopped.error);
  });

  routes.get('/api/compliance/breaches/:id/report', async function getReport(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const format = c.req.query('format') ?? 'json';
    if (format !== 'json' && format !== 'html')
      return refuse(c, invalidInput([{ pointer: '/format', reason: 'must be one of html, json' }]));
    const id = c.req.param('id');
    const made = await makeReport(c.get('ctx'), id, c.req.query('regime') ?? null);
    if (!made.ok) return deny(c, made.error);
    if (format === 'json') return c.json(made.value.report);
    return documentAnswer(c, htmlOf(reportDocument(made.value)), `breach-${id}-${made.value.regime.id}.html`);
  });

  return routes;
}
