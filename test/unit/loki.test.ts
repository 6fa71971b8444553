import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { nanosToMs } from '../../src/loki/entry.ts';
import { parseLabels } from '../../src/loki/labels.ts';
import { readJsonPush } from '../../src/loki/push-json.ts';
import { readProtobufPush } from '../../src/loki/push-protobuf.ts';

const newBatch = () => new BatchBuilder({ stream: 'logs', service: 'x', nowMs: 1_760_000_000_000 }, String, false);

/** As Go's strconv.Quote, which prints label sets, has it for these texts. */
const quoted = (text: string) =>
  `"${[...text]
    .map((char) => {
      const point = char.codePointAt(0) ?? 0;
      if (char === '"' || char === '\\') return `\\${char}`;
      if (char === '\n') return '\\n';
      if (point < 0x20) return `\\x${point.toString(16).padStart(2, '0')}`;
      if (point > 0xffff) return `\\U${point.toString(16).padStart(8, '0')}`;
      return point > 0x7e ? `\\u${point.toString(16).padStart(4, '0')}` : char;
    })
    .join('')}"`;

describe('the labels of a stream', () => {
  it('come out as Go wrote them', () => {
    const name = fc.stringMatching(/^[a-zA-Z_][a-zA-Z0-9_]{0,9}$/);
    const value = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.dictionary(name, value), (labels) => {
        const written = Object.entries(labels).map(([key, text]) => `${key}=${quoted(text)}`);
        expect(parseLabels(`{${written.join(', ')}}`)).toEqual({ ok: true, value: { ...labels } });
      }),
    );
  });

  it.each([
    '',
    '{',
    'job="x"',
    '{job}',
    '{job=}',
    '{job=x}',
    '{job="x}',
    '{job="x\\"}',
    '{="x"}',
    '{"x"}',
    '{a="b" c}',
  ])('that are %j are none', (text) => {
    expect(parseLabels(text).ok).toBe(false);
  });

  it('may end in a comma, stand apart, and have names that Loki would refuse', () => {
    expect(parseLabels(' { a = "1",\n b.c="2" , } ')).toEqual({ ok: true, value: { a: '1', 'b.c': '2' } });
    expect(parseLabels('{__proto__="x"}')).toMatchObject({ ok: true });
  });

  it('end whatever they are', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '}', '"', '\\', '=', ',', 'a', ' '), maxLength: 60 }),
        (text) => {
          expect(typeof parseLabels(text).ok).toBe('boolean');
        },
      ),
    );
    expect(parseLabels(`{a="${'\\'.repeat(10_000_000)}"}`).ok).toBe(false);
  });
});

describe('a time in nanoseconds', () => {
  it.each<[string, number | null]>([
    ['1760000000123456789', 1_760_000_000_123],
    ['1760000000123999999', 1_760_000_000_123],
    ['0', 0],
    ['-1', -1],
    ['-1000000', -1],
    ['9223372036854775807', 9_223_372_036_854],
    ['', null],
    ['1e18', null],
    ['12.5', null],
    [' 1', null],
    ['12345678901234567890', null],
  ])('%j', (text, ms) => {
    expect(nanosToMs(text)).toBe(ms);
  });
});

describe('a body of chance', () => {
  it('is read or refused, in JSON and in protobuf', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 300 }),
      // Tags and lengths that are nearly right get further.
      fc
        .array(fc.constantFrom(10, 18, 26, 0, 1, 2, 5, 8, 16, 127, 128, 255, 123, 125), { maxLength: 60 })
        .map((list) => Uint8Array.from(list)),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        const result = readProtobufPush(body, newBatch());
        expect(result.ok || result.error.kind).toSatisfy((kind) => kind === true || kind === 'malformed');
      }),
      { numRuns: 3_000 },
    );
    const value = fc.jsonValue({ maxDepth: 6 });
    const push = fc.record({
      streams: fc.array(fc.record({ stream: value, values: fc.oneof(value, fc.array(value)) })),
    });
    fc.assert(
      fc.property(fc.oneof(value, push), (body) => {
        const batch = newBatch();
        const result = readJsonPush(new TextEncoder().encode(JSON.stringify(body)), batch);
        expect(result.ok || result.error.kind).toSatisfy((kind) => kind === true || kind === 'malformed');
        expect(batch.received).toBe(batch.accepted + batch.rejected);
      }),
    );
  });
});
