import { exports } from 'cloudflare:workers';
import { beforeEach, describe, expect, it } from 'vitest';
import { signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';

let session: SignedIn;
beforeEach(async () => {
  session = await signInAs('viewer');
});

const isAlive = async () => (await callApp('GET', '/api/auth/me', { as: session })).status === 200;

describe('spellings of a path', () => {
  /** As a client may write it on the wire; the runtime's URL parser has its say before the Worker's router. */
  const spellings = (path: string): string[] => {
    const [, api = '', ...rest] = path.split('/');
    const tail = rest.join('/');
    return [
      ...[
        `/${api}/%61${tail.slice(1)}`,
        `/%61pi/${tail}`,
        `/api/${tail.replace('/', '%2F')}`,
        `/api/${tail.replace('/', '%252F')}`,
      ],
      ...[
        `/api/%2561${tail.slice(1)}`,
        `/api//${tail}`,
        `//api/${tail}`,
        `/api/./${tail}`,
        `/api/x/../${tail}`,
        `/api/%2e/${tail}`,
      ],
      ...[
        `/api/x/%2e%2e/${tail}`,
        `${path}/`,
        `${path}.`,
        `${path};`,
        `${path};a=b`,
        `${path}%20`,
        `${path}%00`,
        `${path}%0a`,
        `${path}%3f`,
      ],
      ...[
        `/API/${tail}`,
        `/api/${tail.toUpperCase()}`,
        `/api\\${tail}`,
        `/./api/${tail}`,
        `${path}?`,
        `${path}#`,
        `${path}?/api/health`,
      ],
      ...[
        `/api/health/../${tail}`,
        `/api/ingest/%2e%2e/${tail}`,
        `/api/auth/login;/../../${tail}`,
        `${path}/../../api/health`,
      ],
    ];
  };
  const raw = (method: string, path: string, headers: Record<string, string> = {}) =>
    exports.default.fetch(new Request(ORIGIN + path, { method, headers }));

  it('show nobody who is not signed in what needs a session', async () => {
    for (const path of ['/api/auth/me', '/api/projects', '/api/users', '/api/refused-keys']) {
      for (const spelling of spellings(path)) {
        const answer = await raw('GET', spelling);
        const text = await answer.text();
        expect(answer.status, spelling).not.toBe(500);
        const isPublic = answer.status === 200 && !/userId|items/.test(text);
        expect(isPublic || answer.status === 401 || answer.status === 404, `${spelling} ${answer.status} ${text}`).toBe(
          true,
        );
      }
    }
  });

  it('get no change past the token', async () => {
    for (const spelling of spellings('/api/auth/logout')) {
      const answer = await raw('POST', spelling, { cookie: session.cookie, origin: ORIGIN });
      expect([401, 403, 404, 405], `${spelling} ${answer.status}`).toContain(answer.status);
    }
    expect(await isAlive()).toBe(true);
  });

  it('get none of the routes that answer before anybody is known to answer for another', async () => {
    for (const open of ['/api/ingest', '/api/health', '/api/ready', '/api/auth/setup', '/api/auth/login']) {
      for (const spelling of spellings(open)) {
        const answer = await raw('DELETE', spelling, { cookie: session.cookie, origin: ORIGIN });
        expect([401, 403, 404, 405], `${spelling} ${answer.status}`).toContain(answer.status);
      }
    }
    expect(await isAlive()).toBe(true);
  });
});
