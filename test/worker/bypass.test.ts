import { env, exports } from 'cloudflare:workers';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import { type Env, parseConfig } from '../../src/env.ts';
import { createKey, createProject, PASSWORD, signInAs } from '../helpers/worker/accounts.ts';
import { type Answer, type CallOptions, callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { SECRET_2 } from '../helpers/worker/config.ts';
import { encodePart, forgeFrom } from '../helpers/worker/forge.ts';

/** One test for each way around a check that was found in this or in other products; each is named by what is tried. */

const HTTPS = 'https://app.example';
const { sessionSecrets } = parseConfig(env);
let admin: SignedIn;
let session: SignedIn;
let token: string;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  session = await signInAs('viewer');
  token = session.cookie.slice('gsession='.length);
});

const outcome = ({ status, body }: Answer) => `${status} ${body?.code ?? ''}`.trim();
const me = async (cookie: string, options: CallOptions = {}) =>
  outcome(await callApp('GET', '/api/auth/me', { ...options, headers: { cookie } }));
const isAlive = async (as = session) => (await me(as.cookie)) === '200';
/** A change that anybody signed in may make, and that shows: the session ends. */
const logout = async (options: CallOptions = {}) =>
  outcome(await callApp('POST', '/api/auth/logout', { as: session, ...options }));
const createViewer = (options: CallOptions) =>
  callApp('POST', '/api/users', {
    body: { username: `by-${crypto.randomUUID()}`, password: PASSWORD, role: 'viewer' },
    ...options,
  });

describe('content type', () => {
  it.each([
    'Application/JSON',
    'application/json;charset=UTF-8',
    'application/json ; charset=utf-16',
    'application/vnd.a+json',
  ])('%s is JSON, and needs all that a change needs', async (type) => {
    const headers = { 'content-type': type };
    expect((await createViewer({ as: admin, headers })).status).toBe(201);
    expect(outcome(await createViewer({ as: admin, csrf: null, headers }))).toBe('403 csrf_failed');
  });

  /** What a form or a script of another site can send without being asked first (Fetch, "CORS-safelisted request-header"). */
  it.each([
    'text/plain',
    'text/plain; charset=application/json',
    'text/plain, application/json',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=json',
    '',
    'application/jsonx',
    'json',
  ])('a body of JSON as %j is not read, signed in or not', async (type) => {
    expect(outcome(await createViewer({ as: admin, headers: { 'content-type': type } }))).toBe(
      '415 unsupported_media_type',
    );
    const body = { username: 'a', password: PASSWORD };
    const headers = { 'content-type': type };
    expect(outcome(await callApp('POST', '/api/auth/login', { body, headers }))).toBe('415 unsupported_media_type');
  });

  it('missing, a body is not read', async () => {
    const body = new TextEncoder().encode(JSON.stringify({ username: 'a', password: PASSWORD }));
    const request = new Request(`${ORIGIN}/api/auth/login`, { method: 'POST', body });
    expect(request.headers.get('content-type')).toBeNull();
    expect((await exports.default.fetch(request)).status).toBe(415);
  });

  it('missing, a change without a body needs its token all the same', async () => {
    expect(await logout({ csrf: null })).toBe('403 csrf_failed');
    expect(await isAlive()).toBe(true);
  });
});

describe('where a request comes from', () => {
  const others: [what: string, headers: Record<string, string>][] = [
    ['Sec-Fetch-Site: cross-site', { 'sec-fetch-site': 'cross-site' }],
    ['Sec-Fetch-Site: same-site, a sibling subdomain', { 'sec-fetch-site': 'same-site' }],
    ['Sec-Fetch-Site: none, which a form cannot be', { 'sec-fetch-site': 'none' }],
    ['Sec-Fetch-Site in another case', { 'sec-fetch-site': 'Same-Origin' }],
    ['an empty Sec-Fetch-Site', { 'sec-fetch-site': '' }],
    ['Sec-Fetch-Site twice', { 'sec-fetch-site': 'same-origin, same-origin' }],
    [
      'Sec-Fetch-Site of ours beside an Origin of theirs',
      { 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' },
    ],
    ['an Origin of ours beside Sec-Fetch-Site of theirs', { 'sec-fetch-site': 'cross-site', origin: ORIGIN }],
    ['Origin: null, as from a sandboxed frame', { origin: 'null' }],
    ['another port', { origin: `${ORIGIN}:81` }],
    ['another scheme', { origin: 'https://localhost' }],
    ['another case', { origin: 'HTTP://LOCALHOST' }],
    ['a slash behind it', { origin: `${ORIGIN}/` }],
    ['a dot behind it', { origin: `${ORIGIN}.` }],
    ['ours as a prefix', { origin: `${ORIGIN}.evil.example` }],
    ['ours as a user name', { origin: `${ORIGIN}@evil.example` }],
    ['two, the first of them ours', { origin: `${ORIGIN}, https://evil.example` }],
  ];
  it.each(others)('%s is refused with the right token, and so is a sign-in', async (_, headers) => {
    expect(await logout({ headers })).toBe('403 cross_site_request');
    expect(await isAlive()).toBe(true);
    const body = { username: 'a', password: PASSWORD };
    expect(outcome(await callApp('POST', '/api/auth/login', { headers, body }))).toBe('403 cross_site_request');
  });

  it('missing Sec-Fetch-Site leaves the Origin to decide, and missing both leaves the token: a program that holds cookie and token', async () => {
    expect(await logout({ headers: { origin: 'https://evil.example' } })).toBe('403 cross_site_request');
    expect(await logout({ fromPage: false, csrf: null })).toBe('403 csrf_failed');
    expect(await logout({ fromPage: false })).toBe('204');
  });

  it('is not said by Referer, X-Forwarded-Host, Forwarded or X-Original-URL', async () => {
    const origin = 'https://evil.example';
    const claims = {
      referer: `${ORIGIN}/`,
      'x-forwarded-host': 'evil.example',
      'x-forwarded-proto': 'https',
      forwarded: 'host=evil.example;proto=https',
      'x-original-url': '/health',
      'x-rewrite-url': '/health',
    };
    expect(await logout({ headers: { origin, ...claims } })).toBe('403 cross_site_request');
    expect(await logout({ csrf: null, headers: { origin: ORIGIN, ...claims } })).toBe('403 csrf_failed');
  });
});

describe('the CSRF token', () => {
  it('of another session, empty, cut, or of a secret that is gone is refused', async () => {
    const other = await signInAs('viewer');
    const [kid = '', mac = ''] = session.csrf.split('.');
    const wrong = [
      other.csrf,
      '',
      '.',
      kid,
      `${kid}.`,
      `.${mac}`,
      mac,
      `${session.csrf} x`,
      `${session.csrf}.x`,
      session.csrf.slice(0, -1),
      `k0.${mac}`,
      `K1.${mac}`,
      `${session.csrf}, ${session.csrf}`,
    ];
    for (const csrf of wrong)
      expect(await logout({ csrf, headers: { 'x-csrf-token': csrf } }), csrf).toBe('403 csrf_failed');
    expect(await isAlive()).toBe(true);
  });

  it('of a secret that rotated is accepted until that is retired', async () => {
    const second = `${SECRET_2.kid}:${SECRET_2.secret}`;
    const overlap = { app: createApp(), env: { ...env, SESSION_SECRETS: `${second},${env.SESSION_SECRETS}` } as Env };
    const retired = { app: createApp(), env: { ...env, SESSION_SECRETS: second } as Env };
    // A session that the new secret carries, in a page that still has the token of the old one.
    const refreshed = await callApp('POST', '/api/auth/refresh', { as: session, ...overlap });
    const cookie = refreshed.cookies.get('gsession')?.split(';', 1)[0] ?? '';
    const as = { ...session, cookie };
    expect(await logout({ as, ...retired })).toBe('403 csrf_failed');
    expect(await logout({ as, ...overlap })).toBe('204');
  });

  it('is not believed from a cookie: a planted pair of cookie and header is refused', async () => {
    const planted = 'k1.planted-by-a-sibling-subdomain-of-forty-three-x';
    const cookie = `${session.cookie}; csrfToken=${planted}`;
    expect(await logout({ as: { ...session, cookie, csrf: planted } })).toBe('403 csrf_failed');
  });

  it('in the URL or the body counts for nothing', async () => {
    const path = `/api/auth/logout?csrf=${session.csrf}&x-csrf-token=${session.csrf}&csrfToken=${session.csrf}`;
    const body = { csrf: session.csrf, csrfToken: session.csrf };
    expect(outcome(await callApp('POST', path, { as: session, csrf: null, body }))).toBe('403 csrf_failed');
  });
});

describe('the session cookie', () => {
  /** Each carries a good token, in a place where a browser that was tricked, or a parser of another kind, would put it. */
  const smuggled: [what: string, cookie: (token: string) => string, https?: true][] = [
    ['a no-break space before the name', (t) => `\u00a0gsession=${t}`],
    ['the UTF-8 bytes of a no-break space before the name', (t) => `\u00c2\u00a0__Host-gsession=${t}`, true],
    ['a no-break space before the prefix', (t) => `\u00a0__Host-gsession=${t}`, true],
    ['a vertical tab and form feed before the name', (t) => `\u000b\u000cgsession=${t}`],
    ['$Version of RFC 2965, quoted around it', (t) => `$Version="1"; a="b, gsession=${t}"; $Path="/"`],
    ['a name behind $Version without a semicolon', (t) => `$Version=1, gsession=${t}`],
    ['a dollar before the name', (t) => `$gsession=${t}`],
    ['the name in another case', (t) => `GSession=${t}`],
    ['the prefix in another case', (t) => `__host-gsession=${t}`, true],
    ['the plain name over HTTPS', (t) => `gsession=${t}`, true],
    ['the secure prefix over HTTPS', (t) => `__Secure-gsession=${t}`, true],
    ['the name of HTTPS over loopback', (t) => `__Host-gsession=${t}`],
    ['a value in quotes', (t) => `gsession="${t}"`],
    ['a value in single quotes', (t) => `gsession='${t}'`],
    ['a value that is percent-encoded', (t) => `gsession=${t.replaceAll('.', '%2E')}`],
    ['a name that is percent-encoded', (t) => `%67session=${t}`],
    ['a cookie without a name', (t) => `=gsession=${t}`],
    ['within the value of another', (t) => `a=gsession=${t}`],
    ['behind a comma', (t) => `a=b, gsession=${t}`],
    ['a value with more behind it', (t) => `gsession=${t}, a=b`],
    ['a name with more before it', (t) => `xgsession=${t}`],
    ['a name in brackets', (t) => `gsession[0]=${t}`],
  ];
  it.each(smuggled)('%s is no session', async (_, cookie, https) => {
    expect(await me(cookie(token), https ? { origin: HTTPS } : {})).toBe('401 unauthenticated');
  });

  it('twice is refused, whichever is good, in either order, and beside a key', async () => {
    const { key } = await createKey((await createProject()).id, ['query']);
    for (const cookie of [
      `gsession=${token}; gsession=x`,
      `gsession=x; gsession=${token}`,
      `gsession=${token}; a=b; gsession=`,
    ]) {
      expect(await me(cookie), cookie).toBe('400 duplicate_session_cookie');
      expect(await me(cookie, { key }), cookie).toBe('400 duplicate_session_cookie');
    }
    const twice = `__Host-gsession=${token}; __Host-gsession=${token}`;
    expect(await me(twice, { origin: HTTPS })).toBe('400 duplicate_session_cookie');
  });

  it('with the prefix beside a planted plain one is the session over HTTPS, in either order; over loopback the plain one is', async () => {
    const mallory = (await signInAs('viewer')).cookie.slice('gsession='.length);
    const whose = async (cookie: string, origin: string) =>
      (await callApp('GET', '/api/auth/me', { headers: { cookie }, origin })).body.userId;
    for (const cookie of [
      `__Host-gsession=${token}; gsession=${mallory}`,
      `gsession=${mallory}; __Host-gsession=${token}`,
    ]) {
      expect(await whose(cookie, HTTPS)).toBe(session.userId);
      expect(await whose(cookie, ORIGIN)).not.toBe(session.userId);
    }
  });
});

describe('the token in it', () => {
  const forge = () => forgeFrom(token, sessionSecrets[0].secret);
  it('made by hand as ours is accepted, so what is refused below is refused for what it says', async () => {
    expect(await me(`gsession=${forge().withHeader({})}`)).toBe('200');
  });

  const confused: [what: string, make: () => string][] = [
    ['alg none, without a signature', () => `${encodePart('{"alg":"none","typ":"JWT"}')}.${forge().payloadPart}.`],
    ['alg none, with a signature', () => forge().withHeader({ alg: 'none' })],
    ['alg RS256', () => forge().withHeader({ alg: 'RS256' })],
    ['alg in another case', () => forge().withHeader({ alg: 'hs256' })],
    ['crit of something unknown', () => forge().withHeader({ crit: ['exp'] })],
    ['crit that the library knows', () => forge().withHeader({ crit: ['b64'], b64: true })],
    ['no kid', () => forge().withHeader({ kid: undefined })],
    ['an unknown kid', () => forge().withHeader({ kid: 'k0' })],
    ['a kid that is a path', () => forge().withHeader({ kid: '../../dev/null' })],
    ['a key of its own', () => forge().withHeader({ jwk: { kty: 'oct', k: 'AAAA' } })],
    [
      'another user',
      () =>
        `${forge().headerPart}.${encodePart(JSON.stringify({ ...forge().payload, sub: admin.userId }))}.${forge().signaturePart}`,
    ],
    ['another user, signed with the leaked secret', () => forge().withClaims({ sub: admin.userId })],
    [
      'members named twice, signed with the leaked secret',
      () => forge().withPayloadText(JSON.stringify(forge().payload).replace(/}$/, `,"sub":"${admin.userId}"}`)),
    ],
    ['bytes behind it', () => `${token}AA`],
    ['padding behind it', () => `${token}=`],
    ['a fourth part', () => `${token}.AAAA`],
    ['a part less', () => token.split('.').slice(0, 2).join('.')],
  ];
  it.each(confused)('%s is no session', async (_, make) => {
    expect(await me(`gsession=${make()}`)).toBe('401 unauthenticated');
  });

  it('of a session that does not exist, signed with the leaked secret, is no session', async () => {
    const made = Object.fromEntries(
      Object.entries(forge().payload).map(([name, value]) => [name, /^(sid|sec)$/.test(name) ? 'x'.repeat(43) : value]),
    );
    expect(await me(`gsession=${forge().withClaims(made)}`)).toBe('401 unauthenticated');
  });
});
