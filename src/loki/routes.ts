import { Hono } from 'hono';
import {
  authenticateSender,
  countRefused,
  type Delivery,
  type IngestError,
  idempotencyKeyOf,
  ingestProblem,
  receive,
  serviceOf,
  streamOf,
} from '../ingest/index.ts';
import type { AppContext, AppEnv } from '../shared/http.ts';
import type { Problem } from '../shared/problem.ts';
import type { Result } from '../shared/result.ts';
import { readJsonPush } from './push-json.ts';
import { readProtobufPush } from './push-protobuf.ts';

/**
 * Loki's push API, as Promtail, Alloy, Fluent Bit, Vector, pino-loki and winston-loki use it. Their clients repeat on 429 and 5xx, and on nothing
 * else (clients/pkg/promtail/client/client.go): every other refusal loses the batch at the client, so it is only for what can never be stored.
 */
export function lokiRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  routes.post('/loki/api/v1/push', async function postLokiPush(c) {
    const ctx = c.get('ctx');
    const sender = await authenticateSender(c);
    if (!sender.ok) return refuseAsText(c, ingestProblem(sender.error));
    const delivery = readDelivery(c, sender.value);
    if (!delivery.ok) {
      await countRefused(ctx, sender.value, delivery.error);
      return refuseAsText(c, ingestProblem(delivery.error));
    }
    const isJson = saysJson(c.req.header('content-type') ?? '');
    const request = isJson ? c.req.raw : snappyRequest(c.req.raw);
    const result = await receive(ctx, delivery.value, request, isJson ? readJsonPush : readProtobufPush);
    if (!result.ok) return refuseAsText(c, ingestProblem(result.error));
    const { answer, replayed } = result.value;
    const headers: Record<string, string> = replayed ? { 'idempotent-replayed': 'true' } : {};
    if (answer.rejected === 0) return c.body(null, 204, headers);
    // 204 has no body to list them in: their number is here, their reasons are in the ledger.
    headers['x-breakwater-rejected'] = String(answer.rejected);
    if (answer.rejected < answer.received) return c.body(null, 204, headers);
    const first = answer.errors[0];
    const detail = `${answer.rejected} entries, none of them usable. Entry ${first?.index ?? 0}${first?.pointer ?? ''}: ${first?.reason ?? ''}`;
    return refuseAsText(c, { status: 400, code: 'all_rejected', title: 'No entry could be stored', detail }, headers);
  });
  return routes;
}

function readDelivery(c: AppContext, sender: Delivery['sender']): Result<Delivery, IngestError> {
  const stream = streamOf(c, sender.streams?.[0] ?? 'logs');
  if (!stream.ok) return stream;
  const service = serviceOf(c);
  if (!service.ok) return service;
  const idempotencyKey = idempotencyKeyOf(c);
  if (!idempotencyKey.ok) return idempotencyKey;
  return {
    ok: true,
    value: {
      sender,
      protocol: 'loki',
      userAgent: c.req.header('user-agent') ?? '',
      stream: stream.value,
      service: service.value,
      idempotencyKey: idempotencyKey.value,
    },
  };
}

/** What is declared as JSON, and what curl declares where nobody names a type: no client sends protobuf as a form or as text. */
function saysJson(contentType: string): boolean {
  return /json|^application\/x-www-form-urlencoded|^text\//i.test(contentType);
}

/** Protobuf comes in snappy whether or not a header says so: Promtail and Alloy name no coding, Prometheus' libraries name it. */
function snappyRequest(request: Request): Request {
  const named = request.headers.get('content-encoding') ?? '';
  if (/\bsnappy\b/i.test(named)) return request;
  const headers = new Headers(request.headers);
  headers.set('content-encoding', named === '' ? 'snappy' : `snappy, ${named}`);
  return new Request(request, { headers });
}

/** As Loki answers: Promtail logs the first line of the body and the status, and reads nothing else. */
function refuseAsText(c: AppContext, problem: Problem, extra: Record<string, string> = {}): Response {
  const headers: Record<string, string> = { 'content-type': 'text/plain; charset=utf-8', ...extra };
  if (problem.status === 401) headers['www-authenticate'] = 'Bearer realm="breakwater"';
  if (problem.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(Math.max(1, Math.ceil(problem.retryAfterSeconds)));
  const reason = `${problem.code}: ${problem.detail}`.replace(/\s*\n\s*/g, ' ');
  return new Response(`${reason}\n${problem.title}. Request ${c.get('ctx').requestId}\n`, {
    status: problem.status,
    headers,
  });
}
