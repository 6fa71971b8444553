import { env, exports } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { type CallOptions, callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { liveProject, upgrade } from '../helpers/worker/live-client.ts';

/** Bindings as they are after a mistake: nothing behind the name of the database. */
const WITHOUT_DATABASE: Env = { ...env, DB: null as unknown as D1Database };
const HEX_32 = /^[\da-f]{32}$/;

describe('every answer', () => {
  const answers: [what: string, method: string, path: string, options: () => CallOptions, status: number][] = [
    ['that is good', 'GET', '/health', () => ({}), 200],
    ['that is refused', 'GET', '/api/projects', () => ({}), 401],
    ['to the write side', 'POST', '/api/ingest', () => ({}), 401],
    ['of a route that does not exist', 'GET', '/api/nothing', () => ({}), 404],
    ['of a file that does not exist', 'GET', '/assets/index-old.js', () => ({}), 404],
    ['of a method that a route does not take', 'PUT', '/api/projects', () => ({}), 405],
    ['that is a fault', 'GET', '/api/projects', () => ({ app: createApp(), env: WITHOUT_DATABASE, key: goodKey }), 500],
  ];
  let goodKey = '';

  it.each(answers)('%s says which request it was and how long it took, and is held by no cache', async (...row) => {
    const [, method, path, options, status] = row;
    goodKey = (await createKey((await createProject()).id, ['query'])).key;
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await callApp(method, path, options());
    silenced.mockRestore();
    expect(answer.status).toBe(status);
    expect(answer.headers.get('x-request-id')).toMatch(HEX_32);
    expect(answer.headers.get('server-timing')).toMatch(/^total;dur=\d+\.\d$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    expect(answer.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    if (status < 400) return;
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.body).toMatchObject({ status, requestId: answer.headers.get('x-request-id') });
    expect(answer.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="breakwater"' : null);
    expect(answer.body.type.endsWith(`#${answer.body.code}`)).toBe(true);
  });

  it('over HTTPS asks for HTTPS from now on, over HTTP does not', async () => {
    const hsts = async (origin: string) =>
      (await callApp('GET', '/health', { origin })).headers.get('strict-transport-security');
    expect(await hsts('https://app.example')).toBe('max-age=63072000; includeSubDomains');
    expect(await hsts(ORIGIN)).toBeNull();
  });

  it('that opens a socket says which request it was', async () => {
    const { project, key } = await liveProject();
    const answer = await upgrade({ project, key });
    expect([answer.status, answer.headers.get('sec-websocket-protocol')]).toEqual([101, 'dashboard-v1.3+telemetry']);
    expect(answer.headers.get('x-request-id')).toMatch(HEX_32);
    answer.webSocket?.accept();
    answer.webSocket?.close();
  });

  it('of a Worker with a broken configuration is a 500 that quotes one id in header, body and sentence', async () => {
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await callApp('GET', '/health', { app: createApp(), env: { ...env, SESSION_SECRETS: '' } });
    const logged = String(silenced.mock.calls[0]?.[0]);
    silenced.mockRestore();
    const id = answer.headers.get('x-request-id') ?? '';
    expect([answer.status, answer.body.code, answer.body.requestId]).toEqual([500, 'internal_error', id]);
    expect(answer.body.detail).toContain(id);
    expect(JSON.parse(logged)).toMatchObject({ requestId: id, cause: expect.stringContaining('SESSION_SECRETS') });
    expect(JSON.stringify(answer.body)).not.toContain('SESSION_SECRETS');
  });
});

describe('an object that does not answer', () => {
  it.each([
    ['was moved or restarted, as at each deployment', { durableObjectReset: true }, 503, 'store_away'],
    ['cannot be reached', { retryable: true }, 503, 'store_away'],
    ['has too much to do', { overloaded: true }, 503, 'store_away'],
    ['has a fault of ours', { remote: true }, 500, 'internal_error'],
  ])('because it %s is answered so that the caller knows whether to come again', async (_, marks, status, code) => {
    const { id } = await createProject();
    const { key } = await createKey(id, ['query']);
    const broken = () => Promise.reject(Object.assign(new Error('no answer'), marks));
    const JOURNAL = { getByName: () => ({ status: broken, ledger: broken }) } as unknown as Env['JOURNAL'];
    const silenced = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const answer = await callApp('GET', `/api/projects/${id}/ledger`, {
      key,
      app: createApp(),
      env: { ...env, JOURNAL },
    });
    silenced.mockRestore();
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('retry-after')).toBe(status === 503 ? '1' : null);
  });
});

describe('a method that a route does not take', () => {
  it.each([
    ['PUT', '/api/projects', 'GET, HEAD, POST'],
    ['DELETE', '/api/auth/login', 'POST'],
    ['GET', '/api/ingest', 'OPTIONS, POST'],
    ['POST', '/health', 'GET, HEAD'],
    ['PUT', '/api/projects/prj_any/keys/key_any', 'DELETE'],
    ['OPTIONS', '/api/query/logs', 'GET, HEAD'],
  ])('%s %s answers 405 with those that it takes', async (method, path, allow) => {
    const answer = await callApp(method, path);
    expect([answer.status, answer.body.code, answer.headers.get('allow')]).toEqual([405, 'method_not_allowed', allow]);
  });

  it('tells nobody whether the resource exists, and passes no check of who asks', async () => {
    const viewer = await signInAs('viewer', []);
    const { id } = await createProject();
    for (const project of [id, 'prj_none']) {
      expect((await callApp('PUT', `/api/projects/${project}`, { as: viewer })).status).toBe(405);
      expect((await callApp('PUT', `/api/projects/${project}`, { key: 'made-up' })).status).toBe(401);
      expect((await callApp('PUT', `/api/projects/${project}`, { as: viewer, csrf: null })).status).toBe(403);
    }
  });

  it.each(['/api/projects/', '/api/projects//keys', '/api', '/api/auth', '/api/projects/a/b'])(
    '%s is no route, by any method',
    async (path) => {
      for (const method of ['GET', 'PUT']) expect((await callApp(method, path)).status).toBe(404);
    },
  );
});

describe('a path that is no file and no route', () => {
  const index = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': "default-src 'self'" };
  const asked: string[] = [];
  const ASSETS = {
    async fetch(url: URL, { method }: { method: string }) {
      asked.push(`${method} ${url.pathname}`);
      return new Response(method === 'HEAD' ? null : '<!doctype html>', { headers: index });
    },
  } as unknown as Fetcher;
  const call = (method: string, path: string) => callApp(method, path, { app: createApp(), env: { ...env, ASSETS } });

  it.each(['/live', '/settings/keys', '/no-page-of-ours', '/apiary'])(
    '%s is the dashboard, with the policy of the page',
    async (path) => {
      asked.length = 0;
      const answer = await call('GET', path);
      expect([answer.status, answer.body]).toEqual([200, '<!doctype html>']);
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'self'");
      expect((await call('HEAD', path)).status).toBe(200);
      expect(asked).toEqual(['GET /', 'HEAD /']);
    },
  );

  it.each([
    ['GET', '/assets/index-of-the-last-version.js'],
    ['GET', '/assets/anything'],
    // Clients that ask for more than is spoken here would read a page as a broken answer.
    ['GET', '/_cat/indices'],
    ['GET', '/checkout/_search'],
    ['GET', '/loki/api/v1/labels'],
    ['GET', '/favicon.ico'],
    ['GET', '/.well-known/security.txt'],
    ['GET', '/api/nothing'],
    ['GET', '/ws/nothing'],
    ['POST', '/live'],
  ])('%s %s is not found: index.html would pass for what it is not', async (method, path) => {
    asked.length = 0;
    const answer = await call(method, path);
    expect([answer.status, answer.body.code, asked]).toEqual([404, 'not_found', []]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });
});

describe('the trace of the caller', () => {
  const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
  const parent = '00f067aa0ba902b7';
  const cases: [traceparent: string, continued: boolean][] = [
    [`00-${trace}-${parent}-01`, true],
    [`00-${trace}-${parent}-00`, true],
    [`01-${trace}-${parent}-01-later`, true],
    [`00-${trace}-${parent}-01-later`, false],
    [`ff-${trace}-${parent}-01`, false],
    [`00-${trace.toUpperCase()}-${parent}-01`, false],
    [`00-${'0'.repeat(32)}-${parent}-01`, false],
    [`00-${trace}-${'0'.repeat(16)}-01`, false],
    [`00-${trace}-${parent}`, false],
    [trace, false],
  ];
  it.each(cases)('%s is continued: %s', async (traceparent, continued) => {
    const { headers } = await exports.default.fetch(new Request(`${ORIGIN}/health`, { headers: { traceparent } }));
    const id = headers.get('x-request-id');
    if (continued) expect(id).toBe(trace);
    else expect([id !== trace, HEX_32.test(id ?? ''), id === '0'.repeat(32)]).toEqual([true, true, false]);
  });
});

it('a body that is no JSON is refused by place, without a word of what it said', async () => {
  const body = '{"username":"admin","password":"hunter2-hunter2"x}';
  const answer = await callApp('POST', '/api/auth/login', { body });
  expect([answer.status, answer.body.code]).toEqual([400, 'invalid_json']);
  expect(answer.body.detail).toMatch(/^The body could not be read as JSON( at position \d+)?\.$/);
  for (const secret of ['"password":"hunter2-hunter2', 'hunter2-hunter2', '["hunter2-hunter2"']) {
    const other = await callApp('POST', '/api/auth/login', { body: secret });
    expect(JSON.stringify(other.body)).not.toContain('hunter2');
  }
});
