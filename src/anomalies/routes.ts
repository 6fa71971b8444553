import { Hono } from 'hono';
import { answered } from '../query/index.ts';
import type { AppEnv } from '../shared/http.ts';
import { ok } from '../shared/result.ts';
import { findAnomalies } from './find.ts';
import { pageOf } from './page.ts';
import { readAnomalies } from './parameters.ts';

/** What is usual at an hour changes by the week; what the running hour is like, by the minute. */
const TTL_MS = 120_000;

export function anomalyRoutes(): Hono<AppEnv> {
  const app = new Hono<AppEnv>();

  app.get('/api/query/anomalies', function anomaliesRoute(c) {
    return answered(c, {
      ...{ operation: 'anomalies', ttlMs: TTL_MS, read: readAnomalies },
      stream: ({ question }) => question.stream,
      async answer(ctx, projectId, { question, after, limit }) {
        const found = await findAnomalies(ctx, projectId, question);
        return found.ok ? ok(pageOf(found.value, after, limit)) : found;
      },
    });
  });

  return app;
}
