import { Hono } from 'hono';
import { authProblem, requireRole } from '../auth/index.ts';
import { projectAccess, projectProblem } from '../projects/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { answerPreflight, readableEverywhere } from './cors.ts';
import { allRejected, type IngestError, ingestProblem } from './errors.ts';
import { readLedger } from './ledger.ts';
import { ledgerScope } from './ledger-scope.ts';
import { idempotencyKeyOf, serviceOf, streamOf } from './parameters.ts';
import { parseBody } from './parse.ts';
import { type Delivery, receive } from './receive.ts';
import { countRefused } from './refusals.ts';
import { readRefusedKeys } from './refused-keys.ts';
import { authenticateSender, type Sender } from './sender.ts';

export function ingestRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use('/api/ingest/*', readableEverywhere);
  routes.options('/api/ingest', answerPreflight);
  routes.post('/api/ingest', async function postIngest(c) {
    const ctx = c.get('ctx');
    const sender = await authenticateSender(c);
    if (!sender.ok) return refuse(c, ingestProblem(sender.error));
    const delivery = readDelivery(c, sender.value);
    if (!delivery.ok) {
      await countRefused(ctx, sender.value, delivery.error);
      return refuse(c, ingestProblem(delivery.error));
    }
    const result = await receive(ctx, delivery.value, c.req.raw, parseBody);
    if (!result.ok) return refuse(c, ingestProblem(result.error));
    const { answer, replayed } = result.value;
    const unusable = answer.received > 0 && answer.rejected === answer.received;
    const response = unusable ? refuse(c, allRejected(answer)) : c.json(answer, 202);
    if (replayed) response.headers.set('idempotent-replayed', 'true');
    return response;
  });
  return routes;
}

/** The read side of the same counts. */
export function ledgerRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.get('/api/refused-keys', async function getRefusedKeys(c) {
    const ctx = c.get('ctx');
    const caller = requireRole(ctx, 'admin');
    if (!caller.ok) return refuse(c, authProblem(caller.error));
    return c.json({ items: await readRefusedKeys(ctx), nextCursor: null });
  });
  routes.get('/api/projects/:id/ledger', async function getLedger(c) {
    const ctx = c.get('ctx');
    const project = await projectAccess(ctx, c.req.param('id'), 'read');
    if (!project.ok) return refuse(c, projectProblem(project.error));
    const scope = ledgerScope(c.req.query(), ctx.nowMs);
    if (!scope.ok) return refuse(c, ingestProblem(scope.error));
    return c.json(await readLedger(ctx, project.value.id, scope.value));
  });
  return routes;
}

function readDelivery(c: AppContext, sender: Sender): Result<Delivery, IngestError> {
  const stream = streamOf(c, sender.streams?.[0] ?? 'logs');
  if (!stream.ok) return stream;
  const service = serviceOf(c);
  if (!service.ok) return service;
  const idempotencyKey = idempotencyKeyOf(c);
  if (!idempotencyKey.ok) return err(idempotencyKey.error);
  return ok({
    sender,
    protocol: 'ingest',
    userAgent: c.req.header('user-agent') ?? '',
    stream: stream.value,
    service: service.value,
    idempotencyKey: idempotencyKey.value,
  });
}
