// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the templates of `derive` look like that
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchRecords } from '../../src/etl/open-batch.ts';
import { compilePipeline, runPipeline } from '../../src/etl/pipeline.ts';
import { etlSchemaSchema } from '../../src/etl/schema.ts';
import { parsePath } from '../../src/etl/transform/path.ts';
import { timeReader } from '../../src/etl/transform/timestamp.ts';
import { parseJson } from '../../src/shared/json.ts';
import type { Json } from '../../src/wire/record.ts';

const NOW_MS = Date.UTC(2026, 10, 21, 12);

/** The record after the steps, or what refused it. */
function run(schema: unknown, record: Json, reference = 'reference'): unknown {
  const failure = runPipeline(compilePipeline(etlSchemaSchema.parse(schema), reference), record, NOW_MS);
  return failure ?? JSON.parse(JSON.stringify(record));
}

const by = (...transformations: unknown[]) => ({ transformations });

describe('a transformation', () => {
  it('that writes a text many times into one that the next writes many times ends in a reason', () => {
    const steps = Array.from({ length: 100 }, (_, i) => ({
      ...{ type: 'derive', field: `f${i + 1}`, template: `\${f${i}}`.repeat(150) },
    }));
    expect(run(by(...steps), { f0: 'x'.repeat(400) })).toMatchObject({
      ...{ pointer: '/f2', reason: 'is larger than 262144 characters', transformation: { index: 1 } },
    });
  });

  it.each<[string, unknown, Json, unknown]>([
    ['renames', { type: 'rename', from: 'msg', to: 'message' }, { msg: 'a' }, { message: 'a' }],
    ['renames into objects', { type: 'rename', from: 'a', to: 'attrs.b.c' }, { a: 1 }, { attrs: { b: { c: 1 } } }],
    ['renames a name with a dot', { type: 'rename', from: 'a\\.b', to: 'c' }, { 'a.b': 1 }, { c: 1 }],
    ['leaves alone what is not there', { type: 'rename', from: 'msg', to: 'message' }, { b: 1 }, { b: 1 }],
    ['renames over null', { type: 'rename', from: 'a', to: 'b' }, { a: 1, b: null }, { b: 1 }],
    ['casts text to integer', { type: 'cast', field: 'n', to: 'integer' }, { n: ' 42 ' }, { n: 42 }],
    ['casts text to number', { type: 'cast', field: 'n', to: 'number' }, { n: '-1.5e2' }, { n: -150 }],
    ['casts to boolean', { type: 'cast', field: 'n', to: 'boolean' }, { n: 'Yes' }, { n: true }],
    ['casts to string', { type: 'cast', field: 'n', to: 'string' }, { n: { a: [1] } }, { n: '{"a":[1]}' }],
    ['drops', { type: 'drop', field: 'attrs.secret' }, { attrs: { secret: 1, b: 2 } }, { attrs: { b: 2 } }],
    ['masks to the last four', { type: 'mask', field: 'c', how: 'last4' }, { c: '4111111111111111' }, { c: '***1111' }],
    ['masks short values whole', { type: 'mask', field: 'c', how: 'last4' }, { c: '12345' }, { c: '***' }],
    ['masks to a fixed text', { type: 'mask', field: 'c', how: 'fixed' }, { c: { a: 1 } }, { c: '***' }],
    [
      'derives',
      { type: 'derive', field: 'message', template: '${user.name} from ${city}: ${n}' },
      { user: { name: 'Ada' }, n: 3 },
      { user: { name: 'Ada' }, n: 3, message: 'Ada from : 3' },
    ],
    ['derives nothing from nothing', { type: 'derive', field: 'm', template: '${a}' }, { b: 1 }, { b: 1 }],
    [
      'reads a time',
      { type: 'timestamp', field: 'time', formats: ['unix_s', 'clf'], timezone: '+02:00' },
      { time: '10/Oct/2000:13:55:36 -0700' },
      { time: '10/Oct/2000:13:55:36 -0700', ts: Date.UTC(2000, 9, 10, 20, 55, 36) },
    ],
  ])('%s', (_, transformation, record, after) => {
    expect(run(by(transformation), record)).toEqual(after);
  });

  it.each<[string, unknown, Json, string, string]>([
    ['a taken name', { type: 'rename', from: 'a', to: 'b' }, { a: 1, b: 2 }, '/b', 'is there already'],
    ['no integer', { type: 'cast', field: 'a', to: 'integer' }, { a: '1.5' }, '/a', 'cannot be read as integer'],
    ['no number', { type: 'cast', field: 'a', to: 'number' }, { a: 'NaN' }, '/a', 'cannot be read as number'],
    ['no boolean', { type: 'cast', field: 'a', to: 'boolean' }, { a: 2 }, '/a', 'cannot be read as boolean'],
    ['a number in the way', { type: 'rename', from: 'a', to: 'b.c' }, { a: 1, b: 2 }, '/b/c', 'lies in something'],
    [
      'no time',
      { type: 'timestamp', field: 'a/b', formats: ['iso8601'] },
      { 'a/b': 'noon' },
      '/a~1b',
      'is a time in none',
    ],
    ['no object', { type: 'drop', field: 'a' }, [1], '', 'must be an object'],
  ])('refuses %s, with its place and its name', (_, transformation, record, pointer, reason) => {
    const refused = run(by({ type: 'drop', field: 'zzz' }, { ...(transformation as object), label: 'mine' }), record);
    expect(refused).toMatchObject({ pointer, reason: expect.stringContaining(reason) });
    if (pointer !== '') expect(refused).toMatchObject({ transformation: { index: 1, name: 'mine' } });
  });

  it('keeps digits that a double cannot hold', () => {
    const schema = by({ type: 'cast', field: 'a', to: 'integer' }, { type: 'cast', field: 'b', to: 'string' });
    const record = parseJson('{"a":"12345678901234567890","b":98765432109876543210}');
    expect(runPipeline(compilePipeline(etlSchemaSchema.parse(schema), ''), record, NOW_MS)).toBeNull();
    expect(JSON.stringify(record)).toBe('{"a":12345678901234567890,"b":"98765432109876543210"}');
  });

  it('masks equal values alike within a project, and differently in another', () => {
    const schema = by({ type: 'mask', field: 'p', how: 'hash' });
    const masked = (reference: string, p: Json) => (run(schema, { p }, reference) as { p: string }).p;
    expect(masked('one', '+431234')).toBe(masked('one', '+431234'));
    expect(masked('one', '+431234')).not.toBe(masked('two', '+431234'));
    expect(masked('one', '+431234')).not.toBe(masked('one', '+431235'));
    expect(masked('one', '+431234')).toMatch(/^[\w-]{43}$/);
  });
});

describe('a time', () => {
  it.each<[string, Json, number | null]>([
    ['unix_s', 1_700_000_000, 1_700_000_000_000],
    ['unix_s', '1700000000.123456', 1_700_000_000_123],
    ['unix_s', 1_700_000_000.5, 1_700_000_000_500],
    ['unix_ms', '1700000000123', 1_700_000_000_123],
    ['unix_us', 1_700_000_000_123_456, 1_700_000_000_123],
    ['unix_ns', '1700000000123456789', 1_700_000_000_123],
    ['unix_ns', '-1', -1],
    ['unix_ns', '99999999999999999999999999', null],
    ['unix_s', 'now', null],
    ['unix_s', true, null],
    ['iso8601', '2026-11-21T10:00:00Z', Date.UTC(2026, 10, 21, 10)],
    ['iso8601', '2026-11-21 10:00:00,250+02:00', Date.UTC(2026, 10, 21, 8, 0, 0, 250)],
    ['iso8601', '20261121T100000Z', Date.UTC(2026, 10, 21, 10)],
    ['iso8601', '2026-11-21', Date.UTC(2026, 10, 21)],
    ['iso8601', '2026-02-30T00:00:00Z', null],
    ['iso8601', '2026-11-21T25:00:00Z', null],
    ['rfc2822', 'Sat, 21 Nov 2026 10:00:00 +0100', Date.UTC(2026, 10, 21, 9)],
    ['rfc2822', '21 Nov 2026 10:00:00 GMT', Date.UTC(2026, 10, 21, 10)],
    ['clf', '[10/Oct/2000:13:55:36 -0700]', Date.UTC(2000, 9, 10, 20, 55, 36)],
    ['%b %e %H:%M:%S', 'Nov  3 04:05:06', Date.UTC(2026, 10, 3, 4, 5, 6)],
    // December is ahead of now, so it was last year's.
    ['%b %d %H:%M:%S', 'Dec 31 23:59:59', Date.UTC(2025, 11, 31, 23, 59, 59)],
    ['%Y-%m-%d %H:%M:%S.%f %z', '2026-01-02 03:04:05.678901 -0100', Date.UTC(2026, 0, 2, 4, 4, 5, 678)],
    ['%d.%m.%y %I:%M %p', '02.01.26 12:30 AM', Date.UTC(2026, 0, 2, 0, 30)],
    ['%Y %j', '2026 365', Date.UTC(2026, 11, 31)],
    ['%Y %j', '2026 366', null],
    ['%s%%', '12%', 12_000],
    ['%Y-%m-%d', '2026-01-02 and more', null],
    ['%A, %d %B %Y', 'Saturday, 21 November 2026', Date.UTC(2026, 10, 21)],
  ])('%s reads %j', (format, value, expected) => {
    const reader = timeReader(format);
    expect(typeof reader === 'function' && reader(value, 0, NOW_MS)).toBe(expected);
  });

  it('without a zone is of the zone that the schema says', () => {
    const schema = by({ type: 'timestamp', field: 't', formats: ['%Y-%m-%d %H:%M:%S'], timezone: '+05:30' });
    expect(run(schema, { t: '2026-01-02 05:30:00' })).toMatchObject({ ts: Date.UTC(2026, 0, 2) });
  });

  it('of a leap day is read in the last year that had one', () => {
    const reader = timeReader('%b %d');
    expect(typeof reader === 'function' && reader('Feb 29', 0, NOW_MS)).toBe(Date.UTC(2024, 1, 29));
  });

  it.each(['%Y', '%Q-%m-%d', 'HH:MM', '%H:%M:%S'])('cannot have the format %j', (format) => {
    expect(timeReader(format)).toMatchObject({ reason: expect.any(String) });
  });

  it('survives being written and read by every pattern that holds a whole time', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4_000_000_000 }), (seconds) => {
        const text = new Date(seconds * 1_000).toISOString();
        const readers = ['iso8601', '%Y-%m-%dT%H:%M:%S.%fZ', '%FT%T.%L%z'].map(timeReader);
        for (const reader of readers)
          expect(typeof reader === 'function' && reader(text, 0, NOW_MS)).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('a rule', () => {
  it.each<[unknown, Json, string | null]>([
    [{ field: 'a', required: true }, {}, 'is required'],
    [{ field: 'a', required: true }, { a: null }, 'is required'],
    [{ field: 'a' }, {}, null],
    [{ field: 'a', type: 'integer' }, { a: 1.5 }, 'must be of type integer'],
    [{ field: 'a', type: 'integer' }, { a: 15 }, null],
    [{ field: 'a', type: 'object' }, { a: [] }, 'must be of type object'],
    [{ field: 'a', type: 'array', maxLength: 2 }, { a: [1, 2, 3] }, 'is longer than 2'],
    [{ field: 'a', type: 'string', maxLength: 2 }, { a: 'abc' }, 'is longer than 2'],
    [{ field: 'a', min: 1 }, { a: 0 }, 'must be at least 1'],
    [{ field: 'a', max: 1 }, { a: 2 }, 'must be at most 1'],
    [{ field: 'a', max: 1 }, { a: 'x' }, 'must be a number'],
    [{ field: 'a.b', oneOf: ['x', 1, true] }, { a: { b: 'y' } }, 'is none of the values allowed'],
    [{ field: 'a.b', oneOf: ['x', 1, true] }, { a: { b: 1 } }, null],
  ])('%j on %j says %j', (rule, record, reason) => {
    const outcome = run({ fields: [rule] }, record);
    if (reason === null) expect(outcome).toEqual(record);
    else expect(outcome).toMatchObject({ reason, transformation: null });
  });

  it('knows the fields of the envelope and its own; others are kept, dropped or refused', () => {
    const record = () => ({ message: 'm', attrs: { z: 1 }, known: { x: 1 }, other: 1 });
    const fields = [{ field: 'known.x', type: 'integer' }];
    expect(run({ fields, unknownFields: 'keep' }, record())).toEqual(record());
    expect(run({ fields, unknownFields: 'drop' }, record())).toEqual({
      message: 'm',
      attrs: { z: 1 },
      known: { x: 1 },
    });
    expect(run({ fields, unknownFields: 'reject' }, record())).toMatchObject({ pointer: '/other' });
  });
});

describe('a schema', () => {
  it.each<[unknown, string]>([
    [by({ type: 'rename', from: 'a' }), 'to'],
    [by({ type: 'explode', field: 'a' }), 'type'],
    [by({ type: 'drop', field: 'a..b' }), 'field'],
    [by({ type: 'drop', field: '' }), 'field'],
    [by({ type: 'derive', field: 'a', template: '${' }), 'template'],
    [by({ type: 'timestamp', field: 'a', formats: [] }), 'formats'],
    [by({ type: 'timestamp', field: 'a', formats: ['%Q'] }), '0'],
    [by({ type: 'timestamp', field: 'a', formats: ['unix_s'], timezone: 'Europe/Vienna' }), 'timezone'],
    [by(...Array.from({ length: 101 }, () => ({ type: 'drop', field: 'a' }))), 'transformations'],
  ])('is refused where it is wrong: %j', (schema, place) => {
    const parsed = etlSchemaSchema.safeParse(schema);
    expect(parsed.error?.issues[0]?.path.at(-1)?.toString()).toBe(place);
  });
});

describe('whatever comes', () => {
  const name = fc.constantFrom('a', 'b', 'ts', 'attrs', '__proto__', 'constructor', 'prototype', 'toString');
  const path = fc.array(name, { minLength: 1, maxLength: 3 }).map((names) => names.join('.'));
  const transformation = fc.oneof(
    fc.record({ type: fc.constant('rename'), from: path, to: path }),
    fc.record({
      type: fc.constant('cast'),
      field: path,
      to: fc.constantFrom('string', 'integer', 'number', 'boolean'),
    }),
    fc.record({ type: fc.constant('drop'), field: path }),
    fc.record({ type: fc.constant('mask'), field: path, how: fc.constantFrom('last4', 'hash', 'fixed') }),
    fc.record({ type: fc.constant('derive'), field: path, template: path.map((p) => `x \${${p}} y`) }),
    fc.record({
      type: fc.constant('timestamp'),
      field: path,
      to: path,
      formats: fc.constant(['unix_ns', 'clf', '%s']),
    }),
  );
  const leaf = fc.oneof(fc.string(), fc.double(), fc.boolean(), fc.constant(null), fc.bigInt().map(String));
  const { record } = fc.letrec<{ record: Json; value: Json }>((tie) => ({
    record: fc.dictionary(name, tie('value'), { maxKeys: 4 }) as fc.Arbitrary<Json>,
    value: fc.oneof({ depthSize: 'small' }, leaf, tie('record'), fc.array(tie('value'), { maxLength: 3 })),
  }));

  it('no transformation throws, nor touches the prototype of anything', () => {
    const before = Object.getOwnPropertyNames(Object.prototype).join();
    fc.assert(
      fc.property(fc.array(transformation, { maxLength: 8 }), fc.oneof(record, leaf), (transformations, value) => {
        const pipeline = compilePipeline(etlSchemaSchema.parse({ transformations }), 'key');
        // As it comes from the wire: a field named __proto__ is a field.
        const input = JSON.parse(JSON.stringify(value)) as Json;
        runPipeline(pipeline, input, NOW_MS);
        JSON.stringify(input);
        if (input !== null && typeof input === 'object' && !Array.isArray(input))
          expect(Object.getPrototypeOf(input)).toBe(Object.prototype);
      }),
      { numRuns: 500 },
    );
    expect(Object.getOwnPropertyNames(Object.prototype).join()).toBe(before);
    expect(({} as Record<string, unknown>).a).toBeUndefined();
  });

  it('a path that is written is read back', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ minLength: 1, maxLength: 20 }), { minLength: 1, maxLength: 16 }), (names) => {
        const text = names.map((part) => part.replace(/[\\.]/g, '\\$&')).join('.');
        expect(parsePath(text)).toEqual(names);
      }),
    );
  });
});

it('batches grow from one that is soon durable to ones that are cheap', () => {
  expect([0, 1, 2, 3, 4, 5, 6, 100].map(batchRecords)).toEqual([100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000]);
});
