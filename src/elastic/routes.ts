import { Hono } from 'hono';
import {
  authenticateSender,
  countRefused,
  type Delivery,
  type IngestError,
  idempotencyKeyOf,
  ingestProblem,
  receive,
  streamOf,
} from '../ingest/index.ts';
import { type AppContext, type AppEnv, dashboardPage } from '../shared/http.ts';
import type { Problem } from '../shared/problem.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_IDENTIFIER_CHARS } from '../wire/limits.ts';
import {
  bulkAnswer,
  errorAnswer,
  healthAnswer,
  licenseAnswer,
  rootAnswer,
  setupAnswer,
  xpackAnswer,
} from './answers.ts';
import { type Item, MAX_NAME_CHARS, readBulk } from './bulk.ts';
import { isElasticClient, mediaTypeFor } from './client.ts';

/** What shippers of Elasticsearch call: `_bulk`, and what they ask before they send it. */
export function elasticRoutes(): Hono<AppEnv> {
  const routes = new Hono<AppEnv>();
  for (const path of ['/_bulk', '/:index/_bulk'] as const) {
    routes.post(path, postBulk);
    routes.put(path, postBulk);
  }
  // The dashboard lives here too: browsers get it, and so does everybody who does not look like a client of Elasticsearch.
  routes.get('/', async function getRoot(c) {
    if (!isElasticClient(c.req.raw.headers)) return dashboardPage(c);
    return probe(c, rootAnswer());
  });
  routes.get('/_cluster/health', (c) => probe(c, healthAnswer()));
  routes.get('/_license', (c) => probe(c, licenseAnswer()));
  routes.get('/_xpack', (c) => probe(c, xpackAnswer()));
  routes.get('/_ilm/policy/:name', (c) => probe(c, setupAnswer('policy', c.req.param('name'))));
  routes.get('/_index_template/:name', (c) => probe(c, setupAnswer('index_template', c.req.param('name'))));
  routes.get('/_template/:name', (c) => probe(c, setupAnswer('template', c.req.param('name'))));
  routes.get('/_data_stream/:name', (c) => probe(c, setupAnswer('data_stream', c.req.param('name'))));
  return routes;
}

async function postBulk(c: AppContext): Promise<Response> {
  const ctx = c.get('ctx');
  const sender = await authenticateSender(c);
  if (!sender.ok) return refuseAsElastic(c, ingestProblem(sender.error));
  const index = c.req.param('index') ?? '';
  const delivery = readDelivery(c, sender.value, index);
  if (!delivery.ok) {
    await countRefused(ctx, sender.value, delivery.error);
    return refuseAsElastic(c, ingestProblem(delivery.error));
  }
  const items: Item[] = [];
  const startedMs = performance.now();
  const result = await receive(ctx, delivery.value, c.req.raw, (body, batch) =>
    readBulk(body, index, ctx.nowMs, batch, items),
  );
  if (!result.ok) return refuseAsElastic(c, ingestProblem(result.error));
  // Of a repeat too each item answers what it was answered first: the same body is read in the same way.
  const tookMs = Math.round(performance.now() - startedMs);
  const answer = bulkAnswer(items, tookMs, ctx.requestId, c.req.query('filter_path') ?? null);
  const response = elasticJson(c, answer, 200);
  if (result.value.replayed) response.headers.set('idempotent-replayed', 'true');
  return response;
}

function readDelivery(c: AppContext, sender: Delivery['sender'], index: string): Result<Delivery, IngestError> {
  const stream = streamOf(c, sender.streams?.[0] ?? 'logs');
  if (!stream.ok) return stream;
  const idempotencyKey = idempotencyKeyOf(c);
  if (!idempotencyKey.ok) return idempotencyKey;
  // Each document repeats it.
  if (index.length > MAX_NAME_CHARS)
    return err({ kind: 'bad_parameter', name: 'index', reason: `must have at most ${MAX_NAME_CHARS} characters` });
  const service = c.req.query('service') ?? (index === '' || index.length > MAX_IDENTIFIER_CHARS ? 'unknown' : index);
  if (service.length > MAX_IDENTIFIER_CHARS)
    return err({ kind: 'bad_parameter', name: 'service', reason: 'is too long' });
  return ok({
    sender,
    protocol: 'elastic',
    userAgent: c.req.header('user-agent') ?? '',
    stream: stream.value,
    service,
    place: index,
    idempotencyKey: idempotencyKey.value,
  });
}

/** Answers who has a key that may write, as Elasticsearch would; that no database is asked holds here as for what is written. */
async function probe(c: AppContext, answer: unknown): Promise<Response> {
  const sender = await authenticateSender(c);
  if (!sender.ok) return refuseAsElastic(c, ingestProblem(sender.error));
  return elasticJson(c, answer, 200);
}

function elasticJson(c: AppContext, body: unknown, status: number): Response {
  const headers = { 'content-type': mediaTypeFor(c.req.raw.headers), 'x-elastic-product': 'Elasticsearch' };
  return new Response(JSON.stringify(body), { status, headers });
}

function refuseAsElastic(c: AppContext, problem: Problem): Response {
  const response = elasticJson(c, errorAnswer(problem, c.get('ctx').requestId), problem.status);
  if (problem.status === 401) response.headers.set('www-authenticate', 'Bearer realm="breakwater"');
  if (problem.retryAfterSeconds !== undefined)
    response.headers.set('retry-after', String(Math.max(1, Math.ceil(problem.retryAfterSeconds))));
  return response;
}
