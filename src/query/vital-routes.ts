import { Hono } from 'hono';
import type { AppContext, AppEnv } from '../shared/http.ts';
import { answered, type KeptQuestion } from './answered.ts';
import { vitalsBreakdown } from './vitals/breakdown.ts';
import { vitalsDistribution } from './vitals/distribution.ts';
import { vitalsPages } from './vitals/pages.ts';
import { readBreakdown, readPages, readSummary, readVital, readVitalsTimeseries } from './vitals/parameters.ts';
import { vitalsSummary } from './vitals/summary.ts';
import { vitalsTimeseries } from './vitals/timeseries.ts';

const MINUTE_MS = 60_000;

/** `/api/query/vitals`: what visitors experience. */
export function vitalRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/vitals/summary', function summaryRoute(c) {
    return vitalAnswer(c, { operation: 'vitals.summary', ttlMs: MINUTE_MS, read: readSummary, answer: vitalsSummary });
  });

  app.get('/api/query/vitals/timeseries', function vitalsTimeseriesRoute(c) {
    const question = { operation: 'vitals.timeseries', ttlMs: MINUTE_MS, read: readVitalsTimeseries };
    return vitalAnswer(c, { ...question, answer: vitalsTimeseries });
  });

  app.get('/api/query/vitals/pages', function pagesRoute(c) {
    return vitalAnswer(c, { operation: 'vitals.pages', ttlMs: 2 * MINUTE_MS, read: readPages, answer: vitalsPages });
  });

  app.get('/api/query/vitals/breakdown', function breakdownRoute(c) {
    const question = { operation: 'vitals.breakdown', ttlMs: 2 * MINUTE_MS, read: readBreakdown };
    return vitalAnswer(c, { ...question, answer: vitalsBreakdown });
  });

  app.get('/api/query/vitals/distribution', function distributionRoute(c) {
    const question = { operation: 'vitals.distribution', ttlMs: 2 * MINUTE_MS, read: readVital };
    return vitalAnswer(c, { ...question, answer: vitalsDistribution });
  });

  return app;
}

function vitalAnswer<T>(c: AppContext, question: Omit<KeptQuestion<T>, 'stream'>): Promise<Response> {
  return answered(c, { ...question, stream: 'vitals' });
}
