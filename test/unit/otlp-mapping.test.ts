import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/wire/record.ts';
import { ENCODINGS, logsOf, metricsOf, spansOf, texts } from '../helpers/worker/otlp-read.ts';

const MS = 1_700_000_000_123;
const NANOS = `${MS}000000`;
const TRACE_ID = '5b8efff798038103d269b633813fc60c';
const SPAN_ID = 'eee19b7ec3c1b174';

describe.each(ENCODINGS)('a log record in %s', (_, read) => {
  const one = (log: JsonObject, more = {}) => {
    const { outcome, batch, records } = read('logs', logsOf([log], more));
    expect([outcome.ok, batch.rejections]).toEqual([true, []]);
    return records[0];
  };

  it('is stored with everything that it says', () => {
    const log = {
      timeUnixNano: NANOS,
      observedTimeUnixNano: `${MS + 7}000000`,
      severityNumber: 17,
      severityText: 'ERROR',
      body: { stringValue: 'payment failed' },
      attributes: [
        { key: 'http.status', value: { intValue: '502' } },
        { key: 'ok', value: { boolValue: false } },
        { key: 'ratio', value: { doubleValue: 0.25 } },
        { key: 'bytes', value: { bytesValue: 'AAH/' } },
        { key: 'list', value: { arrayValue: { values: [{ intValue: '1' }, { stringValue: 'ä' }] } } },
        { key: 'map', value: { kvlistValue: { values: texts({ 'a.b': 'c' }) } } },
        { key: 'nothing', value: {} },
      ],
      droppedAttributesCount: 2,
      flags: 1,
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      eventName: 'payment.failed',
    };
    const resource = { attributes: texts({ 'service.name': 'wallet', 'host.name': 'h1' }) };
    const scope = { name: 'lib', version: '1.2', attributes: texts({ a: 'b' }) };
    expect(one(log, { resource, scope })).toEqual({
      ts: MS,
      stream: 'logs',
      level: 'error',
      service: 'wallet',
      message: 'payment failed',
      attrs: {
        'http.status': 502,
        ok: false,
        ratio: 0.25,
        bytes: 'AAH/',
        list: [1, 'ä'],
        map: { 'a.b': 'c' },
        nothing: null,
        eventName: 'payment.failed',
        droppedAttributesCount: 2,
        flags: 1,
        observedTs: MS + 7,
        resource: { 'host.name': 'h1' },
        scope: { name: 'lib', version: '1.2', attributes: { a: 'b' } },
      },
      traceId: TRACE_ID,
      spanId: SPAN_ID,
    });
  });

  it('has the time of its observation where it has none of its own, and that of receipt where it has neither', () => {
    expect(one({ observedTimeUnixNano: NANOS })?.ts).toBe(MS);
    const { batch } = read('logs', logsOf([{ observedTimeUnixNano: NANOS }, { timeUnixNano: NANOS }]));
    expect(batch.everyRecordTimed).toBe(true);
    expect(read('logs', logsOf([{ timeUnixNano: NANOS }, {}])).batch.everyRecordTimed).toBe(false);
  });

  it('keeps the nanoseconds that a millisecond cannot hold', () => {
    expect(one({ timeUnixNano: '1700000000123456789' })).toMatchObject({
      ts: MS,
      attrs: { timeUnixNano: '1700000000123456789' },
    });
    expect(one({ timeUnixNano: NANOS })?.attrs).toEqual({});
    expect(one({ timeUnixNano: '1700000000123000001' })?.attrs).toEqual({ timeUnixNano: '1700000000123000001' });
  });

  it.each([
    [1, 'trace', {}],
    [4, 'trace', { severityNumber: 4 }],
    [5, 'debug', {}],
    [9, 'info', {}],
    [10, 'info', { severityNumber: 10 }],
    [13, 'warn', {}],
    [17, 'error', {}],
    [21, 'fatal', {}],
    [24, 'fatal', { severityNumber: 24 }],
    [25, 'info', { severityNumber: 25 }],
    [0, 'info', {}],
  ])('with severity %d is of level %s', (severityNumber, level, attrs) => {
    expect(one({ severityNumber })).toMatchObject({ level, attrs });
  });

  it.each([
    ['WARNING', 0, 'warn', { severityText: 'WARNING' }],
    ['Info', 0, 'info', {}],
    ['Information', 9, 'info', { severityText: 'Information' }],
    ['noisy', 0, 'info', { severityText: 'noisy' }],
    ['debug', 17, 'error', { severityText: 'debug' }],
  ])('with severity text %s and number %d is of level %s', (severityText, severityNumber, level, attrs) => {
    expect(one({ severityText, severityNumber })).toMatchObject({ level, attrs });
  });

  it.each([
    ['a map', { kvlistValue: { values: texts({ type: 'click' }) } }, '{"type":"click"}', { type: 'click' }],
    [
      'a map with a message',
      { kvlistValue: { values: texts({ message: 'hi', a: 'b' }) } },
      'hi',
      { message: 'hi', a: 'b' },
    ],
    ['a list', { arrayValue: { values: [{ intValue: '1' }] } }, '[1]', [1]],
    ['a number', { intValue: '7' }, '7', 7],
    [
      'a long map',
      { kvlistValue: { values: texts({ a: 'x'.repeat(2_000) }) } },
      `{"a":"${'x'.repeat(1_018)}…`,
      { a: 'x'.repeat(2_000) },
    ],
  ])('with %s as body keeps it whole, and has a message to show', (_name, body, message, kept) => {
    expect(one({ body })).toMatchObject({ message, attrs: { body: kept } });
  });

  it('without a body shows the name of its event', () => {
    expect(one({ eventName: 'page.view' })).toMatchObject({ message: 'page.view', attrs: { eventName: 'page.view' } });
  });

  it('keeps the digits of whole numbers that a double cannot hold', () => {
    const values = ['9223372036854775807', '-9223372036854775808', '9007199254740993', '-1', '9007199254740991'];
    const attributes = values.map((intValue, i) => ({ key: `n${i}`, value: { intValue } }));
    const { lines } = read('logs', logsOf([{ attributes }]));
    expect(lines[0]).toContain(`"attrs":{${values.map((value, i) => `"n${i}":${value}`).join(',')}}`);
  });

  it.each([
    ['NaN', Number.NaN],
    ['Infinity', Number.POSITIVE_INFINITY],
    ['-Infinity', Number.NEGATIVE_INFINITY],
  ])('keeps the double %s as text', (text) => {
    expect(one({ attributes: [{ key: 'd', value: { doubleValue: text } }] })?.attrs).toEqual({ d: text });
  });

  it('keeps attributes that are named as its own fields or those of every object, and all of one name', () => {
    const attributes = texts({ body: 'mine', resource: 'r', flags: 'f', constructor: 'c', 'a.b': '1' });
    attributes.push({ key: '__proto__', value: { stringValue: 'p' } }, { key: 'a.b', value: { stringValue: '2' } });
    const log = { attributes, flags: 1, body: { intValue: '1' } };
    const stored = one(log, { resource: { attributes: texts({ 'host.name': 'h' }) } });
    expect(Object.entries(stored?.attrs ?? {}).sort()).toEqual(
      Object.entries({
        ['__proto__']: 'p',
        'a.b': '1',
        'a.b_': '2',
        body: 1,
        body_: 'mine',
        constructor: 'c',
        flags: 1,
        flags_: 'f',
        resource: { 'host.name': 'h' },
        resource_: 'r',
      }).sort(),
    );
  });

  it('has no ids where they are nothing but zeros', () => {
    const stored = one({ traceId: '0'.repeat(32), spanId: '0'.repeat(16) });
    expect(stored).not.toHaveProperty('traceId');
    expect(stored).not.toHaveProperty('spanId');
  });

  it('keeps a service name that is no text, what was dropped and schemas with the resource, for each scope', () => {
    const scopeLogs = [{ logRecords: [{}] }, { schemaUrl: 's', logRecords: [{}] }];
    const resource = {
      attributes: [{ key: 'service.name', value: { intValue: '1' } }],
      droppedAttributesCount: 3,
    };
    const { records } = read('logs', { resourceLogs: [{ resource, schemaUrl: 'u', scopeLogs }] });
    const kept = { 'service.name': 1, droppedAttributesCount: 3, schemaUrl: 'u' };
    const services = records.map(({ service }) => service);
    expect(services).toEqual(['unknown', 'unknown']);
    expect(records.map(({ attrs }) => attrs)).toEqual(
      expect.arrayContaining([{ resource: kept }, { resource: kept, scope: { schemaUrl: 's' } }]),
    );
  });

  it.each([
    ['nested too deep', { attributes: [{ key: 'a', value: nested(17) }] }, /deeper than 16/],
    ['a day and more ahead', { timeUnixNano: '4000000000000000000' }, /24 h in the future/],
    [
      'too many attributes',
      { attributes: texts(Object.fromEntries(Array.from({ length: 600 }, (_v, i) => [`k${i}`, 'v']))) },
      /more than 512/,
    ],
    ['too large', { body: { stringValue: 'x'.repeat(300_000) } }, /larger than/],
  ])('%s is rejected alone', (_name, log, reason) => {
    const { outcome, batch, records } = read('logs', logsOf([{ timeUnixNano: NANOS }, log as JsonObject]));
    expect(outcome.ok).toBe(true);
    expect([batch.received, batch.rejected, records.length]).toEqual([2, 1, 1]);
    expect(batch.rejections[0]?.reason).toMatch(reason);
  });

  it('nested as deep as records may be is kept', () => {
    expect(one({ attributes: [{ key: 'a', value: nested(15) }] })?.attrs).toBeDefined();
  });
});

function nested(levels: number): JsonObject {
  let value: JsonObject = { stringValue: 'deep' };
  for (let i = 0; i < levels; i++) value = { arrayValue: { values: [value] } };
  return value;
}

describe.each(ENCODINGS)('a span in %s', (_, read) => {
  it('is stored with everything that it says', () => {
    const span = {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      parentSpanId: '0000000000000001',
      traceState: 'a=b',
      flags: 257,
      name: 'GET /pay',
      kind: 2,
      startTimeUnixNano: '1700000000123000000',
      endTimeUnixNano: '1700000000125500001',
      attributes: texts({ 'http.method': 'GET', status: 'theirs' }),
      droppedAttributesCount: 1,
      events: [{ timeUnixNano: '1700000000124000001', name: 'retry', attributes: texts({ n: '1' }) }],
      droppedEventsCount: 2,
      links: [{ traceId: TRACE_ID, spanId: SPAN_ID, traceState: 'c=d', attributes: texts({ l: '1' }), flags: 1 }],
      droppedLinksCount: 3,
      status: { code: 2, message: 'timed out' },
    };
    const { records } = read(
      'traces',
      spansOf([span], { resource: { attributes: texts({ 'service.name': 'edge' }) } }),
    );
    expect(records).toEqual([
      {
        ts: MS,
        stream: 'spans',
        level: 'error',
        service: 'edge',
        message: 'GET /pay',
        type: 'server',
        traceId: TRACE_ID,
        spanId: SPAN_ID,
        attrs: {
          'http.method': 'GET',
          status_: 'theirs',
          parentSpanId: '0000000000000001',
          durationMs: 2.500001,
          status: 'error',
          statusMessage: 'timed out',
          traceState: 'a=b',
          flags: 257,
          events: [{ name: 'retry', ts: MS + 1, timeUnixNano: '1700000000124000001', attributes: { n: '1' } }],
          links: [{ traceId: TRACE_ID, spanId: SPAN_ID, traceState: 'c=d', flags: 1, attributes: { l: '1' } }],
          droppedAttributesCount: 1,
          droppedEventsCount: 2,
          droppedLinksCount: 3,
        },
      },
    ]);
  });

  it.each([
    [1, 'internal'],
    [2, 'server'],
    [3, 'client'],
    [4, 'producer'],
    [5, 'consumer'],
    [0, undefined],
    [99, undefined],
  ])('of kind %d is of type %s', (kind, type) => {
    expect(read('traces', spansOf([{ name: 'a', kind }])).records[0]?.type).toBe(type);
  });

  it.each([
    [0, 'unset', 'info'],
    [1, 'ok', 'info'],
    [2, 'error', 'error'],
  ])('with status %d has %s', (code, status, level) => {
    expect(read('traces', spansOf([{ name: 'a', status: { code } }])).records[0]).toMatchObject({
      level,
      attrs: { status },
    });
  });
});

describe.each(ENCODINGS)('a data point in %s', (_, read) => {
  const point = {
    startTimeUnixNano: '1700000000000000000',
    timeUnixNano: NANOS,
    attributes: texts({ route: '/a' }),
  };
  const common = { labels: { route: '/a' }, startTs: 1_700_000_000_000 };
  const one = (metric: JsonObject) => {
    const { outcome, batch, records } = read('metrics', metricsOf([metric]));
    expect([outcome.ok, batch.rejections, records.length]).toEqual([true, [], 1]);
    expect(records[0]).toMatchObject({ ts: MS, stream: 'metrics', message: metric.name, service: 'unknown' });
    return records[0];
  };

  it('of a sum has its value, and how it adds up', () => {
    const sum = { aggregationTemporality: 2, isMonotonic: true, dataPoints: [{ ...point, asInt: '12' }] };
    expect(one({ name: 'reqs', unit: '1', description: 'all', sum })).toMatchObject({
      type: 'sum',
      attrs: {
        name: 'reqs',
        unit: '1',
        description: 'all',
        temporality: 'cumulative',
        monotonic: true,
        value: 12,
        ...common,
      },
    });
  });

  it('of a gauge has its value, or none where none was recorded', () => {
    const gauge = { dataPoints: [{ ...point, asDouble: -0.5 }] };
    expect(one({ name: 'temp', unit: 'Cel', gauge })).toMatchObject({
      type: 'gauge',
      attrs: { name: 'temp', unit: 'Cel', value: -0.5, ...common },
    });
    expect(one({ name: 'temp', gauge: { dataPoints: [{ ...point, flags: 1 }] } })?.attrs).toEqual({
      name: 'temp',
      unit: '',
      flags: 1,
      ...common,
    });
  });

  it('of a histogram has its buckets and an exemplar that leads to its trace', () => {
    const exemplars = [
      { timeUnixNano: NANOS, asDouble: 7, traceId: TRACE_ID, spanId: SPAN_ID, filteredAttributes: texts({ u: '1' }) },
      { asInt: '-3' },
    ];
    const histogram = {
      aggregationTemporality: 1,
      dataPoints: [
        { ...point, count: '3', sum: 9, min: 1, max: 7, bucketCounts: ['1', '2'], explicitBounds: [5], exemplars },
      ],
    };
    expect(one({ name: 'lat', unit: 'ms', histogram })).toMatchObject({
      type: 'histogram',
      attrs: {
        name: 'lat',
        unit: 'ms',
        temporality: 'delta',
        count: 3,
        sum: 9,
        min: 1,
        max: 7,
        bounds: [5],
        counts: [1, 2],
        exemplars: [{ ts: MS, value: 7, traceId: TRACE_ID, spanId: SPAN_ID, attributes: { u: '1' } }, { value: -3 }],
        ...common,
      },
    });
  });

  it('of an exponential histogram has its scale and both sides', () => {
    const exponentialHistogram = {
      aggregationTemporality: 2,
      dataPoints: [
        {
          ...point,
          count: '10',
          sum: 20,
          scale: -2,
          zeroCount: '1',
          zeroThreshold: 0.5,
          positive: { offset: -3, bucketCounts: ['4', '300'] },
          negative: { offset: 2, bucketCounts: ['5'] },
        },
      ],
    };
    expect(one({ name: 'e', exponentialHistogram })).toMatchObject({
      type: 'exponentialHistogram',
      attrs: {
        temporality: 'cumulative',
        count: 10,
        sum: 20,
        scale: -2,
        zeroCount: 1,
        zeroThreshold: 0.5,
        positive: { offset: -3, counts: [4, 300] },
        negative: { offset: 2, counts: [5] },
        ...common,
      },
    });
  });

  it('of a summary has its quantiles', () => {
    const quantileValues = [
      { quantile: 0.5, value: 2 },
      { quantile: 1, value: 9 },
    ];
    const summary = { dataPoints: [{ ...point, count: '4', sum: 12, quantileValues }] };
    expect(one({ name: 's', summary })).toMatchObject({
      type: 'summary',
      attrs: { count: 4, sum: 12, quantiles: quantileValues, ...common },
    });
  });

  it('keeps counts that a double cannot hold', () => {
    const histogram = { dataPoints: [{ ...point, count: '18446744073709551615', bucketCounts: ['9007199254740993'] }] };
    const { lines } = read('metrics', metricsOf([{ name: 'big', histogram }]));
    expect(lines[0]).toContain('"count":18446744073709551615,');
    expect(lines[0]).toContain('"counts":[9007199254740993]');
  });

  it('is one record each', () => {
    const gauge = {
      dataPoints: [
        { ...point, asDouble: 1 },
        { ...point, asDouble: 2 },
      ],
    };
    const { records } = read('metrics', metricsOf([{ name: 'a', gauge }, { name: 'b' }]));
    expect(records.map(({ attrs }) => attrs.value).sort()).toEqual([1, 2]);
  });
});
