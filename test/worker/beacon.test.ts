import { env } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { AppendRequest } from '../../src/journal/index.ts';
import type { Beacon } from '../../src/wire/beacon.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, type SignedIn } from '../helpers/worker/call-app.ts';
import { everyRecord } from '../helpers/worker/journal.ts';

const SHOP = 'https://shop.example';
const CHROME =
  'Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/143.0.0.0 Mobile Safari/537.36';
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

let admin: SignedIn;
let projectId: string;
let key: string;

beforeAll(async () => {
  admin = await signInAs('admin');
});
beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest'], [SHOP]));
});

function beaconOf(more: Partial<Beacon> = {}): Beacon {
  return { id: crypto.randomUUID(), sentAt: Date.now(), common: {}, records: [], ...more };
}

/** As `navigator.sendBeacon(url, text)` does: no header but those that every browser sends. */
function send(
  body: unknown,
  {
    by = key,
    query = '',
    headers = {},
    address = '203.0.113.77',
  }: Partial<Record<'by' | 'query' | 'address', string>> & {
    headers?: Record<string, string>;
  } = {},
) {
  return callApp('POST', `/api/beacon?key=${by}${query}`, {
    ...{ body: typeof body === 'string' ? body : JSON.stringify(body), address },
    headers: { 'content-type': 'text/plain;charset=UTF-8', origin: SHOP, 'user-agent': CHROME, ...headers },
  });
}

const ledger = async () => (await callApp('GET', `/api/projects/${projectId}/ledger`, { as: admin })).body;

describe('POST /api/beacon', () => {
  it('takes what a page sends as text, with what the edge sees of its browser', async () => {
    const ts = Date.now() - 1_000;
    const answer = await send(
      beaconOf({
        common: {
          ...{ service: 'shop-web', sessionId: 's1', userId: 'u1', sampleRate: 0.5, sdk: 'breakwater-js/1.0' },
          ...{ url: 'https://shop.example/users/123?token=s3cret#s3cret', labels: { release: '1.4', device: 'tv' } },
        },
        records: [
          { stream: 'vitals', ts, attrs: { name: 'LCP', value: 2_600 } },
          {
            stream: 'errors',
            ts,
            message: 'boom',
            level: 'error',
            sessionId: 's2',
            attrs: { labels: { page: '/own/7' } },
          },
        ],
      }),
      { headers: { 'cf-ipcountry': 'DE', 'sec-ch-ua-mobile': '?1', 'sec-ch-ua-platform': '"Android"' } },
    );
    expect([answer.status, answer.body]).toEqual([204, '']);
    const seen = { device: 'mobile', browser: 'Chrome', os: 'Android', country: 'DE', site: 'shop.example' };
    const records = (await everyRecord(projectId)).sort((a, b) => (a.stream > b.stream ? -1 : 1));
    expect(records).toMatchObject([
      {
        ...{ stream: 'vitals', ts, service: 'shop-web', sessionId: 's1', userId: 'u1' },
        attrs: {
          ...{ name: 'LCP', value: 2_600, rating: 'needs-improvement', sampleRate: 0.5, sdk: 'breakwater-js/1.0' },
          labels: { ...seen, release: '1.4', page: '/users/:id' },
        },
      },
      {
        ...{ stream: 'errors', message: 'boom', level: 'error', sessionId: 's2', userId: 'u1' },
        attrs: { labels: { ...seen, release: '1.4', page: '/own/:id' } },
      },
    ]);
    expect(JSON.stringify(records)).not.toMatch(/s3cret|203\.0\.113/);
    expect(records[0]?.attrs).not.toHaveProperty('clockSkewMs');
  });

  it('takes any type of body, or none, and answers a page of another origin', async () => {
    for (const type of ['application/json', 'application/x-www-form-urlencoded', 'application/octet-stream', '']) {
      const body = beaconOf({ records: [{ stream: 'logs', ts: Date.now(), message: type }] });
      const answer = await send(body, { headers: { 'content-type': type } });
      expect([answer.status, answer.headers.get('access-control-allow-origin')], type).toEqual([204, '*']);
    }
    expect(await everyRecord(projectId)).toHaveLength(4);
    const preflight = await callApp('OPTIONS', '/api/beacon', { headers: { origin: SHOP } });
    expect([preflight.status, preflight.headers.get('access-control-allow-methods')]).toEqual([204, 'POST']);
  });

  it('takes gzip that the URL names, since a beacon can set no header', async () => {
    const packed = gzipSync(JSON.stringify(beaconOf({ records: [{ stream: 'logs', ts: 1, message: 'packed' }] })));
    const request = new Request(`http://localhost/api/beacon?key=${key}&encoding=gzip`, {
      ...{ method: 'POST', body: packed, headers: { origin: SHOP, 'user-agent': CHROME } },
    });
    const { exports } = await import('cloudflare:workers');
    expect((await exports.default.fetch(request)).status).toBe(204);
    expect(await everyRecord(projectId)).toMatchObject([{ message: 'packed' }]);
  });

  it('is stored once, however often and late it is sent again', async () => {
    const beacon = beaconOf({ records: [{ stream: 'logs', ts: 5, message: 'once' }], lost: { queue: 3 } });
    expect((await send(beacon)).status).toBe(204);
    const again = await send({ ...beacon, sentAt: beacon.sentAt + 30_000 });
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([204, 'true']);
    expect(await everyRecord(projectId)).toHaveLength(1);
    expect(await ledger()).toMatchObject({ received: 5, stored: 1, duplicate: 1, rejected: 3 });
    const other = await send({ ...beacon, records: [{ stream: 'logs', ts: 5, message: 'other' }] });
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_key_reused']);
  });

  it('travels with those that come at the same time, and each is counted and answered for itself', async () => {
    let calls = 0;
    const getByName = (name: string) => ({
      appendAll(requests: AppendRequest[]) {
        calls++;
        return env.JOURNAL.getByName(name).appendAll(requests);
      },
    });
    const counting = { ...env, JOURNAL: { getByName } } as unknown as typeof env;
    const app = createApp();
    const message = (i: number) => ({ stream: 'logs' as const, ts: i, message: `page ${i}` });
    const beacons = Array.from({ length: 60 }, (_, i) => beaconOf({ records: [message(i)] }));
    // A repeat and a record that is none, among them.
    const all = [...beacons, beacons[0], { ...beaconOf(), records: [{ stream: 'logs', level: {} }] }];
    const answers = await Promise.all(
      all.map((beacon) =>
        callApp('POST', `/api/beacon?key=${key}`, {
          ...{ app, env: counting, body: JSON.stringify(beacon), headers: { origin: SHOP } },
        }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual([...all.slice(1).map(() => 204), 400]);
    expect(answers.at(-2)?.headers.get('idempotent-replayed')).toBe('true');
    expect(calls).toBeLessThan(20);
    expect((await everyRecord(projectId)).map(({ ts }) => ts).sort((a, b) => a - b)).toEqual(beacons.map((_, i) => i));
    expect(await ledger()).toMatchObject({ requests: 62, received: 62, stored: 60, duplicate: 1, rejected: 1 });
  });

  it('goes alone where its few bytes make large parts of many, since a call carries 32 MiB', async () => {
    const alone: number[] = [];
    const together: number[] = [];
    const getByName = (name: string) => ({
      append(request: AppendRequest) {
        alone.push(request.received);
        return env.JOURNAL.getByName(name).append(request);
      },
      appendAll(requests: AppendRequest[]) {
        together.push(...requests.map(({ received }) => received));
        return env.JOURNAL.getByName(name).appendAll(requests);
      },
    });
    const spied = { ...env, JOURNAL: { getByName } } as unknown as typeof env;
    const app = createApp();
    // Less than 4 KiB, of which nothing is deflated.
    for (const count of [100, 2]) {
      const records = Array.from({ length: count }, (_, ts) => ({ stream: 'logs' as const, ts }));
      const body = JSON.stringify(beaconOf({ common: { labels: { a: 'x'.repeat(1_000) } }, records }));
      expect(body.length).toBeLessThan(4_096);
      const headers = { origin: SHOP };
      expect((await callApp('POST', `/api/beacon?key=${key}`, { app, env: spied, body, headers })).status).toBe(204);
    }
    expect([alone, together]).toEqual([[100], [2]]);
  });

  it('puts records of a wrong clock right, and says by how much', async () => {
    const hourAhead = Date.now() + 3_600_000;
    const records = [
      { stream: 'logs' as const, ts: hourAhead - 2_000, message: 'ahead' },
      {
        stream: 'logs' as const,
        ts: new Date(hourAhead - 1_000).toISOString() as unknown as number,
        message: 'as text',
      },
    ];
    expect((await send(beaconOf({ sentAt: hourAhead, records }))).status).toBe(204);
    const [first, second] = await everyRecord(projectId);
    expect(Math.abs((first?.ts ?? 0) - (Date.now() - 2_000))).toBeLessThan(60_000);
    expect(Math.abs((second?.ts ?? 0) - (Date.now() - 1_000))).toBeLessThan(60_000);
    expect(first?.attrs.clockSkewMs).toBeGreaterThan(3_590_000);
  });

  it('counts what the SDK lost, by reasons of ours', async () => {
    await send(beaconOf({ lost: { queue: 2, size: 1, whatever: 4, age: -1, refused: Number.NaN } }));
    const { received, rejected, reasons } = await ledger();
    expect([received, rejected]).toEqual([7, 7]);
    expect(
      Object.fromEntries(reasons.map((row: { reason: string; records: number }) => [row.reason, row.records])),
    ).toEqual({
      ...{ 'sdk_lost:queue': 2, 'sdk_lost:size': 1, 'sdk_lost:other': 4 },
    });
  });

  it('rejects records one by one, each with its reason in the ledger', async () => {
    const records = [
      { stream: 'logs', ts: 1, message: 'good' },
      { stream: 'spans', ts: 1 },
      { stream: 'vitals', ts: 1, attrs: { name: 'CLS', value: -1 } },
      { ts: 1, message: 'of no stream' },
      { stream: 'logs', ts: 1, attrs: 'x' },
      5,
    ];
    const answer = await send({ ...beaconOf(), records });
    expect([answer.status, answer.headers.get('x-breakwater-rejected')]).toEqual([204, '5']);
    expect((await ledger()).keys[0].rejectedByReason).toEqual({
      ...{ '/stream': 2, '/attrs': 2, 'a record must be a JSON object': 1 },
    });
    const none = await send({ ...beaconOf(), records: records.slice(1) });
    expect([none.status, none.body.code, none.body.rejected]).toEqual([400, 'all_rejected', 5]);
  });

  it('rejects a stream that its key may not write, and takes the others', async () => {
    const narrow = await createKey(projectId, ['ingest:vitals'], [SHOP]);
    const records = [
      { stream: 'vitals' as const, ts: 1, attrs: { name: 'LCP', value: 1 } },
      { stream: 'errors' as const, ts: 1 },
    ];
    expect((await send(beaconOf({ records }), { by: narrow.key })).status).toBe(204);
    expect((await everyRecord(projectId)).map(({ stream }) => stream)).toEqual(['vitals']);
  });

  it('rejects and counts what a crawler sends, without an error in its page', async () => {
    const records = [
      { stream: 'logs' as const, ts: 1 },
      { stream: 'vitals' as const, ts: 1 },
    ];
    expect((await send(beaconOf({ records }), { headers: { 'user-agent': GOOGLEBOT } })).status).toBe(204);
    expect(await everyRecord(projectId)).toEqual([]);
    expect((await ledger()).keys[0]).toMatchObject({ rejected: 2, rejectedByReason: { bot: 2 } });
  });

  it.each([
    [
      'HeadlessChrome',
      'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/153.0.0.0 Safari/537.36',
    ],
    ['curl', 'curl/8.5.0'],
    ['Node', 'node'],
    ['no name', ''],
  ])('takes what %s sends', async (_, userAgent) => {
    const records = [{ stream: 'logs' as const, ts: 1 }];
    expect((await send(beaconOf({ records }), { headers: { 'user-agent': userAgent } })).status).toBe(204);
    expect(await everyRecord(projectId)).toHaveLength(1);
  });

  it('takes a key without origins too, and leaves its labels as they are', async () => {
    const native = await createKey(projectId, ['ingest']);
    const common = { url: 'https://shop.example/users/1?x', labels: { device: 'tv' } };
    const beacon = beaconOf({ common, records: [{ stream: 'logs', ts: 1 }] });
    expect((await send(beacon, { by: native.key })).status).toBe(204);
    const [record] = await everyRecord(projectId);
    expect(record?.attrs.labels).toEqual({ device: 'tv', page: '/users/:id', site: 'shop.example' });
  });

  it.each([
    ['no JSON', '{', 400, 'malformed_body'],
    ['no object', '[]', 400, 'malformed_body'],
    ['a short id', { id: 'x', sentAt: 1, records: [] }, 400, 'malformed_body'],
    ['no time', { id: 'x'.repeat(16), records: [] }, 400, 'malformed_body'],
    ['no records', { id: 'x'.repeat(16), sentAt: 1 }, 400, 'malformed_body'],
    ['a common part that is none', { id: 'x'.repeat(16), sentAt: 1, records: [], common: [] }, 400, 'malformed_body'],
    [
      'records without a floor',
      `{"id":"${'x'.repeat(16)}","sentAt":1,"records":${'['.repeat(100_000)}12345678901234567890${']'.repeat(100_000)}}`,
      400,
      'malformed_body',
    ],
    ['more than a megabyte', `{"id":"${'x'.repeat(1024 * 1024)}"}`, 413, 'body_too_large'],
  ])('refuses %s', async (_, body, status, code) => {
    const answer = await send(body);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect((await ledger()).refused).toBe(1);
  });

  it('refuses a page whose origin the key does not list', async () => {
    const answer = await send(beaconOf(), { headers: { origin: 'https://evil.example' } });
    expect([answer.status, answer.body.code]).toEqual([403, 'origin_refused']);
  });
});

describe('the address of a browser', () => {
  const ADDRESS = '198.51.100.23';
  const body = { message: 'hello', attrs: { name: 'LCP', value: 1 } };

  it.each([
    ['/api/beacon', (): unknown => beaconOf({ records: [{ stream: 'logs', ts: 1 }] })],
    ['/api/ingest', () => body],
    ['/api/etl/start', () => ({ dataType: 'JSON', payload: [body] })],
    ['/v1/logs', () => ({ resourceLogs: [{ scopeLogs: [{ logRecords: [{ body: { stringValue: 'x' } }] }] }] })],
    ['/loki/api/v1/push', () => ({ streams: [{ stream: { app: 'x' }, values: [['1760000000000000000', 'x']] }] })],
    ['/_bulk', () => '{"create":{"_index":"app"}}\n{"message":"hello"}\n'],
  ])('is stored by no way in: %s', async (path, made) => {
    const sent = await callApp('POST', path, {
      ...{ key, body: made(), address: ADDRESS },
      headers: { origin: SHOP, 'x-forwarded-for': ADDRESS, 'x-real-ip': ADDRESS, 'user-agent': CHROME },
    });
    expect(sent.status).toBeLessThan(300);
    const records = await everyRecord(projectId);
    expect(records).toHaveLength(1);
    expect(records[0]?.attrs.labels).toMatchObject({ device: 'mobile', site: 'shop.example' });
    expect(JSON.stringify([records, await ledger()])).not.toContain(ADDRESS);
  });
});
