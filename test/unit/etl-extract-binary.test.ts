import { encode as encodeMessagePack } from '@msgpack/msgpack';
import { encode as encodeCbor } from 'cborg';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Extracted, extractorFor } from '../../src/etl/extract/extract.ts';
import { MAX_UNIT_BYTES, MAX_UNIT_DEPTH } from '../../src/etl/extract/unit.ts';
import { concatBytes, fromBase64 } from '../../src/shared/bytes.ts';

function extract(
  input: Uint8Array,
  chunkBytes = Number.POSITIVE_INFINITY,
  contentType: string | null = null,
): Extracted[] {
  const extractor = extractorFor('BINARY', contentType);
  const units: Extracted[] = [];
  for (let at = 0; at < input.length; at += chunkBytes)
    units.push(...extractor.push(input.subarray(at, Math.min(input.length, at + chunkBytes))));
  units.push(...extractor.end());
  return units;
}

function hex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}

function values(input: Uint8Array, contentType: string | null = null): string {
  return JSON.stringify(
    extract(input, Number.POSITIVE_INFINITY, contentType).map((unit) => ('value' in unit ? unit.value : unit.reason)),
  );
}

const RECORD = { level: 'info', message: 'ünï 😀', n: 1.5, attrs: { a: [1, null, true] } };
const FORMATS = [
  ['MessagePack', (value: unknown) => encodeMessagePack(value, { maxDepth: 1_000 }), 'application/msgpack'],
  ['CBOR', encodeCbor as (value: unknown) => Uint8Array, 'application/cbor-seq'],
] as const;

describe.each(FORMATS)('a stream of %s', (name, encode, contentType) => {
  it('is read value by value, and an array element by element, wherever chunks end', () => {
    const input = concatBytes([RECORD, [RECORD, { a: 1 }], { b: 2 }].map(encode));
    for (const chunkBytes of [1, 3, 10, Number.POSITIVE_INFINITY])
      expect(extract(input, chunkBytes)).toEqual([RECORD, RECORD, { a: 1 }, { b: 2 }].map((value) => ({ value })));
  });

  it('is known by its first records', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.dictionary(
            fc.string({ minLength: 1, maxLength: 12 }),
            fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.double({ noNaN: true })),
            {
              minKeys: 1,
              maxKeys: 6,
            },
          ),
          { minLength: 1, maxLength: 40 },
        ),
        fc.boolean(),
        fc.integer({ min: 1, max: 100 }),
        (records, asArray, chunkBytes) => {
          const clean = records
            .map((record) => JSON.parse(JSON.stringify(record)) as Record<string, unknown>)
            .map(({ ['__proto__']: _, ...record }) => ({ level: 'info', ...record }));
          const input = asArray ? encode(clean) : concatBytes(clean.map(encode));
          expect(JSON.stringify(extract(input, chunkBytes))).toBe(
            JSON.stringify(extract(input, Number.POSITIVE_INFINITY, contentType)),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  it('says where it is cut, and gives back what it has', () => {
    const input = concatBytes([encode(RECORD), encode(RECORD).subarray(0, 9)]);
    for (const chunkBytes of [1, Number.POSITIVE_INFINITY])
      expect(extract(input, chunkBytes, contentType)).toEqual([
        { value: RECORD },
        {
          reason: `not valid ${name}: the input ends inside a value`,
          raw: Buffer.from(encode(RECORD).subarray(0, 9)).toString('base64'),
        },
      ]);
  });

  it('loses one unit that is too large, and what follows is read', () => {
    const input = concatBytes([{ a: 1 }, { b: 'x'.repeat(MAX_UNIT_BYTES), c: [1] }, { a: 2 }].map(encode));
    for (const chunkBytes of [65_536, Number.POSITIVE_INFINITY])
      expect(extract(input, chunkBytes)).toEqual([
        { value: { a: 1 } },
        { reason: `is larger than ${MAX_UNIT_BYTES} bytes`, raw: expect.any(String) },
        { value: { a: 2 } },
      ]);
  });

  it('loses one unit that nests too deep', () => {
    let deep: unknown = 1;
    for (let i = 0; i < MAX_UNIT_DEPTH - 1; i++) deep = [deep];
    const input = concatBytes([{ a: [deep] }, { a: deep }].map(encode));
    expect(extract(input, 100).map((unit) => ('reason' in unit ? unit.reason : 'value'))).toEqual([
      'is nested deeper than 512 levels',
      'value',
    ]);
  });

  it('is handed on where a declared value is no record, and given up where the format was a guess', () => {
    const input = concatBytes([RECORD, 5, RECORD].map(encode));
    expect(extract(input, 7, contentType)).toEqual([{ value: RECORD }, { value: 5 }, { value: RECORD }]);
    const guessed = extract(input);
    expect(guessed[0]).toEqual({ value: RECORD });
    expect(guessed.slice(1)).toEqual([
      {
        reason: `not valid ${name}: no record begins at byte ${encode(RECORD).length}; what follows cannot be read`,
        raw: expect.any(String),
      },
    ]);
  });
});

describe('what JSON has no type for', () => {
  it.each([
    ['MessagePack bytes', '81a162c4020102', '{"b":"AQI="}'],
    [
      'MessagePack integers beyond 2^53',
      '82a161cfffffffffffffffffa162d38000000000000000',
      '{"a":18446744073709551615,"b":-9223372036854775808}',
    ],
    ['MessagePack integers of 64 bits that fit', '81a161cf000000000000002a', '{"a":42}'],
    ['MessagePack NaN and infinities', '82a161cb7ff8000000000000a162cbfff0000000000000', '{"a":"NaN","b":"-Infinity"}'],
    [
      'a MessagePack timestamp with nanoseconds',
      '81a174d7ff000000045a4af6a5',
      '{"t":"2018-01-02T03:04:05.000000001Z"}',
    ],
    ['a MessagePack timestamp before 1970', '81a174c70cff00000000ffffffffffffffff', '{"t":"1969-12-31T23:59:59.000Z"}'],
    ['another MessagePack extension', '81a178d6050a0b0c0d', '{"x":{"type":5,"base64":"CgsMDQ=="}}'],
    ['MessagePack keys that are no text', '84a1610101a162c2a163c0a164', '{"1":"b","a":1,"false":"c","null":"d"}'],
    ['CBOR bytes', 'a16162420102', '{"b":"AQI="}'],
    ['a CBOR epoch time', 'a16174c1fb41d452d9ec200000', '{"t":"2013-03-21T20:04:00.500Z"}'],
    ['a CBOR time as text', 'a16174c074323031332d30332d32315432303a30343a30305a', '{"t":"2013-03-21T20:04:00Z"}'],
    [
      'CBOR big numbers',
      'a2616ec2490100000000000000006170c349010000000000000000',
      '{"n":18446744073709551616,"p":-18446744073709551617}',
    ],
    ['CBOR undefined', 'a16175f7', '{"u":null}'],
    ['a CBOR tag that nobody knows', 'a16174d9ffff01', '{"t":1}'],
    ['CBOR keys that are no text', 'a36161010261624101f6', '{"2":"b","a":1,"AQ==":null}'],
    ['a CBOR key called __proto__', 'a1695f5f70726f746f5f5f01', '{"__proto__":1}'],
  ])('%s', (_, input, expected) => {
    expect(values(hex(input))).toBe(`[${expected}]`);
  });

  it('a MessagePack key called __proto__ costs its record', () => {
    expect(values(hex('81a95f5f70726f746f5f5f01 81a16101'))).toBe(
      '["not valid MessagePack: The key __proto__ is not allowed",{"a":1}]',
    );
  });

  it('text that is not UTF-8 costs its record', () => {
    expect(values(hex('81a161a1ff 81a16101'))).toBe('["not valid UTF-8",{"a":1}]');
    expect(values(hex('a1616161ff a1616101'))).toBe('["not valid UTF-8",{"a":1}]');
  });
});

describe('which binary format it is', () => {
  it.each([
    ['a mark before each value', 'd9d9f7a1616101d9d9f7a1616102', '[{"a":1},{"a":2}]'],
    ['a CBOR array of records, whose first bytes are a small MessagePack map', '81a163666f6f01', '[{"foo":1}]'],
    ['a small MessagePack map, whose first bytes are a CBOR array of maps', '81a163c0', '[{"c":null}]'],
    ['a CBOR array without its length', '9fa1616101bf616202ffff', '[{"a":1},{"b":2}]'],
    ['an empty map', '80', '[{}]'],
  ])('%s', (_, input, expected) => {
    expect(values(hex(input))).toBe(expected);
  });

  it.each(['application/cbor', 'application/cbor-seq; x=1', 'Application/Senml+CBOR'])(
    'is said by %s',
    (contentType) => {
      expect(values(hex('81a16101'), contentType)).toContain('not valid CBOR');
      expect(values(hex('81a16101'))).toBe('[{"a":1}]');
    },
  );

  it('is neither for text, which is one refusal and not one for each byte', () => {
    const text = new TextEncoder().encode('{"level":"info"}\n'.repeat(10_000));
    for (const chunkBytes of [1_000, Number.POSITIVE_INFINITY])
      expect(extract(text, chunkBytes)).toEqual([
        {
          reason: 'neither MessagePack nor CBOR: it begins with no map or array; what follows cannot be read',
          raw: Buffer.from(text.subarray(0, 1024)).toString('base64'),
        },
      ]);
  });
});

describe('bytes that nobody means well with', () => {
  it.each([
    ['an array that claims 4 billion elements', 'ddffffffff 81a16101', 'inside an array, 4294967294 elements early'],
    ['an inner array that does', '81a161ddffffffff01', 'inside a value'],
    ['a map that does', '81a161dfffffffff', 'inside a value'],
    ['a text of 4 GiB', '81a161dbffffffff61', 'inside a value'],
    ['a CBOR array that claims 2^64 elements', '9bffffffffffffffff a1616101', 'inside an array'],
    ['CBOR bytes that claim 2^64', 'a161615bffffffffffffffff61', 'inside a value'],
  ])('%s costs nothing but a reason', (_, input, reason) => {
    for (const chunkBytes of [1, Number.POSITIVE_INFINITY])
      expect(extract(hex(input), chunkBytes).at(-1)).toHaveProperty('reason', expect.stringContaining(reason));
  });

  it('what begins no value gives up the rest, and says where', () => {
    const input = concatBytes([encodeMessagePack(RECORD), hex('81a161c1'), encodeMessagePack(RECORD)]);
    for (const chunkBytes of [1, 5, Number.POSITIVE_INFINITY]) {
      const units = extract(input, chunkBytes, 'application/x-msgpack');
      const at = encodeMessagePack(RECORD).length + 3;
      expect(units[0]).toEqual({ value: RECORD });
      expect(units.slice(1)).toEqual([
        {
          reason: `not valid MessagePack: byte ${at} begins no value; what follows cannot be read`,
          raw: expect.any(String),
        },
      ]);
      const { raw } = units[1] as { raw: string };
      expect(fromBase64(raw).subarray(0, 4)).toEqual(hex('81a161c1'));
    }
  });

  it('never throw, and give the same wherever chunks end', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 60 }),
        fc.constantFrom(null, 'application/msgpack', 'application/cbor'),
        fc.integer({ min: 1, max: 7 }),
        (input, contentType, chunkBytes) => {
          const whole = extract(input, Number.POSITIVE_INFINITY, contentType);
          expect(JSON.stringify(extract(input, chunkBytes, contentType))).toBe(JSON.stringify(whole));
        },
      ),
      { numRuns: 3_000 },
    );
  });
});
