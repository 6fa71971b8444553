import { Hono } from 'hono';
import {
  answerPreflight,
  authenticateSender,
  countRefused,
  type Delivery,
  type IngestError,
  idempotencyKeyOf,
  ingestProblem,
  readableEverywhere,
  receive,
  type Sender,
  serviceOf,
  streamRefusal,
} from '../ingest/index.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import type { Problem } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { IngestAnswer } from '../wire/ingest.ts';
import { CONTENT_TYPES, type Encoding, encodingOf, exportResponse, firstReason } from './answer.ts';
import { readJson } from './json-export.ts';
import { readProtobuf } from './protobuf-export.ts';
import { SIGNALS, type Signal } from './signals.ts';
import { type Refusal, statusBody } from './status.ts';

/** OTLP/HTTP 1.x (opentelemetry.io/docs/specs/otlp). */
export function otlpRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.use('/v1/*', readableEverywhere, refusalsAsStatus);
  for (const signal of ['logs', 'metrics', 'traces'] as const) {
    routes.options(`/v1/${signal}`, answerPreflight);
    routes.post(`/v1/${signal}`, (c) => postExport(c, signal));
  }
  return routes;
}

async function postExport(c: AppContext, signal: Signal): Promise<Response> {
  const ctx = c.get('ctx');
  const sender = await authenticateSender(c);
  if (!sender.ok) return refuse(c, ingestProblem(sender.error));
  const delivery = readDelivery(c, sender.value, signal);
  if (!delivery.ok) {
    await countRefused(ctx, sender.value, delivery.error);
    return refuse(c, ingestProblem(delivery.error));
  }
  const encoding = encodingOf(c.req.header('content-type'));
  if (encoding === null) {
    const error: IngestError = { kind: 'unknown_media_type', accepted: Object.values(CONTENT_TYPES) };
    await countRefused(ctx, sender.value, error);
    return refuse(c, ingestProblem(error));
  }
  const read = encoding === 'json' ? readJson(signal) : readProtobuf(signal);
  const result = await receive(ctx, delivery.value, c.req.raw, read);
  if (!result.ok) return refuse(c, ingestProblem(result.error));
  const { answer, replayed } = result.value;
  if (answer.received > 0 && answer.rejected === answer.received) return refuse(c, allRejected(answer));
  return new Response(exportResponse(signal, answer, encoding), {
    headers: {
      'content-type': CONTENT_TYPES[encoding],
      ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    },
  });
}

function readDelivery(c: AppContext, sender: Sender, signal: Signal): Result<Delivery, IngestError> {
  const { stream } = SIGNALS[signal];
  const refusal = streamRefusal(sender, stream);
  if (refusal) return err(refusal);
  const service = serviceOf(c);
  if (!service.ok) return service;
  const idempotencyKey = idempotencyKeyOf(c);
  if (!idempotencyKey.ok) return idempotencyKey;
  return ok({
    sender,
    protocol: 'otlp',
    userAgent: c.req.header('user-agent') ?? '',
    stream,
    service: service.value,
    idempotencyKey: idempotencyKey.value,
  });
}

/** Nothing of the request was usable: the status says so, as of /api/ingest. The records are counted in the ledger. */
function allRejected({ errors }: IngestAnswer): Problem {
  return { status: 400, code: 'all_rejected', title: 'No record could be stored', detail: firstReason(errors) };
}

/** Whoever refused a request here, a handler, a limit or a fault, its client reads google.rpc.Status in the encoding that it speaks. */
async function refusalsAsStatus(c: AppContext, next: () => Promise<void>): Promise<void> {
  await next();
  if (c.res.headers.get('content-type') !== 'application/problem+json') return;
  const refusal = (await c.res.json()) as Refusal;
  const encoding: Encoding = encodingOf(c.req.header('content-type')) ?? 'json';
  const headers = new Headers(c.res.headers);
  headers.set('content-type', CONTENT_TYPES[encoding]);
  const status = c.res.status;
  c.res = undefined; // Hono merges the headers of a response that it replaces
  c.res = new Response(statusBody(refusal, encoding), { status, headers });
}
