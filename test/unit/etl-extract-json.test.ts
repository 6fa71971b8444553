import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Extracted, extractorFor, extractPayload } from '../../src/etl/extract/extract.ts';
import { MAX_UNIT_BYTES, MAX_UNIT_DEPTH } from '../../src/etl/extract/unit.ts';
import type { Json } from '../../src/wire/record.ts';

function extract(input: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY): Extracted[] {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const extractor = extractorFor('JSON');
  const units: Extracted[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    units.push(...extractor.push(bytes.subarray(at, Math.min(bytes.length, at + chunkBytes))));
  units.push(...extractor.end());
  return units;
}

/** Values as they are, refusals as the text they give back. */
function outline(input: string | Uint8Array): (Json | { refused: string })[] {
  return extract(input).map((unit) => ('value' in unit ? unit.value : { refused: unit.raw }));
}

describe('a stream of JSON', () => {
  it.each([
    ['lines', '{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }]],
    ['lines of Windows, blank ones between them', '{"a":1}\r\n\r\n \t\n{"a":2}', [{ a: 1 }, { a: 2 }]],
    ['values one after another', '{"a":1}{"b":"}{"}[3]"x"4 5', [{ a: 1 }, { b: '}{' }, 3, 'x', 4, 5]],
    ['a pretty-printed object', '{\n  "a": [\n    1\n  ]\n}\n{"b":2}', [{ a: [1] }, { b: 2 }]],
    ['an array', ' [ {"a":1} ,\n{"a":[2,{}]},"x",null ] ', [{ a: 1 }, { a: [2, {}] }, 'x', null]],
    ['arrays one a line', '[1,2]\n[]\n[[3]]\n', [1, 2, [3]]],
    ['a byte order mark', '\uFEFF{"a":1}', [{ a: 1 }]],
    ['escapes at every place', '{"a\\"\\\\":"\\u00e9\\\\"}{"b":"é€😀"}', [{ 'a"\\': 'é\\' }, { b: 'é€😀' }]],
    ['nothing', '', []],
    ['blanks', ' \n\t\r\n', []],
  ])('reads %s', (_, input, expected) => {
    expect(outline(input)).toEqual(expected);
  });

  it('keeps the digits of numbers that no double holds, in lines and in arrays', () => {
    const units = extract('{"n":12345678901234567890}\n[{"n":0.12345678901234567890}]');
    expect(units.map((unit) => JSON.stringify(unit))).toEqual([
      '{"value":{"n":12345678901234567890}}',
      '{"value":{"n":0.12345678901234567890}}',
    ]);
  });

  it('keeps a key called __proto__ as a key', () => {
    expect(JSON.stringify(extract('{"__proto__":{"a":1}}'))).toBe('[{"value":{"__proto__":{"a":1}}}]');
  });
});

describe('JSON that is broken', () => {
  it.each([
    ['a line that is text', '{"a":1}\n2024-01-01 {"x":1} ERROR\n{"a":2}\n', ['2024-01-01 {"x":1} ERROR']],
    ['a line that is cut in a string', '{"a":1}\n{"b":"tex\n{"a":2}\n', ['{"b":"tex']],
    ['a line that is cut behind an escape', '{"a":1}\n{"b":"tex\\\n{"a":2}\n', ['{"b":"tex\\']],
    ['a line that is cut behind a colon', '{"a":1}\n{"b":\n{"a":2}\n{"a":3}\n', ['{"b":']],
    ['a line that is cut behind a value', '{"a":1}\n{"b":2\n{"a":2}\n', ['{"b":2']],
    ['a line that is cut behind a comma', '{"a":1}\n{"b":2,\n{"a":2}\n', ['{"b":2,']],
    ['a line that is cut in an array inside', '{"a":1}\n{"b":[2,\n{"a":2}\n{"a":3}\n', ['{"b":[2,']],
    ['an array that is cut', '[{"a":1},{"b":"x\n{"a":2}\n', ['{"b":"x']],
    ['a bracket that does not match', '{"a":1}\n{"b":[1}\n{"a":2}\n', ['{"b":[1}']],
    ['a bracket too many', '{"a":1}}\n{"a":2}\n', ['}']],
    ['a word that is none', '{"a":1}\n[{"b":tru},{"a":2}]', ['{"b":tru}']],
  ])('costs one unit where it is %s', (_, input, refused) => {
    const units = outline(input);
    expect(
      units.filter((unit) => 'refused' in (unit as object)).map((unit) => (unit as { refused: string }).refused),
    ).toEqual(refused);
    expect(units).toContainEqual({ a: 1 });
    expect(units).toContainEqual({ a: 2 });
  });

  it.each([
    ['an object', '{"a":1}\n{"b":', '{"b":'],
    ['a string', '{"a":1}\n"b', '"b'],
    ['an element', '{"a":1}\n[2', '2'],
    ['an array', '{"a":1}\n[2,', ''],
  ])('is told where the input ends inside %s', (_, input, raw) => {
    expect(extract(input).at(-1)).toEqual({ reason: expect.stringContaining('the input ends inside'), raw });
    expect(extract(input)[0]).toEqual({ value: { a: 1 } });
  });

  it.each(['[1,]', '[,1]', '[1,,2]'])('is told where an element is missing: %s', (input) => {
    expect(extract(input)).toContainEqual({ reason: 'not valid JSON: an element of an array is missing', raw: '' });
  });

  it('costs one line where the bytes are no UTF-8', () => {
    const input = Buffer.concat([Buffer.from('{"a":1}\n{"b":"'), Buffer.from([0xff]), Buffer.from('"}\n{"a":2}\n')]);
    expect(extract(input)).toEqual([
      { value: { a: 1 } },
      { reason: 'not valid UTF-8', raw: '{"b":"\uFFFD"}' },
      { value: { a: 2 } },
    ]);
  });

  it.each([
    ['an object', '{"b":"', '"}'],
    ['an element', '[{"b":"', '"}]'],
    ['a line of text', 'text ', ' end'],
  ])('costs one unit where %s is larger than a unit may be, and only its head is kept', (_, before, after) => {
    const input = `{"a":1}\n${before}${'x'.repeat(MAX_UNIT_BYTES)}${after}\n{"a":2}\n`;
    for (const chunkBytes of [65_536, Number.POSITIVE_INFINITY]) {
      const units = extract(input, chunkBytes);
      expect(units).toHaveLength(3);
      expect(units[1]).toEqual({
        reason: `is larger than ${MAX_UNIT_BYTES} bytes`,
        raw: expect.stringMatching(/^.{1024}…$/),
      });
      expect([units[0], units[2]]).toEqual([{ value: { a: 1 } }, { value: { a: 2 } }]);
    }
  });

  it('is refused where it nests deeper than its readers can follow, whether brackets close or not', () => {
    const deep = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    const units = extract(`{"a":${deep(MAX_UNIT_DEPTH)}}\n{"a":${deep(MAX_UNIT_DEPTH - 1)}}\n{"a":1}\n`);
    expect(units.map((unit) => ('reason' in unit ? unit.reason : 'value'))).toEqual([
      'is nested deeper than 512 levels',
      'value',
      'value',
    ]);
    expect(extract('['.repeat(100_000)).at(-1)).toHaveProperty('reason');
  });

  it('is read in a time that grows with its length, also where every line opens what no line closes', () => {
    const units = extract('{"a":\n'.repeat(200_000), 65_536);
    expect(units.length).toBeGreaterThan(0);
    expect(units.every((unit) => 'reason' in unit)).toBe(true);
  });
});

/** Pieces of which streams are made that are right, broken, or both. */
const PIECES = [
  ...['{"a":1}', '{"b":"é😀\\n\\""}', '[1,{"c":[2,3]},"x"]', '[]', '"s"', '-1.5e3', 'true', 'null', '{', '}', '[', ']'],
  ...[
    '"',
    ',',
    ':',
    '\\',
    '\n',
    '\r\n',
    ' ',
    '{"a":',
    '[{"d":1},',
    'text',
    '12345678901234567890',
    '\uFEFF',
    '\u0000',
    '{"e":{"f":[{}]}}',
  ],
];

describe('where chunks end', () => {
  it('changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...PIECES) }, { weight: 1, arbitrary: fc.constant('\n') }),
          {
            maxLength: 30,
          },
        ),
        fc.integer({ min: 1, max: 9 }),
        fc.option(fc.integer({ min: 0, max: 200 }), { nil: null }),
        (pieces, chunkBytes, cut) => {
          const bytes = new TextEncoder().encode(pieces.join(''));
          const input = cut === null ? bytes : bytes.subarray(0, cut);
          expect(JSON.stringify(extract(input, chunkBytes))).toBe(JSON.stringify(extract(input)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('changes nothing for values of every kind, however they are written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string({ unit: 'binary' }), fc.jsonValue()), { maxLength: 8 }),
        fc.constantFrom(...['\n', '', ' ', '\r\n']),
        fc.constantFrom(0, 2),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        (records, separator, indent, asArray, chunkBytes) => {
          const input = asArray
            ? JSON.stringify(records, null, indent)
            : records.map((record) => JSON.stringify(record, null, indent)).join(separator);
          const expected = records.map((record) => ({ value: JSON.parse(JSON.stringify(record)) as Json }));
          expect(JSON.stringify(extract(input, chunkBytes))).toBe(JSON.stringify(expected));
        },
      ),
    );
  });
});

describe('a payload', () => {
  it.each([
    ['an object', { a: 1 }, [{ value: { a: 1 } }]],
    ['an array, as many units', [{ a: 1 }, 2], [{ value: { a: 1 } }, { value: 2 }]],
    ['text, as a body', '{"a":1}\n[{"a":2}]', [{ value: { a: 1 } }, { value: { a: 2 } }]],
    ['a number, for the schema to refuse', 5, [{ value: 5 }]],
  ])('of JSON or TELEMETRY is %s', (_, payload, expected) => {
    for (const dataType of ['JSON', 'TELEMETRY'] as const)
      expect([...extractPayload(dataType, payload)]).toEqual(expected);
  });

  it('of YAML is text and of BINARY base64 text, and nothing else', () => {
    expect([...extractPayload('YAML', '- a: 1\n- a: 2')]).toEqual([{ value: { a: 1 } }, { value: { a: 2 } }]);
    expect([...extractPayload('BINARY', 'gaFh\nAQ==')]).toEqual([{ value: { a: 1 } }]);
    expect([...extractPayload('BINARY', 'gaFhAQ')]).toEqual([{ value: { a: 1 } }]);
    for (const [dataType, payload] of [
      ['YAML', { a: 1 }],
      ['BINARY', [1]],
      ['BINARY', 'no base64!'],
    ] as const)
      expect([...extractPayload(dataType, payload as Json)]).toEqual([
        { reason: expect.stringContaining('text'), raw: expect.any(String) },
      ]);
  });
});
