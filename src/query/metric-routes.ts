import { Hono } from 'hono';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import { type ReadError, readProblem } from './errors.ts';
import { metricNames } from './metrics/names.ts';
import { readNames, readTimeseries } from './metrics/parameters.ts';
import { timeseries } from './metrics/timeseries.ts';
import { queriedProject } from './project.ts';

const deny = (c: AppContext, error: ReadError): Response => refuse(c, readProblem(error));

/** `/api/query/metrics`: what the rollups know. */
export function metricRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/metrics/timeseries', async function timeseriesRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readTimeseries(c.req.query(), project.value, ctx.nowMs);
    if (!request.ok) return deny(c, request.error);
    const answer = await timeseries(ctx, request.value);
    return answer.ok ? c.json(answer.value) : deny(c, answer.error);
  });

  app.get('/api/query/metrics/names', async function metricNamesRoute(c) {
    const ctx = c.get('ctx');
    const project = await queriedProject(ctx, c.req.query('project'), 'read');
    if (!project.ok) return deny(c, project.error);
    const request = readNames(c.req.query());
    if (!request.ok) return deny(c, request.error);
    const answer = await metricNames(ctx, project.value, request.value);
    return answer.ok ? c.json(answer.value) : deny(c, answer.error);
  });

  return app;
}
