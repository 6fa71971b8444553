/** The largest bodies of OTLP, Loki and `_bulk`, of what grows most when it is read: answered, within the memory that hostile.test.ts allows. */
import { gzipSync } from 'node:zlib';
import { compress } from 'snappyjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import { newProject } from '../faults/project.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { peakMib, resetPeak } from './memory.ts';

const LIMIT_BYTES = 16 * 1024 * 1024;
/** As for bombs in hostile.test.ts. Where the parts of a record are not counted, these take up to 540. */
const MAX_GROWTH_MIB = 128;

interface Protocol {
  path: string;
  contentType: string;
  coding: 'gzip' | 'snappy';
}

const OTLP_JSON: Protocol = { path: '/v1/logs', contentType: 'application/json', coding: 'gzip' };
const OTLP_METRICS_JSON: Protocol = { ...OTLP_JSON, path: '/v1/metrics' };
const OTLP_PROTOBUF: Protocol = { path: '/v1/logs', contentType: 'application/x-protobuf', coding: 'gzip' };
const OTLP_METRICS_PROTOBUF: Protocol = { ...OTLP_PROTOBUF, path: '/v1/metrics' };
const OTLP_TRACES_PROTOBUF: Protocol = { ...OTLP_PROTOBUF, path: '/v1/traces' };
const LOKI: Protocol = { path: '/loki/api/v1/push', contentType: 'application/x-protobuf', coding: 'snappy' };
const BULK: Protocol = { path: '/_bulk', contentType: 'application/x-ndjson', coding: 'gzip' };

async function send(
  worker: StartedWorkerd,
  key: string,
  { path, contentType, coding }: Protocol,
  body: Uint8Array,
): Promise<number> {
  const packed = coding === 'gzip' ? gzipSync(body, { level: 1 }) : compress(body);
  const response = await fetch(worker.url + path, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${key}`,
      'content-type': contentType,
      'content-encoding': coding,
    },
    // The two Uint8Arrays differ in whether their buffer may be shared, which fetch does not mind.
    body: packed as BodyInit,
  });
  await response.arrayBuffer();
  return response.status;
}

/** `unit` as often as the largest body has room for between the two. */
function filled(head: string, unit: string, tail: string, most = Number.POSITIVE_INFINITY): Buffer {
  const times = Math.min(most, Math.floor((LIMIT_BYTES - head.length - tail.length) / unit.length));
  return Buffer.from(head + unit.repeat(times) + tail);
}

/** A field of bytes as protobuf writes it. */
function field(number: number, ...parts: Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  const head = [(number << 3) | 2];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) head.push((rest & 127) | 128);
  return Buffer.concat([Buffer.from([...head, rest]), content]);
}

/** As many different names of five characters as bodies have room for. */
const NAMES = Array.from({ length: 1_800_000 }, (_, i) => i.toString(36).padStart(5, '0'));
/** Fields of this number that hold a name and nothing else, each another, as many as fit. */
function named(number: number): Buffer {
  const unit = field(number, field(1, text('00000')));
  const units = many(unit, ROOM_BYTES - 64);
  for (let at = 0; at < units.length; at += unit.length) units.write(NAMES[at / unit.length] ?? '', at + 4, 'latin1');
  return units;
}

const text = (value: string): Buffer => Buffer.from(value);
/** Less than the largest body by the lengths of what stands around it. */
const ROOM_BYTES = LIMIT_BYTES - 64;
const many = (unit: Buffer, bytes = ROOM_BYTES): Buffer =>
  Buffer.alloc(Math.floor(bytes / unit.length) * unit.length, unit);
const empty = (number: number): Buffer => field(number);

/** A record of the one scope of the one resource. */
const otlp = (...record: Buffer[]): Buffer => field(1, field(2, field(2, ...record)));
/** A data point of the one metric, whose type is `type`. */
const metric = (type: number, ...point: Buffer[]): Buffer => otlp(field(type, field(1, ...point)));
const keyValue = (key: string, value: Buffer): Buffer => field(6, field(1, text(key)), field(2, value));
const labels = (chars: number): Buffer => field(1, text(`{a="${'x'.repeat(chars)}"}`));

type Case = [string, number, Protocol, () => Buffer];

const OTLP_JSON_LOGS = '{"resourceLogs":[{"scopeLogs":[{"logRecords":[';
const OTLP_JSON_LOG_END = ']}]}]}';
/** As long as 50,000 records of one body can be. */
const LONG_LOG = `{"timeUnixNano":"1790000000000000000","severityNumber":9,"body":{"stringValue":"${'payment '.repeat(26)}"}},`;

const OTLP_JSON_CASES: readonly Case[] = [
  ['OTLP/JSON of empty records', 413, OTLP_JSON, () => filled(`${OTLP_JSON_LOGS}{}`, ',{}', OTLP_JSON_LOG_END)],
  [
    'OTLP/JSON of as many long records as may be',
    200,
    OTLP_JSON,
    () => filled(OTLP_JSON_LOGS, LONG_LOG, `{}${OTLP_JSON_LOG_END}`, 49_999),
  ],
  [
    'OTLP/JSON of a record of empty attributes',
    400,
    OTLP_JSON,
    () => filled(`${OTLP_JSON_LOGS}{"attributes":[{}`, ',{}', `]}${OTLP_JSON_LOG_END}`),
  ],
  [
    'OTLP/JSON of a record of a million names',
    400,
    OTLP_JSON,
    () =>
      Buffer.from(
        `${OTLP_JSON_LOGS}{"attributes":[${NAMES.slice(0, 1_040_000).map((name) => `{"key":"${name}"}`)}]}${OTLP_JSON_LOG_END}`,
      ),
  ],
  [
    'OTLP/JSON of a list of empty values',
    400,
    OTLP_JSON,
    () => filled(`${OTLP_JSON_LOGS}{"body":{"arrayValue":{"values":[{}`, ',{}', `]}}}${OTLP_JSON_LOG_END}`),
  ],
  ['OTLP/JSON of empty resources', 413, OTLP_JSON, () => filled('{"resourceLogs":[{}', ',{}', ']}')],
  [
    'OTLP/JSON of a resource of empty attributes',
    400,
    OTLP_JSON,
    () => filled('{"resourceLogs":[{"resource":{"attributes":[{}', ',{}', ']},"scopeLogs":[{"logRecords":[{}]}]}]}'),
  ],
  ['OTLP/JSON of a member that nobody knows', 200, OTLP_JSON, () => filled('{"x":[{}', ',{}', ']}')],
  [
    'OTLP/JSON of one text',
    400,
    OTLP_JSON,
    () => filled(`${OTLP_JSON_LOGS}{"body":{"stringValue":"`, 'x', `"}}${OTLP_JSON_LOG_END}`),
  ],
  [
    'OTLP/JSON of a histogram of zeros',
    400,
    OTLP_METRICS_JSON,
    () =>
      filled(
        '{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"h","histogram":{"dataPoints":[{"bucketCounts":[0',
        ',0',
        ']}]}}]}]}]}',
      ),
  ],
];

const OTLP_PROTOBUF_CASES: readonly Case[] = [
  ['OTLP protobuf of empty records', 413, OTLP_PROTOBUF, () => field(1, field(2, many(empty(2))))],
  [
    'OTLP protobuf of as many long records as may be',
    200,
    OTLP_PROTOBUF,
    () => field(1, field(2, many(field(2, field(5, field(1, text('payment '.repeat(42))))), ROOM_BYTES))),
  ],
  ['OTLP protobuf of a record of a million names', 400, OTLP_PROTOBUF, () => otlp(named(6))],
  ['OTLP protobuf of a record of empty attributes', 400, OTLP_PROTOBUF, () => otlp(many(empty(6)))],
  ['OTLP protobuf of a list of empty values', 400, OTLP_PROTOBUF, () => otlp(keyValue('a', field(5, many(empty(1)))))],
  ['OTLP protobuf of empty resources', 413, OTLP_PROTOBUF, () => many(empty(1))],
  ['OTLP protobuf of empty scopes', 413, OTLP_PROTOBUF, () => field(1, many(empty(2)))],
  [
    'OTLP protobuf of a resource that its records repeat as often as may be',
    413,
    OTLP_PROTOBUF,
    () =>
      field(
        1,
        field(1, field(1, field(1, text('a')), field(2, field(1, text('x'.repeat(100_000)))))),
        field(2, many(empty(2), 100_000)),
      ),
  ],
  ['OTLP protobuf of one text', 400, OTLP_PROTOBUF, () => otlp(field(5, field(1, Buffer.alloc(ROOM_BYTES, 'x'))))],
  ['OTLP protobuf of empty metrics', 413, OTLP_METRICS_PROTOBUF, () => field(1, field(2, many(empty(2))))],
  [
    'OTLP protobuf of a histogram of packed zeros',
    400,
    OTLP_METRICS_PROTOBUF,
    () => metric(9, field(7, many(Buffer.alloc(8)))),
  ],
  [
    'OTLP protobuf of buckets of packed zeros',
    400,
    OTLP_METRICS_PROTOBUF,
    () => metric(10, field(8, field(2, many(Buffer.alloc(1))))),
  ],
  ['OTLP protobuf of a point of empty exemplars', 400, OTLP_METRICS_PROTOBUF, () => metric(7, many(empty(5)))],
  ['OTLP protobuf of a span of empty events', 400, OTLP_TRACES_PROTOBUF, () => otlp(many(empty(11)))],
];

const LOKI_CASES: readonly Case[] = [
  ['a Loki push of empty entries', 413, LOKI, () => field(1, many(empty(2)))],
  [
    'a Loki push of as many long lines as may be',
    204,
    LOKI,
    () => field(1, labels(100), many(field(2, field(2, text('payment '.repeat(42)))), ROOM_BYTES - 200)),
  ],
  ['a Loki push of empty streams', 204, LOKI, () => many(empty(1))],
  ['a Loki push of streams of one empty entry', 413, LOKI, () => many(field(1, empty(2)))],
  ['a Loki push of an entry of a million names', 400, LOKI, () => field(1, field(2, named(3)))],
  [
    'a Loki push of an entry of empty metadata',
    204,
    LOKI,
    () => field(1, field(2, many(empty(3), ROOM_BYTES - 100)), field(2)),
  ],
  [
    'a Loki push of labels that its entries repeat as often as may be',
    204,
    LOKI,
    () => field(1, labels(16_000), many(empty(2), 2 * 4_000)),
  ],
  ['a Loki push of one line', 400, LOKI, () => field(1, field(2, field(2, Buffer.alloc(ROOM_BYTES, 'x'))))],
  ['a Loki push of one text of labels', 400, LOKI, () => field(1, labels(ROOM_BYTES - 64), field(2))],
  ['a Loki push of labels said again and again', 400, LOKI, () => field(1, many(empty(1)), field(2))],
];

const BULK_CASES: readonly Case[] = [
  ['_bulk of empty documents', 413, BULK, () => filled('', '{"create":{}}\n{}\n', '')],
  [
    '_bulk of as many long documents as may be',
    200,
    BULK,
    () => filled('', `{"create":{"_index":"logs"}}\n{"message":"${'payment '.repeat(36)}"}\n`, '', 50_000),
  ],
  [
    '_bulk of a document with a million names',
    200,
    BULK,
    () => Buffer.from(`{"create":{}}\n{${NAMES.slice(0, 1_600_000).map((name) => `"${name}":1`)}}\n`),
  ],
  [
    '_bulk of a document with a list of empty objects',
    200,
    BULK,
    () => filled('{"create":{}}\n{"a":[{}', ',{}', ']}\n'),
  ],
  [
    '_bulk of an action with a list of empty objects',
    400,
    BULK,
    () => filled('{"create":{"a":[{}', ',{}', ']}}\n{}\n'),
  ],
  ['_bulk of deletions', 413, BULK, () => filled('', '{"delete":{}}\n', '')],
  ['_bulk of empty lines', 200, BULK, () => filled('', '\n', '')],
];

// A server for each: what one protocol has left lying about would hide what the next one takes.
describe.skipIf(process.platform !== 'linux').each([
  ['OTLP/JSON', OTLP_JSON_CASES],
  ['OTLP protobuf', OTLP_PROTOBUF_CASES],
  ['Loki', LOKI_CASES],
  ['_bulk', BULK_CASES],
])('the memory of a server for %s', (_, cases) => {
  let worker: StartedWorkerd;
  let admin: AdminSession;

  beforeAll(async () => {
    worker = await startWorkerd();
    admin = await worker.signIn();
  });

  afterAll(() => worker.stop());

  it.each(cases)('is not spent on %s: answered %i', async (_name, status, protocol, make) => {
    const { key } = await newProject(admin);
    const body = make();
    expect(body.length).toBeLessThanOrEqual(LIMIT_BYTES);
    const before = resetPeak(worker);
    expect(await send(worker, key, protocol, body)).toBe(status);
    expect(peakMib(worker) - before).toBeLessThan(MAX_GROWTH_MIB);
  });

  it('is left to a server that answers, without a fault in its log', async () => {
    expect((await fetch(`${worker.url}/health`)).status).toBe(200);
    const lines = worker.output().split('\n');
    expect(lines.filter((line) => line.includes('"event":"fault"'))).toEqual([]);
  });
});
