import { Hono } from 'hono';
import { namedProject, type ProjectAction } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { invalidInput } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { REFERENCE_TYPES } from '../wire/fraud.ts';
import { endSessions } from './end-sessions.ts';
import { type FraudError, fraudProblem } from './errors.ts';
import { findEvent } from './find-event.ts';
import { normaliseReference } from './identity.ts';
import { lookupSchema } from './input.ts';
import { fraudOf } from './object.ts';
import { eventQuery, lookupQuery, rangeQuery, userQuery } from './parameters.ts';
import { asked } from './send.ts';

type Object = ReturnType<typeof fraudOf>;

/** The read side of fraud: for who may read the project. */
export function fraudReadRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/fraud/events', async function getFraudEvents(c) {
    return answer(c, eventQuery(c.req.query(), { needsUser: false }), (object, query) => object.events(query));
  });
  routes.get('/api/fraud/events/:eventId', async function getFraudEvent(c) {
    const project = await projectOf(c, 'read');
    if (!project.ok) return refuse(c, fraudProblem(project.error));
    const event = await findEvent(c.get('ctx'), project.value, c.req.param('eventId'));
    return event.ok ? c.json(event.value) : refuse(c, fraudProblem(event.error));
  });
  routes.get('/api/fraud/history', async function getFraudHistory(c) {
    return answer(c, eventQuery(c.req.query(), { needsUser: true }), (object, query) => object.events(query));
  });
  routes.get('/api/fraud/references', async function getFraudReferences(c) {
    return answer(c, userQuery(c.req.query()), async (object, userId) => ({
      items: await object.references(userId),
      nextCursor: null,
    }));
  });
  routes.get('/api/fraud/cross-lookup', async function getCrossLookup(c) {
    return answer(c, lookupQuery(c.req.query()), (object, query) => object.lookup(query));
  });
  routes.get('/api/fraud/graph', async function getFraudGraph(c) {
    return answer(c, userQuery(c.req.query()), (object, userId) => object.graph(userId));
  });
  routes.get('/api/fraud/summary', async function getFraudSummary(c) {
    const { nowMs } = c.get('ctx');
    return answer(c, rangeQuery(c.req.query(), nowMs), (object, range) => object.summary({ ...range, nowMs }));
  });

  // An identifier in a URL would be in every log on the way.
  routes.post('/api/fraud/cross-lookup', async function postCrossLookup(c) {
    // Whoever may ask by an identifier can test a list of them: that is as much as taking the list of accounts away.
    const project = await projectOf(c, 'export');
    if (!project.ok) return refuse(c, fraudProblem(project.error));
    const body = await readJsonBody(c.req.raw, lookupSchema);
    if (!body.ok) return refuse(c, body.error);
    const type = REFERENCE_TYPES.find((name) => (body.value[name] ?? null) !== null) ?? 'device';
    const text = normaliseReference(type, body.value[type] ?? '');
    if (text === null) return refuse(c, invalidInput([{ pointer: `/${type}`, reason: `is no ${type}` }]));
    const object = fraudOf(c.get('ctx').env, project.value);
    const found = await asked(c.get('ctx'), async () => {
      const reference = await object.referenceOf(project.value, type, text);
      const minAccounts = body.value.minAccounts ?? 1;
      return object.lookup({ minAccounts, type, reference, userId: null, cursor: null, limit: 1 });
    });
    return found.ok ? c.json(found.value) : refuse(c, fraudProblem(found.error));
  });

  routes.delete('/api/fraud/sessions', async function deleteFraudSessions(c) {
    const project = await projectOf(c, 'write');
    if (!project.ok) return refuse(c, fraudProblem(project.error));
    const userId = userQuery(c.req.query());
    if (!userId.ok) return refuse(c, fraudProblem(userId.error));
    const ended = await endSessions(c.get('ctx'), project.value, userId.value);
    return ended.ok ? c.json(ended.value) : refuse(c, fraudProblem(ended.error));
  });

  return routes;
}

async function projectOf(c: AppContext, action: ProjectAction): Promise<Result<string, FraudError>> {
  const project = await namedProject(c.get('ctx'), c.req.query('project'), action);
  return project.ok ? ok(project.value) : err({ kind: 'project', error: project.error });
}

async function answer<Q, A extends object>(
  c: AppContext,
  query: Result<Q, FraudError>,
  ask: (object: Object, query: Q) => Promise<A>,
): Promise<Response> {
  const project = await projectOf(c, 'read');
  if (!project.ok) return refuse(c, fraudProblem(project.error));
  if (!query.ok) return refuse(c, fraudProblem(query.error));
  const ctx = c.get('ctx');
  const found = await asked(ctx, () => ask(fraudOf(ctx.env, project.value), query.value));
  return found.ok ? c.json(found.value) : refuse(c, fraudProblem(found.error));
}
