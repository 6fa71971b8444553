import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { normalise } from '../../src/ingest/normalise.ts';
import { parseBody } from '../../src/ingest/parse.ts';
import type { Json, JsonObject, LogRecord } from '../../src/wire/record.ts';

const NOW = Date.parse('2026-11-20T12:00:00Z');
const TIME = '2026-11-20T10:00:00.123Z';
const MS = Date.parse(TIME);
const defaults = { stream: 'logs', service: 'unknown', nowMs: NOW } as const;

/** As it is stored, without the id; or the pointer of its refusal. */
function stored(record: Json): Omit<LogRecord, 'id'> | string {
  const result = normalise(record, defaults, null);
  return 'reason' in result ? result.pointer : JSON.parse(`{"id":"${result.tail}`.replace('"id":"",', ''));
}

const logs = (fields: object) => ({
  ts: NOW,
  stream: 'logs',
  level: 'info',
  service: 'unknown',
  message: '',
  attrs: {},
  ...fields,
});

describe('a record with the names of another sender', () => {
  it.each<[string, JsonObject, object]>([
    [
      'pino',
      { level: 40, time: MS, pid: 7, hostname: 'h', name: 'api', msg: 'hi', reqId: 'r' },
      { ts: MS, level: 'warn', service: 'api', message: 'hi', attrs: { pid: 7, hostname: 'h', reqId: 'r' } },
    ],
    [
      'bunyan',
      { name: 'api', hostname: 'h', pid: 7, level: 50, msg: 'hi', time: TIME, v: 0 },
      { ts: MS, level: 'error', service: 'api', message: 'hi', attrs: { hostname: 'h', pid: 7, v: 0 } },
    ],
    [
      'Fluent Bit, seconds',
      { date: 1763632800.123456, log: 'line\n', tag: 't' },
      { ts: 1763632800123, message: 'line\n', attrs: { tag: 't' } },
    ],
    ['Fluent Bit, ISO', { date: TIME, log: 'line' }, { ts: MS, message: 'line' }],
    [
      'Docker',
      { log: 'line\n', stream: 'stdout', time: '2026-11-20T10:00:00.123456789Z' },
      { ts: MS, message: 'line\n', attrs: { stream: 'stdout' } },
    ],
    [
      'Vector',
      { timestamp: TIME, message: 'line', host: 'h', source_type: 'file', file: '/var/log/x', stream: 'stderr' },
      { ts: MS, message: 'line', attrs: { host: 'h', source_type: 'file', file: '/var/log/x', stream: 'stderr' } },
    ],
    [
      'journald',
      { MESSAGE: 'line', PRIORITY: '3', _PID: '1' },
      { level: 'error', message: 'line', attrs: { _PID: '1' } },
    ],
    [
      'ECS with dots',
      {
        '@timestamp': TIME,
        'log.level': 'WARN',
        'service.name': 'api',
        'trace.id': 't',
        'span.id': 's',
        message: 'm',
        'ecs.version': '8',
      },
      { ts: MS, level: 'warn', service: 'api', message: 'm', attrs: { 'ecs.version': '8' }, traceId: 't', spanId: 's' },
    ],
    [
      'ECS nested',
      {
        '@timestamp': TIME,
        log: { level: 'error' },
        service: { name: 'api' },
        trace: { id: 't' },
        transaction: { id: 'x' },
      },
      {
        ...{ ts: MS, level: 'error', service: 'api', traceId: 't', spanId: 'x' },
        attrs: { log: { level: 'error' }, service: { name: 'api' }, trace: { id: 't' }, transaction: { id: 'x' } },
      },
    ],
    [
      'Python',
      { levelname: 'CRITICAL', msg: 'm', name: 'root' },
      { level: 'fatal', message: 'm', attrs: { name: 'root' } },
    ],
  ])('%s', (_, record, expected) => {
    expect(stored(record)).toEqual(logs(expected));
  });

  it.each<[string, number]>([
    ['seconds', MS / 1_000],
    ['milliseconds', MS],
    ['microseconds', MS * 1_000],
    ['nanoseconds', MS * 1_000_000],
  ])('has its time in %s', (_, time) => {
    expect(stored({ time })).toEqual(logs({ ts: MS }));
  });
});

describe('an alias', () => {
  it('is not used beside our own name, and stays an attribute', () => {
    const own = { ts: MS, level: 'warn', service: 'own', message: 'own', traceId: 'own', spanId: 'own' };
    const aliases = {
      ...{ time: 1, msg: 'x', log: 'y', 'log.level': 'error', severity: 'error', 'service.name': 's', name: 'n' },
      ...{ 'trace.id': 't', 'span.id': 's', '@timestamp': TIME },
    };
    expect(stored({ ...own, ...aliases })).toEqual(logs({ ...own, attrs: aliases }));
  });

  it.each<[string, JsonObject]>([
    ['a duration', { time: 350 }],
    ['a birthday', { date: '1999-12-31' }],
    ['a text', { time: 'noon', date: [], '@timestamp': null }],
    ['a time far ahead', { time: NOW * 10 }],
    ['a number for a message', { msg: 7, log: { a: 1 } }],
    ['a severity of its own', { severity: 'P1', 'log.level': 9.5 }],
    ['a name of something else', { name: 'Ada' }],
    ['an id that is none', { trace: 'x', 'trace.id': 5, span: [], 'span.id': 'x'.repeat(300) }],
  ])('that is %s stays an attribute', (_, record) => {
    expect(stored(record)).toEqual(logs({ attrs: record }));
  });

  it('never refuses a record and never loses a value', () => {
    const name = fc.constantFrom(
      '@timestamp',
      'time',
      'date',
      'msg',
      'log',
      'MESSAGE',
      'log.level',
      'severity',
      'PRIORITY',
      'service.name',
      'trace',
      'span.id',
      'name',
    );
    const value = fc.oneof(
      fc.jsonValue({ maxDepth: 3 }),
      fc.constantFrom(TIME, MS, 'error', { id: 'x' }, { level: 'warn' }),
    ) as fc.Arbitrary<Json>;
    fc.assert(
      fc.property(fc.dictionary(name, value), (record) => {
        const result = stored(record);
        if (typeof result === 'string') throw new Error(`refused at ${result}`);
        for (const [key, kept] of Object.entries(record)) {
          if (Object.hasOwn(result.attrs, key)) expect(result.attrs[key]).toEqual(JSON.parse(JSON.stringify(kept)));
          else if (typeof kept === 'string' && !/^\d{4}-|^[0-7]$/.test(kept)) {
            const envelope = [result.message, result.service, result.spanId, result.traceId, result.level];
            expect(envelope).toContain(envelope.includes(kept) ? kept : result.level);
          }
        }
      }),
    );
  });
});

describe('a stream that is not ours', () => {
  it('is refused with its place, so that a mistake shows; what containers call one is kept', () => {
    expect(stored({ message: 'x', stream: 'log' })).toBe('/stream');
    expect(stored({ message: 'x', stream: 'stdout' })).toEqual(logs({ message: 'x', attrs: { stream: 'stdout' } }));
  });

  it('of a service that is neither a name nor holds one, likewise', () => {
    expect(stored({ service: { version: 1 } })).toBe('/service');
  });
});

describe('a body that is one object around an array', () => {
  const messages = (body: string) => {
    const batch = new BatchBuilder(defaults, (position) => String(position), false);
    const parsed = parseBody(new TextEncoder().encode(body), batch);
    batch.finish();
    const lines = batch.parts.flatMap(({ data }) => new TextDecoder().decode(data).split('\n').filter(Boolean));
    const records = lines.map((line) => JSON.parse(line) as LogRecord);
    return { ok: parsed.ok, rejected: batch.rejected, messages: records.map(({ message }) => message), records };
  };

  it.each(['logs', 'records', 'events', 'entries'])('is unpacked when its only member is %s', (name) => {
    expect(messages(`{"${name}":[{"msg":"a"},{"msg":"b"}]}`).messages).toEqual(['a', 'b']);
    expect(messages(` {\n "${name}" : [{"msg":"a"}, 7 ]\n}\n`)).toMatchObject({ messages: ['a'], rejected: 1 });
    expect(messages(`{"${name}":[]}`)).toMatchObject({ ok: true, messages: [] });
  });

  it('also when it is long', () => {
    const records = Array.from({ length: 5_000 }, (_, i) => ({ msg: `${i} ]}"{`, pad: 'x'.repeat(300) }));
    expect(messages(JSON.stringify({ logs: records })).messages).toEqual(records.map(({ msg }) => msg));
  });

  it.each([
    ['has a second member', '{"logs":[{"msg":"a"}],"host":"h"}', 1],
    ['has another name', '{"items":[{"msg":"a"}]}', 1],
    ['holds no array', '{"logs":{"msg":"a"}}', 1],
    ['is one line of several', '{"logs":[{"msg":"a"}]}\n{"message":"b"}', 2],
  ])('is a record when it %s', (_, body, count) => {
    expect(messages(body).records.length).toBe(count);
  });

  it('is refused as a whole when the array is not JSON', () => {
    expect(messages('{"logs":[{"msg":"a"},nope]}')).toMatchObject({ ok: false, messages: [] });
  });
});
