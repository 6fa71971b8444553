/** OTLP's own example payloads, and requests of real clients as they were captured, replayed byte for byte. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AdminSession } from '../../scripts/start/api.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { newProject } from '../faults/project.ts';
import { type StartedWorkerd, startWorkerd } from '../helpers/node/workerd.ts';
import { exported, searched, type Target } from './client.ts';
import { absent, readData } from './data.ts';

let worker: StartedWorkerd;
let admin: AdminSession;

beforeAll(async () => {
  worker = await startWorkerd();
  admin = await worker.signIn();
});

afterAll(() => worker.stop());

async function replay(
  path: string,
  body: Uint8Array,
  headers: Record<string, string>,
): Promise<Omit<LogRecord, 'id'>[]> {
  const target: Target = { url: worker.url, project: await newProject(admin) };
  const response = await fetch(`${worker.url}${path}`, {
    method: 'POST',
    headers: { ...headers, authorization: `Bearer ${target.project.key}` },
    body: body as BodyInit,
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([200, headers['content-type']]);
  expect(await response.text()).toBe(headers['content-type'] === 'application/json' ? '{}' : '');
  return (await exported(target)).map(({ id: _, ...record }) => record);
}

describe("OTLP's example payloads", () => {
  const example = (name: string) => readData('otlp', name);
  const json = { 'content-type': 'application/json' };
  const scope = { name: 'my.library', version: '1.0.0', attributes: { 'my.scope.attribute': 'some scope attribute' } };

  it('logs.json is stored as it says', async ({ skip }) => {
    const body = example('logs.json') ?? skip(absent('otlp', 'logs.json'));
    expect(await replay('/v1/logs', body, json)).toEqual([
      {
        ts: 1_544_712_660_300,
        stream: 'logs',
        level: 'info',
        service: 'my.service',
        message: 'Example log record',
        attrs: {
          'string.attribute': 'some string',
          'boolean.attribute': true,
          'int.attribute': 10,
          'double.attribute': 637.704,
          'array.attribute': ['many', 'values'],
          'map.attribute': { 'some.map.key': 'some value' },
          severityNumber: 10,
          severityText: 'Information',
          scope,
        },
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
      },
    ]);
  });

  it('events.json is stored as it says', async ({ skip }) => {
    const body = example('events.json') ?? skip(absent('otlp', 'events.json'));
    const fields = {
      type: 0,
      url: 'https://www.guidgenerator.com/online-guid-generator.aspx',
      referrer: 'https://wwww.google.com',
      title: 'Free Online GUID Generator',
    };
    expect(await replay('/v1/logs', body, json)).toEqual([
      {
        ts: 1_544_712_660_300,
        stream: 'logs',
        level: 'info',
        service: 'my.service',
        message: JSON.stringify(fields),
        attrs: {
          'event.attribute': 'some event attribute',
          body: fields,
          severityText: 'test severity text',
          eventName: 'browser.page_view',
          scope,
        },
      },
    ]);
  });

  it('trace.json is stored as it says', async ({ skip }) => {
    const body = example('trace.json') ?? skip(absent('otlp', 'trace.json'));
    expect(await replay('/v1/traces', body, json)).toEqual([
      {
        ts: 1_544_712_660_000,
        stream: 'spans',
        level: 'info',
        service: 'my.service',
        message: "I'm a server span",
        attrs: {
          'my.span.attr': 'some value',
          parentSpanId: 'eee19b7ec3c1b173',
          durationMs: 1_000,
          status: 'unset',
          scope,
        },
        traceId: '5b8efff798038103d269b633813fc60c',
        spanId: 'eee19b7ec3c1b174',
        type: 'server',
      },
    ]);
  });

  it('logs.json and trace.json are found together by their trace', async ({ skip }) => {
    const logs = example('logs.json') ?? skip(absent('otlp', 'logs.json'));
    const spans = example('trace.json') ?? skip(absent('otlp', 'trace.json'));
    const target: Target = { url: worker.url, project: await newProject(admin) };
    const headers = { ...json, authorization: `Bearer ${target.project.key}` };
    await fetch(`${worker.url}/v1/logs`, { method: 'POST', headers, body: logs as BodyInit });
    await fetch(`${worker.url}/v1/traces`, { method: 'POST', headers, body: spans as BodyInit });
    const found = await searched(target, { q: 'traceId:5b8efff798038103d269b633813fc60c' });
    expect(found.map(({ stream, spanId }) => [stream, spanId])).toEqual([
      ['spans', 'eee19b7ec3c1b174'],
      ['logs', 'eee19b7ec3c1b174'],
    ]);
  });

  it('metrics.json is stored as it says, a record for each data point', async ({ skip }) => {
    const body = example('metrics.json') ?? skip(absent('otlp', 'metrics.json'));
    const records = await replay('/v1/metrics', body, json);
    const byName = new Map(records.map((record) => [record.message, record]));
    expect(records.every(({ ts, service }) => ts === 1_544_712_660_300 && service === 'my.service')).toBe(true);
    expect(byName.get('my.counter')).toMatchObject({
      type: 'sum',
      attrs: {
        name: 'my.counter',
        unit: '1',
        description: 'I am a Counter',
        temporality: 'delta',
        monotonic: true,
        value: 5,
        labels: { 'my.counter.attr': 'some value' },
        startTs: 1_544_712_660_300,
        scope,
      },
    });
    expect(byName.get('my.gauge')).toMatchObject({ type: 'gauge', attrs: { value: 10 } });
    expect(byName.get('my.histogram')).toMatchObject({
      type: 'histogram',
      attrs: { temporality: 'delta', count: 2, sum: 2, bounds: [1], counts: [1, 1], min: 0, max: 2 },
    });
    expect(byName.get('my.exponential.histogram')).toMatchObject({
      type: 'exponentialHistogram',
      attrs: { count: 3, sum: 10, scale: 0, zeroCount: 1, positive: { offset: 1, counts: [0, 2] } },
    });
  });
});

interface Captured {
  id: string;
  url: string;
  h: Record<string, string>;
  file: string;
}

describe('requests captured from real clients', () => {
  const index = readData('captured', 'index.ndjson');
  const all = (index?.toString() ?? '')
    .split('\n')
    .flatMap((line) => (line === '' ? [] : [JSON.parse(line) as Captured]));
  /** The path behind the name of the client. */
  const captured = all.flatMap((one) => {
    const path = /^\/(?:otlpjson|otlpproto|pino-otel)(\/v1\/\w+)$/.exec(one.url)?.[1];
    return path === undefined ? [] : [{ ...one, path }];
  });

  const replayed = async (id: string, prefix: string): Promise<Omit<LogRecord, 'id'>[]> => {
    const request = captured.find((one) => one.id === id && one.url.startsWith(prefix));
    if (!request) throw new Error(`no captured request ${id} to ${prefix}`);
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.h;
    return replay(request.path, readData('captured', request.file) as Buffer, headers);
  };

  it('are eight', ({ skip }) => {
    if (index === null) skip(absent('captured', 'index.ndjson'));
    expect(captured.map(({ file }) => file)).toHaveLength(8);
  });

  it.skipIf(index === null)('of the log exporter say the same in JSON and protobuf, packed or not', async () => {
    const json = await replayed('001', '/otlpjson');
    const protobuf = await replayed('003', '/otlpproto');
    expect(json.map(({ message }) => message)).toEqual(['hello 0', 'hello 1', 'hello 2', 'hello 3', 'hello 4']);
    expect(json[1]).toMatchObject({
      level: 'info',
      service: 'demo',
      attrs: {
        k: 1,
        nested: { a: [1, '2', true] },
        resource: { 'host.name': 'h1' },
        scope: { name: 't', version: '1.0' },
      },
    });
    const withoutTime = (records: typeof json) => records.map(({ ts: _, ...record }) => record);
    expect(withoutTime(protobuf)).toEqual(withoutTime(json));
    const packed = [await replayed('002', '/otlpjson'), await replayed('004', '/otlpproto')];
    expect(packed.every((records) => records.length > 0)).toBe(true);
    expect(withoutTime(packed[0] ?? [])).toEqual(withoutTime(packed[1] ?? []));
  });

  it.skipIf(index === null)('of the metric exporter say the same in JSON and protobuf', async () => {
    const [json, protobuf] = [await replayed('005', '/otlpjson'), await replayed('007', '/otlpproto')];
    expect(json.map(({ message, type, attrs }) => [message, type, attrs.value ?? attrs.sum])).toEqual([
      ['reqs', 'sum', 3],
      ['lat', 'histogram', 2_613],
      ['q', 'sum', -2],
    ]);
    const lasting = (records: typeof json) =>
      records.map(({ message, type, attrs: { startTs: _, timeUnixNano: __, ...attrs } }) => ({ message, type, attrs }));
    expect(lasting(protobuf)).toEqual(lasting(json));
  });

  it.skipIf(index === null)('of the trace exporter has its nanoseconds', async () => {
    expect(await replayed('009', '/otlpjson')).toMatchObject([
      { message: 'op', type: 'internal', spanId: '531b277a25853612', attrs: { durationMs: 0.14182, flags: 257 } },
    ]);
  });

  it.skipIf(index === null)("of pino's transport has when it was observed, too", async () => {
    expect(await replayed('017', '/pino-otel')).toMatchObject([
      { message: 'pino otel', service: 'p', ts: 1_795_224_907_125, attrs: { a: 1, observedTs: 1_795_224_907_269 } },
    ]);
  });
});
