import type { MiddlewareHandler } from 'hono';
import { elapsedMs } from '../shared/elapsed.ts';
import { type AppEnv, routeOf } from '../shared/http.ts';
import { log } from '../shared/log.ts';
import { requestLine } from './requests/request-line.ts';

/** Behind requestContext and before all else: one line for each request, when its answer begins or when its client is gone. */
export const requestLog: MiddlewareHandler<AppEnv> = async function requestLog(c, next) {
  const startedMs = performance.now();
  const { signal } = c.req.raw;
  let isWritten = false;
  const write = (status: number | null): void => {
    if (isWritten) return;
    isWritten = true;
    const { requestId, facts, actor, address } = c.get('ctx');
    if (!facts) throw new Error('requestLog stands before requestContext');
    const { level, fields } = requestLine({
      ...{ requestId, facts, actor, address, status },
      ...{ method: c.req.method, route: routeOf(c), durationMs: elapsedMs(startedMs) },
    });
    log(level, 'request', fields);
  };
  const leave = () => write(null);
  // Where its client hangs up the runtime ends a request there and then: nothing behind next() is run.
  signal.addEventListener('abort', leave, { once: true });
  await next();
  signal.removeEventListener('abort', leave);
  write(c.res.status);
};
