import { env, exports } from 'cloudflare:workers';
import { gzipSync } from 'node:zlib';
import { PbfWriter } from 'pbf';
import { compress } from 'snappyjs';
import { beforeEach, describe, expect, it } from 'vitest';
import { createApp } from '../../src/app.ts';
import type { Env } from '../../src/env.ts';
import { MAX_BODY_INFLATED_BYTES, MAX_RECORDS_PER_REQUEST } from '../../src/wire/limits.ts';
import { createKey, createProject } from '../helpers/worker/accounts.ts';
import { ORIGIN } from '../helpers/worker/call-app.ts';
import { everyRecord, ledgerOf } from '../helpers/worker/journal.ts';

const NS = '1760000000123456789';
const MS = 1_760_000_000_123;

let projectId: string;
let key: string;

beforeEach(async () => {
  projectId = (await createProject()).id;
  ({ key } = await createKey(projectId, ['ingest']));
});

interface Push {
  headers?: Record<string, string>;
  key?: string;
  query?: string;
  env?: Env;
}

async function push(body: unknown, options: Push = {}): Promise<{ status: number; headers: Headers; text: string }> {
  const isBytes = body instanceof Uint8Array;
  const headers = new Headers({
    'content-type': isBytes ? 'application/x-protobuf' : 'application/json',
    authorization: `Bearer ${options.key ?? key}`,
    ...options.headers,
  });
  const request = new Request(`${ORIGIN}/loki/api/v1/push${options.query ?? ''}`, {
    method: 'POST',
    headers,
    body: isBytes ? body : typeof body === 'string' ? body : JSON.stringify(body),
  });
  const response = options.env ? await createApp().fetch(request, options.env) : await exports.default.fetch(request);
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const stored = async () => (await everyRecord(projectId)).map(({ id: _, ...record }) => record);
const one = (stream: object, ...values: unknown[]) => ({ streams: [{ stream, values }] });

interface ProtoEntry {
  seconds?: number;
  nanos?: number;
  line: string;
  metadata?: Record<string, string>;
}

/** As pkg/push/push.proto of grafana/loki has it. */
function protoPush(streams: { labels: string; entries: ProtoEntry[] }[]): Uint8Array {
  const writer = new PbfWriter();
  for (const { labels, entries } of streams) {
    writer.writeMessage(
      1,
      (_, stream) => {
        stream.writeStringField(1, labels);
        for (const entry of entries) stream.writeMessage(2, writeEntry, entry);
      },
      null,
    );
  }
  return writer.finish();
}

function writeEntry({ seconds, nanos, line, metadata }: ProtoEntry, writer: PbfWriter): void {
  if (seconds !== undefined) {
    writer.writeMessage(
      1,
      (_, time) => {
        time.writeVarintField(1, seconds);
        time.writeVarintField(2, nanos ?? 0);
      },
      null,
    );
  }
  writer.writeStringField(2, line);
  for (const [name, value] of Object.entries(metadata ?? {})) {
    writer.writeMessage(
      3,
      (_, pair) => {
        pair.writeStringField(1, name);
        pair.writeStringField(2, value);
      },
      null,
    );
  }
}

describe('a push', () => {
  it('becomes records with the labels as attributes, the time in milliseconds and the line as it is', async () => {
    const answer = await push(one({ job: 'nginx', level: 'warning', region: 'eu' }, [NS, '{"msg":"kept as text"}']));
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await stored()).toEqual([
      {
        ts: MS,
        stream: 'logs',
        level: 'warn',
        service: 'nginx',
        message: '{"msg":"kept as text"}',
        attrs: { job: 'nginx', region: 'eu' },
      },
    ]);
  });

  it('takes structured metadata beside the labels, and trace and span out of either', async () => {
    const metadata = { trace_id: 'a1', span_id: 'b2', region: 'us', detected_level: 'error' };
    await push(one({ service_name: 'api', region: 'eu' }, [NS, 'x', metadata], [NS, 'y']));
    expect(await stored()).toMatchObject([
      {
        level: 'error',
        service: 'api',
        traceId: 'a1',
        spanId: 'b2',
        attrs: { service_name: 'api', region: 'eu', region_: 'us', detected_level: 'error' },
      },
      { level: 'info', service: 'api', message: 'y', attrs: { service_name: 'api', region: 'eu' } },
    ]);
    expect((await stored())[1]).not.toHaveProperty('traceId');
  });

  it('keeps a level that nobody knows, and what does not fit the envelope', async () => {
    const long = 'x'.repeat(300);
    await push(one({ level: 'loud', service: long, trace_id: long }, [NS, 'x']));
    expect(await stored()).toMatchObject([
      { level: 'info', service: 'unknown', attrs: { level: 'loud', service: long, trace_id: long } },
    ]);
  });

  it('in protobuf and snappy is read as the same in JSON', async () => {
    const entry = { seconds: 1_760_000_000, nanos: 123_456_789, line: 'hé "quoted"\n' };
    const body = protoPush([
      {
        labels: '{job="n\\"x", level="error", __weird.name__="1"}',
        entries: [entry, { ...entry, metadata: { trace_id: 't' } }],
      },
      { labels: '{}', entries: [{ ...entry, line: '' }] },
    ]);
    expect((await push(compress(body))).status).toBe(204);
    const first = { ts: MS, level: 'error', service: 'n"x', message: entry.line };
    const attrs = { job: 'n"x', '__weird.name__': '1' };
    expect(await stored()).toMatchObject([
      { ...first, attrs },
      { ...first, attrs, traceId: 't' },
      { ts: MS, service: 'unknown', message: '', attrs: {} },
    ]);
  });

  it.each([
    ['protobuf whose coding is named', 'snappy', (body: Uint8Array) => compress(body)],
    ['protobuf in snappy in gzip', 'gzip', (body: Uint8Array) => gzipSync(compress(body))],
  ])('comes as %s', async (_, coding, pack) => {
    const body = protoPush([{ labels: '{a="b"}', entries: [{ seconds: 1_760_000_000, line: 'x' }] }]);
    expect((await push(new Uint8Array(pack(body)), { headers: { 'content-encoding': coding } })).status).toBe(204);
    expect(await stored()).toMatchObject([{ message: 'x', attrs: { a: 'b' } }]);
  });

  it('comes as JSON in gzip, and with a charset', async () => {
    const body = new Uint8Array(gzipSync(JSON.stringify(one({ a: 'b' }, [NS, 'x']))));
    const headers = { 'content-type': 'application/json; charset=utf-8', 'content-encoding': 'gzip' };
    expect((await push(body, { headers })).status).toBe(204);
    expect((await stored()).length).toBe(1);
  });

  it('of JSON whose type nobody names, as curl -d sends it, is read as JSON', async () => {
    const answer = await push(one({ app: 'shop' }, [NS, 'by hand']), {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect(await stored()).toMatchObject([{ service: 'shop', message: 'by hand' }]);
  });

  it('longer than a mebibyte is read in pieces, with the same result', async () => {
    const lines = Array.from({ length: 3_000 }, (_, i) => `${i} [{"]}, \\" ${'x'.repeat(400)}`);
    const values = lines.map((line, i) => (i % 2 ? [NS, line] : [NS, line, { n: String(i) }]));
    const body = { extra: { a: [1, 2] }, ...one({ job: 'j' }, ...values), streams: [{ values, stream: { job: 'j' } }] };
    expect((await push(JSON.stringify(body, null, 1))).status).toBe(204);
    const records = await stored();
    expect(records.map(({ message }) => message)).toEqual(lines);
    expect(records.every(({ service, ts }) => service === 'j' && ts === MS)).toBe(true);
    expect(records[2]?.attrs).toEqual({ job: 'j', n: '2' });
  });

  it('says its stream and service by the query, where the labels do not', async () => {
    await push(one({}, [NS, 'x']), { query: '?stream=errors&service=edge' });
    expect(await stored()).toMatchObject([{ stream: 'errors', service: 'edge' }]);
  });

  it('of nothing is nothing', async () => {
    expect((await push({ streams: [] })).status).toBe(204);
    expect((await push(compress(new Uint8Array(0)))).status).toBe(204);
    expect(await stored()).toEqual([]);
  });
});

describe('a repeat', () => {
  it('of the same push is stored once', async () => {
    const body = one({ job: 'j' }, [NS, 'x'], [NS, 'y']);
    expect((await push(body)).status).toBe(204);
    expect((await push(body)).status).toBe(204);
    expect((await stored()).length).toBe(2);
    const { received, stored: kept, duplicate } = await ledgerOf(projectId);
    expect([received, kept, duplicate]).toEqual([4, 2, 2]);
  });
});

describe('entries that are wrong', () => {
  it('are rejected alone, counted in a header and by reason in the ledger', async () => {
    const answer = await push(
      one({ a: 'b' }, [NS, 'good'], ['yesterday', 'x'], [NS, 7], 'x', [NS, 'x', 'meta'], [1e18, 'a number']),
    );
    expect([answer.status, answer.headers.get('x-breakwater-rejected')]).toEqual([204, '4']);
    expect((await stored()).map(({ message }) => message)).toEqual(['good', 'a number']);
    const { keys } = await ledgerOf(projectId);
    expect(keys[0]?.rejectedByReason).toEqual({ '/ts': 1, '/line': 1, '/values': 1, '/metadata': 1 });
  });

  it('and no others make a 400 with the reason in the first line', async () => {
    const answer = await push(one({}, ['x', 'y']));
    expect(answer.status).toBe(400);
    expect(answer.headers.get('content-type')).toContain('text/plain');
    expect(answer.text.split('\n')[0]).toBe(
      'all_rejected: 1 entries, none of them usable. Entry 0/ts: must be nanoseconds as text',
    );
  });

  it('of protobuf streams without readable labels are counted too', async () => {
    const entries = [{ seconds: 1, line: 'x' }];
    const answer = await push(
      compress(
        protoPush([
          { labels: 'job=x', entries },
          { labels: '{a="b"}', entries },
        ]),
      ),
    );
    expect([answer.status, answer.headers.get('x-breakwater-rejected')]).toEqual([204, '1']);
  });
});

describe('a refusal', () => {
  const valid = one({ a: 'b' }, [NS, 'x']);
  it.each([
    ['is not JSON', '{"streams":', 400, 'malformed_body'],
    ['has no streams', '{"stream":[]}', 400, 'malformed_body'],
    ['has a stream without values', '{"streams":[{"stream":{}}]}', 400, 'malformed_body'],
    ['is nested without end', `{"streams":${'['.repeat(500_000)}`, 400, 'malformed_body'],
    ['is long and cut off', `{"streams":[{"values":[["1","${'x'.repeat(1_100_000)}"]`, 400, 'malformed_body'],
    ['is no snappy', new TextEncoder().encode('plain protobuf'), 400, 'encoding_broken'],
    ['claims more than a body may hold', Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x0f, 0), 413, 'body_too_large'],
    ['is snappy of something else', compress(new TextEncoder().encode('\x0a\xff\xff\x03hello')), 400, 'malformed_body'],
    ['is too large', 'x'.repeat(MAX_BODY_INFLATED_BYTES + 1), 413, 'body_too_large'],
  ])('of a body that %s says so in one line', async (_, body, status, code) => {
    const answer = await push(body);
    expect([answer.status, answer.text.split(':')[0]]).toEqual([status, code]);
    expect((await ledgerOf(projectId)).refused).toBe(1);
  });

  it('of more entries than a request may have stores none', async () => {
    const values = Array.from({ length: MAX_RECORDS_PER_REQUEST + 1 }, () => ['1', '']);
    expect((await push(one({}, ...values))).status).toBe(413);
    const entries = values.map(() => ({ line: '' }));
    expect((await push(compress(protoPush([{ labels: '{}', entries }])))).status).toBe(413);
    expect(await stored()).toEqual([]);
  });

  it('of labels that many entries would repeat says how many fit', async () => {
    const labels = { a: 'x'.repeat(16_000) };
    const values = Array.from({ length: 5_000 }, () => [NS, '']);
    const answer = await push(one(labels, ...values));
    expect([answer.status, answer.text]).toEqual([
      413,
      expect.stringMatching(/^too_many_records: A request may carry 4\d{3} records/),
    ]);
    expect((await push(one(labels, ...values.slice(0, 10)))).status).toBe(204);
    const longer = await push(one({ a: 'x'.repeat(17_000) }, [NS, '']));
    expect([longer.status, longer.text.split('\n')[0]]).toEqual([400, expect.stringContaining('labels are longer')]);
  });

  it('of an entry with metadata without end is that of the entry', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`n${i}`, '']));
    const entries = [
      { seconds: 1, line: 'x', metadata },
      { seconds: 1, line: 'y' },
    ];
    const answer = await push(compress(protoPush([{ labels: '{}', entries }])));
    expect([answer.status, answer.headers.get('x-breakwater-rejected')]).toEqual([204, '1']);
    expect((await stored()).map(({ message }) => message)).toEqual(['y']);
  });

  it('of a bad key is 401, of a key without the scope 403', async () => {
    expect((await push(valid, { key: 'bw_1.x.y.z' })).status).toBe(401);
    const query = await createKey(projectId, ['query']);
    expect((await push(valid, { key: query.key })).status).toBe(403);
  });

  it('of a journal that is away is 503 with Retry-After, which clients repeat', async () => {
    const get = () => ({ append: () => Promise.reject(new Error('away')), countRefused: () => Promise.resolve() });
    const away = { ...env, JOURNAL: { idFromName: () => 'x', getByName: get, get } } as unknown as Env;
    const answer = await push(valid, { env: away });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(answer.text).toMatch(/^journal_away: /);
  });
});

describe('the key', () => {
  it.each([
    ['as the password of basic auth', () => ({ authorization: `Basic ${btoa(`tenant:${key}`)}` }), ''],
    ['as the user of basic auth', () => ({ authorization: `Basic ${btoa(`${key}:`)}` }), ''],
    ['in X-Api-Key', () => ({ authorization: '', 'x-api-key': key }), ''],
    ['in the query', () => ({ authorization: '' }), 'key'],
  ])('comes %s', async (_, headers, query) => {
    const sent = new Headers({ 'content-type': 'application/json', ...headers() });
    if (sent.get('authorization') === '') sent.delete('authorization');
    const url = `${ORIGIN}/loki/api/v1/push${query === '' ? '' : `?key=${key}`}`;
    const body = JSON.stringify(one({ a: 'b' }, [NS, 'x']));
    expect((await exports.default.fetch(new Request(url, { method: 'POST', headers: sent, body }))).status).toBe(204);
    expect((await stored()).length).toBe(1);
  });
});
