import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { admitted, proven } from '../access.ts';
import { type ComplianceError, complianceProblem } from '../errors.ts';
import { answerClock } from './register/answer-clock.ts';
import { changeBreach } from './register/change.ts';
import { createBreach } from './register/create.ts';
import { listBreaches, parseBreachQuery, readBreach } from './register/read.ts';
import { resolveBreach } from './register/resolve.ts';
import { changeBreachSchema, clockAnswerSchema, newBreachSchema, resolveSchema } from './register/schema.ts';

const deny = (c: AppContext, error: ComplianceError): Response => refuse(c, complianceProblem(error));

/** `/api/compliance/breaches`: the register. */
export function breachRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/compliance/breaches', async function getBreaches(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const query = parseBreachQuery(c.req.query());
    if (!query.ok) return refuse(c, query.error);
    const page = await listBreaches(c.get('ctx'), query.value);
    return page.ok ? c.json(page.value) : deny(c, page.error);
  });

  routes.post('/api/compliance/breaches', async function postBreach(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, newBreachSchema);
    if (!body.ok) return refuse(c, body.error);
    const made = await createBreach(c.get('ctx'), admin.value, body.value);
    return made.ok ? c.json(made.value, 201) : deny(c, made.error);
  });

  routes.get('/api/compliance/breaches/:id', async function getBreach(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const breach = await readBreach(c.get('ctx'), c.req.param('id'));
    return breach.ok ? c.json(breach.value) : deny(c, breach.error);
  });

  routes.patch('/api/compliance/breaches/:id', async function patchBreach(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, changeBreachSchema);
    if (!body.ok) return refuse(c, body.error);
    const changed = await changeBreach(c.get('ctx'), c.req.param('id'), body.value);
    return changed.ok ? c.json(changed.value) : deny(c, changed.error);
  });

  routes.post('/api/compliance/breaches/:id/clocks/:clock', async function postClock(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const body = await readJsonBody(c.req.raw, clockAnswerSchema);
    if (!body.ok) return refuse(c, body.error);
    const place = { id: c.req.param('id'), clockId: c.req.param('clock') };
    const done = await answerClock(c.get('ctx'), admin.value, place, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.post('/api/compliance/breaches/:id/resolve', async function postResolve(c) {
    const admin = admitted(c.get('ctx'));
    if (!admin.ok) return deny(c, admin.error);
    const proof = proven(c.get('ctx'));
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, resolveSchema);
    if (!body.ok) return refuse(c, body.error);
    const resolved = await resolveBreach(c.get('ctx'), c.req.param('id'), body.value);
    return resolved.ok ? c.json(resolved.value) : deny(c, resolved.error);
  });

  return routes;
}
