import { Hono } from 'hono';
import type { Ctx } from '../env.ts';
import { type AppContext, type AppEnv, refuse } from '../shared/http.ts';
import type { Result } from '../shared/result.ts';
import { cachedAnswer } from './cached.ts';
import { type ReadError, readProblem } from './errors.ts';
import type { Parameters } from './parameters.ts';
import { queriedProject } from './project.ts';
import { vitalsBreakdown } from './vitals/breakdown.ts';
import { vitalsDistribution } from './vitals/distribution.ts';
import { vitalsPages } from './vitals/pages.ts';
import { readBreakdown, readPages, readSummary, readVital, readVitalsTimeseries } from './vitals/parameters.ts';
import { vitalsSummary } from './vitals/summary.ts';
import { vitalsTimeseries } from './vitals/timeseries.ts';

/** A question about vitals: how its parameters are read, who answers it, and how long that holds. */
interface VitalQuestion<T> {
  operation: string;
  ttlMs: number;
  read: (parameters: Parameters, nowMs: number) => Result<T, ReadError>;
  answer: (ctx: Ctx, projectId: string, request: T) => Promise<Result<unknown, ReadError>>;
}

const MINUTE_MS = 60_000;

/** `/api/query/vitals`: what visitors experience. */
export function vitalRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/vitals/summary', function summaryRoute(c) {
    return answered(c, { operation: 'vitals.summary', ttlMs: MINUTE_MS, read: readSummary, answer: vitalsSummary });
  });

  app.get('/api/query/vitals/timeseries', function vitalsTimeseriesRoute(c) {
    const question = { operation: 'vitals.timeseries', ttlMs: MINUTE_MS, read: readVitalsTimeseries };
    return answered(c, { ...question, answer: vitalsTimeseries });
  });

  app.get('/api/query/vitals/pages', function pagesRoute(c) {
    return answered(c, { operation: 'vitals.pages', ttlMs: 2 * MINUTE_MS, read: readPages, answer: vitalsPages });
  });

  app.get('/api/query/vitals/breakdown', function breakdownRoute(c) {
    const question = { operation: 'vitals.breakdown', ttlMs: 2 * MINUTE_MS, read: readBreakdown };
    return answered(c, { ...question, answer: vitalsBreakdown });
  });

  app.get('/api/query/vitals/distribution', function distributionRoute(c) {
    const question = { operation: 'vitals.distribution', ttlMs: 2 * MINUTE_MS, read: readVital };
    return answered(c, { ...question, answer: vitalsDistribution });
  });

  return app;
}

async function answered<T>(c: AppContext, { operation, ttlMs, read, answer }: VitalQuestion<T>): Promise<Response> {
  const deny = (error: ReadError): Response => refuse(c, readProblem(error));
  const ctx = c.get('ctx');
  const project = await queriedProject(ctx, c.req.query('project'), 'read');
  if (!project.ok) return deny(project.error);
  const request = read(c.req.query(), ctx.nowMs);
  if (!request.ok) return deny(request.error);
  const cached = await cachedAnswer(ctx, project.value, {
    ...{ operation, parameters: request.value, ttlMs, stream: 'vitals' },
    compute: () => answer(ctx, project.value, request.value),
  });
  if (!cached.ok) return deny(cached.error);
  c.header('x-cache', cached.value.hit ? 'hit' : 'miss');
  return c.body(cached.value.body, 200, { 'content-type': 'application/json' });
}
