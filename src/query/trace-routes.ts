import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { type ReadError, readProblem } from './errors.ts';
import { queriedProject } from './project.ts';
import { readTrace } from './traces/parameters.ts';
import { trace } from './traces/trace.ts';

const deny = (c: AppContext, error: ReadError): Response => refuse(c, readProblem(error));

/** `/api/query/traces`. */
export function traceRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/traces/:traceId', async function traceRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readTrace(c.req.query(), project.value, c.req.param('traceId'), ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const found = await trace(ctx, request.value);
    return found.ok ? c.json(found.value) : deny(c, found.error);
  });

  return app;
}
