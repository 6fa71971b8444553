import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { cachedAnswer } from './cached.ts';
import { type ReadError, readProblem } from './errors.ts';
import { queriedProject } from './project.ts';
import { sessionList } from './sessions/list.ts';
import { readSessionsRequest, readTimelineRequest } from './sessions/parameters.ts';
import { sessionTimeline } from './sessions/timeline.ts';

const deny = (c: AppContext, error: ReadError): Response => refuse(c, readProblem(error));
const KEPT_MS = 60_000;

/** `/api/query/sessions`: visits and sign-ins, by the `sessionId` of records. */
export function sessionRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/sessions', async function listSessionsRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readSessionsRequest(c.req.query(), ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const { query, ...rest } = request.value;
    const answer = await cachedAnswer(ctx, project.value, {
      ...{ operation: 'sessions', parameters: { ...rest, q: query.text }, ttlMs: KEPT_MS, stream: null },
      compute: () => sessionList(ctx, project.value, request.value),
    });
    if (!answer.ok) return deny(c, answer.error);
    c.header('x-cache', answer.value.hit ? 'hit' : 'miss');
    return c.body(answer.value.body, 200, { 'content-type': 'application/json' });
  });

  app.get('/api/query/sessions/:id', async function sessionRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readTimelineRequest(c.req.query(), ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const answer = await sessionTimeline(ctx, project.value, c.req.param('id'), request.value);
    return answer.ok ? c.json(answer.value) : deny(c, answer.error);
  });

  return app;
}
