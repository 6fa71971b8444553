import { elapsedMs } from '../../shared/elapsed.ts';
import { type AppContext, routeOf } from '../../shared/http.ts';
import { SLOW_REQUEST_MS } from '../../wire/performance.ts';
import { projectOf } from '../requests/request-line.ts';
import { FAMILIES } from './families.ts';
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
  c.get('ctx').env = measured(c.env);
  const { signal } = c.req.raw;
  const startedMs = performance.now();
  const spans = new Spans(startedMs);
  registry.began('requests');
  let isOver = false;
  const leave = () => {
    isOver = true;
    for (const target of spans.leave()) registry.ended(target);
    observe(c, null, elapsedMs(startedMs), spans);
  };
  // Where its client hangs up the runtime ends a request there and then: nothing behind next() is run, and no call that it waits for comes back.
  signal.addEventListener('abort', leave, { once: true });
  let status = 500;
  try {
    await spansOfRequest.run(spans, next);
    status = c.res.status;
  } finally {
    signal.removeEventListener('abort', leave);
    if (!isOver) observe(c, status, elapsedMs(startedMs), spans);
    flushIfDue(c.env, projectIdOf(c));
  }
}

/** `status` is null where the client left before there was an answer. */
function observe(c: AppContext, status: number | null, durationMs: number, spans: Spans): void {
  registry.ended('requests');
  const { requestId, nowMs: atMs } = c.get('ctx');
  const method = METHODS.has(c.req.method) ? c.req.method : OTHER_METHOD;
  // As registered: a path would be a series for each id.
  const route = routeOf(c) ?? NO_ROUTE;
  registry.observe('requests', [method, route], { atMs, durationMs, outcome: outcomeOf(status), traceId: requestId });
  if (durationMs < SLOW_REQUEST_MS) return;
  const slow = { requestId, method, route, status, projectId: projectIdOf(c), atMs, durationMs };
  registry.slow({ ...slow, spans: spans.list(), spansTotal: spans.total });
}

function projectIdOf(c: AppContext): string | null {
  const { actor, facts } = c.get('ctx');
  return facts ? projectOf(actor, facts) : null;
}

function outcomeOf(status: number | null): number {
  if (status === null) return FAMILIES.requests.outcomes.indexOf('client_gone');
  return Math.min(4, Math.max(0, Math.floor(status / 100) - 1));
}
