import { evictDurableObject, runInDurableObject } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import errorDocs from '../../docs/errors.md?raw';
import { createApp } from '../../src/app.ts';
import { type Env, parseConfig } from '../../src/env.ts';
import { type IngestError, ingestProblem } from '../../src/ingest/errors.ts';
import { readLedger } from '../../src/ingest/ledger.ts';
import { journalFor } from '../../src/journal/index.ts';
import type { Scope } from '../../src/projects/index.ts';
import { MAX_BACKLOG_BYTES } from '../../src/wire/limits.ts';
import { STREAMS } from '../../src/wire/record.ts';
import { createKey, createProject, signInAs } from '../helpers/worker/accounts.ts';
import { callApp, ORIGIN } from '../helpers/worker/call-app.ts';
import { testCtx } from '../helpers/worker/context.ts';
import { everyRecord } from '../helpers/worker/journal.ts';

interface Sent {
  body?: string | Uint8Array | ReadableStream<Uint8Array>;
  key?: string | null;
  query?: string;
  headers?: Record<string, string>;
  /** Bindings other than those of the test file. */
  env?: Env;
}

interface Reply {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
  body: any;
}

let projectId: string;
let keyId: string;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ id: keyId, key } = await createKey(projectId, ['ingest']));
});

async function send(sent: Sent): Promise<Reply> {
  const headers = new Headers(sent.headers);
  if (sent.key !== null) headers.set('authorization', `Bearer ${sent.key ?? key}`);
  const url = `${ORIGIN}/api/ingest${sent.query ?? ''}`;
  const request = new Request(url, { method: 'POST', headers, body: sent.body ?? '{"message":"hello"}' });
  const response = sent.env ? await createApp().fetch(request, sent.env) : await exports.default.fetch(request);
  return { status: response.status, headers: response.headers, body: await response.json() };
}

/** The counts of the project, without those of each key. */
async function ledger(): Promise<{
  received: number;
  stored: number;
  duplicate: number;
  rejected: number;
  refused: number;
}> {
  const { body } = await callApp('GET', `/api/projects/${projectId}/ledger`, { as: await signInAs('admin') });
  const { received, stored, duplicate, rejected, refused } = body;
  return { received, stored, duplicate, rejected, refused };
}

const NOTHING = { received: 0, stored: 0, duplicate: 0, rejected: 0, refused: 0 };

async function expectRefusal(sent: Sent, status: number, code: string): Promise<Reply> {
  const reply = await send(sent);
  expect([reply.status, reply.body.code]).toEqual([status, code]);
  expect(reply.headers.get('content-type')).toBe('application/problem+json');
  expect(reply.body).toMatchObject({ status, title: expect.any(String), detail: expect.any(String) });
  expect(reply.body.type).toBe(`https://breakwater.dev/errors#${code}`);
  expect(reply.body.requestId).toBe(reply.headers.get('x-request-id'));
  return reply;
}

describe('an accepted batch', () => {
  it.each([
    ['one object', '{"message":"a"}', 1],
    ['an array', '[{"message":"a"},{"message":"b"}]', 2],
    ['NDJSON', '{"message":"a"}\n{"message":"b"}\n{"message":"c"}', 3],
    ['nothing', '', 0],
    ['an empty array', '[]', 0],
  ])('of %s is answered with its counts', async (_, body, count) => {
    const reply = await send({ body });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({ received: count, stored: count, duplicate: 0, rejected: 0, errors: [] });
    expect(await everyRecord(projectId)).toHaveLength(count);
    expect(await ledger()).toEqual({ ...NOTHING, received: count, stored: count });
  });

  it('lists each record that it rejects, and stores the others', async () => {
    const reply = await send({
      body: '{"message":"a"}\n{"level":{}}\nnot json\n{"message":"b","stream":"cats"}\n{"message":"c"}',
    });
    expect(reply.status).toBe(202);
    expect(reply.body).toEqual({
      received: 5,
      stored: 2,
      duplicate: 0,
      rejected: 3,
      errors: [
        { index: 1, pointer: '/level', reason: 'must be a string or a number' },
        { index: 2, pointer: '', reason: expect.stringContaining('not valid JSON') },
        { index: 3, pointer: '/stream', reason: expect.stringContaining('must be one of logs') },
      ],
    });
    expect((await everyRecord(projectId)).map(({ message }) => message)).toEqual(['a', 'c']);
    expect(await ledger()).toEqual({ ...NOTHING, received: 5, stored: 2, rejected: 3 });
  });

  it('takes stream and service of the request for records that name none', async () => {
    await send({
      query: '?stream=operations&service=payouts',
      body: '{"message":"a"}\n{"message":"b","service":"edge","stream":"logs"}',
    });
    const records = await everyRecord(projectId);
    expect(records.map(({ stream, service }) => [stream, service]).sort()).toEqual([
      ['logs', 'edge'],
      ['operations', 'payouts'],
    ]);
  });

  it('carries the headers that every answer carries, and continues the trace of the caller', async () => {
    const trace = '4bf92f3577b34da6a3ce929d0e0e4736';
    const { headers } = await send({ headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
    expect(headers.get('x-request-id')).toBe(trace);
    expect(headers.get('server-timing')).toMatch(/^total;dur=\d/);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  it('is unpacked by its content coding', async () => {
    const reply = await send({ body: gzipSync('{"message":"packed"}'), headers: { 'content-encoding': 'gzip' } });
    expect(reply.status).toBe(202);
    expect(await everyRecord(projectId)).toMatchObject([{ message: 'packed' }]);
  });

  it('asks nothing of the database', async () => {
    const untouchable = new Proxy({} as D1Database, {
      get: (_, name) => {
        throw new Error(`the write side used DB.${String(name)}`);
      },
    });
    expect((await send({ env: { ...env, DB: untouchable } })).status).toBe(202);
  });
});

describe('a refusal tells by its status whether to repeat', () => {
  const cases: [string, Sent, number, string, Partial<typeof NOTHING>][] = [
    ['no key', { key: null }, 401, 'key_missing', {}],
    ['an empty key', { key: '' }, 401, 'key_invalid', {}],
    [
      'a key that nobody signed',
      { key: 'bw_1.k1.e30.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' },
      401,
      'key_invalid',
      {},
    ],
    ['another scheme', { key: null, headers: { authorization: 'Basic YTpi' } }, 401, 'key_invalid', {}],
    ['a stream that does not exist', { query: '?stream=cats' }, 400, 'invalid_input', { refused: 1 }],
    ['an endless service', { query: `?service=${'x'.repeat(257)}` }, 400, 'invalid_input', { refused: 1 }],
    [
      'an endless idempotency key',
      { headers: { 'idempotency-key': 'x'.repeat(256) } },
      400,
      'invalid_input',
      { refused: 1 },
    ],
    ['an empty idempotency key', { headers: { 'idempotency-key': '' } }, 400, 'invalid_input', { refused: 1 }],
    ['an array that does not end', { body: '[{"message":"a"}' }, 400, 'malformed_body', { refused: 1 }],
    [
      'a coding that nobody knows',
      { headers: { 'content-encoding': 'lzma' } },
      415,
      'encoding_unknown',
      { refused: 1 },
    ],
    ['a coding that it is not', { headers: { 'content-encoding': 'gzip' } }, 400, 'encoding_broken', { refused: 1 }],
    [
      'a body over the limit',
      { body: new Uint8Array(16 * 1024 * 1024 + 1).fill(10) },
      413,
      'body_too_large',
      { refused: 1 },
    ],
    ['records over the limit', { body: '{}\n'.repeat(50_001) }, 413, 'too_many_records', { refused: 1 }],
    ['no usable record', { body: 'x\ny' }, 400, 'all_rejected', { received: 2, rejected: 2 }],
  ];

  it.each(cases)('%s', async (_, sent, status, code, counted) => {
    const { headers } = await expectRefusal(sent, status, code);
    expect(headers.get('retry-after')).toBeNull();
    expect(await ledger()).toEqual({ ...NOTHING, ...counted });
    const [row] = (await journalFor(env, projectId, 0).status()).ledger;
    expect(row?.refusedByCode ?? {}).toEqual(counted.refused ? { [code]: 1 } : {});
    expect(await everyRecord(projectId)).toEqual([]);
  });

  it('and counts each reason by its code, for all journals of the project together', async () => {
    const sharded = { env: { ...env, JOURNAL_SHARDS: '3' } };
    for (let i = 0; i < 6; i++) await send({ ...sharded, headers: { 'idempotency-key': `k${i}` } });
    for (let i = 0; i < 6; i++) await send({ ...sharded, headers: { 'idempotency-key': `k${i}` }, body: '{}' });
    await send({ ...sharded, body: '[' });
    const { keys, journal } = await readLedger(testCtx({ config: parseConfig(sharded.env) }), projectId, {
      keyId: null,
      fromMs: 0,
      toMs: Date.now() + 60_000,
    });
    expect(journal.largestBacklogBytes).toBeGreaterThan(0);
    expect(journal.largestBacklogBytes).toBeLessThan(journal.backlogBytes);
    expect(keys).toMatchObject([
      { received: 6, stored: 6, refused: 7, refusedByCode: { idempotency_key_reused: 6, malformed_body: 1 } },
    ]);
  });

  it('and names the parameter that is wrong by a pointer', async () => {
    const { body } = await expectRefusal({ query: '?stream=cats' }, 400, 'invalid_input');
    expect(body.errors).toEqual([{ pointer: '/stream', reason: expect.stringContaining('must be one of logs') }]);
  });

  it('and lists the records of a batch without a usable one', async () => {
    const { body } = await expectRefusal({ body: '{"ts":"soon"}\n{"attrs":[]}' }, 400, 'all_rejected');
    expect(body).toMatchObject({ received: 2, stored: 0, rejected: 2 });
    expect(body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(['/ts', '/attrs']);
  });

  it('a body that breaks off, of which nothing is stored', async () => {
    const body = new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode('{"message":"a"}\n{"mess'));
        controller.error(new Error('connection reset'));
      },
    });
    await expectRefusal({ body, env }, 400, 'body_cut');
    expect(await ledger()).toEqual({ ...NOTHING, refused: 1 });
    expect(await everyRecord(projectId)).toEqual([]);
  });

  it('a backlog that passes its bound: repeat soon', async () => {
    await send({});
    await runInDurableObject(journalFor(env, projectId, 0), (_, state) => {
      state.storage.sql.exec('UPDATE parts SET raw_bytes = ?', MAX_BACKLOG_BYTES + 1);
    });
    await evictDurableObject(journalFor(env, projectId, 0));
    const { headers } = await expectRefusal({}, 503, 'backlog_full');
    expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect(Number(headers.get('retry-after'))).toBeLessThanOrEqual(3);
    expect(await ledger()).toEqual({ ...NOTHING, received: 1, stored: 1, refused: 1 });
  });

  it('a journal that does not answer: repeat soon, for nobody knows', async () => {
    const gone = {
      getByName: () => ({
        append: () => Promise.reject(new Error('the object was reset')),
        countRefused: () => Promise.reject(new Error('the object was reset')),
      }),
    } as unknown as Env['JOURNAL'];
    const { headers } = await expectRefusal({ env: { ...env, JOURNAL: gone } }, 503, 'journal_away');
    expect(headers.get('retry-after')).toBe('1');
    // Counting a refusal is worth less than the refusal itself.
    await expectRefusal({ body: '[', env: { ...env, JOURNAL: gone } }, 400, 'malformed_body');
  });
});

describe('a key', () => {
  it('may come as bearer, header or parameter', async () => {
    expect((await send({})).status).toBe(202);
    expect((await send({ key: null, headers: { 'x-api-key': key } })).status).toBe(202);
    expect((await send({ key: null, query: `?key=${key}` })).status).toBe(202);
  });

  it('in Authorization is the one that counts', async () => {
    await expectRefusal({ key: 'nonsense', headers: { 'x-api-key': key }, query: `?key=${key}` }, 401, 'key_invalid');
  });

  it.each<Scope[][]>([[['ingest', 'query']], [['ingest', 'admin']], [['admin']]])(
    'with the scopes %j may not come as a parameter, where it would end up in logs',
    async (scopes) => {
      const reader = (await createKey(projectId, scopes)).key;
      expect((await send({ key: reader })).status).toBe(202);
      await expectRefusal({ key: null, query: `?key=${reader}` }, 403, 'key_in_url');
      expect(await ledger()).toEqual({ ...NOTHING, received: 1, stored: 1, refused: 1 });
    },
  );

  it('ends with the answer to its revocation', async () => {
    const admin = await signInAs('admin');
    await send({});
    expect((await callApp('DELETE', `/api/projects/${projectId}/keys/${keyId}`, { as: admin })).status).toBe(204);
    await expectRefusal({}, 401, 'key_revoked');
    expect(await ledger()).toEqual({ ...NOTHING, received: 1, stored: 1, refused: 1 });
  });

  it('rests while its project is disabled', async () => {
    const admin = await signInAs('admin');
    const set = (disabled: boolean) =>
      callApp('PATCH', `/api/projects/${projectId}`, { as: admin, body: { disabled } });
    expect((await set(true)).status).toBe(200);
    await expectRefusal({}, 403, 'project_disabled');
    expect((await set(false)).status).toBe(200);
    expect((await send({})).status).toBe(202);
    expect(await ledger()).toEqual({ ...NOTHING, received: 1, stored: 1, refused: 1 });
  });

  it('is not replaced by a session', async () => {
    const { cookie, csrf } = await signInAs('admin');
    await expectRefusal({ key: null, headers: { cookie, 'x-csrf-token': csrf, origin: ORIGIN } }, 401, 'key_missing');
  });
});

describe('the scopes of a key', () => {
  const log = '{"message":"a","stream":"logs"}';
  const vital = '{"message":"b","stream":"vitals"}';

  it.each<[string, Scope[], string, string, number]>([
    ['ingest writes any stream', ['ingest'], '', `${log}\n${vital}`, 202],
    ['admin writes any stream', ['admin'], '', `${log}\n${vital}`, 202],
    ['ingest:logs writes logs', ['ingest:logs'], '', log, 202],
    ['ingest:logs does not write vitals', ['ingest:logs'], '', vital, 403],
    ['ingest:logs does not write vitals by parameter', ['ingest:logs'], '?stream=vitals', '{"message":"a"}', 403],
    ['one record of another stream refuses the batch', ['ingest:logs'], '', `${log}\n${vital}`, 403],
    ['two streams are two scopes', ['ingest:logs', 'ingest:vitals'], '', `${log}\n${vital}`, 202],
    ['a key of one stream writes that one unless told otherwise', ['ingest:vitals'], '', '{"message":"a"}', 202],
    ['query writes nothing', ['query'], '', log, 403],
  ])('%s', async (_, scopes, query, body, status) => {
    const scoped = (await createKey(projectId, scopes)).key;
    if (status === 202) {
      expect((await send({ key: scoped, query, body })).status).toBe(202);
      expect(await everyRecord(projectId)).toHaveLength(body.split('\n').length);
    } else {
      await expectRefusal({ key: scoped, query, body }, 403, 'scope_missing');
      expect(await everyRecord(projectId)).toEqual([]);
      expect(await ledger()).toEqual({ ...NOTHING, refused: 1 });
    }
  });

  it('decide the stream of a record that names none', async () => {
    const scoped = (await createKey(projectId, ['ingest:vitals'])).key;
    await send({ key: scoped });
    expect(await everyRecord(projectId)).toMatchObject([{ stream: 'vitals' }]);
  });
});

describe('a key that is bound to origins', () => {
  let browserKey: string;
  beforeEach(async () => {
    browserKey = (await createKey(projectId, ['ingest:vitals'], ['https://shop.example', 'https://pay.example'])).key;
  });

  it.each(['https://shop.example', 'https://pay.example'])('writes from %s', async (origin) => {
    expect((await send({ key: browserKey, headers: { origin } })).status).toBe(202);
    expect((await send({ key: null, query: `?key=${browserKey}`, headers: { origin } })).status).toBe(202);
  });

  it.each([
    'https://evil.example',
    'http://shop.example',
    'https://shop.example:8443',
    'https://shop.example.evil.example',
    'https://SHOP.example',
    'https://shop.example/',
    'null',
    '',
  ])('does not from "%s"', async (origin) => {
    await expectRefusal({ key: browserKey, headers: { origin } }, 403, 'origin_refused');
  });

  it.each(STREAMS)('with the scope ingest writes %s only if pages send it', async (stream) => {
    const key = (await createKey(projectId, ['ingest'], ['https://shop.example'])).key;
    const headers = { origin: 'https://shop.example' };
    const body = JSON.stringify({ message: 'a', stream });
    if (['logs', 'vitals', 'errors', 'operations', 'metrics'].includes(stream)) {
      expect((await send({ key, headers, body })).status).toBe(202);
    } else {
      await expectRefusal({ key, headers, body }, 403, 'scope_missing');
      await expectRefusal({ key, headers, query: `?stream=${stream}` }, 403, 'scope_missing');
      expect(await everyRecord(projectId)).toEqual([]);
    }
  });

  it.each([
    ['taken', {}, 202],
    ['of a coding that it is not', { 'content-encoding': 'gzip' }, 400],
    ['from an origin that the key does not list', { origin: 'https://other.example' }, 403],
  ])('lets the page read the answer to a request %s', async (_, headers, status) => {
    const reply = await send({ key: browserKey, headers: { origin: 'https://shop.example', ...headers } });
    expect([reply.status, reply.headers.get('access-control-allow-origin')]).toEqual([status, '*']);
    expect(reply.headers.get('access-control-expose-headers')).toContain('retry-after');
    expect(reply.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('also to one that nobody signed, so that the page does not take it for a broken network', async () => {
    const { headers } = await expectRefusal(
      { key: 'x', headers: { origin: 'https://shop.example' } },
      401,
      'key_invalid',
    );
    expect(headers.get('access-control-allow-origin')).toBe('*');
  });

  it('is let through by the question that a browser asks first', async () => {
    const asked = ['authorization', 'content-type', 'content-encoding', 'idempotency-key', 'x-api-key'];
    const response = await exports.default.fetch(
      new Request(`${ORIGIN}/api/ingest`, {
        method: 'OPTIONS',
        headers: {
          origin: 'https://shop.example',
          'access-control-request-method': 'POST',
          'access-control-request-headers': asked.join(','),
        },
      }),
    );
    expect([response.status, response.headers.get('access-control-allow-origin')]).toEqual([204, '*']);
    expect(response.headers.get('access-control-allow-methods')).toBe('POST');
    expect(response.headers.get('access-control-allow-headers')?.split(', ')).toEqual(expect.arrayContaining(asked));
    expect(await ledger()).toEqual(NOTHING);
  });

  it('does not from nowhere, and that is counted', async () => {
    await expectRefusal({ key: browserKey }, 403, 'origin_refused');
    expect(await ledger()).toEqual({ ...NOTHING, refused: 1 });
  });
});

describe('a repeat', () => {
  it('of an idempotency key is answered as the first time, says so, and stores nothing', async () => {
    const headers = { 'idempotency-key': 'order-17' };
    const body = '{"message":"a"}\nbad\n{"message":"b"}';
    const first = await send({ headers, body });
    expect([first.status, first.headers.get('idempotent-replayed')]).toEqual([202, null]);
    const second = await send({ headers, body });
    expect([second.status, second.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
    expect(second.body).toEqual(first.body);
    expect(await everyRecord(projectId)).toHaveLength(2);
    expect(await ledger()).toEqual({ ...NOTHING, received: 6, stored: 2, duplicate: 2, rejected: 2 });
  });

  it('is the same whichever way its body is packed', async () => {
    const headers = { 'idempotency-key': 'k' };
    const body = '{"message":"a"}';
    await send({ headers, body });
    const packed = await send({ headers: { ...headers, 'content-encoding': 'gzip' }, body: gzipSync(body) });
    expect([packed.status, packed.headers.get('idempotent-replayed')]).toEqual([202, 'true']);
  });

  it('of a refused batch is refused the same way', async () => {
    const sent = { headers: { 'idempotency-key': 'k' }, body: 'x' };
    const first = await expectRefusal(sent, 400, 'all_rejected');
    const second = await expectRefusal(sent, 400, 'all_rejected');
    expect(second.headers.get('idempotent-replayed')).toBe('true');
    expect(second.body.errors).toEqual(first.body.errors);
  });

  it('with another body is a mistake of the client', async () => {
    const headers = { 'idempotency-key': 'k' };
    await send({ headers });
    await expectRefusal({ headers, body: '{"message":"other"}' }, 422, 'idempotency_key_reused');
    expect(await everyRecord(projectId)).toHaveLength(1);
    expect(await ledger()).toEqual({ ...NOTHING, received: 1, stored: 1, refused: 1 });
  });

  it('of a body whose records all have their time is a duplicate', async () => {
    const body = '[{"ts":1700000000000,"message":"a"},{"ts":1700000000001,"message":"b"}]';
    await send({ body });
    const second = await send({ body });
    expect(second.body).toEqual({ received: 2, stored: 0, duplicate: 2, rejected: 0, errors: [] });
    expect(await everyRecord(projectId)).toHaveLength(2);
    expect(await ledger()).toEqual({ ...NOTHING, received: 4, stored: 2, duplicate: 2 });
  });

  it('of a body with a record without time may be two events, and is stored', async () => {
    const body = '[{"ts":1700000000000,"message":"a"},{"message":"b"}]';
    await send({ body });
    expect((await send({ body })).body).toMatchObject({ stored: 2, duplicate: 0 });
    expect(await everyRecord(projectId)).toHaveLength(4);
  });

  it('to another stream or for another service is another batch', async () => {
    const body = '{"ts":1700000000000,"message":"a"}';
    for (const query of ['', '?service=payouts', '?stream=operations', '?stream=operations&service=payouts']) {
      expect((await send({ query, body })).body).toMatchObject({ stored: 1, duplicate: 0 });
      expect((await send({ query, body })).body).toMatchObject({ stored: 0, duplicate: 1 });
    }
  });

  it('by another key is another batch', async () => {
    const other = (await createKey(projectId, ['ingest'])).key;
    const sent = { headers: { 'idempotency-key': 'k' } };
    await send(sent);
    expect((await send({ ...sent, key: other })).headers.get('idempotent-replayed')).toBeNull();
    expect(await everyRecord(projectId)).toHaveLength(2);
  });
});

describe('each error of the write side has its status, and a heading where its link leads', () => {
  const ERRORS: { [K in IngestError['kind']]: [IngestError & { kind: K }, number, string] } = {
    no_key: [{ kind: 'no_key' }, 401, 'key_missing'],
    bad_key: [{ kind: 'bad_key' }, 401, 'key_invalid'],
    key_revoked: [{ kind: 'key_revoked' }, 401, 'key_revoked'],
    session_ended: [{ kind: 'session_ended' }, 401, 'unauthenticated'],
    project_disabled: [{ kind: 'project_disabled' }, 403, 'project_disabled'],
    scope: [{ kind: 'scope', needed: 'ingest' }, 403, 'scope_missing'],
    origin: [{ kind: 'origin', origin: '' }, 403, 'origin_refused'],
    key_in_url: [{ kind: 'key_in_url' }, 403, 'key_in_url'],
    bad_parameter: [{ kind: 'bad_parameter', name: 'x', reason: 'why' }, 400, 'invalid_input'],
    too_large: [{ kind: 'too_large', limitBytes: 1 }, 413, 'body_too_large'],
    too_many_records: [{ kind: 'too_many_records', limit: 1 }, 413, 'too_many_records'],
    unknown_media_type: [{ kind: 'unknown_media_type', accepted: ['x'] }, 415, 'unsupported_media_type'],
    unknown_encoding: [{ kind: 'unknown_encoding', encoding: 'x' }, 415, 'encoding_unknown'],
    bad_encoding: [{ kind: 'bad_encoding', encoding: 'x', cause: 'why' }, 400, 'encoding_broken'],
    cut: [{ kind: 'cut' }, 400, 'body_cut'],
    malformed: [{ kind: 'malformed', reason: 'why' }, 400, 'malformed_body'],
    key_reused: [{ kind: 'key_reused' }, 422, 'idempotency_key_reused'],
    rate_limited: [{ kind: 'rate_limited', rate: 'ingest', limit: 5, retryAfterSeconds: 7 }, 429, 'rate_limited'],
    quota_exceeded: [{ kind: 'quota_exceeded', limit: 5, remaining: 2, retryAfterSeconds: 7 }, 429, 'quota_exceeded'],
    backlog_full: [{ kind: 'backlog_full', retryAfterSeconds: 2 }, 503, 'backlog_full'],
    journal_away: [{ kind: 'journal_away' }, 503, 'journal_away'],
  };

  it.each(Object.values(ERRORS))('$kind', (error, status, code) => {
    const problem = ingestProblem(error);
    expect([problem.status, problem.code]).toEqual([status, code]);
    expect(errorDocs).toContain(`\n### ${code}\n${status}. `);
    expect(problem.retryAfterSeconds !== undefined).toBe(status === 503 || status === 429);
  });

  it('and so has the answer to a batch without a usable record', () => {
    expect(errorDocs).toContain('\n### all_rejected\n400. ');
  });
});
