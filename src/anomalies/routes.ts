import { Hono } from 'hono';
import { queriedProject, type ReadError, readProblem } from '../query/index.ts';
import { type AppEnv, refuse } from '../shared/http.ts';
import { keptAnomalies } from './kept.ts';
import { pageOf } from './page.ts';
import { readAnomalies } from './parameters.ts';

export function anomalyRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/anomalies', async function anomaliesRoute(c) {
    const deny = (error: ReadError): Response => refuse(c, readProblem(error));
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(project.error);
    const request = readAnomalies(c.req.query(), ctx.nowMs);
    if (!request.ok) return deny(request.error);
    const { question, refresh, after, limit } = request.value;
    const found = await keptAnomalies(ctx, project.value, question, refresh);
    if (!found.ok) return deny(found.error);
    // Pages are cut from the list that is kept, so that they belong together.
    c.header('x-cache', found.value.hit ? 'hit' : 'miss');
    return c.json(pageOf(found.value, after, limit));
  });

  return app;
}
