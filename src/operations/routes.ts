import { Hono } from 'hono';
import { answered } from '../query/index.ts';
import type { AppEnv } from '../shared/http.ts';
import { OPERATION_SCOPES } from '../wire/operations.ts';
import { operationData } from './data.ts';
import { operationHistory } from './history.ts';
import { operationMetrics } from './metrics.ts';
import { readData, readHistory, readMetrics, readTrends } from './parameters.ts';
import { operationTrends } from './trends.ts';

const MINUTE_MS = 60_000;

/** What a dashboard of operations asks: `/api/p2p`, `/api/profile`, `/api/data` and `/api/history`. */
export function operationRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  for (const scope of OPERATION_SCOPES) {
    app.get(`/api/${scope}/metrics`, function metricsRoute(c) {
      const read = readMetrics(scope);
      return answered(c, { ...KEPT, operation: 'operations.metrics', read, answer: operationMetrics });
    });

    app.get(`/api/${scope}/trends`, function trendsRoute(c) {
      const read = readTrends(scope);
      return answered(c, { ...KEPT, operation: 'operations.trends', read, answer: operationTrends });
    });
  }

  app.get('/api/history', function historyRoute(c) {
    return answered(c, { ...KEPT, operation: 'operations.history', read: readHistory, answer: operationHistory });
  });

  app.get('/api/data', function dataRoute(c) {
    return answered(c, {
      ...{ ...KEPT, operation: 'operations.data', read: readData },
      answer: (ctx, projectId, request, refresh) => operationData(ctx, projectId, { ...request, refresh }),
    });
  });

  return app;
}

const KEPT = { ttlMs: MINUTE_MS, stream: 'operations' } as const;
