import { Stop } from '../lib/stop.ts';

/** A signed-in administrator, talking to the public API as the dashboard does. */
export interface AdminSession {
  get(path: string): Promise<unknown>;
  post(path: string, body?: unknown): Promise<unknown>;
  patch(path: string, body: unknown): Promise<unknown>;
}

export type LoginOutcome = { kind: 'ok'; session: AdminSession } | { kind: 'refused' } | { kind: 'throttled' };

export async function logIn(url: string, username: string, password: string): Promise<LoginOutcome> {
  const answer = await send(
    url,
    'POST',
    '/api/auth/login',
    { 'content-type': 'application/json' },
    { username, password },
  );
  if (answer.status === 401) return { kind: 'refused' };
  if (answer.status === 429) return { kind: 'throttled' };
  const body = await answerBody(answer, 'signing in');
  const cookie = answer.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  const headers = {
    cookie,
    origin: url,
    'content-type': 'application/json',
    'x-csrf-token': isObject(body) ? String(body.csrf) : '',
  };
  return {
    kind: 'ok',
    session: {
      get: async (path) => answerBody(await send(url, 'GET', path, headers), `GET ${path}`),
      post: async (path, data) => answerBody(await send(url, 'POST', path, headers, data), `POST ${path}`),
      patch: async (path, data) => answerBody(await send(url, 'PATCH', path, headers, data), `PATCH ${path}`),
    },
  };
}

/** Creates the first administrator, or gives it this password; throws a Stop with the server's reason when it refuses. */
export async function setUpAdmin(url: string, setupToken: string, password: string): Promise<void> {
  const headers = { authorization: `Bearer ${setupToken}`, 'content-type': 'application/json' };
  await answerBody(
    await send(url, 'POST', '/api/auth/setup', headers, { password }),
    'setting the password of "admin"',
  );
}

function send(
  url: string,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: unknown,
): Promise<Response> {
  return fetch(url + path, { method, headers, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
}

/** The body of a good answer, null where it has none. */
async function answerBody(answer: Response, what: string): Promise<unknown> {
  const text = await answer.text();
  if (answer.ok) return text === '' ? null : JSON.parse(text);
  throw new Stop(`The server refuses ${what} (${answer.status}): ${detailOf(text)}`);
}

function detailOf(text: string): string {
  try {
    const problem: unknown = JSON.parse(text);
    return isObject(problem) && typeof problem.detail === 'string' ? problem.detail : text;
  } catch {
    return text.slice(0, 200); // not a problem document: what came is all there is to say
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
