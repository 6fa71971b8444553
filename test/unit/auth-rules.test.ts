import { describe, expect, it } from 'vitest';
import { clearedCookies, cookieNames, readSessionCookie, sessionCookies } from '../../src/auth/cookies.ts';
import { changesState, csrfToken, sentFrom, verifyCsrf } from '../../src/auth/csrf.ts';
import {
  isLive,
  LAST_SEEN_STEP_MS,
  refreshAtMs,
  SESSION_ABSOLUTE_MS,
  SESSION_IDLE_MS,
} from '../../src/auth/session.ts';
import { endsSessions } from '../../src/auth/update-user.ts';
import { configWith, SECRET_1, SECRET_2 } from '../helpers/worker/config.ts';

const local = configWith({});
const production = configWith({ environment: 'production' });

function request(url: string, headers: Record<string, string>): Request {
  return new Request(url, { headers });
}

describe('cookie names', () => {
  const cases: [url: string, environment: typeof local, session: string | null][] = [
    ['https://app.example/', production, '__Host-gsession'],
    ['https://localhost/', local, '__Host-gsession'],
    ['http://localhost:8787/', local, 'gsession'],
    ['http://127.0.0.1:8787/', local, 'gsession'],
    ['http://127.8.8.8/', local, 'gsession'],
    ['http://[::1]:8787/', local, 'gsession'],
    ['http://app.localhost/', local, 'gsession'],
    ['http://localhost:8787/', production, null],
    ['http://192.168.1.5:8787/', local, null],
    ['http://localhost.example/', local, null],
    ['http://127.0.0.1.example/', local, null],
    ['http://app.example/', production, null],
  ];
  it.each(cases)('%s', (url, { environment }, session) => {
    expect(cookieNames(configWith({ environment }), new URL(url))?.session ?? null).toBe(session);
  });
});

describe('session cookies', () => {
  it('over HTTPS are host-bound, secure, strict; only the session is hidden from scripts', () => {
    const names = cookieNames(production, new URL('https://app.example/'));
    expect(names && sessionCookies(names, { token: 't', csrf: 'c', maxAgeSeconds: 60 })).toEqual([
      '__Host-gsession=t; Path=/; Max-Age=60; HttpOnly; Secure; SameSite=Strict',
      '__Host-csrfToken=c; Path=/; Max-Age=60; Secure; SameSite=Strict',
    ]);
  });

  it('over loopback HTTP have plain names and are not secure, or no browser would keep them', () => {
    const names = cookieNames(local, new URL('http://localhost/'));
    expect(names && sessionCookies(names, { token: 't', csrf: 'c', maxAgeSeconds: 60 })).toEqual([
      'gsession=t; Path=/; Max-Age=60; HttpOnly; SameSite=Strict',
      'csrfToken=c; Path=/; Max-Age=60; SameSite=Strict',
    ]);
  });

  it('are cleared with the attributes they were set with', () => {
    const names = cookieNames(production, new URL('https://app.example/'));
    expect(names && clearedCookies(names)).toEqual([
      '__Host-gsession=; Path=/; Max-Age=0; HttpOnly; Secure; SameSite=Strict',
      '__Host-csrfToken=; Path=/; Max-Age=0; Secure; SameSite=Strict',
    ]);
  });

  const cases: [what: string, url: string, cookie: string, expected: unknown][] = [
    ['is found among others', 'http://localhost/', 'a=1; gsession=x.y.z; b=2', { ok: true, value: 'x.y.z' }],
    ['is absent', 'http://localhost/', 'a=1; gsessionx=2; xgsession=3', { ok: true, value: null }],
    ['keeps an equals sign in its value', 'http://localhost/', 'gsession=a=b', { ok: true, value: 'a=b' }],
    ['is refused twice', 'http://localhost/', 'gsession=a; x=1; gsession=b', { ok: false, error: 'duplicate' }],
    [
      'is refused twice, equal values or not',
      'http://localhost/',
      'gsession=a;gsession=a',
      { ok: false, error: 'duplicate' },
    ],
    [
      'is refused twice over HTTPS',
      'https://localhost/',
      '__Host-gsession=a; __Host-gsession=b',
      { ok: false, error: 'duplicate' },
    ],
    [
      'is found between spaces and tabs',
      'http://localhost/',
      'a=1;\t gsession = x.y.z \t; b=2',
      { ok: true, value: 'x.y.z' },
    ],
    ...['\u00a0', '\u0085', '\u000b', '\u000c', '$Version=1;\u00a0'].map(
      (smuggled): [string, string, string, unknown] => [
        `is another one behind ${JSON.stringify(smuggled)}, which a sibling domain may plant`,
        'https://localhost/',
        `${smuggled}__Host-gsession=planted`,
        { ok: true, value: null },
      ],
    ),
    ['with the plain name is not ours over HTTPS', 'https://localhost/', 'gsession=planted', { ok: true, value: null }],
    ['is not read over HTTP to another machine', 'http://192.168.1.5/', 'gsession=a', { ok: true, value: null }],
  ];
  it.each(cases)('%s', (_, url, cookie, expected) => {
    expect(readSessionCookie(local, request(url, { cookie }))).toEqual(expected);
  });
});

describe('CSRF', () => {
  it('tokens are bound to their session', () => {
    const token = csrfToken(local, 'ses_1');
    expect(verifyCsrf(local, 'ses_1', token)).toBe(true);
    expect(verifyCsrf(local, 'ses_2', token)).toBe(false);
  });

  it.each(['', '.', 'k1.', 'k1', 'k9.AAAA'])('%j is no token', (token) => {
    expect(verifyCsrf(local, 'ses_1', token)).toBe(false);
  });

  it('tokens survive a rotation of secrets while the old one is listed', () => {
    const token = csrfToken(local, 'ses_1');
    expect(verifyCsrf(configWith({ sessionSecrets: [SECRET_2, SECRET_1] }), 'ses_1', token)).toBe(true);
    expect(verifyCsrf(configWith({ sessionSecrets: [SECRET_2] }), 'ses_1', token)).toBe(false);
  });

  it('is about every method that may change something', () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'POST', 'PUT', 'PATCH', 'DELETE'];
    expect(methods.filter(changesState)).toEqual(['POST', 'PUT', 'PATCH', 'DELETE']);
  });

  const cases: [headers: Record<string, string>, from: ReturnType<typeof sentFrom>][] = [
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://app.example' }, 'own'],
    [{ 'sec-fetch-site': 'same-origin' }, 'own'],
    [{ origin: 'https://app.example' }, 'own'],
    [{}, 'unsaid'],
    [{ 'sec-fetch-site': 'cross-site', origin: 'https://app.example' }, 'other'],
    [{ 'sec-fetch-site': 'same-site' }, 'other'],
    [{ 'sec-fetch-site': 'none' }, 'other'],
    [{ 'sec-fetch-site': 'same-origin', origin: 'https://evil.example' }, 'other'],
    [{ origin: 'https://evil.example' }, 'other'],
    [{ origin: 'null' }, 'other'],
    [{ origin: '' }, 'other'],
    [{ origin: 'http://app.example' }, 'other'],
    [{ origin: 'https://app.example:8443' }, 'other'],
    [{ origin: 'https://app.example.evil.example' }, 'other'],
  ];
  it.each(cases)('%j was sent from: %s', (headers, from) => {
    expect(sentFrom(request('https://app.example/api/x', headers))).toBe(from);
  });
});

describe('a session', () => {
  const nowMs = 1_800_000_000_000;
  const fresh = { revokedAtMs: null, expiresAtMs: nowMs + SESSION_ABSOLUTE_MS, lastSeenAtMs: nowMs };
  const cases: [what: string, change: Partial<typeof fresh> | { revokedAtMs: number }, atMs: number, live: boolean][] =
    [
      ['lives from the start', {}, nowMs, true],
      ['lives to the end of the idle limit', {}, nowMs + SESSION_IDLE_MS - 1, true],
      ['ends at the idle limit', {}, nowMs + SESSION_IDLE_MS, false],
      [
        'ends at the absolute limit, however busy',
        { lastSeenAtMs: nowMs + SESSION_ABSOLUTE_MS - 1 },
        nowMs + SESSION_ABSOLUTE_MS,
        false,
      ],
      ['ends when revoked', { revokedAtMs: nowMs }, nowMs, false],
    ];
  it.each(cases)('%s', (_, change, atMs, live) => {
    expect(isLive({ ...fresh, ...change }, atMs)).toBe(live);
  });

  it('has the limits that the documentation names', () => {
    expect([SESSION_IDLE_MS, SESSION_ABSOLUTE_MS, LAST_SEEN_STEP_MS]).toEqual([12 * 3_600_000, 7 * 86_400_000, 60_000]);
  });

  const refreshes: [what: string, expiresInMs: number, dueInMs: number][] = [
    ['15 minutes after its secret was made', SESSION_IDLE_MS, 900_000],
    ['at half of what is left, where that is less', 600_000, 300_000],
    ['not in ever shorter steps at its very end', 10, 1_000],
  ];
  it.each(refreshes)('is refreshed %s', (_, expiresInMs, dueInMs) => {
    const superseded = [{ h: '', n: '', k: '', at: nowMs }];
    expect(refreshAtMs({ superseded: [], createdAtMs: nowMs }, nowMs + expiresInMs)).toBe(nowMs + dueInMs);
    expect(refreshAtMs({ superseded, createdAtMs: 0 }, nowMs + expiresInMs)).toBe(nowMs + dueInMs);
  });

  const changes: [change: Parameters<typeof endsSessions>[0], ends: boolean][] = [
    [{ role: 'viewer' }, true],
    [{ projectIds: [] }, true],
    [{ projectIds: null }, true],
    [{ disabled: true }, true],
    [{ disabled: false }, false],
    [{ password: 'x' }, true],
    [{}, false],
  ];
  it.each(changes)('ends by the change %j: %s', (change, ends) => {
    expect(endsSessions(change)).toBe(ends);
  });
});
