import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { listAccountEvents } from '../../src/audit/index.ts';
import { countryOf } from '../../src/shared/http.ts';
import { createUser, login, PASSWORD, signIn, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { auditOf } from '../helpers/worker/context.ts';

/** Moves the clock that requests read; storage keeps its own. */
function at(nowMs: number): void {
  vi.useFakeTimers({ toFake: ['Date'] });
  vi.setSystemTime(nowMs);
}

const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36';
const NEWER_CHROME = CHROME.replace('131', '132');
const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:133.0) Gecko/20100101 Firefox/133.0';

interface From {
  address?: string;
  country?: string;
  userAgent?: string;
}

function call(as: SignedIn | null, method: string, path: string, from: From, body?: unknown) {
  const headers: Record<string, string> = { 'user-agent': from.userAgent ?? CHROME };
  if (from.country !== undefined) headers['cf-ipcountry'] = from.country;
  const who = as === null ? {} : { as };
  return callApp(method, path, { ...who, headers, address: from.address ?? '198.51.100.1', body });
}

async function signInFrom(from: From): Promise<SignedIn> {
  const user = await createUser({ role: 'viewer' });
  const answer = await call(null, 'POST', '/api/auth/login', from, { username: user.username, password: PASSWORD });
  const cookie = answer.cookies.get('gsession')?.split(';', 1)[0] ?? '';
  const me = await callApp('GET', '/api/auth/me', { headers: { cookie } });
  return { userId: user.id, sessionId: me.body.sessionId, cookie, csrf: answer.body.csrf };
}

const movesOf = async ({ sessionId }: SignedIn) =>
  (await auditOf(sessionId)).filter(({ action }) => action === 'session.moved').map(({ detail }) => detail);

describe('GET /api/auth/sessions', () => {
  it('says where a session was opened, and where it was last used, noted at most once a minute', async () => {
    const startMs = Date.now();
    at(startMs);
    const session = await signInFrom({ country: 'DE' });
    const item = async () => {
      const { body } = await callApp('GET', '/api/auth/sessions', { as: session });
      const { address, country, lastAddress, lastCountry, lastUserAgent, lastSeenAtMs } = body.items[0];
      return { opened: [address, country], last: [lastAddress, lastCountry, lastUserAgent], lastSeenAtMs };
    };
    at(startMs + 59_999);
    await call(session, 'GET', '/api/auth/me', { address: '203.0.113.9', country: 'FR' });
    expect((await item()).last).toEqual(['198.51.100.1', 'DE', CHROME]);
    at(startMs + 60_000);
    await call(session, 'GET', '/api/auth/me', { address: '203.0.113.9', country: 'FR', userAgent: NEWER_CHROME });
    expect(await item()).toEqual({
      opened: ['198.51.100.1', 'DE'],
      last: ['203.0.113.9', 'FR', NEWER_CHROME],
      lastSeenAtMs: startMs + 60_000,
    });
  });
});

describe('a session that moves', () => {
  it.each<[string, From, unknown[]]>([
    ['to another country', { country: 'FR' }, [{ country: { from: 'DE', to: 'FR' } }]],
    ['to Tor', { country: 'T1' }, [{ country: { from: 'DE', to: 'T1' } }]],
    [
      'to another browser',
      { country: 'DE', userAgent: FIREFOX },
      [{ browser: { from: 'Chrome, Windows', to: 'Firefox, Linux' } }],
    ],
    ['to a newer version of its browser', { country: 'DE', userAgent: NEWER_CHROME }, []],
    ['to another address', { country: 'DE', address: '203.0.113.77' }, []],
    ['to where the edge knows no country', { country: 'XX' }, []],
    ['nowhere', { country: 'DE' }, []],
  ])('%s is audited so', async (_, from, moves) => {
    const startMs = Date.now();
    const session = await signInFrom({ country: 'DE' });
    at(startMs + 61_000);
    const reads = Array.from({ length: 5 }, () => call(session, 'GET', '/api/auth/me', from));
    for (const { status } of await Promise.all(reads)) expect(status).toBe(200);
    expect(await movesOf(session)).toEqual(moves);
  });

  it('is noticed by a refresh too, and after a time without a known country', async () => {
    const startMs = Date.now();
    const session = await signInFrom({ country: 'DE' });
    at(startMs + 61_000);
    await call(session, 'GET', '/api/auth/me', {});
    at(startMs + 62_000);
    expect((await call(session, 'POST', '/api/auth/refresh', { country: 'FR' })).status).toBe(200);
    expect(await movesOf(session)).toEqual([{ country: { from: 'DE', to: 'FR' } }]);
  });
});

describe('GET /api/auth/events', () => {
  const actions = (body: { items: { action: string }[] }) => body.items.map(({ action }) => action);

  it("is the caller's own history, newest first: what was done with the account and to it", async () => {
    const user = await createUser({ role: 'viewer' });
    const admin = await signInAs('admin');
    const body = { username: user.username, password: 'not the password' };
    await callApp('POST', '/api/auth/login', { body, address: '203.0.113.66' });
    const first = await login(user.username);
    await callApp('POST', '/api/auth/step-up', { as: first, body: { password: 'wrong' } });
    await callApp('POST', '/api/auth/step-up', { as: first, body: { password: PASSWORD } });
    await callApp('PATCH', `/api/users/${user.id}`, { as: admin, body: { role: 'analyst' }, address: '192.0.2.200' });
    const now = await signIn({ ...user, role: 'analyst' });
    await signInAs('viewer');

    const answer = await callApp('GET', '/api/auth/events', { as: now });
    expect(actions(answer.body)).toEqual([
      'user.update',
      'session.step_up',
      'session.step_up_failed',
      'session.login',
      'session.login_failed',
    ]);
    const [update, , , , failed] = answer.body.items;
    expect(Object.keys(update)).toEqual(['seq', 'atMs', 'action', 'address', 'detail']);
    expect([update.address, update.detail]).toEqual([null, { role: 'analyst' }]);
    expect(failed.address).toBe('203.0.113.66');
    expect(answer.body.nextCursor).toBeNull();
    expect(JSON.stringify(answer.body)).not.toContain('192.0.2.200');
  });

  it('shows a copied cookie after its session is gone, and nothing that was done to others', async () => {
    const user = await createUser({ role: 'admin' });
    const startMs = Date.now();
    const session = await signIn(user, startMs);
    at(startMs);
    await callApp('POST', '/api/auth/refresh', { as: session });
    at(startMs + 30_000);
    await callApp('GET', '/api/auth/me', { as: session });
    const again = await signIn(user, startMs + 30_000);
    const other = await createUser({ role: 'viewer' });
    await callApp('PATCH', `/api/users/${other.id}`, { as: again, body: { disabled: true } });
    await env.DB.prepare('DELETE FROM sessions WHERE id = ?1').bind(session.sessionId).run();
    expect(actions((await callApp('GET', '/api/auth/events', { as: again })).body)).toEqual(['session.reuse_detected']);
  });

  it('pages by cursor without a gap or a repeat', async () => {
    const session = await signInAs('viewer');
    for (let i = 0; i < 5; i++) await callApp('POST', '/api/auth/step-up', { as: session, body: { password: `${i}` } });
    const seen: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const { body } = await callApp('GET', `/api/auth/events?limit=2${cursor && `&cursor=${cursor}`}`, {
        as: session,
      });
      seen.push(...body.items.map(({ seq }: { seq: number }) => seq));
      cursor = body.nextCursor;
    }
    expect(seen.length).toBe(5);
    expect(seen).toEqual([...new Set(seen)].sort((a, b) => b - a));
    for (const query of ['limit=0', 'limit=201', 'limit=x', 'cursor=x', 'cursor=-1', 'cursor=0']) {
      expect((await callApp('GET', `/api/auth/events?${query}`, { as: session })).status, query).toBe(400);
    }
  });

  it('reads by its indexes, however long the trail is', async () => {
    let text = '';
    const prepare = (sql: string) => {
      text = sql;
      return env.DB.prepare(sql);
    };
    await listAccountEvents({ prepare } as unknown as D1Database, 'usr_none', { beforeSeq: 9, limit: 5 });
    const plan = await env.DB.prepare(`EXPLAIN QUERY PLAN ${text}`).bind('usr_none', 9, 5).all<{ detail: string }>();
    const steps = plan.results.map(({ detail }) => detail).join('\n');
    expect(steps).toContain('audit_by_target (target=? AND seq<?)');
    expect(steps).toContain('audit_by_actor (actor_id=? AND seq<?)');
    expect(steps).not.toMatch(/SCAN audit/);
  });
});

describe('the country of a request', () => {
  const from = (header: string | null, own: string | undefined) =>
    new Request('https://app.example/', {
      ...(header === null ? {} : { headers: { 'cf-ipcountry': header } }),
      ...(own === undefined ? {} : { cf: { country: own } }),
    } as RequestInit);

  it.each([
    ['production', 'FR', 'DE', 'DE'],
    ['production', 'FR', undefined, null],
    ['local', 'FR', 'DE', 'FR'],
    ['local', null, 'DE', null],
    ['local', 'T1', undefined, 'T1'],
    ['local', 'XX', undefined, null],
    ['local', '<b>', undefined, null],
    ['local', null, undefined, null],
  ] as const)('in %s, with the header %j and the edge saying %j, is %j', (environment, header, own, country) => {
    expect(countryOf(from(header, own), environment)).toBe(country);
  });
});
