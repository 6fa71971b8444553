import { Hono } from 'hono';
import {
  allRejected,
  answerPreflight,
  authenticateSender,
  countRefused,
  type Delivery,
  type IngestError,
  ingestProblem,
  readableEverywhere,
  receive,
  type Sender,
  serviceOf,
} from '../ingest/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import { readBeacon } from './read-beacon.ts';

/**
 * What pages send while they are open and when they go: `navigator.sendBeacon` can set no header and gets no answer, so key and coding are in the URL, the
 * type of the body does not count, and no browser asks first.
 */
export function beaconRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use('/api/beacon/*', readableEverywhere);
  routes.options('/api/beacon', answerPreflight);
  routes.post('/api/beacon', async function postBeacon(c) {
    const ctx = c.get('ctx');
    const sender = await authenticateSender(c);
    if (!sender.ok) return refuse(c, ingestProblem(sender.error));
    const delivery = readDelivery(c, sender.value);
    if (!delivery.ok) {
      await countRefused(ctx, sender.value, delivery.error);
      return refuse(c, ingestProblem(delivery.error));
    }
    const result = await receive(ctx, delivery.value, c.req.raw, (body, batch, edge) =>
      readBeacon(body, batch, { sender: sender.value, edge, nowMs: ctx.nowMs }),
    );
    if (!result.ok) return refuse(c, ingestProblem(result.error));
    const { answer, replayed } = result.value;
    if (replayed) c.header('idempotent-replayed', 'true');
    // 204 has no body to list them in: their number is here, their reasons are in the ledger.
    if (answer.rejected > 0) c.header('x-breakwater-rejected', String(answer.rejected));
    return isUnusable(answer) ? refuse(c, allRejected(answer)) : c.body(null, 204);
  });
  return routes;
}

/** A crawler has done nothing wrong, and its owner would see an error of the page. */
function isUnusable({ received, rejected, errors }: IngestAnswer): boolean {
  return received > 0 && rejected === received && errors.some(({ reason }) => !reason.startsWith('bot'));
}

function readDelivery(c: AppContext, sender: Sender): Result<Delivery, IngestError> {
  const service = serviceOf(c);
  if (!service.ok) return service;
  return {
    ok: true,
    value: {
      sender,
      protocol: 'beacon',
      userAgent: c.req.header('user-agent') ?? '',
      stream: sender.streams?.[0] ?? 'logs',
      service: service.value,
      idempotencyKey: null,
      encoding: c.req.query('encoding') ?? null,
    },
  };
}
