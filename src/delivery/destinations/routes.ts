import { Hono } from 'hono';
import * as z from 'zod';
import { requireRecentProof } from '../../auth/index.ts';
import { mayAdminister, type ProjectAction, wholeNamedProject } from '../../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { parsePage } from '../../shared/page.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { BREAKER_ACTIONS } from '../../wire/delivery.ts';
import { type DeliveryError, deliveryProblem } from '../errors.ts';
import { nothing } from '../log/log-routes.ts';
import type { OpenDestination } from '../object.ts';
import { changeDestinationSchema, createDestinationSchema, rotateSecretSchema } from './definition/schema.ts';
import { actOnBreaker, breakerTransitions, testDestination } from './verbs/act.ts';
import { changeDestination } from './verbs/change.ts';
import { createDestination } from './verbs/create.ts';
import type { Place } from './verbs/place.ts';
import { previewBody, previewSchema } from './verbs/preview.ts';
import { listDestinations, readDestination } from './verbs/read.ts';
import { removeDestination } from './verbs/remove.ts';
import { rotateSecret } from './verbs/rotate-secret.ts';

const MAX_TRANSITIONS = 100;

export const breakerSchema = z.lazy(() => z.strictObject({ action: z.enum(BREAKER_ACTIONS) }));

const deny = (c: AppContext, error: DeliveryError): Response => refuse(c, deliveryProblem(error));

/** `/api/destinations`. */
export function destinationRoutes(open: OpenDestination): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/destinations', async function getDestinations(c) {
    const place = await granted(c, 'read');
    if (!place.ok) return deny(c, place.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    const { projectId } = place.value;
    return c.json(await listDestinations(c.get('ctx'), open, projectId, page.value, readerOf(c)));
  });

  routes.post('/api/destinations', async function postDestination(c) {
    const place = await granted(c, 'admin');
    if (!place.ok) return deny(c, place.error);
    // Whoever sets where alerts go gets to see what they say.
    const proof = requireRecentProof(c.get('ctx'));
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, createDestinationSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await createDestination(c.get('ctx'), open, place.value, body.value);
    return done.ok ? c.json(done.value, 201) : deny(c, done.error);
  });

  // It sends nothing: who may read what was delivered may see what would be.
  routes.post('/api/destinations/preview', async function postPreview(c) {
    const place = await granted(c, 'read');
    if (!place.ok) return deny(c, place.error);
    const body = await readJsonBody(c.req.raw, previewSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = previewBody(c.get('ctx'), place.value, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.get('/api/destinations/:id', async function getDestination(c) {
    const place = await granted(c, 'read');
    if (!place.ok) return deny(c, place.error);
    const { projectId } = place.value;
    const found = await readDestination(c.get('ctx'), open, projectId, c.req.param('id'), readerOf(c));
    return found.ok ? c.json(found.value) : deny(c, found.error);
  });

  routes.put('/api/destinations/:id', async function putDestination(c) {
    const place = await granted(c, 'admin');
    if (!place.ok) return deny(c, place.error);
    const body = await readJsonBody(c.req.raw, changeDestinationSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await changeDestination(c.get('ctx'), open, place.value, c.req.param('id'), body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.delete('/api/destinations/:id', async function deleteDestination(c) {
    const place = await granted(c, 'admin');
    if (!place.ok) return deny(c, place.error);
    const done = await removeDestination(c.get('ctx'), open, place.value.projectId, c.req.param('id'));
    return done.ok ? c.body(null, 204) : deny(c, done.error);
  });

  routes.post('/api/destinations/:id/secrets', async function postSecret(c) {
    const place = await granted(c, 'admin');
    if (!place.ok) return deny(c, place.error);
    const proof = requireRecentProof(c.get('ctx'));
    if (!proof.ok) return deny(c, proof.error);
    const body = await readJsonBody(c.req.raw, rotateSecretSchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await rotateSecret(c.get('ctx'), open, place.value.projectId, c.req.param('id'), body.value);
    return done.ok ? c.json(done.value, 201) : deny(c, done.error);
  });

  routes.post('/api/destinations/:id/test', async function postTest(c) {
    const place = await granted(c, 'write');
    if (!place.ok) return deny(c, place.error);
    const body = await readJsonBody(c.req.raw, nothing);
    if (!body.ok) return refuse(c, body.error);
    const done = await testDestination(c.get('ctx'), open, place.value, c.req.param('id'));
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.post('/api/destinations/:id/breaker', async function postBreaker(c) {
    const place = await granted(c, 'write');
    if (!place.ok) return deny(c, place.error);
    const body = await readJsonBody(c.req.raw, breakerSchema);
    if (!body.ok) return refuse(c, body.error);
    const { projectId } = place.value;
    const done = await actOnBreaker(c.get('ctx'), open, projectId, c.req.param('id'), body.value.action);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.get('/api/destinations/:id/transitions', async function getTransitions(c) {
    const place = await granted(c, 'read');
    if (!place.ok) return deny(c, place.error);
    const { projectId } = place.value;
    const found = await breakerTransitions(c.get('ctx'), open, projectId, c.req.param('id'), MAX_TRANSITIONS);
    return found.ok ? c.json({ items: found.value, nextCursor: null }) : deny(c, found.error);
  });

  return routes;
}

async function granted(c: AppContext, action: ProjectAction): Promise<Result<Place, DeliveryError>> {
  const project = await wholeNamedProject(c.get('ctx'), c.req.query('project'), action);
  if (!project.ok) return err({ kind: 'project', error: project.error });
  const { id: projectId, name: projectName } = project.value;
  return ok({ projectId, projectName, origin: new URL(c.req.url).origin });
}

function readerOf(c: AppContext): { seesUrl: boolean } {
  return { seesUrl: mayAdminister(c.get('ctx').actor) };
}
