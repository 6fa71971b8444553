import { type AppContext, routeOf } from '../../shared/http.ts';
import { SLOW_REQUEST_MS } from '../../wire/performance.ts';
import { flushIfDue, isMeasured, measured, registry, spansOfRequest } from './isolate.ts';
import { Spans } from './spans.ts';

/** What no route is registered for. */
const NO_ROUTE = '(none)';
/** A client can send any word. */
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const OTHER_METHOD = '(other)';

/** Measures the request and every call that it makes, behind requestContext and around all else. */
export async function requestMetrics(c: AppContext, next: () => Promise<void>): Promise<void> {
  if (!isMeasured(c.env)) return next();
  const ctx = c.get('ctx');
  ctx.env = measured(c.env);
  const startedMs = performance.now();
  const spans = new Spans(startedMs);
  registry.began('requests');
  let status = 500;
  try {
    await spansOfRequest.run(spans, next);
    status = c.res.status;
  } finally {
    registry.ended('requests');
    const durationMs = performance.now() - startedMs;
    const { requestId, nowMs: atMs } = ctx;
    const method = METHODS.has(c.req.method) ? c.req.method : OTHER_METHOD;
    // As registered: a path would be a series for each id.
    const route = routeOf(c) ?? NO_ROUTE;
    const outcome = Math.min(4, Math.max(0, Math.floor(status / 100) - 1));
    registry.observe('requests', [method, route], { atMs, durationMs, outcome, traceId: requestId });
    if (durationMs >= SLOW_REQUEST_MS) {
      const slow = { requestId, method, route, status, atMs, durationMs };
      registry.slow({ ...slow, spans: spans.list(), spansTotal: spans.total });
    }
    flushIfDue(c.env);
  }
}
