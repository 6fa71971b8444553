import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addRecordTokens, lineId, lineTs, MAX_PACKED_BYTES, TokenSet } from '../../src/blocks/index.ts';
import { BatchBuilder } from '../../src/ingest/batch.ts';
import { isRefusal, normalise } from '../../src/ingest/normalise.ts';
import { parseBody } from '../../src/ingest/parse.ts';
import { batchIds, isUuidV7, uuidV7Ms } from '../../src/shared/ids.ts';
import { parseJson } from '../../src/shared/json.ts';
import { MAX_RECORD_CHARS } from '../../src/wire/limits.ts';
import type { Json, LogRecord } from '../../src/wire/record.ts';

const NOW_MS = Date.UTC(2026, 10, 21);
const DEFAULTS = { stream: 'logs', service: 'svc', nowMs: NOW_MS } as const;

function stored(input: Json): LogRecord | { pointer: string; reason: string } {
  const result = normalise(input, DEFAULTS, null);
  return isRefusal(result) ? result : (JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
}

/** The records of a body, as stored lines; the builder for its counts. */
function ingest(
  body: string | Uint8Array,
  pack = false,
): { batch: BatchBuilder; lines: string[]; outcome: ReturnType<typeof parseBody> } {
  const batch = new BatchBuilder(DEFAULTS, batchIds(NOW_MS), pack);
  const outcome = parseBody(typeof body === 'string' ? new TextEncoder().encode(body) : body, batch);
  batch.finish();
  const lines = batch.parts.flatMap((part) => Buffer.from(part.data).toString().split('\n').filter(Boolean));
  return { batch, lines, outcome };
}

describe('a record', () => {
  it('gets the defaults of its request for what it does not say', () => {
    expect(stored({ message: 'hi' })).toEqual({
      id: 'x',
      ts: NOW_MS,
      stream: 'logs',
      level: 'info',
      service: 'svc',
      message: 'hi',
      attrs: {},
    });
  });

  it.each([
    ['Unix milliseconds', 1_700_000_000_123, 1_700_000_000_123],
    ['a fraction of a millisecond', 1_700_000_000_123.9, 1_700_000_000_123],
    ['a time before 1970', -5, -5],
    ['ISO 8601 with zone', '2023-11-14T22:13:20.123+01:00', Date.UTC(2023, 10, 14, 21, 13, 20, 123)],
    [
      'ISO 8601 with a comma and nanoseconds',
      '2023-11-14T22:13:20,123456789Z',
      Date.UTC(2023, 10, 14, 22, 13, 20, 123),
    ],
    ['a date', '2023-11-14', Date.UTC(2023, 10, 14)],
  ])('takes %s as its time', (_, ts, expected) => {
    expect(stored({ ts })).toMatchObject({ ts: expected });
  });

  it.each([
    ['a word for a time', { ts: 'yesterday' }, '/ts'],
    ['a month that does not exist', { timestamp: '2023-13-01T00:00:00Z' }, '/timestamp'],
    ['a time two days ahead', { ts: NOW_MS + 2 * 86_400_000 }, '/ts'],
    ['an object as message', { message: { a: 1 } }, '/message'],
    ['an array as attrs', { attrs: [1] }, '/attrs'],
    ['an unknown stream', { stream: 'cats' }, '/stream'],
    ['an object as level', { level: {} }, '/level'],
    ['a service that is no string', { service: 7 }, '/service'],
    ['an endless service', { service: 'x'.repeat(257) }, '/service'],
    ['an endless trace id', { traceId: 'x'.repeat(257) }, '/traceId'],
    ['a bare string', 'text', ''],
    ['null', null, ''],
    ['an array', [], ''],
    ['a record of a megabyte', { message: 'x'.repeat(1_000_000) }, ''],
  ])('is refused with a pointer for %s', (_, input, pointer) => {
    expect(stored(input as Json)).toMatchObject({ pointer, reason: expect.any(String) });
  });

  it('says where nesting is too deep', () => {
    let deep: Json = 1;
    for (let i = 0; i < 20; i++) deep = { [`k/${i}`]: deep };
    expect(stored({ attrs: { deep } })).toMatchObject({ pointer: expect.stringMatching(/^\/attrs\/deep\/k~119/) });
  });

  it('moves fields that the envelope does not know into attrs, and loses none on a clash', () => {
    expect(stored({ id: 'mine', status: 200, attrs: { status: 500, a: 1 } })).toMatchObject({
      attrs: { id: 'mine', status: 500, status_: 200, a: 1 },
    });
  });

  it('keeps an unknown level in attrs', () => {
    expect(stored({ level: 'SUCCESS' })).toMatchObject({ level: 'info', attrs: { level: 'SUCCESS' } });
    expect(stored({ level: 'WARNING' })).toMatchObject({ level: 'warn', attrs: {} });
    expect(stored({ level: 50 })).toMatchObject({ level: 'error' });
  });

  it('keeps a field named __proto__ as data', () => {
    const record = stored(parseJson('{"__proto__":{"polluted":1},"attrs":{"constructor":2}}')) as LogRecord;
    expect(Object.keys(record.attrs).sort()).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  it('keeps every digit of a number that a double cannot hold', () => {
    const { lines } = ingest(
      '{"attrs":{"big":12345678901234567890,"tiny":1e-400,"huge":1e400,"pi":3.14159265358979323846,"safe":9007199254740991}}',
    );
    expect(lines[0]).toContain(
      '"attrs":{"big":12345678901234567890,"tiny":1e-400,"huge":1e400,"pi":3.14159265358979323846,"safe":9007199254740991}',
    );
  });
});

describe('a body', () => {
  it.each([
    ['one object', '{"message":"a"}', 1],
    ['one object over several lines', '{\n  "message": "a"\n}\n', 1],
    ['an array', '[{"message":"a"},{"message":"b"}]', 2],
    ['NDJSON', '{"message":"a"}\n{"message":"b"}\n', 2],
    ['NDJSON with CRLF, blank lines and no last newline', '{"message":"a"}\r\n\r\n  \n{"message":"b"}', 2],
    ['a byte order mark', '\ufeff{"message":"a"}', 1],
    ['nothing', '', 0],
    ['a million empty lines', '\n'.repeat(1_000_000), 0],
  ])('may be %s', (_, body, count) => {
    const { batch, lines } = ingest(body);
    expect([batch.received, batch.rejected, lines.length]).toEqual([count, 0, count]);
  });

  it('rejects bad lines one by one and keeps the others', () => {
    const { batch, lines } = ingest('{"message":"a"}\n{"message":NaN}\n{"level":{}}\n{"message":"b"}\n');
    expect(lines).toHaveLength(2);
    expect(batch.rejections).toEqual([
      { index: 1, pointer: '', reason: expect.stringContaining('not valid JSON') },
      { index: 2, pointer: '/level', reason: 'must be a string or a number' },
    ]);
    expect(batch.received).toBe(batch.accepted + batch.rejected);
  });

  it('rejects lines that are no UTF-8 and keeps the others', () => {
    const bytes = Buffer.concat([
      Buffer.from('{"message":"ä"}\n{"message":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}\n{"message":"b"}\n'),
    ]);
    const { batch, lines } = ingest(bytes);
    expect(lines).toHaveLength(2);
    expect(batch.rejections).toEqual([{ index: 1, pointer: '', reason: 'not valid UTF-8' }]);
  });

  it('survives nesting that would use up the stack', () => {
    const { batch } = ingest(`${'['.repeat(200_000)}${']'.repeat(200_000)}`);
    expect(batch.accepted).toBe(0);
    const { batch: object } = ingest(`{"a":${'{"a":'.repeat(50_000)}1${'}'.repeat(50_000)}}`);
    expect(object.rejected).toBe(1);
  });

  it('stops at the limit of records', () => {
    expect(ingest('{}\n'.repeat(50_001)).outcome).toEqual({
      ok: false,
      error: { kind: 'too_many_records', limit: 50_000 },
    });
  });

  it('lists a hundred rejections and counts all', () => {
    const { batch } = ingest('x\n'.repeat(250));
    expect([batch.rejections.length, batch.rejected]).toEqual([100, 250]);
  });

  it('splits into parts of a thousand records, each stream apart, with ids in order', () => {
    const { batch } = ingest(
      Array.from({ length: 2_500 }, (_, i) => `{"message":"m${i}"${i % 5 ? '' : ',"stream":"operations"'}}`).join('\n'),
    );
    expect(batch.parts.map((part) => [part.stream, part.summary.records])).toEqual([
      ['logs', 1000],
      ['operations', 500],
      ['logs', 1000],
    ]);
  });

  it.each([
    ['without a space, which deflates worst', 0],
    ['of words of two, which are most for their size', 3],
  ])('of chance text %s makes parts that fit the rows of both stores', (_, every) => {
    let state = 1;
    const unit = (): number => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
      return 0x800 + ((state >>> 16) % (0xd800 - 0x800));
    };
    const text = (units: number) =>
      Array.from({ length: units }, (_, i) => (every > 0 && i % every === 0 ? ' ' : String.fromCharCode(unit()))).join(
        '',
      );
    const longest = MAX_RECORD_CHARS - 200;
    // A record of most of a part, one that almost fills it, and one more of the largest.
    for (const filledUnits of [280, 300, 320, 340].map((kibi) => kibi * 1024)) {
      const records = [longest, filledUnits - longest - 500, longest].map((units) => ({ message: text(units) }));
      const { batch } = ingest(JSON.stringify(records), true);
      expect(batch.accepted).toBe(3);
      for (const { data, tokens } of batch.parts) {
        expect(data.byteLength).toBeLessThan(MAX_PACKED_BYTES);
        expect(data.byteLength + Number(tokens?.byteLength)).toBeLessThan(1_900_000);
      }
    }
  });

  it('of any JSON objects comes out as it went in', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue({ maxDepth: 4 })), { maxLength: 20 }),
        (attrsList) => {
          const records = attrsList.map((attrs, i) => ({ ts: i, message: `m${i}`, attrs }));
          const { lines } = ingest(JSON.stringify(records));
          expect(lines.map((line) => (JSON.parse(line) as LogRecord).attrs)).toEqual(
            records.map((r) => JSON.parse(JSON.stringify(r.attrs))),
          );
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe('a stored line', () => {
  it('gives its id and time at fixed offsets', () => {
    for (const ts of [0, -1, 1, 1_732_000_000_000, 8.64e14]) {
      const { lines } = ingest(JSON.stringify({ ts: Math.min(ts, NOW_MS), message: 'x' }));
      const text = `skipped\n${lines[0]}\n`;
      expect(lineTs(text, 8)).toBe(Math.min(ts, NOW_MS));
      expect(isUuidV7(lineId(text, 8))).toBe(true);
      expect(uuidV7Ms(lineId(text, 8))).toBe(NOW_MS);
    }
  });

  it('has the words in the batch that a reader of the line finds', () => {
    fc.assert(
      fc.property(
        fc.record({
          message: fc.string({ unit: 'binary' }),
          service: fc.string({ maxLength: 50 }),
          attrs: fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 })),
        }),
        (input) => {
          const written = new TokenSet(16);
          const result = normalise(JSON.parse(JSON.stringify(input)) as Json, DEFAULTS, written);
          if (isRefusal(result)) return;
          const read = new TokenSet(16);
          addRecordTokens(read, JSON.parse(`{"id":"x${result.tail}`) as LogRecord);
          expect([...read].sort()).toEqual([...written].sort());
        },
      ),
      { numRuns: 300 },
    );
  });
});
