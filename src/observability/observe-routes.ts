import type { MiddlewareHandler } from 'hono';
import { elapsedMs } from '../shared/elapsed.ts';
import { type AppContext, type AppEnv, routeOf } from '../shared/http.ts';
import { log } from '../shared/log.ts';
import { flushIfDue, isMeasured, measured } from './red/isolate.ts';
import { MeasuredRequest } from './red/measured-request.ts';
import { projectOf, requestLine } from './requests/request-line.ts';

/**
 * Behind requestContext and before all else: one line in the log and one observation of the metrics for each request, when its answer begins or when its client is
 * gone. One middleware for both: what it asks the runtime for, the signal above all, is most of what they cost beside the line itself.
 */
export const observeRequests: MiddlewareHandler<AppEnv> = async function observeRequests(c, next) {
  const startedMs = performance.now();
  c.get('ctx').env = measured(c.env);
  const metered = isMeasured(c.env) ? new MeasuredRequest(startedMs) : null;
  const { signal } = c.req.raw;
  let isOver = false;
  const end = (status: number | null): void => {
    if (isOver) return;
    isOver = true;
    // Who sent it is known by now: what is behind puts another in its place.
    const { requestId, facts, actor, address, nowMs: atMs } = c.get('ctx');
    if (!facts) throw new Error('observeRequests stands before requestContext');
    const about = { requestId, method: c.req.method, route: routeOf(c), status, durationMs: elapsedMs(startedMs) };
    metered?.end({ ...about, atMs, projectId: projectIdOf(c) });
    const { level, fields } = requestLine({ ...about, facts, actor, address });
    log(level, 'request', fields);
  };
  const leave = () => end(null);
  // Where its client hangs up the runtime ends a request there and then: nothing behind next() is run.
  signal.addEventListener('abort', leave, { once: true });
  let status = 500;
  try {
    await (metered === null ? next() : metered.run(next));
    status = c.res.status;
  } finally {
    signal.removeEventListener('abort', leave);
    end(status);
    if (metered !== null) flushIfDue(c.env, projectIdOf(c));
  }
};

function projectIdOf(c: AppContext): string | null {
  const { actor, facts } = c.get('ctx');
  return facts ? projectOf(actor, facts) : null;
}
