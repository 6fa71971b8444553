import { Hono } from 'hono';
import { BlockUnreadable, noteUnreadable } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { readJsonBody } from '../shared/json-body.ts';
import { parsePage } from '../shared/page.ts';
import { DOWNLOAD_CHUNK_CHARS, EVENT_CHUNK_CHARS, searchEvents, searchJson, streamOf } from './answer.ts';
import { cachedAnswer } from './cached.ts';
import { recordContext } from './context.ts';
import { type ReadError, readProblem } from './errors.ts';
import { exportRecords } from './export.ts';
import { facets } from './facets.ts';
import { histogram } from './histogram.ts';
import { type ExportFormat, readContext, readExport, readFacets, readHistogram, readSearch } from './parameters.ts';
import { NOBODY, projectOf, queriedProject } from './project.ts';
import { removeSearch, saveSearch, saveSearchSchema } from './saved-searches.ts';
import { readFailure, type Scope, search } from './search.ts';
import { listSavedSearches } from './search-store.ts';

/** Of histograms and facets. */
const CACHED_MS = 60_000;

const deny = (c: AppContext, error: ReadError): Response => refuse(c, readProblem(error));

/** `/api/query/logs`, `/api/export` and `/api/searches`. */
export function queryRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/logs', async function searchRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readSearch(c.req.query(), project.value, ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const events = search(ctx, request.value);
    if (/\btext\/event-stream\b/.test(c.req.header('accept') ?? '')) {
      const body = streamOf(searchEvents(request.value, events, ctx.requestId), EVENT_CHUNK_CHARS, ctx.requestId);
      return c.body(body, 200, {
        'content-type': 'text/event-stream; charset=utf-8',
        // A proxy that packs the stream would hold events back until it has enough of them.
        'cache-control': 'no-store, no-transform',
      });
    }
    const answer = await searchJson(request.value, events);
    return answer.ok ? json(c, answer.value) : deny(c, answer.error);
  });

  app.get('/api/query/logs/histogram', async function histogramRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readHistogram(c.req.query(), project.value, ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const { scope, buckets } = request.value;
    const answer = await cachedAnswer(ctx, project.value, {
      ...{ operation: 'histogram', parameters: [keyOf(scope), buckets], ttlMs: CACHED_MS, stream: scope.stream },
      compute: () => histogram(ctx, scope, buckets),
    });
    return answer.ok ? json(c, answer.value.body, answer.value.hit) : deny(c, answer.error);
  });

  app.get('/api/query/logs/facets', async function facetsRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readFacets(c.req.query(), project.value, ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const { scope, fields, limit } = request.value;
    const answer = await cachedAnswer(ctx, project.value, {
      ...{ operation: 'facets', parameters: [keyOf(scope), fields, limit], ttlMs: CACHED_MS, stream: scope.stream },
      compute: () => facets(ctx, scope, fields, limit),
    });
    return answer.ok ? json(c, answer.value.body, answer.value.hit) : deny(c, answer.error);
  });

  app.get('/api/query/logs/context/:id', async function contextRoute(c) {
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readContext(c.req.query());
    if (!request.ok) return deny(c, request.error);
    const found = await recordContext(c.get('ctx'), project.value, c.req.param('id').toLowerCase(), request.value);
    if (!found.ok) return deny(c, found.error);
    const { before, record, after } = found.value;
    return json(c, `{"before":[${before.join(',')}],"record":${record},"after":[${after.join(',')}]}`);
  });

  app.get('/api/export', async function exportRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(c.get('ctx'), c.req.query('project'), 'export');
    if (!project.ok) return deny(c, project.error);
    const request = readExport(c.req.query(), project.value, ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const { scope, format } = request.value;
    const pieces = exportRecords(ctx, scope, format);
    try {
      // A store that is away is said by the status as long as there is one to say it with; later the connection breaks.
      const body = streamOf(withFirst(ctx, await pieces.next(), pieces), DOWNLOAD_CHUNK_CHARS, ctx.requestId);
      return c.body(body, 200, downloadHeaders(scope, format));
    } catch (cause) {
      return deny(c, await readFailure(ctx, cause));
    }
  });

  app.get('/api/searches', async function listSearchesRoute(c) {
    const project = await projectOf(c.get('ctx'), c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const page = parsePage({ limit: c.req.query('limit'), cursor: c.req.query('cursor') });
    if (!page.ok) return refuse(c, page.error);
    return c.json(await listSavedSearches(c.get('ctx').env.DB, project.value, page.value));
  });

  app.post('/api/searches', async function saveSearchRoute(c) {
    if (c.get('ctx').actor.kind === 'anonymous') return deny(c, NOBODY);
    const body = await readJsonBody(c.req.raw, saveSearchSchema);
    if (!body.ok) return refuse(c, body.error);
    const project = await projectOf(c.get('ctx'), body.value.project ?? c.req.query('project'), 'write');
    if (!project.ok) return deny(c, project.error);
    const saved = await saveSearch(c.get('ctx'), project.value, body.value);
    return saved.ok ? c.json(saved.value, 201) : deny(c, saved.error);
  });

  app.delete('/api/searches/:id', async function removeSearchRoute(c) {
    const project = await projectOf(c.get('ctx'), c.req.query('project'), 'write');
    if (!project.ok) return deny(c, project.error);
    const removed = await removeSearch(c.get('ctx'), project.value, c.req.param('id'));
    return removed.ok ? c.body(null, 204) : deny(c, removed.error);
  });

  return app;
}

/** What makes two scopes the same question; the project is in the key already. */
function keyOf({ query, fromMs, toMs, stream }: Scope): unknown {
  return [query.text, fromMs, toMs, stream];
}

function json(c: AppContext, body: string, cacheHit: boolean | null = null): Response {
  if (cacheHit !== null) c.header('x-cache', cacheHit ? 'hit' : 'miss');
  return c.body(body, 200, { 'content-type': 'application/json' });
}

async function* withFirst(
  ctx: Ctx,
  first: IteratorResult<string>,
  rest: AsyncGenerator<string>,
): AsyncGenerator<string> {
  try {
    if (first.done) return;
    yield first.value;
    yield* rest;
  } catch (cause) {
    if (cause instanceof BlockUnreadable) await noteUnreadable(ctx, cause);
    throw cause;
  } finally {
    await rest.return(undefined);
  }
}

const CONTENT_TYPES: Readonly<Record<ExportFormat, string>> = {
  ndjson: 'application/x-ndjson',
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
};

function downloadHeaders({ projectId, fromMs }: Scope, format: ExportFormat): Record<string, string> {
  const from = new Date(Math.max(fromMs, 0)).toISOString().replace(/[-:]|\.\d+/g, '');
  return {
    'content-type': CONTENT_TYPES[format],
    'content-disposition': `attachment; filename="breakwater-${projectId}-${from}.${format}"`,
  };
}
