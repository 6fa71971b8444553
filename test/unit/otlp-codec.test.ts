import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Signal } from '../../src/otlp/signals.ts';
import { MAX_RECORDS_PER_REQUEST } from '../../src/wire/limits.ts';
import type { Json, JsonObject } from '../../src/wire/record.ts';
import { encodeOtlp } from '../helpers/worker/otlp-encode.ts';
import { logsOf, metricsOf, readBytes, spansOf, texts } from '../helpers/worker/otlp-read.ts';

const utf8 = (text: string) => new TextEncoder().encode(text);
const readJsonText = (signal: Signal, text: string) => readBytes(signal, 'json', utf8(text));

/** An attribute value, and how it is stored. */
interface Value {
  any: JsonObject;
  stored: Json;
}

const text = fc.string({ unit: 'binary', maxLength: 30 });
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const uint64 = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(String);
const double = fc.double({ noNaN: true, noDefaultInfinity: true }).filter((value) => !Object.is(value, -0));
const bytes = fc.uint8Array({ maxLength: 20 }).map((data) => Buffer.from(data).toString('base64'));

const scalar: fc.Arbitrary<Value> = fc.oneof(
  text.map((value) => ({ any: { stringValue: value }, stored: value })),
  fc.boolean().map((value) => ({ any: { boolValue: value }, stored: value })),
  int64.map((value) => ({ any: { intValue: String(value) }, stored: digits(String(value)) })),
  double.map((value) => ({ any: { doubleValue: value }, stored: value })),
  bytes.map((value) => ({ any: { bytesValue: value }, stored: value })),
  fc.constant({ any: {}, stored: null }),
);

/** As a line holds it: every digit, which a parsed number would not. */
function digits(value: string): Json {
  return JSON.rawJSON(value) as unknown as Json;
}

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }).filter((key) => !(key in {}));
const { value: anyValue } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }).map((values) => ({
      any: { arrayValue: { values: values.map(({ any }) => any) } },
      stored: values.map(({ stored }) => stored),
    })),
    fc.dictionary(name, tie('value'), { maxKeys: 4, noNullPrototype: true }).map((values) => ({
      any: { kvlistValue: { values: Object.entries(values).map(([key, { any }]) => ({ key, value: any })) } },
      stored: Object.fromEntries(Object.entries(values).map(([key, { stored }]) => [key, stored])),
    })),
  ),
}));

const labels = fc
  .dictionary(name, anyValue, { maxKeys: 6, noNullPrototype: true })
  .map((values) => Object.entries(values).map(([key, { any }]) => ({ key, value: any })));
const hex = (digitCount: number) =>
  fc
    .uint8Array({ minLength: digitCount / 2, maxLength: digitCount / 2 })
    .map((data) => Buffer.from(data).toString('hex'));
/** Up to 2026, so that no record is from too far ahead. */
const time = fc.bigInt({ min: 0n, max: 1_790_000_000_000_000_000n }).map(String);
const count32 = fc.nat();
/** Any of these fields, or none of them. */
const some = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.record(fields, { requiredKeys: [] });

const log = some({
  timeUnixNano: time,
  observedTimeUnixNano: time,
  severityNumber: fc.integer({ min: 0, max: 30 }),
  severityText: text,
  body: anyValue.map(({ any }) => any),
  attributes: labels,
  droppedAttributesCount: count32,
  flags: count32,
  traceId: hex(32),
  spanId: hex(16),
  eventName: text,
});
const link = { traceId: hex(32), spanId: hex(16), traceState: text, attributes: labels, flags: count32 };
const span = some({
  traceId: hex(32),
  spanId: hex(16),
  parentSpanId: hex(16),
  traceState: text,
  name: text,
  kind: fc.integer({ min: 0, max: 7 }),
  startTimeUnixNano: time,
  endTimeUnixNano: time,
  attributes: labels,
  events: fc.array(some({ timeUnixNano: time, name: text, attributes: labels }), { maxLength: 3 }),
  links: fc.array(some(link), { maxLength: 3 }),
  droppedEventsCount: count32,
  status: some({ code: fc.integer({ min: 0, max: 3 }), message: text }),
  flags: count32,
});
const exemplar = fc.oneof(
  some({ timeUnixNano: time, asDouble: double, traceId: hex(32), spanId: hex(16), filteredAttributes: labels }),
  some({ asInt: int64.map(String) }),
);
const everyPoint = {
  timeUnixNano: time,
  startTimeUnixNano: time,
  attributes: labels,
  flags: count32,
  exemplars: fc.array(exemplar, { maxLength: 2 }),
};
const totals = { count: uint64, sum: double, min: double, max: double };
const counts = fc.array(uint64, { maxLength: 5 });
const buckets = some({ offset: fc.integer(), bucketCounts: counts });
const numbers = fc.array(
  fc.oneof(some({ ...everyPoint, asDouble: double }), some({ ...everyPoint, asInt: int64.map(String) })),
  {
    maxLength: 3,
  },
);
const temporality = fc.integer({ min: 0, max: 3 });
const points = (fields: Record<string, fc.Arbitrary<unknown>>) => fc.array(some(fields), { maxLength: 3 });
const metricData = fc.oneof(
  fc.record({ gauge: fc.record({ dataPoints: numbers }) }),
  fc.record({
    sum: fc.record({ dataPoints: numbers, aggregationTemporality: temporality, isMonotonic: fc.boolean() }),
  }),
  fc.record({
    histogram: fc.record({
      dataPoints: points({
        ...everyPoint,
        ...totals,
        bucketCounts: counts,
        explicitBounds: fc.array(double, { maxLength: 5 }),
      }),
      aggregationTemporality: temporality,
    }),
  }),
  fc.record({
    exponentialHistogram: fc.record({
      dataPoints: points({
        ...everyPoint,
        ...totals,
        scale: fc.integer(),
        zeroCount: uint64,
        zeroThreshold: double,
        positive: buckets,
        negative: buckets,
      }),
      aggregationTemporality: temporality,
    }),
  }),
  fc.record({
    summary: fc.record({
      dataPoints: points({
        timeUnixNano: time,
        attributes: labels,
        count: uint64,
        sum: double,
        quantileValues: fc.array(fc.record({ quantile: double, value: double }), { maxLength: 3 }),
      }),
    }),
  }),
);
const metric = fc
  .tuple(some({ name: text, unit: text, description: text, metadata: labels }), metricData)
  .map(([head, data]) => ({ ...head, ...data }));

/** Requests with several resources and scopes; `wrap` of the helpers makes one of each. */
function request(
  items: fc.Arbitrary<unknown>,
  wrap: (items: JsonObject[], more: { resource?: JsonObject; scope?: JsonObject }) => JsonObject,
): fc.Arbitrary<JsonObject> {
  const resource = some({ attributes: labels, droppedAttributesCount: count32 });
  const scope = some({ name: text, version: text, attributes: labels });
  const one = fc.record({ items: fc.array(items, { maxLength: 4 }), more: some({ resource, scope }) });
  return fc.array(one, { maxLength: 3 }).map((parts) => {
    const requests = parts.map((part) => wrap(part.items as JsonObject[], part.more as { resource?: JsonObject }));
    const [key = 'resourceLogs'] = Object.keys(wrap([], {}));
    return { [key]: requests.flatMap((each) => each[key] as Json[]) };
  });
}

const SIGNALS: [Signal, fc.Arbitrary<JsonObject>][] = [
  ['logs', request(log, logsOf)],
  ['traces', request(span, spansOf)],
  ['metrics', request(metric, metricsOf)],
];

describe('what one encodes', () => {
  it('as an attribute is stored as that value, digit for digit', () => {
    fc.assert(
      fc.property(anyValue, ({ any, stored }) => {
        const request = logsOf([{ attributes: [{ key: 'a', value: any }] }]);
        const expected = `"attrs":${JSON.stringify({ a: stored })}}`;
        for (const read of [
          readJsonText('logs', JSON.stringify(request)),
          readBytes('logs', 'protobuf', encodeOtlp('logs', request)),
        ]) {
          expect(read.outcome).toEqual({ ok: true, value: null });
          expect(read.lines[0]?.slice(-expected.length)).toBe(expected);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each(SIGNALS)('of %s is read equal from JSON and protobuf', (signal, requests) => {
    fc.assert(
      fc.property(requests, (json) => {
        const a = readJsonText(signal, JSON.stringify(json));
        const b = readBytes(signal, 'protobuf', encodeOtlp(signal, json));
        expect([a.outcome.ok, b.outcome.ok]).toEqual([true, true]);
        expect(a.lines).toEqual(b.lines);
        expect(a.batch.rejections.map(({ index }) => index)).toEqual(b.batch.rejections.map(({ index }) => index));
      }),
      { numRuns: 300 },
    );
  });

  it.each(SIGNALS)('of %s in JSON may come in pieces that are parsed one by one', (signal, requests) => {
    fc.assert(
      fc.property(requests, fc.constantFrom(0, 20, 100, 400), (json, maxWholeChars) => {
        const text = JSON.stringify(json);
        const whole = readJsonText(signal, text);
        const cut = readBytes(signal, 'json', utf8(text), maxWholeChars);
        expect(cut.lines).toEqual(whole.lines);
        expect(cut.batch.rejections).toEqual(whole.batch.rejections);
      }),
      { numRuns: 100 },
    );
  });
});

describe('bytes that are no protobuf', () => {
  it.each(SIGNALS)('because %s are cut anywhere are malformed', (signal, requests) => {
    fc.assert(
      fc.property(requests, fc.double({ min: 0, max: 1, noNaN: true }), (json, part) => {
        const [key = ''] = Object.keys(json);
        const last = { [key]: (json[key] as Json[]).slice(0, 1) };
        const body = encodeOtlp(signal, last);
        const cut = 1 + Math.floor(part * (body.length - 1));
        fc.pre(cut > 0 && cut < body.length);
        expect(readBytes(signal, 'protobuf', body.subarray(0, cut)).outcome).toMatchObject({
          ok: false,
          error: { kind: 'malformed', reason: expect.stringMatching(/^not valid protobuf: .* at byte \d+$/) },
        });
      }),
      { numRuns: 300 },
    );
  });

  it.each(SIGNALS)('because %s are damaged are malformed or read, and every record is counted', (signal, requests) => {
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(requests, damage, (json, changes) => {
        const body = encodeOtlp(signal, json).slice();
        for (const [at, byte] of changes) if (body.length > 0) body[at % body.length] = byte;
        const { outcome, batch } = readBytes(signal, 'protobuf', body);
        if (!outcome.ok) expect(outcome.error.kind).toBe('malformed');
        expect(batch.received).toBe(batch.accepted + batch.rejected);
      }),
      { numRuns: 300 },
    );
  });

  it('because they are chance are malformed or read', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Signal>('logs', 'traces', 'metrics'),
        fc.uint8Array({ maxLength: 200 }),
        (signal, body) => {
          const { batch } = readBytes(signal, 'protobuf', body);
          expect(batch.received).toBe(batch.accepted + batch.rejected);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['a number of more than ten bytes', [0x08, ...Array(10).fill(0xff), 0x01], /more than 10 bytes/],
    ['a group', [0x0b], /wire type 3 is not known/],
    ['a field of number 0', [0x00], /number 0/],
    [
      'a length of 64 bits',
      [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
      /a length passes the end/,
    ],
    [
      'a message that ends within its last field',
      [0x0a, 0x02, 0x12, 0x05, 0, 0, 0, 0, 0],
      /passes the end of its message/,
    ],
  ])('%s is malformed', (_, body, reason) => {
    expect(readBytes('logs', 'protobuf', Uint8Array.from(body)).outcome).toMatchObject({
      ok: false,
      error: { reason: expect.stringMatching(reason) },
    });
  });

  it('but fields that nobody knows, of any type, are passed over', () => {
    const unknown = [0x98, 0x06, 0x05, 0x99, 0x06, 1, 2, 3, 4, 5, 6, 7, 8, 0x9a, 0x06, 1, 9, 0x9d, 0x06, 1, 2, 3, 4];
    const known = encodeOtlp('logs', logsOf([{ body: { stringValue: 'kept' } }]));
    const { outcome, records } = readBytes('logs', 'protobuf', Uint8Array.from([...unknown, ...known, ...unknown]));
    expect([outcome.ok, records.map(({ message }) => message)]).toEqual([true, ['kept']]);
  });

  it('but text that is no UTF-8 rejects its own record only', () => {
    const body = Buffer.from(encodeOtlp('logs', logsOf([{ severityText: 'BAD!' }, { severityText: 'good' }])));
    body[body.indexOf('BAD!')] = 0xff;
    const { batch, records } = readBytes('logs', 'protobuf', body);
    expect(records.map(({ attrs }) => attrs.severityText)).toEqual(['good']);
    expect(batch.rejections).toEqual([{ index: 0, pointer: '', reason: 'holds a text that is not valid UTF-8' }]);
  });
});

/** Elements that are nothing to OTLP, and more than are parsed in one go. */
const LONG = `{"unknown":"${'x'.repeat(1_000)}"},`.repeat(1_200);

describe('JSON that is no export', () => {
  it.each([
    ['', /not valid JSON/],
    ['[]', /no JSON object/],
    ['nonsense', /not valid JSON/],
    ['{"resourceLogs":{}}', /resourceLogs is no array/],
    ['{"resourceLogs":[5]}', /element of resourceLogs is no object/],
    ['{"resourceLogs":[{"scopeLogs":5}]}', /scopeLogs is no array/],
    ['{"resourceLogs":[{"scopeLogs":[[]]}]}', /element of scopeLogs is no object/],
    ['{"resourceLogs":[{"scopeLogs":[{"logRecords":""}]}]}', /logRecords is no array/],
    [`{"resourceLogs":[${LONG}]}`, /not valid JSON/],
    [`{"resourceLogs":[${LONG}`, /an object does not end/],
    [`{"resourceLogs":"${'x'.repeat(1_100_000)}"}`, /an array does not end/],
    [`{resourceLogs:[${LONG}{}]}`, /not valid JSON/],
  ])('is malformed (%#)', (body, reason) => {
    expect(readJsonText('logs', body).outcome).toMatchObject({
      ok: false,
      error: { reason: expect.stringMatching(reason) },
    });
  });

  it('because it is no UTF-8 is malformed', () => {
    expect(readBytes('logs', 'json', Uint8Array.of(0x7b, 0xff, 0x7d)).outcome.ok).toBe(false);
  });

  it.each([
    [{ timeUnixNano: 'noon' }, '/timeUnixNano'],
    [{ timeUnixNano: -5 }, '/timeUnixNano'],
    [{ severityNumber: 'LOUD' }, '/severityNumber'],
    [{ body: 'a bare text' }, '/body'],
    [{ attributes: { a: 1 } }, '/attributes'],
    [{ attributes: [{ key: 'a', value: { intValue: 'ten' } }] }, '/attributes'],
    [{ attributes: [{ key: 'a', value: { boolValue: 1 } }] }, '/attributes'],
    [{ traceId: 5 }, '/traceId'],
    [{ flags: {} }, '/flags'],
  ])('record %j is rejected with its place', (record, pointer) => {
    const { outcome, batch } = readJsonText('logs', JSON.stringify(logsOf([record as JsonObject, {}])));
    expect([outcome.ok, batch.accepted]).toEqual([true, 1]);
    expect(batch.rejections).toEqual([{ index: 0, pointer, reason: expect.stringMatching(/^must be/) }]);
  });

  it('with any value in any field is read or rejected, and every record is counted', () => {
    const odd = (fields: string[]) => fc.dictionary(fc.constantFrom(...fields), fc.jsonValue({ maxDepth: 4 }));
    const fields = [
      ...[
        'timeUnixNano',
        'severityNumber',
        'body',
        'attributes',
        'traceId',
        'name',
        'kind',
        'events',
        'links',
        'status',
      ],
      ...['gauge', 'sum', 'histogram', 'exponentialHistogram', 'summary', 'metadata', 'unit'],
    ];
    const wraps = { logs: logsOf, traces: spansOf, metrics: metricsOf };
    fc.assert(
      fc.property(fc.constantFrom<Signal>('logs', 'traces', 'metrics'), odd(fields), odd(fields), (signal, a, b) => {
        const { batch } = readJsonText(signal, JSON.stringify(wraps[signal]([a as JsonObject, b as JsonObject])));
        expect(batch.received).toBe(batch.accepted + batch.rejected);
      }),
      { numRuns: 300 },
    );
  });

  it('by its own rules is read as protobuf has it: names of enumerations, numbers for text, upper case in ids', () => {
    const read = readJsonText(
      'traces',
      `{"resourceSpans":[{"scopeSpans":[{"spans":[{"kind":"SPAN_KIND_CLIENT","status":{"code":"STATUS_CODE_ERROR"},
      "traceId":"5B8EFFF798038103D269B633813FC60C","startTimeUnixNano":1700000000123456789,"name":null,
      "attributes":[{"key":"n","value":{"intValue":9007199254740993}}]}]}]}]}`,
    );
    expect(read.lines[0]).toContain('"n":9007199254740993');
    expect(read.records).toMatchObject([
      {
        type: 'client',
        level: 'error',
        ts: 1_700_000_000_123,
        traceId: '5b8efff798038103d269b633813fc60c',
        attrs: { startTimeUnixNano: '1700000000123456789' },
      },
    ]);
  });
});

describe('a request', () => {
  it.each(['json', 'protobuf'] as const)('of too many records is refused in %s', (encoding) => {
    const encode = (json: JsonObject) => (encoding === 'json' ? utf8(JSON.stringify(json)) : encodeOtlp('logs', json));
    const most = Array.from({ length: MAX_RECORDS_PER_REQUEST }, () => ({}));
    expect(readBytes('logs', encoding, encode(logsOf(most))).batch.accepted).toBe(MAX_RECORDS_PER_REQUEST);
    expect(readBytes('logs', encoding, encode(logsOf([...most, {}]))).outcome).toEqual({
      ok: false,
      error: { kind: 'too_many_records', limit: MAX_RECORDS_PER_REQUEST },
    });
  });

  it.each(['json', 'protobuf'] as const)(
    'whose records would repeat gigabytes of their resource is refused in %s',
    (encoding) => {
      const resource = { attributes: texts({ large: 'x'.repeat(200_000) }) };
      const json = logsOf(
        Array.from({ length: 20_000 }, () => ({})),
        { resource },
      );
      const body = encoding === 'json' ? utf8(JSON.stringify(json)) : encodeOtlp('logs', json);
      const { outcome, batch } = readBytes('logs', encoding, body);
      expect(outcome).toEqual({ ok: false, error: { kind: 'too_many_records', limit: batch.received } });
      expect(batch.received).toBeLessThan(400);
    },
  );

  it.each(['json', 'protobuf'] as const)(
    'whose records repeat what does not pack is refused in %s before it fills the memory',
    (encoding) => {
      // Kept unpacked here, any text is one that does not pack.
      const resource = { attributes: texts({ large: 'x'.repeat(100_000) }) };
      const json = logsOf(
        Array.from({ length: 400 }, () => ({})),
        { resource },
      );
      const body = encoding === 'json' ? utf8(JSON.stringify(json)) : encodeOtlp('logs', json);
      const { outcome, batch } = readBytes('logs', encoding, body);
      expect(outcome).toEqual({ ok: false, error: { kind: 'too_many_records', limit: batch.received } });
      expect(batch.parts.reduce((sum, { data }) => sum + data.byteLength, 0)).toBeLessThan(28 * 1024 * 1024);
    },
  );

  it('of megabytes of JSON, with the resource behind its records, is read like the same in protobuf', () => {
    const logRecords = Array.from({ length: 8_000 }, (_, i) => ({
      timeUnixNano: `17000000001${String(i).padStart(5, '0')}000`,
      body: { stringValue: `"\\ ]}, record ${i} ${'ä'.repeat(100)}` },
    }));
    const scope = { name: 'lib' };
    const json = {
      resourceLogs: [
        { scopeLogs: [{ logRecords, scope }], resource: { attributes: texts({ 'service.name': 'far' }) } },
      ],
    };
    const read = readJsonText('logs', JSON.stringify(json, null, 1));
    expect(read.lines).toHaveLength(8_000);
    expect(read.lines).toEqual(readBytes('logs', 'protobuf', encodeOtlp('logs', json)).lines);
  });

  it('of one metric with megabytes of data points in JSON is read like the same in protobuf', () => {
    const dataPoints = Array.from({ length: 12_000 }, (_, i) => ({
      timeUnixNano: '1700000000123000000',
      asInt: String(i),
      attributes: texts({ path: `/a/${i}/${'x'.repeat(50)}` }),
    }));
    const json = metricsOf([
      { sum: { dataPoints, isMonotonic: true, aggregationTemporality: 2 }, name: 'big', unit: '1' },
    ]);
    const read = readJsonText('metrics', JSON.stringify(json));
    expect(read.lines).toHaveLength(12_000);
    expect(read.lines).toEqual(readBytes('metrics', 'protobuf', encodeOtlp('metrics', json)).lines);
  });

  it('whose resource or metric has a text of megabytes in JSON rejects each of its records', () => {
    const long = 'x'.repeat(2_000_000);
    const gauge = { dataPoints: [{ asInt: '1' }, { asInt: '2' }] };
    const read = readJsonText('metrics', JSON.stringify(metricsOf([{ name: 'a', description: long, gauge }])));
    expect(read.batch.rejections.map(({ pointer }) => pointer)).toEqual(['/description', '/description']);
    const resource = { attributes: texts({ long }) };
    const logs = readJsonText('logs', JSON.stringify(logsOf([{}, {}], { resource })));
    expect(logs.batch.rejections.map(({ pointer }) => pointer)).toEqual(['/resource', '/resource']);
  });

  it.each([
    ['resources', 'logs', (parts: JsonObject[]) => ({ resourceLogs: parts })],
    ['scopes', 'logs', (parts: JsonObject[]) => ({ resourceLogs: [{ scopeLogs: parts }] })],
    ['metrics', 'metrics', (parts: JsonObject[]) => metricsOf(parts)],
  ] as [string, Signal, (parts: JsonObject[]) => JsonObject][])(
    'of very many empty %s is refused',
    (_name, signal, make) => {
      const json = make(Array.from({ length: 3 * MAX_RECORDS_PER_REQUEST + 1 }, () => ({})));
      for (const read of [
        readJsonText(signal, JSON.stringify(json)),
        readBytes(signal, 'protobuf', encodeOtlp(signal, json)),
      ]) {
        expect(read.outcome).toMatchObject({ ok: false, error: { kind: 'too_many_records' } });
      }
    },
  );

  it.each([
    ['attributes without a name', 'logs', (parts: JsonObject[]) => logsOf([{ attributes: parts }, {}])],
    ['elements of a list', 'logs', (parts: JsonObject[]) => logsOf([{ body: { arrayValue: { values: parts } } }, {}])],
    ['events', 'traces', (parts: JsonObject[]) => spansOf([{ events: parts }, {}])],
    ['links', 'traces', (parts: JsonObject[]) => spansOf([{ links: parts }, {}])],
    ['exemplars', 'metrics', (parts: JsonObject[]) => metricsOf([{ sum: { dataPoints: [{ exemplars: parts }, {}] } }])],
    [
      'quantiles',
      'metrics',
      (parts: JsonObject[]) => metricsOf([{ summary: { dataPoints: [{ quantileValues: parts }, {}] } }]),
    ],
  ] as [string, Signal, (parts: JsonObject[]) => JsonObject][])(
    'with a record of very many %s rejects that record, and makes no objects of them',
    (_name, signal, make) => {
      const json = make(Array.from({ length: 200_000 }, () => ({})));
      for (const read of [
        readJsonText(signal, JSON.stringify(json)),
        readBytes(signal, 'protobuf', encodeOtlp(signal, json)),
      ]) {
        expect([read.outcome.ok, read.batch.accepted]).toEqual([true, 1]);
        expect(read.batch.rejections).toEqual([
          {
            index: 0,
            pointer: expect.any(String),
            reason: expect.stringMatching(/^has (more than 512 properties|too many attributes of one name)$/),
          },
        ]);
      }
    },
  );

  it('keeps a few attributes of one name, and rejects the record of many', () => {
    const named = (count: number) => ({
      attributes: Array.from({ length: count }, (_v, i) => ({ key: 'a', value: { intValue: String(i) } })),
    });
    const json = logsOf([named(16), named(100)]);
    for (const read of [
      readJsonText('logs', JSON.stringify(json)),
      readBytes('logs', 'protobuf', encodeOtlp('logs', json)),
    ]) {
      expect(Object.values(read.records[0]?.attrs ?? {})).toEqual(Array.from({ length: 16 }, (_v, i) => i));
      expect(read.batch.rejections).toMatchObject([{ index: 1, reason: 'has too many attributes of one name' }]);
    }
  });

  it('with a single record of megabytes rejects that record', () => {
    const json = logsOf([{ body: { stringValue: 'x'.repeat(2_000_000) } }, { body: { stringValue: 'kept' } }]);
    const { batch, records } = readJsonText('logs', JSON.stringify(json));
    expect([batch.rejections[0]?.reason, records.map(({ message }) => message)]).toEqual([
      'is longer than a record may be',
      ['kept'],
    ]);
  });
});
