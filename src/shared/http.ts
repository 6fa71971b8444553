import type { Context, Hono, MiddlewareHandler } from 'hono';
import { matchedRoutes } from 'hono/route';
import { type Ctx, clockNowMs, type Env, parseConfig } from '../env.ts';
import { isDatabaseAway, isObjectAway } from './away.ts';
import { BODY_CUT, BodyCut } from './json-body.ts';
import { log } from './log.ts';
import { methodNotAllowed, NOT_FOUND, type Problem, problemResponse, STORE_AWAY, UNAUTHENTICATED } from './problem.ts';

export type AppEnv = { Bindings: Env; Variables: { ctx: Ctx } };
export type AppContext = Context<AppEnv>;

/** Sends a refusal in the one shape, with the request's id. */
export function refuse(c: AppContext, problem: Problem): Response {
  const ctx = c.get('ctx');
  if (ctx?.facts) ctx.facts.code = problem.code;
  return problemResponse(problem, ctx?.requestId ?? 'unknown');
}

const TRACEPARENT = /^([\da-f]{2})-(?!0{32})([\da-f]{32})-(?!0{16})([\da-f]{16})-[\da-f]{2}(-.*)?$/;

/** W3C trace context (3.2): the caller's trace id is the request id, so that one id finds both sides; otherwise a new one. */
export function requestIdOf(request: Request): string {
  return traceOf(request).traceId;
}

function traceOf(request: Request): { traceId: string; parentSpanId: string | null } {
  const [, version, traceId, spanId, more] = TRACEPARENT.exec(request.headers.get('traceparent') ?? '') ?? [];
  // Version ff is invalid, and only versions after 00 may say more behind the flags.
  if (traceId !== undefined && version !== 'ff' && !(version === '00' && more !== undefined))
    return { traceId, parentSpanId: spanId ?? null };
  return { traceId: crypto.randomUUID().replaceAll('-', ''), parentSpanId: null };
}

/** XX is Cloudflare's word for a country that it does not know. */
const COUNTRY = /^(?!XX)[A-Z][A-Z1]$/;

/**
 * Which country the edge saw. `request.cf` is the runtime's own; the header is a client's where the zone does not add it, so that in production it
 * counts for nothing. Locally `request.cf` is made up, so that only the header counts: with it one can be tried.
 */
export function countryOf(request: Request, environment: 'local' | 'production'): string | null {
  const own = request.cf?.country;
  const said = environment === 'local' ? request.headers.get('cf-ipcountry') : own;
  return typeof said === 'string' && COUNTRY.test(said) ? said : null;
}

/** Opens every request: one clock, one id, an anonymous actor; closes it with the headers that every answer carries. */
export const requestContext: MiddlewareHandler<AppEnv> = async function requestContext(c, next) {
  const config = parseConfig(c.env);
  const startedMs = performance.now();
  const { traceId: requestId, parentSpanId } = traceOf(c.req.raw);
  c.set('ctx', {
    env: c.env,
    config,
    nowMs: clockNowMs(config),
    actor: { kind: 'anonymous' },
    requestId,
    address: c.req.header('cf-connecting-ip') ?? 'unknown',
    country: () => countryOf(c.req.raw, config.environment),
    allowances: [],
    facts: { keyId: null, projectId: null, code: null, parentSpanId },
  });
  await next();
  if (c.res.status === 101) return; // what else there is to say of an upgrade, its socket says
  const headers = c.res.headers;
  headers.set('x-request-id', requestId);
  // Workers freeze the clock between I/O, so this is the time spent waiting for stores, which is what a caller can act on.
  headers.append('server-timing', `total;dur=${(performance.now() - startedMs).toFixed(1)}`);
  headers.set('x-content-type-options', 'nosniff');
  if (!headers.has('content-security-policy')) {
    headers.set('content-security-policy', "default-src 'none'; frame-ancestors 'none'");
  }
  headers.set('referrer-policy', 'no-referrer');
  if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
  if (new URL(c.req.url).protocol === 'https:') {
    headers.set('strict-transport-security', 'max-age=63072000; includeSubDomains');
  }
};

/** The database let the end of the session come before the change: what the trigger audit_needs_its_session says. */
function hasSessionEnded({ message }: Error): boolean {
  return message.includes('the session has ended');
}

/**
 * A fault: the client reads a fixed sentence and the id, the log reads the cause. A store that is away is no fault of the request: who comes
 * again will be served.
 */
export function onFault(error: Error, c: AppContext): Response {
  const requestId = c.get('ctx')?.requestId ?? requestIdOf(c.req.raw);
  if (hasSessionEnded(error)) return refuse(c, UNAUTHENTICATED);
  if (error instanceof BodyCut) return refuse(c, BODY_CUT);
  // Without a context the configuration is broken, and every request ends here.
  log(c.get('ctx') ? 'error' : 'fatal', 'fault', {
    requestId,
    method: c.req.method,
    // Never the path, which may hold what nobody may read.
    route: routeOf(c),
    cause: error.stack ?? String(error),
  });
  const isAway = isDatabaseAway(error) || isObjectAway(error);
  const problem: Problem = isAway
    ? STORE_AWAY
    : {
        status: 500,
        code: 'internal_error',
        title: 'Something broke on our side',
        detail: `The request was not completed. Quote request id ${requestId} when you report it.`,
      };
  const facts = c.get('ctx')?.facts;
  if (facts) facts.code = problem.code;
  // Not by refuse(): with a broken configuration there is no ctx to take the id from.
  return problemResponse(problem, requestId);
}

/**
 * Nothing is registered for this method and path, and it is no static file: 405 where another method is (RFC 9110, 15.5.6), the dashboard
 * where it may be one of its pages, else 404.
 */
export function notFoundIn(app: Hono<AppEnv>): (c: AppContext) => Response | Promise<Response> {
  return function onNotFound(c) {
    const methods = app.routes.filter(({ method, path }) => method !== 'ALL' && matches(path, c.req.path));
    const allowed = [...new Set(methods.flatMap(({ method }) => (method === 'GET' ? ['GET', 'HEAD'] : [method])))];
    if (allowed.length === 0) return mayBePage(c.req.method, c.req.path) ? dashboardPage(c) : refuse(c, NOT_FOUND);
    const response = refuse(c, methodNotAllowed(c.req.method, allowed));
    response.headers.set('allow', allowed.join(', '));
    return response;
  };
}

/** The dashboard knows its pages; here only what cannot be one is told apart: what has the name of a file, or an address that programs use. */
function mayBePage(method: string, path: string): boolean {
  return (method === 'GET' || method === 'HEAD') && !/\.|^\/(api|ws|assets|v1|loki)(\/|$)|\/_/.test(path);
}

/** The dashboard's one file; a browser that has it is told that it has not changed. */
export async function dashboardPage(c: AppContext): Promise<Response> {
  const known = c.req.header('if-none-match');
  const headers: Record<string, string> = known === undefined ? {} : { 'if-none-match': known };
  const page = await c.env.ASSETS.fetch(new URL('/', c.req.url), { method: c.req.method, headers });
  // With the headers of public/_headers, in an answer that requestContext can add its own to.
  return new Response(page.body, page);
}

/** The route that a request is for, as it is registered, also where something before it refused the request; null where there is none. */
export function routeOf(c: AppContext): string | null {
  return matchedRoutes(c).find(({ method }) => method !== 'ALL')?.path ?? null;
}

/** Whether a path is among these; one that ends in `/*` takes in all below. */
export function isAmong(paths: readonly string[], path: string): boolean {
  return paths.some((one) => (one.endsWith('/*') ? path.startsWith(one.slice(0, -1)) : path === one));
}

/** Whether a path is one of a registered route, such as `/api/projects/:id`. */
export function matches(pattern: string, path: string): boolean {
  const [expected, parts] = [pattern.split('/'), path.split('/')];
  return (
    expected.length === parts.length &&
    expected.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i]))
  );
}
