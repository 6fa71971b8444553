import { runInDurableObject } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { CookieStore } from '../../durable-objects/fraud/cookie-store.ts';
import { createApp } from '../../src/app.ts';
import { analyse } from '../../src/cookies/analyse.ts';
import { dayOf, sampleOf } from '../../src/cookies/day.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN, type SignedIn } from '../helpers/worker/call-app.ts';
import { countingStatements } from '../helpers/worker/counting-database.ts';
import { cookieOf } from '../helpers/worker/fraud.ts';
import { until } from '../helpers/worker/until.ts';

const PATH = '/api/fraud/cookie-telemetry';
const today = () => new Date().toISOString().slice(0, 10);

let viewer: SignedIn;
let projectId: string;
let key: string;

beforeAll(async () => {
  viewer = await signInAs('viewer');
});

async function freshProject(scopes: Parameters<typeof createKey>[1] = ['ingest']): Promise<void> {
  projectId = (await createProject()).id;
  key = (await createKey(projectId, scopes)).key;
}
/** A sample is noted behind its answer. */
async function samplesAre(expected: number): Promise<void> {
  const noted = async () => (await history()).body.trend[0]?.samples === expected;
  await until(`${expected} samples are noted`, noted);
}
const history = (more = '') => callApp('GET', `${PATH}/history?project=${projectId}${more}`, { as: viewer });

describe('GET /api/fraud/cookie-telemetry', () => {
  it('tells what the request’s own cookies are, never their values', async () => {
    await freshProject();
    const { status, body } = await callApp('GET', PATH, { key, headers: { cookie: 'fraud_sid=SECRET; b=SECRET' } });
    expect([status, body.count, body.level, body.names]).toEqual([200, 2, 'green', ['fraud_sid', 'b']]);
    expect(body.fraudSession).toEqual({ present: true, duplicated: false });
    expect(JSON.stringify(body)).not.toContain('SECRET');
  });

  it('takes a browser key in the URL, also from a page of the Worker’s own host, which sends no Origin', async () => {
    await freshProject();
    const { key: browserKey } = await createKey(projectId, ['ingest'], [ORIGIN]);
    const url = `${PATH}?key=${browserKey}`;
    const fromPage = await callApp('GET', url, { headers: { origin: ORIGIN } });
    expect([fromPage.status, fromPage.headers.get('access-control-allow-origin')]).toEqual([200, '*']);
    expect((await callApp('GET', url, { headers: { 'sec-fetch-site': 'same-origin' } })).status).toBe(200);
    for (const headers of [{}, { origin: 'https://evil.example' }, { 'sec-fetch-site': 'same-site' }] as const)
      expect((await callApp('GET', url, { headers })).body.code).toBe('origin_refused');
  });

  it('refuses a key that reads in the URL', async () => {
    await freshProject(['query']);
    expect((await callApp('GET', `${PATH}?key=${key}`)).body.code).toBe('key_in_url');
    expect((await callApp('GET', PATH, { key })).status).toBe(200);
  });

  it('reads no database for a key', async () => {
    await freshProject();
    const counting = countingStatements(env.DB);
    const answer = await callApp('GET', PATH, { key, app: createApp(), env: { ...env, DB: counting.db } });
    expect([answer.status, counting.count()]).toEqual([200, 0]);
  });

  it('asks somebody who is signed in for a project', async () => {
    expect((await callApp('GET', PATH, { as: viewer })).body).toMatchObject({ code: 'invalid_input' });
    await freshProject();
    const answer = await callApp('GET', `${PATH}?project=${projectId}`, { as: viewer });
    expect([answer.status, answer.body.names]).toEqual([200, expect.arrayContaining(['gsession'])]);
    expect(answer.headers.get('ratelimit')).toContain('user');
  });

  it('answers while the object that keeps the history is away, and logs the loss', async () => {
    await freshProject();
    const log = vi.spyOn(console, 'error').mockImplementation(() => undefined);
    const noteCookies = () => Promise.reject(new Error('away'));
    const FRAUD = { getByName: () => ({ noteCookies }) } as unknown as typeof env.FRAUD;
    const answer = await callApp('GET', PATH, { key, app: createApp(), env: { ...env, FRAUD } });
    expect(answer.status).toBe(200);
    await until('the loss is logged', async () => log.mock.calls.length > 0);
    expect(JSON.parse(log.mock.calls[0]?.[0])).toMatchObject({ event: 'cookie_sample_lost', projectId });
    log.mockRestore();
  });

  it('counts a key against the rate of its project', async () => {
    await freshProject();
    expect((await callApp('GET', PATH, { key })).headers.get('ratelimit')).toContain('ingest');
  });
});

describe('GET /api/fraud/cookie-telemetry/history', () => {
  it('has samples by day and device, and the trend of all', async () => {
    await freshProject();
    const open = async (userId: string) => {
      const opened = await callApp('POST', '/api/fraud/login', { key, body: { userId } });
      return [...opened.cookies.values()].find((line) => line.startsWith('d_id='))?.split(';', 1)[0] ?? '';
    };
    const [one, two] = [await open('u1'), await open('u2')];
    await callApp('POST', '/api/fraud/event', {
      key,
      body: { userId: 'u1', eventType: 'bet' },
      headers: { cookie: one },
    });
    const cookies = [`${one}; a=1`, `${one}; a=1; a=2`, two, 'a=1', 'd_id=made-up'];
    for (const cookie of cookies) expect((await callApp('GET', PATH, { key, headers: { cookie } })).status).toBe(200);
    await samplesAre(5);
    const { body } = await history();
    const [event] = (await callApp('GET', `/api/fraud/events?project=${projectId}`, { as: viewer })).body.items;
    const device = event.deviceRef;
    expect(body.items.length).toBe(3);
    expect(body.items.find((item: { device: string }) => item.device === device)).toEqual({
      ...{ day: today(), device, samples: 2, maxCount: 3, maxBytes: one.length + 10, avgBytes: one.length + 8 },
      warnings: { duplicate_name: 1 },
    });
    expect(body.items.find((item: { device: string | null }) => item.device === null)).toMatchObject({ samples: 2 });
    expect(body.trend).toEqual([
      expect.objectContaining({ day: today(), samples: 5, p50Count: 1, p95Count: 3, maxBytes: one.length + 10 }),
    ]);
    expect((await history(`&device=${device}`)).body.items.length).toBe(1);
    expect((await history('&device=unknown')).body.items).toEqual(
      body.items.filter((item: { device: string | null }) => item.device === null),
    );
  });

  it('comes in pages', async () => {
    await freshProject();
    for (const userId of ['u1', 'u2', 'u3']) {
      const opened = await callApp('POST', '/api/fraud/login', { key, body: { userId } });
      await callApp('GET', PATH, { key, headers: cookieOf(opened) });
    }
    await samplesAre(3);
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await history(`&limit=2${cursor}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...body.items.map(({ device }: { device: string }) => device));
      cursor = body.nextCursor === null ? null : `&cursor=${body.nextCursor}`;
    }
    expect([seen.length, new Set(seen).size]).toEqual([3, 3]);
  });

  it.each(['days=0', 'days=401', 'days=x', 'limit=0', 'limit=1001', 'cursor=!'])('refuses %s', async (parameter) => {
    await freshProject();
    expect(await history(`&${parameter}`)).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });

  it('has nothing of another project', async () => {
    await freshProject();
    await callApp('GET', PATH, { key });
    await samplesAre(1);
    await freshProject();
    expect((await history()).body).toEqual({ items: [], nextCursor: null, trend: [] });
  });
});

describe('the rows of the history', () => {
  const sample = (nowMs: number) => sampleOf(analyse('a=1', new URL(ORIGIN)), null, nowMs);
  const all = { fromDay: 0, toDay: 1_000_000, device: null, limit: 1_000, after: null };
  const inStore = (run: (store: CookieStore, storage: DurableObjectStorage) => void) =>
    runInDurableObject(env.FRAUD.getByName(crypto.randomUUID()), (_, { storage }) =>
      run(new CookieStore(storage), storage),
    );

  it('outlive the object', async () => {
    await inStore((store, storage) => {
      store.note(sample(0), 'x');
      expect(new CookieStore(storage).history(all).devices).toMatchObject([{ day: 0, device: 'x' }]);
    });
  });

  it('end after 400 days', async () => {
    await inStore((store) => {
      const DAY_MS = 86_400_000;
      store.note(sample(0), 'old');
      store.note(sample(399 * DAY_MS), 'new');
      store.note(sample(400 * DAY_MS), 'new');
      expect(store.forget(399, 100)).toBe(0);
      expect(store.history(all).devices.map(({ device }) => device)).toEqual(['new', 'new', 'old']);
      expect(store.forget(400, 100)).toBe(1);
      expect(store.history(all).days.map(({ day }) => day)).toEqual([399, 400]);
      expect(store.history(all).devices.map(({ device }) => device)).toEqual(['new', 'new']);
    });
  });

  it('are 10,000 devices a day; who comes later is (other), also after the object has been away', async () => {
    await inStore((store, storage) => {
      const day = dayOf(Date.now());
      storage.sql.exec(
        `INSERT INTO cookie_devices (day, device, stats)
         WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 9998) SELECT ?, 'd' || i, ? FROM n`,
        day,
        JSON.stringify({ samples: 1, maxCount: 1, maxBytes: 1, totalBytes: 1, warnings: {} }),
      );
      for (const device of ['last', 'more', 'most', 'last', null]) store.note(sample(Date.now()), device);
      new CookieStore(storage).note(sample(Date.now()), 'again');
      const samplesOf = (device: string) =>
        store.history({ ...all, fromDay: day, toDay: day, device }).devices.map(({ stats }) => stats.samples);
      expect([samplesOf('last'), samplesOf('(other)'), samplesOf('unknown'), samplesOf('more')]).toEqual([
        [2],
        [3],
        [1],
        [],
      ]);
    });
  });
});

describe('POST /api/fraud/cookies/lint', () => {
  const send = (body: unknown) => callApp('POST', `/api/fraud/cookies/lint?project=${projectId}`, { as: viewer, body });

  it('answers each line', async () => {
    await freshProject();
    const setCookie = ['__Host-sid=1; Secure; Path=/; HttpOnly; SameSite=Lax', 'a=1; Domain=co.uk'];
    const { status, body } = await send({ setCookie, url: 'https://shop.co.uk/' });
    expect([status, body.items.length]).toEqual([200, 2]);
    expect(body.items[0]).toMatchObject({
      ...{ setCookie: setCookie[0], outcome: 'stored', reason: null, warnings: [] },
      cookie: { name: '__Host-sid', value: '1', domain: 'shop.co.uk', hostOnly: true, path: '/', expiresAtMs: null },
    });
    expect(body.items[1]).toMatchObject({ outcome: 'ignored', reason: { code: 'domain_public_suffix' }, cookie: null });
  });

  it('takes a key that reads', async () => {
    await freshProject(['query']);
    const body = { setCookie: ['a=1'], url: 'https://embedded.example/', thirdParty: true };
    const answer = await callApp('POST', '/api/fraud/cookies/lint', { key, body });
    expect(answer.body.items[0].reason.code).toBe('same_site_in_third_party');
  });

  it.each([
    ['/setCookie', { setCookie: [], url: 'https://a.example' }],
    ['/setCookie', { setCookie: Array(51).fill('a=1'), url: 'https://a.example' }],
    ['/setCookie/0', { setCookie: ['a'.repeat(16_385)], url: 'https://a.example' }],
    ['/setCookie', { url: 'https://a.example' }],
    ['/url', { setCookie: ['a=1'], url: 'nowhere' }],
    ['/url', { setCookie: ['a=1'], url: 'ftp://a.example' }],
    ['/thirdParty', { setCookie: ['a=1'], url: 'https://a.example', thirdParty: 'yes' }],
  ])('says that %s is not right', async (pointer, body) => {
    await freshProject();
    const answer = await send(body);
    expect([answer.status, answer.body.errors?.[0].pointer]).toEqual([400, pointer]);
  });
});
