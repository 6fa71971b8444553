import { exports } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { PbfReader } from 'pbf';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/projects/index.ts';
import type { JsonObject } from '../../src/wire/record.ts';
import { createKey, createProject } from '../helpers/worker/accounts.ts';
import { ORIGIN } from '../helpers/worker/call-app.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';
import { encodeOtlp } from '../helpers/worker/otlp-encode.ts';
import { logsOf, metricsOf, spansOf } from '../helpers/worker/otlp-read.ts';

const JSON_TYPE = 'application/json';
const PROTOBUF_TYPE = 'application/x-protobuf';
const TIME = '1700000000123000000';
const HELLO = { timeUnixNano: TIME, body: { stringValue: 'hello' } };
const TOO_FAR = { timeUnixNano: '9000000000000000000', body: { stringValue: 'from 2255' } };

let projectId: string;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest']));
});

interface Reply {
  status: number;
  headers: Headers;
  bytes: Uint8Array;
  // biome-ignore lint/suspicious/noExplicitAny: a test reads whatever the route answers and asserts it
  json: any;
}

async function send(
  path: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
  as: string | null = key,
): Promise<Reply> {
  const all = new Headers({ 'content-type': JSON_TYPE, ...headers });
  if (as !== null) all.set('authorization', `Bearer ${as}`);
  const response = await exports.default.fetch(new Request(`${ORIGIN}${path}`, { method: 'POST', headers: all, body }));
  const bytes = new Uint8Array(await response.arrayBuffer());
  const isJson = response.headers.get('content-type') === JSON_TYPE;
  const json = isJson ? JSON.parse(new TextDecoder().decode(bytes)) : null;
  return { status: response.status, headers: response.headers, bytes, json };
}

const sendJson = (path: string, json: unknown, headers = {}) => send(path, JSON.stringify(json), headers);

/** The fields of one protobuf message by number; sub-messages as bytes. */
function fieldsOf(bytes: Uint8Array): Record<number, Uint8Array | number> {
  return new PbfReader(bytes).readFields((tag, fields: Record<number, Uint8Array | number>, pbf) => {
    fields[tag] = pbf.type === 2 ? pbf.readBytes().slice() : pbf.readVarint();
  }, {});
}

const textOf = (value: Uint8Array | number | undefined) => new TextDecoder().decode(value as Uint8Array);

async function ledger() {
  const { received, stored, duplicate, rejected, refused, keys } = await ledgerOf(projectId);
  return { received, stored, duplicate, rejected, refused, refusedByCode: keys[0]?.refusedByCode };
}

describe('a whole export', () => {
  const REQUESTS: [string, 'logs' | 'metrics' | 'traces', JsonObject][] = [
    ['/v1/logs', 'logs', logsOf([HELLO])],
    [
      '/v1/metrics',
      'metrics',
      metricsOf([{ name: 'hello', gauge: { dataPoints: [{ timeUnixNano: TIME, asInt: '1' }] } }]),
    ],
    ['/v1/traces', 'traces', spansOf([{ name: 'hello', startTimeUnixNano: TIME, endTimeUnixNano: TIME }])],
  ];

  it.each(REQUESTS)('to %s in JSON is answered with an empty object', async (path, _signal, request) => {
    const reply = await sendJson(path, request);
    expect([reply.status, reply.headers.get('content-type'), reply.json]).toEqual([200, JSON_TYPE, {}]);
    expect(await everyRecord(projectId)).toMatchObject([{ message: 'hello', ts: 1_700_000_000_123 }]);
  });

  it.each(REQUESTS)('to %s in protobuf is answered with an empty message', async (path, signal, request) => {
    const reply = await send(path, encodeOtlp(signal, request), { 'content-type': PROTOBUF_TYPE });
    expect([reply.status, reply.headers.get('content-type'), reply.bytes.length]).toEqual([200, PROTOBUF_TYPE, 0]);
    expect(await everyRecord(projectId)).toMatchObject([{ message: 'hello', ts: 1_700_000_000_123 }]);
  });

  it.each(REQUESTS)('to %s is recognised when it comes again', async (path, signal, request) => {
    const body = encodeOtlp(signal, request);
    for (let i = 0; i < 3; i++) await send(path, body, { 'content-type': PROTOBUF_TYPE });
    expect(await everyRecord(projectId)).toHaveLength(1);
    expect(await ledger()).toMatchObject({ received: 3, stored: 1, duplicate: 2, rejected: 0 });
  });

  it('may be compressed, name its charset, and repeat by Idempotency-Key', async () => {
    const headers = {
      'content-type': `${JSON_TYPE}; charset=utf-8`,
      'content-encoding': 'gzip',
      'idempotency-key': 'k1',
    };
    const body = gzipSync(JSON.stringify(logsOf([{ body: { stringValue: 'untimed' } }])));
    const replies = [await send('/v1/logs', body, headers), await send('/v1/logs', body, headers)];
    expect(replies.map(({ status, json }) => [status, json])).toEqual([
      [200, {}],
      [200, {}],
    ]);
    expect(replies[1]?.headers.get('idempotent-replayed')).toBe('true');
    expect(await everyRecord(projectId)).toHaveLength(1);
  });

  it('takes the service of the request for resources that name none', async () => {
    await sendJson('/v1/logs?service=edge', logsOf([HELLO]));
    expect(await everyRecord(projectId)).toMatchObject([{ service: 'edge' }]);
  });
});

describe('an export of which a part is unusable', () => {
  it('in JSON is answered with a partial success', async () => {
    const reply = await sendJson('/v1/logs', logsOf([HELLO, TOO_FAR, { ...HELLO, severityText: 5 }]));
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({
      partialSuccess: {
        rejectedLogRecords: '2',
        errorMessage: '2 of 3 rejected. The first is number 1: /ts is more than 24 h in the future',
      },
    });
    expect(await ledger()).toMatchObject({ received: 3, stored: 1, rejected: 2 });
  });

  it('in protobuf is answered with a partial success', async () => {
    const body = encodeOtlp('logs', logsOf([HELLO, TOO_FAR]));
    const reply = await send('/v1/logs', body, { 'content-type': PROTOBUF_TYPE });
    expect(reply.status).toBe(200);
    const partial = fieldsOf(fieldsOf(reply.bytes)[1] as Uint8Array);
    expect(partial[1]).toBe(1);
    expect(textOf(partial[2])).toBe('1 of 2 rejected. The first is number 1: /ts is more than 24 h in the future');
  });

  it.each([
    ['/v1/metrics', metricsOf([{ name: 'a', gauge: { dataPoints: [{}, { attributes: 5 }] } }]), 'rejectedDataPoints'],
    ['/v1/traces', spansOf([{}, { name: 5 }]), 'rejectedSpans'],
  ])('to %s counts what it is made of', async (path, request, name) => {
    expect((await sendJson(path, request)).json.partialSuccess[name]).toBe('1');
  });

  it('is refused where nothing is left of it, and counted', async () => {
    const reply = await sendJson('/v1/logs', logsOf([TOO_FAR]));
    expect([reply.status, reply.json.code, reply.json.details[0].reason]).toEqual([400, 3, 'all_rejected']);
    expect(await ledger()).toMatchObject({ received: 1, stored: 0, rejected: 1 });
  });

  it.each(['{}', '{"message":"not OTLP"}', '{"resourceLogs":[]}'])(
    '%s succeeds, with a warning that it holds nothing',
    async (body) => {
      const reply = await send('/v1/logs', body);
      expect(reply.status).toBe(200);
      expect(reply.json.partialSuccess).toEqual({
        rejectedLogRecords: '0',
        errorMessage: 'the request holds no logRecords: nothing was stored',
      });
    },
  );
});

describe('a refusal', () => {
  it('in JSON is a google.rpc.Status with our code and the id of the request', async () => {
    const reply = await send('/v1/logs', '{"resourceLogs": 5}');
    expect([reply.status, reply.headers.get('content-type')]).toEqual([400, JSON_TYPE]);
    expect(reply.json).toEqual({
      code: 3,
      message: 'resourceLogs is no array',
      details: [
        {
          '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
          reason: 'malformed_body',
          domain: 'breakwater.dev',
          metadata: { requestId: reply.headers.get('x-request-id') },
        },
      ],
    });
    expect(await ledger()).toMatchObject({ refused: 1, refusedByCode: { malformed_body: 1 } });
  });

  it('in protobuf is the same message', async () => {
    const reply = await send('/v1/logs', Uint8Array.of(0x0a, 200), { 'content-type': PROTOBUF_TYPE });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([400, PROTOBUF_TYPE]);
    const status = fieldsOf(reply.bytes);
    expect([status[1], textOf(status[2])]).toEqual([3, expect.stringContaining('not valid protobuf: ')]);
    const any = fieldsOf(status[3] as Uint8Array);
    expect(textOf(any[1])).toBe('type.googleapis.com/google.rpc.ErrorInfo');
    const info = fieldsOf(any[2] as Uint8Array);
    expect([textOf(info[1]), textOf(info[2])]).toEqual(['malformed_body', 'breakwater.dev']);
    const entry = fieldsOf(info[3] as Uint8Array);
    expect([textOf(entry[1]), textOf(entry[2])]).toEqual(['requestId', reply.headers.get('x-request-id')]);
  });

  it.each([
    ['of no key', 401, 16, 'key_missing', {}, null],
    ['of a bad key', 401, 16, 'key_invalid', {}, 'bw_1.k1.not.akey'],
    ['of another content type', 415, 3, 'unsupported_media_type', { 'content-type': 'text/plain' }, undefined],
    ['of an unknown coding', 415, 3, 'encoding_unknown', { 'content-encoding': 'rot13' }, undefined],
    ['of a broken body', 400, 3, 'encoding_broken', { 'content-encoding': 'gzip' }, undefined],
    ['of an empty Idempotency-Key', 400, 3, 'invalid_input', { 'idempotency-key': '' }, undefined],
  ])('%s has its codes', async (_, status, rpcCode, code, headers, as) => {
    const reply = await send(
      '/v1/logs',
      JSON.stringify(logsOf([HELLO])),
      headers as Record<string, string>,
      as === undefined ? key : as,
    );
    expect([reply.status, reply.json.code, reply.json.details[0].reason]).toEqual([status, rpcCode, code]);
    expect(reply.headers.get('www-authenticate')).toBe(status === 401 ? 'Bearer realm="breakwater"' : null);
    expect(await everyRecord(projectId)).toEqual([]);
  });

  it.each([
    ['/v1/logs', ['ingest:spans', 'ingest:metrics']],
    ['/v1/metrics', ['ingest:logs', 'ingest:spans']],
    ['/v1/traces', ['ingest:logs', 'ingest:metrics']],
  ] as [string, Scope[]][])('to %s comes to a key for other streams', async (path, scopes) => {
    const other = (await createKey(projectId, scopes)).key;
    const reply = await send(path, '{}', {}, other);
    expect([reply.status, reply.json.code, reply.json.details[0].reason]).toEqual([403, 7, 'scope_missing']);
  });

  it('also of a method has this form', async () => {
    const response = await exports.default.fetch(`${ORIGIN}/v1/logs`);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'OPTIONS, POST']);
    expect(await response.json()).toMatchObject({ code: 12, details: [{ reason: 'method_not_allowed' }] });
  });
});

describe('from a page of another origin', () => {
  it('the preflight allows it, and the answer is readable', async () => {
    const preflight = await exports.default.fetch(new Request(`${ORIGIN}/v1/traces`, { method: 'OPTIONS' }));
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-headers')).toContain('content-type');
    for (const body of ['{}', 'nonsense']) {
      const reply = await send('/v1/logs', body, { origin: 'https://shop.example' });
      expect(reply.headers.get('access-control-allow-origin')).toBe('*');
      expect(reply.headers.get('access-control-expose-headers')).toContain('retry-after');
    }
  });
});
