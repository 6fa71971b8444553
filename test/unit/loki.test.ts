import fc from 'fast-check';
import { PbfWriter } from 'pbf';
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

interface WireEntry {
  time?: bigint[];
  line?: Uint8Array;
  name?: Uint8Array;
  value?: Uint8Array;
}

const bytesOf = (text: string) => new TextEncoder().encode(text);
const NOT_UTF8 = Uint8Array.of(0x61, 0xff);

/** A PushRequest of one stream, whose texts may be any bytes. */
function pushOf(labels: Uint8Array, ...entries: WireEntry[]): Uint8Array {
  const writer = new PbfWriter();
  const writeStream = (_: null, stream: PbfWriter) => {
    for (const entry of entries) stream.writeMessage(2, writeEntry, entry);
    // Behind the entries: protobuf does not promise an order.
    stream.writeBytesField(1, labels);
  };
  writer.writeMessage(1, writeStream, null);
  return writer.finish();
}

function writeEntry({ time, line, name, value }: WireEntry, writer: PbfWriter): void {
  if (time !== undefined) writer.writeBytesField(1, timestamp(...time));
  if (name !== undefined) {
    const writePair = (_: null, pair: PbfWriter) => {
      pair.writeBytesField(1, name);
      pair.writeBytesField(2, value ?? new Uint8Array(0));
    };
    writer.writeMessage(3, writePair, null);
  }
  writer.writeBytesField(2, line ?? new Uint8Array(0));
}

/** Seconds and nanoseconds as int64 and int32 are written: two's complement of 64 bits. */
function timestamp(...numbers: bigint[]): Uint8Array {
  const bytes: number[] = [];
  for (const [index, number] of numbers.entries()) {
    bytes.push((index + 1) << 3);
    let rest = BigInt.asUintN(64, number);
    for (; rest > 127n; rest >>= 7n) bytes.push(Number((rest & 127n) | 128n));
    bytes.push(Number(rest));
  }
  return Uint8Array.from(bytes);
}

function readPush(body: Uint8Array) {
  const batch = newBatch();
  const result = readProtobufPush(body, batch);
  batch.finish();
  return { result, batch };
}

describe('a text in protobuf that is not UTF-8', () => {
  const labels = bytesOf('{a="b"}');
  it.each<[string, WireEntry]>([
    ['line', { line: NOT_UTF8 }],
    ['name of metadata', { name: NOT_UTF8 }],
    ['value of metadata', { name: bytesOf('n'), value: NOT_UTF8 }],
  ])('rejects the entry alone where it is a %s', (_, entry) => {
    const { result, batch } = readPush(pushOf(labels, { line: bytesOf('é') }, entry, { line: bytesOf('ü') }));
    expect([result.ok, batch.received, batch.accepted]).toEqual([true, 3, 2]);
    expect(batch.rejections).toEqual([{ index: 1, pointer: '', reason: 'holds a text that is not valid UTF-8' }]);
  });

  it('rejects each entry of the stream, and no other, where it is the labels', () => {
    const streams = [pushOf(NOT_UTF8, {}, {}), pushOf(labels, {}), pushOf(NOT_UTF8)];
    const { result, batch } = readPush(Buffer.concat(streams));
    expect([result.ok, batch.received, batch.accepted]).toEqual([true, 3, 1]);
    const reason = 'the labels are not valid UTF-8';
    expect(batch.rejections).toEqual([0, 1].map((index) => ({ index, pointer: '/stream', reason })));
  });
});

describe('a time in protobuf', () => {
  it.each<[string, bigint[], number | null]>([
    ['is cut to milliseconds', [1_760_000_000n, 123_999_999n], 1_760_000_000_123],
    ['before 1970 is negative', [-1n, 999_000_000n], -1],
    ['may have nanoseconds that point back', [1_760_000_000n, -1n], 1_759_999_999_999],
    ['of nothing is 1970, as protobuf has it', [], 0],
    ['beyond what a double holds is none', [2n ** 62n], null],
    ['far before all times is none', [-(2n ** 63n)], null],
  ])('%s', (_, time, ms) => {
    const { batch } = readPush(pushOf(bytesOf('{}'), { time }));
    expect([batch.accepted, batch.rejections[0]?.pointer]).toEqual(ms === null ? [0, '/ts'] : [1, undefined]);
    const line = new TextDecoder().decode(batch.parts[0]?.data);
    if (ms !== null) expect(JSON.parse(line).ts).toBe(ms);
  });
});

describe('a push in protobuf', () => {
  const body = pushOf(
    bytesOf('{job="x"}'),
    { time: [1_760_000_000n, 5n], line: bytesOf('first'), name: bytesOf('n'), value: bytesOf('é') },
    { line: bytesOf('second') },
  );

  it('that is cut anywhere is malformed', () => {
    for (let length = 1; length < body.length; length++) {
      expect([length, readPush(body.subarray(0, length)).result]).toMatchObject([
        length,
        { ok: false, error: { kind: 'malformed' } },
      ]);
    }
    expect(readPush(body).batch.accepted).toBe(2);
  });

  it('whose lengths reach into what follows is malformed', () => {
    // Of a stream of one entry with the line "xy": each length one too long, with bytes behind the stream for it to take.
    const stream = [0x0a, 6, 0x12, 4, 0x12, 2, 0x78, 0x79];
    const behind = [0x7a, 2, 0, 0];
    expect(readPush(Uint8Array.from([...stream, ...behind])).batch.accepted).toBe(1);
    for (const at of [1, 3, 5]) {
      const bent = Uint8Array.from([...stream, ...behind]);
      bent[at] = (bent[at] ?? 0) + 1;
      expect([at, readPush(bent).result]).toMatchObject([at, { ok: false, error: { kind: 'malformed' } }]);
    }
  });
});

describe('labels that do not pack', () => {
  it('are refused before their entries fill the memory, and those that pack are not', () => {
    let seed = 1;
    const chance = Array.from({ length: 16_000 }, () => {
      seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0;
      return String.fromCharCode(0x4e00 + ((seed >>> 8) % 20_000));
    });
    for (const [label, fits] of [
      [chance.join(''), false],
      ['x'.repeat(16_000), true],
    ] as const) {
      const values = Array.from({ length: 2_000 }, (_, i) => [`${1_760_000_000_000_000_000n}`, `m${i}`]);
      const batch = new BatchBuilder({ stream: 'logs', service: 'x', nowMs: 1_760_000_000_000 }, String, true);
      const body = new TextEncoder().encode(JSON.stringify({ streams: [{ stream: { label }, values }] }));
      const read = readJsonPush(body, batch);
      batch.finish();
      expect(read.ok || read.error).toEqual(fits || { kind: 'too_many_records', limit: batch.received });
      expect(batch.parts.reduce((sum, { data }) => sum + data.byteLength, 0)).toBeLessThan(28 * 1024 * 1024);
    }
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
