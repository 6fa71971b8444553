import { Hono } from 'hono';
import * as z from 'zod';
import { mayAdminister, namedProject, type ProjectAction } from '../../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../../shared/http.ts';
import { readJsonBody } from '../../shared/json-body.ts';
import { err, type Result } from '../../shared/result.ts';
import { type DeliveryError, deliveryProblem } from '../errors.ts';
import type { OpenDestination } from '../object.ts';
import { findDelivery } from './find-delivery.ts';
import { listDeliveries } from './list-deliveries.ts';
import { deliveryParameters } from './parameters.ts';
import { replayMany, replayOne, replaySchema } from './replay.ts';

/** Of a change that says all in its path. */
export const nothing = z.lazy(() => z.strictObject({}));
const deny = (c: AppContext, error: DeliveryError): Response => refuse(c, deliveryProblem(error));

/** `/api/deliveries`. */
export function deliveryRoutes(open: OpenDestination): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();

  routes.get('/api/deliveries', async function getDeliveries(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const query = deliveryParameters(c.req.query());
    if (!query.ok) return deny(c, query.error);
    const found = await listDeliveries(c.get('ctx'), open, project.value, query.value);
    return found.ok ? c.json(found.value) : deny(c, found.error);
  });

  routes.post('/api/deliveries/replay', async function postReplayMany(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, replaySchema);
    if (!body.ok) return refuse(c, body.error);
    const done = await replayMany(c.get('ctx'), open, project.value, body.value);
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  routes.get('/api/deliveries/:id', async function getDelivery(c) {
    const project = await granted(c, 'read');
    if (!project.ok) return deny(c, project.error);
    const ctx = c.get('ctx');
    const seesUrl = mayAdminister(ctx.actor);
    const found = await findDelivery(ctx, open, project.value, c.req.param('id'), { seesUrl });
    return found.ok ? c.json(found.value) : deny(c, found.error);
  });

  routes.post('/api/deliveries/:id/replay', async function postReplay(c) {
    const project = await granted(c, 'write');
    if (!project.ok) return deny(c, project.error);
    const body = await readJsonBody(c.req.raw, nothing);
    if (!body.ok) return refuse(c, body.error);
    const done = await replayOne(c.get('ctx'), open, project.value, c.req.param('id'));
    return done.ok ? c.json(done.value) : deny(c, done.error);
  });

  return routes;
}

async function granted(c: AppContext, action: ProjectAction): Promise<Result<string, DeliveryError>> {
  const project = await namedProject(c.get('ctx'), c.req.query('project'), action);
  return project.ok ? project : err({ kind: 'project', error: project.error });
}
