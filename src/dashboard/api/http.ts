import { repeatKeys } from '../lib/repeat-keys.ts';

/** What a request can come back with when it did not work. `problem` is the server's own words (RFC 9457). */
export type ApiError =
  | {
      kind: 'problem';
      status: number;
      code: string;
      title: string;
      detail: string;
      requestId: string | null;
      errors: FieldError[];
      retryAfterSeconds: number | null;
      /** Beyond those of every problem (RFC 9457, 3.2). */
      members: Record<string, unknown>;
    }
  | { kind: 'network' }
  | { kind: 'aborted' };

/** `position` and `length` are characters into the value that `pointer` names; only an invalid query has them. */
export interface FieldError {
  pointer: string;
  reason: string;
  position: number | null;
  length: number | null;
}

export type Answer<T> = { ok: true; value: T; headers: Headers } | { ok: false; error: ApiError };

export type Params = Record<string, string | number | null | undefined>;

export interface RequestOptions {
  params?: Params;
  body?: unknown;
  signal?: AbortSignal;
  headers?: Record<string, string>;
  /** Sign-in itself: a 401 there means a wrong password, not a lost session. */
  anonymous?: boolean;
}

let csrfToken: string | null = null;
let confirmSession: () => Promise<boolean> = async () => false;
let renewCsrf: () => Promise<boolean> = async () => false;
let proveAgain: () => Promise<boolean> = async () => false;

export function setCsrf(token: string | null): void {
  csrfToken = token;
}

export function getCsrf(): string | null {
  return csrfToken;
}

interface SessionHandlers {
  /** At a 401: whether somebody is signed in after all, because another tab has just changed the cookie. */
  confirm: () => Promise<boolean>;
  /** Where a fresh CSRF token comes from; false where there is none. */
  renewCsrf: () => Promise<boolean>;
}

export function connectSession(handlers: SessionHandlers): void {
  confirmSession = handlers.confirm;
  renewCsrf = handlers.renewCsrf;
}

/** Where somebody is asked to prove again who they are; false when they do not want to. */
export function connectProof(ask: () => Promise<boolean>): void {
  proveAgain = ask;
}

export function urlOf(path: string, params: Params = {}): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(params)) {
    if (value !== null && value !== undefined && value !== '') search.set(name, String(value));
  }
  const text = search.toString();
  return text === '' ? path : `${path}?${text}`;
}

const changes = repeatKeys();
/** The server takes 64 KiB with a key; a character has up to 3 bytes. */
const MAX_KEYED_CHARS = 21_000;

/** One request, JSON in and out. Never throws. */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<Answer<T>> {
  const change = JSON.stringify([urlOf(path, options.params), options.body]);
  // PATCH and DELETE say what is to be, and what is about the session is the same twice as once: only POST makes something each time.
  const makesSomething = method === 'POST' && !path.startsWith('/api/auth/') && change.length < MAX_KEYED_CHARS;
  if (!makesSomething) return requestOnce(method, path, options);
  const headers = { ...options.headers, 'idempotency-key': changes.keyFor(change) };
  const answer = await requestOnce<T>(method, path, { ...options, headers });
  if (answer.ok || isFinal(answer.error)) changes.answered(change);
  return answer;
}

/** False where the same change, sent again, may still get the answer of this one. */
function isFinal(error: ApiError): boolean {
  return error.kind === 'problem' && error.status < 500 && error.code !== 'idempotency_key_in_use';
}

async function requestOnce<T>(method: string, path: string, options: RequestOptions): Promise<Answer<T>> {
  const sent = await sendAsSomebody(method, path, options);
  if (!sent.ok) return sent;
  let response = sent.value;
  // Each remedy once: a server that refuses again means it.
  for (const { isFor, remedy } of REMEDIES) {
    if (response.status !== 403 || method === 'GET' || !isFor(await codeOf(response.clone())) || !(await remedy()))
      continue;
    const again = await send(method, path, options);
    if (!again.ok) return again;
    response = again.value;
  }
  if (!response.ok) return { ok: false, error: await refusal(response) };
  if (response.status === 204) return { ok: true, value: undefined as T, headers: response.headers };
  try {
    return { ok: true, value: (await response.json()) as T, headers: response.headers };
  } catch {
    return { ok: false, error: options.signal?.aborted ? { kind: 'aborted' } : { kind: 'network' } };
  }
}

const REMEDIES = [
  // Another tab may have changed the session under us: fetch the token that belongs to it now.
  { isFor: (code: string) => code.startsWith('csrf'), remedy: () => renewCsrf() },
  { isFor: (code: string) => code === 'step_up_required', remedy: () => proveAgain() },
] as const;

/** The raw response, for streams. A refusal is already an error. */
export async function open(path: string, options: RequestOptions): Promise<Answer<Response>> {
  const sent = await sendAsSomebody('GET', path, options);
  if (!sent.ok) return sent;
  if (!sent.value.ok) return { ok: false, error: await refusal(sent.value) };
  return sent;
}

/** Once more after a 401 that a changed cookie explains. Nothing was done at a 401, so any method may be repeated. */
async function sendAsSomebody(method: string, path: string, options: RequestOptions): Promise<Answer<Response>> {
  const first = await send(method, path, options);
  const isRefused = first.ok && first.value.status === 401 && !options.anonymous;
  return isRefused && (await confirmSession()) ? send(method, path, options) : first;
}

async function send(method: string, path: string, options: RequestOptions): Promise<Answer<Response>> {
  const headers = new Headers({ accept: 'application/json', ...options.headers });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  if (method !== 'GET' && csrfToken !== null) headers.set('x-csrf-token', csrfToken);
  try {
    const response = await fetch(urlOf(path, options.params), {
      method,
      headers,
      credentials: 'same-origin',
      cache: 'no-store',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
    return { ok: true, value: response, headers: response.headers };
  } catch {
    return { ok: false, error: options.signal?.aborted ? { kind: 'aborted' } : { kind: 'network' } };
  }
}

async function refusal(response: Response): Promise<ApiError> {
  return problemOf(await readJson(response), response.status, response.headers);
}

async function codeOf(response: Response): Promise<string> {
  const body = await readJson(response);
  return isObject(body) && typeof body.code === 'string' ? body.code : '';
}

async function readJson(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** Reads a problem document; also for the `problem` event of a stream, which has no headers. */
export function problemOf(body: unknown, status: number, headers: Headers | null): ApiError {
  const problem = isObject(body) ? body : {};
  const retryAfter = Number(headers?.get('retry-after') ?? Number.NaN);
  return {
    kind: 'problem',
    status: typeof problem.status === 'number' ? problem.status : status,
    code: text(problem.code) ?? `http_${status}`,
    title: text(problem.title) ?? 'The request failed',
    detail: text(problem.detail) ?? `The server answered with status ${status}.`,
    requestId: text(problem.requestId) ?? headers?.get('x-request-id') ?? null,
    errors: Array.isArray(problem.errors) ? problem.errors.filter(isObject).map((e) => fieldError(e, problem)) : [],
    retryAfterSeconds: Number.isFinite(retryAfter) ? retryAfter : null,
    members: problem,
  };
}

function fieldError(error: Record<string, unknown>, problem: Record<string, unknown>): FieldError {
  return {
    pointer: text(error.pointer) ?? '',
    reason: text(error.reason) ?? '',
    position: count(error.position) ?? count(problem.position),
    length: count(error.length) ?? count(problem.length),
  };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 ? value : null;
}
