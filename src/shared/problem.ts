/** RFC 9457 problem details: the one shape of every refusal. */
export interface Problem {
  status: 400 | 401 | 403 | 404 | 405 | 406 | 409 | 410 | 413 | 415 | 422 | 426 | 429 | 500 | 502 | 503;
  /** Stable, machine-readable, snake_case; `type` is derived from it. */
  code: string;
  title: string;
  detail: string;
  errors?: { pointer: string; reason: string }[];
  /** Seconds, sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Extension members (RFC 9457, 3.2), written behind the standard ones. */
  extra?: Record<string, unknown>;
}

/** Where a reader finds the code explained: docs/errors.md has a heading for each. */
const DOCS_BASE = 'https://breakwater.dev/errors#';

export function problemResponse(problem: Problem, requestId: string): Response {
  const { status, code, title, detail, errors, retryAfterSeconds, extra } = problem;
  const headers = new Headers({
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    'x-request-id': requestId,
  });
  // RFC 9110, 15.5.2: a 401 must name a way in. No browser asks its user anything at this one.
  if (status === 401) headers.set('www-authenticate', 'Bearer realm="breakwater"');
  if (retryAfterSeconds !== undefined) headers.set('retry-after', String(Math.max(1, Math.ceil(retryAfterSeconds))));
  const body = {
    type: DOCS_BASE + code,
    title,
    status,
    detail,
    code,
    requestId,
    ...(errors ? { errors } : {}),
    ...extra,
  };
  return new Response(JSON.stringify(body), { status, headers });
}

/** Bad input with JSON pointers to what is wrong. */
export function invalidInput(errors: { pointer: string; reason: string }[]): Problem {
  const first = errors[0];
  return {
    status: 400,
    code: 'invalid_input',
    title: 'The request is not valid',
    detail: first ? `${first.pointer || '/'}: ${first.reason}` : 'The request is not valid.',
    errors,
  };
}

export const NOT_FOUND: Problem = {
  status: 404,
  code: 'not_found',
  title: 'Not found',
  detail: 'There is nothing here, or you may not see it.',
};

/** A change that is stored, and that who goes by it could not be told. */
export function notYetEffective(code: string, detail: string): Problem {
  return { status: 503, code, title: 'Not yet effective', detail, retryAfterSeconds: 1 };
}

export function methodNotAllowed(method: string, allowed: readonly string[]): Problem {
  const detail = `This route does not take ${method}; it takes ${allowed.join(', ')}.`;
  return { status: 405, code: 'method_not_allowed', title: 'Not by this method', detail };
}

export const STORE_AWAY: Problem = {
  status: 503,
  code: 'store_away',
  title: 'A store did not answer',
  detail: 'The journal or the database is away. Try again.',
  retryAfterSeconds: 1,
};

export const UNAUTHENTICATED: Problem = {
  status: 401,
  code: 'unauthenticated',
  title: 'Sign in first',
  detail: 'This needs a session cookie or a key in the Authorization header.',
};

export function forbidden(detail: string): Problem {
  return { status: 403, code: 'forbidden', title: 'Not allowed', detail };
}
