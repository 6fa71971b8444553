import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { type Extracted, extractorFor } from '../../src/etl/extract/extract.ts';
import { MAX_RECORD_CHARS } from '../../src/wire/limits.ts';
import type { Json } from '../../src/wire/record.ts';

function extract(input: string | Uint8Array, chunkBytes = Number.POSITIVE_INFINITY): Extracted[] {
  const bytes = typeof input === 'string' ? new TextEncoder().encode(input) : input;
  const extractor = extractorFor('YAML');
  const units: Extracted[] = [];
  for (let at = 0; at < bytes.length; at += chunkBytes)
    units.push(...extractor.push(bytes.subarray(at, Math.min(bytes.length, at + chunkBytes))));
  units.push(...extractor.end());
  return units;
}

function outline(input: string): string[] {
  return extract(input).map((unit) => ('value' in unit ? JSON.stringify(unit.value) : unit.reason));
}

describe('a stream of YAML', () => {
  it.each([
    ['documents', 'a: 1\n---\nb: 2\n---\nc: 3', ['{"a":1}', '{"b":2}', '{"c":3}']],
    [
      'documents with ends, directives and comments',
      '%YAML 1.2\n---\na: 1\n... # end\n# note\n%TAG ! tag:x,2026:\n---\nb: 2\n',
      ['{"a":1}', '{"b":2}'],
    ],
    [
      'markers inside a block scalar as content, where they are indented',
      'a: |\n  ---\n  ...\nb: 1\n',
      ['{"a":"---\\n...\\n","b":1}'],
    ],
    ['a line that only begins like a marker', '---x: 1\n----: 2\n', ['{"---x":1,"----":2}']],
    ['a document on the line of its marker', '--- {a: 1}\n--- "x"\n', ['{"a":1}', '"x"']],
    ['lines of Windows', '---\r\na: 1\r\n---\r\nb: 2\r\n', ['{"a":1}', '{"b":2}']],
    ['a sequence, as many units', '- a: 1\n- b: 2\n  c: [x]\n- 3\n', ['{"a":1}', '{"b":2,"c":["x"]}', '3']],
    ['a flow sequence', '[{a: 1}, {b: 2}]', ['{"a":1}', '{"b":2}']],
    ['JSON', '{"a": [1, "\\u00e9", null]}', ['{"a":[1,"é",null]}']],
    ['a byte order mark', '\uFEFFa: 1\n', ['{"a":1}']],
    ['nothing out of empty documents and comments', '---\n---\n# only\n...\n---\n', []],
    [
      'the core schema',
      'a: yes\nb: 0o14\nc: 0x1F\nd: ~\ne: 2026-01-01\nf: .nan\ng: -.inf\n',
      ['{"a":"yes","b":12,"c":31,"d":null,"e":"2026-01-01","f":"NaN","g":"-Infinity"}'],
    ],
    ['integers that no double holds', 'n: 12345678901234567890\n', ['{"n":12345678901234567890}']],
    ['anchors', 'a: &x {y: 1}\nb: *x\n', ['{"a":{"y":1},"b":{"y":1}}']],
    ['merge keys as keys', 'a: {<<: {y: 1}}\n', ['{"a":{"<<":{"y":1}}}']],
    ['tags as nothing', 'a: !custom x\nb: !!binary aGk=\n', ['{"a":"x","b":"aGk="}']],
    ['keys that are no text', '? [a, b]\n: 1\n2: 3\n', ['{"2":3,"[ a, b ]":1}']],
    ['keys called __proto__', '__proto__: {a: 1}\n', ['{"__proto__":{"a":1}}']],
  ])('gives %s', (_, input, expected) => {
    expect(outline(input)).toEqual(expected);
  });

  it('that is one sequence is read by its items, however long it is', () => {
    const item = '- level: info\n  message: |\n    - no item\n    ---\n  attrs: {a: 1}\n';
    const units = extract(item.repeat(20_000), 65_536);
    expect(units).toHaveLength(20_000);
    expect(
      units.every(
        (unit) => JSON.stringify(unit) === '{"value":{"level":"info","message":"- no item\\n---\\n","attrs":{"a":1}}}',
      ),
    ).toBe(true);
  });
});

describe('a sequence of the shortest items', () => {
  it('is read, though it has a token in each byte', () => {
    const units = extract('- 1\n'.repeat(50_000), 65_536);
    expect(units).toHaveLength(50_000);
    expect(units.every((unit) => 'value' in unit && unit.value === 1)).toBe(true);
  });

  it('is read around an item that has too many tokens', () => {
    expect(extract(`- 1\n- [${'1,'.repeat(40_000)}]\n- 2\n`)).toEqual([
      { value: 1 },
      { reason: 'has more than 32768 YAML tokens', raw: expect.stringMatching(/^- \[1,/) },
      { value: 2 },
    ]);
  });
});

describe('YAML that is broken', () => {
  it('costs the document', () => {
    expect(extract('a: 1\n---\nb: c: d\n---\na: 2\n')).toEqual([
      { value: { a: 1 } },
      { reason: expect.stringMatching(/^not valid YAML: .* at line 2, column 4$/), raw: '---\nb: c: d\n' },
      { value: { a: 2 } },
    ]);
  });

  it('costs the item where the document is a sequence', () => {
    expect(extract('---\n- a: 1\n- b: "x\n- c: : d\n- a: 2\n')).toEqual([
      { value: { a: 1 } },
      { reason: expect.stringContaining('not valid YAML'), raw: '- b: "x\n' },
      { reason: expect.stringContaining('not valid YAML'), raw: '- c: : d\n' },
      { value: { a: 2 } },
    ]);
  });

  it.each([
    ['a key that stands twice', 'a: 1\na: 2\n', 'the key "a" stands twice in one map'],
    ['directives without a document', '%YAML 1.2\n', 'directives stand before no document'],
    ['two versions', '%YAML 1.2\n%YAML 1.2\n---\n', 'the version is given twice'],
    ['an alias of nothing', 'a: *x\n', 'not valid YAML'],
    ['a tab as indentation', 'a:\n\tb: 1\n', 'not valid YAML'],
  ])('is told: %s', (_, input, reason) => {
    expect(extract(input)).toEqual([{ reason: expect.stringContaining(reason), raw: input }]);
  });

  it('costs the document where its bytes are no UTF-8', () => {
    const input = Buffer.concat([Buffer.from('a: 1\n---\nb: '), Buffer.from([0xff]), Buffer.from('\n---\na: 2\n')]);
    expect(extract(input)).toEqual([
      { value: { a: 1 } },
      { reason: 'not valid UTF-8', raw: '---\nb: \uFFFD\n' },
      { value: { a: 2 } },
    ]);
  });

  it('costs one document or item that is too large, and what stands around it is read', () => {
    const long = 'x'.repeat(MAX_RECORD_CHARS);
    for (const chunkBytes of [65_536, Number.POSITIVE_INFINITY])
      for (const input of [
        `a: 1\n---\nb: ${long}\n---\na: 2\n`,
        `- a: 1\n- b: ${long}\n- a: 2\n`,
        `- a: 1\n- b: |\n${`   ${'y'.repeat(99)}\n`.repeat(3_000)}- a: 2\n`,
      ])
        expect(extract(input, chunkBytes)).toEqual([
          { value: { a: 1 } },
          { reason: `is larger than ${MAX_RECORD_CHARS} bytes`, raw: expect.stringMatching(/^.{1024}…$/s) },
          { value: { a: 2 } },
        ]);
  });
});

describe('YAML that nobody means well with', () => {
  it.each([
    [
      'aliases that multiply',
      `a: &a [${'x,'.repeat(9)}]\n${[...'bcdefghi'].map((name, i) => `${name}: &${name} [${`*${'abcdefgh'[i]},`.repeat(9)}]\n`).join('')}`,
      'alias',
    ],
    [
      'one alias of much',
      `a: &a ${'x'.repeat(60_000)}\nb: [${'*a,'.repeat(90)}]\n`,
      'when its aliases are written out',
    ],
    ['an alias of itself', '&a [*a]', 'nested deeper'],
    ['aliases of itself', '&a [*a, *a]', 'nested deeper'],
    ['flow sequences', '['.repeat(30_000), 'nested deeper than 512 levels'],
    ['flow maps', '{a: '.repeat(10_000), 'nested deeper than 512 levels'],
    ['sequences on one line', '- '.repeat(15_000), 'nested deeper than 512 levels'],
    ['nothing but brackets', '['.repeat(200_000), 'has more than 32768 YAML tokens'],
    ['tags', '!a '.repeat(10_000), 'not valid YAML'],
  ])('is a reason: %s', (_, input, reason) => {
    expect(extract(input, 65_536)).toEqual([{ reason: expect.stringContaining(reason), raw: input }]);
  });
});

it('YAML as deep as a unit may be is read', () => {
  const levels = 510;
  for (const input of [`a: ${'['.repeat(levels)}${']'.repeat(levels)}`, `a:\n  ${'- '.repeat(levels)}x`])
    expect(extract(input)).toEqual([{ value: expect.anything() }]);
});

const LINES = [
  ...[
    '---',
    '--- x',
    '...',
    '... # c',
    '%YAML 1.2',
    '# comment',
    '',
    '  ',
    'a: 1',
    '- b: 2',
    '- c',
    '-',
    '  d: 3',
    '  ---',
    '---x',
    'e: |',
  ],
  ...['"open', 'é: 😀', '[1,', '{', '\t', 'a: &x 1', 'b: *x', '--'],
];

describe('where chunks end', () => {
  it('changes nothing', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...LINES), { maxLength: 14 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.integer({ min: 1, max: 9 }),
        (lines, lineBreak, isEnded, chunkBytes) => {
          const input = lines.join(lineBreak) + (isEnded ? lineBreak : '');
          expect(JSON.stringify(extract(input, chunkBytes))).toBe(JSON.stringify(extract(input)));
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('changes nothing for values of every kind', () => {
    fc.assert(
      fc.property(
        fc.array(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }), { maxLength: 5 }),
        fc.boolean(),
        fc.integer({ min: 1, max: 64 }),
        (records, asSequence, chunkBytes) => {
          const clean = JSON.parse(JSON.stringify(records)) as Json[];
          const input = asSequence ? stringify(clean) : clean.map((record) => `---\n${stringify(record)}`).join('');
          expect(JSON.stringify(extract(input, chunkBytes))).toBe(JSON.stringify(clean.map((value) => ({ value }))));
        },
      ),
    );
  });
});
