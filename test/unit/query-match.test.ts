import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildFilter, lineTs, type Summary, SummaryBuilder, TokenSet } from '../../src/blocks/index.ts';
import { normalise } from '../../src/ingest/normalise.ts';
import { compileQuery } from '../../src/query/index.ts';
import { isSafe, ODD_FOLDS } from '../../src/query/match/needle.ts';
import { filterAllows } from '../../src/query/match/token-need.ts';
import { RawText } from '../../src/query/scan/raw-text.ts';
import { scanText } from '../../src/query/scan/scan.ts';
import { parseJson } from '../../src/shared/json.ts';
import type { LogRecord } from '../../src/wire/record.ts';
import { naiveMatch, render, type Search } from '../helpers/worker/query-reference.ts';

/** Pieces that values and searches share, so that searches find something; with every kind of character that is trouble somewhere. */
const PIECES = [
  ...['pay', 'Pay', 'fail', 'ed', 'x', '5', '50', '500', '1.5', '1.50', 'true', 'null', '-', '_', '.', ' ', '/', ':'],
  ...[
    '"',
    '\\',
    '\n',
    '\t',
    '\u0001',
    '\u00a0',
    'é',
    'É',
    'ß',
    '\u212a',
    'İ',
    'i̇',
    'Σ',
    'σ',
    'ς',
    '東京',
    '😀',
    '\ud83d',
    'µ',
    '[',
    '(',
    '$',
  ],
  ...['infinity', 'e', '{"id":"', '","ts":', '\u2028'],
];
const text = fc.array(fc.constantFrom(...PIECES), { minLength: 1, maxLength: 4 }).map((pieces) => pieces.join(''));
/** As a client may write them; a body with a number too long for a double keeps all of its numbers as written. */
const number = fc.constantFrom(
  '5',
  '50',
  '500',
  '1.5',
  '1.50',
  '5e2',
  '150e-2',
  '-0',
  '0.0',
  '500.0',
  '1E400',
  '12345678901234567890',
  '9007199254740993',
  '0.1',
);
const literal = fc.oneof(
  text.map((value) => JSON.stringify(value)),
  number,
  fc.constantFrom('true', 'false', 'null'),
);
const NAMES = ['x', 'a.b', 'a', 'b', 'status', 'é', '\u212a', 'Ünït', 'σ'];
const field = fc.constantFrom(...NAMES, 'a.b.x', 'attrs.x', 'attrs.level');
const value: fc.Arbitrary<string> = fc.letrec((tie) => ({
  any: fc.oneof({ maxDepth: 2 }, literal, tie('list'), tie('object')) as fc.Arbitrary<string>,
  list: fc.array(tie('any') as fc.Arbitrary<string>, { maxLength: 2 }).map((items) => `[${items}]`),
  object: fc
    .array(fc.tuple(fc.constantFrom(...NAMES), tie('any') as fc.Arbitrary<string>), { maxLength: 3 })
    .map((entries) => `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${item}`)}}`),
})).any;

/** A record as JSON text. */
const input = fc
  .record({
    level: fc.constantFrom('debug', 'info', 'warning', 'error', 'odd'),
    service: fc.oneof(text, fc.constantFrom('pay', 'Pay', 'edge')),
    message: text,
    userId: fc.option(text),
    long: fc.boolean(),
    attrs: fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 4 }),
  })
  .map(({ level, service, message, userId, long, attrs }) => {
    const fields = attrs.map(([name, item]) => `,${JSON.stringify(name)}:${item}`).join('');
    const user = userId === null ? '' : `,"userId":${JSON.stringify(userId)}`;
    const head = `{"level":"${level}","service":${JSON.stringify(service)},"message":${JSON.stringify(message)}`;
    return `${head}${user}${long ? ',"n":12345678901234567890' : ''}${fields}}`;
  });

const word = fc.oneof(text, number).filter((candidate) => candidate.trim() !== '');
const glob = fc
  .array(fc.oneof(fc.constantFrom('*', '?'), fc.constantFrom(...PIECES)), { minLength: 2, maxLength: 4 })
  .map((pieces) => pieces.join('').replace(/\*+/g, '*'))
  .filter((pattern) => /[*?]/.test(pattern) && pattern !== '*' && !pattern.includes('\ud83d'));
const level = fc.constantFrom('debug', 'warn', 'err', 'fatal', 'INFO');
const op = fc.constantFrom('>' as const, '>=' as const, '<' as const, '<=' as const);
const textField = fc.oneof(field, fc.constantFrom(null, null, 'message', 'service', 'userId', 'attrs'));
const orderedField = fc.oneof(field, fc.constantFrom('message', 'service'));
const leaf: fc.Arbitrary<Search> = fc.oneof(
  fc.record({ kind: fc.constant('text' as const), field: textField, text: word }),
  fc.record({ kind: fc.constant('glob' as const), field: textField, pattern: glob }),
  fc.record({ kind: fc.constant('compare' as const), field: orderedField, op, bound: word }),
  fc.record({ kind: fc.constant('range' as const), field: orderedField, low: word, high: word, closed: fc.boolean() }),
  fc.record({
    kind: fc.constant('exists' as const),
    field: fc.oneof(field, fc.constantFrom('service', 'userId', 'attrs')),
  }),
  fc.record({ kind: fc.constant('text' as const), field: fc.constant('level'), text: level }),
  fc.record({ kind: fc.constant('compare' as const), field: fc.constant('level'), op, bound: level }),
);
const search: fc.Arbitrary<Search> = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 2, withCrossShrink: true },
    leaf,
    fc.record({ kind: fc.constant('not' as const), item: tie('any') as fc.Arbitrary<Search> }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      items: fc.array(tie('any') as fc.Arbitrary<Search>, { minLength: 2, maxLength: 3 }),
    }),
  ) as fc.Arbitrary<Search>,
})).any;

const EVERYTHING = { matchesAll: false, fromMs: 0, toMs: 10_000, lines: null, accepts: () => true };

interface Sealed {
  lines: string[];
  records: LogRecord[];
  filter: Uint8Array;
  summary: Summary;
}

/** Stores the records as ingest does. */
function sealed(inputs: readonly string[]): Sealed {
  const tokens = new TokenSet();
  const summary = new SummaryBuilder();
  const lines = inputs.map((json, i) => {
    const result = normalise(parseJson(json), { stream: 'logs', service: 'test', nowMs: 1_000 + i }, tokens);
    if (!('tail' in result)) throw new Error(result.reason);
    summary.add(result.ts, result.level, result.service);
    return `{"id":"00000000-0000-7000-8000-${String(i).padStart(12, '0')}${result.tail}`;
  });
  const records = lines.map((line) => JSON.parse(line) as LogRecord);
  return { lines, records, filter: buildFilter(tokens), summary: summary.build() };
}

describe('a search against a naive reading of it', () => {
  it('agrees on every record, line, block, filter and index row', () => {
    let found = 0;
    fc.assert(
      fc.property(fc.array(input, { minLength: 1, maxLength: 6 }), search, (inputs, tree) => {
        const { lines, records, filter, summary } = sealed(inputs);
        const q = render(tree);
        const compiled = compileQuery(q);
        if (!compiled.ok) throw new Error(`${q}: ${compiled.error.reason} at ${compiled.error.position}`);
        const query = compiled.value;
        const expected = records.map((record) => naiveMatch(tree, record));
        found += expected.filter(Boolean).length;

        expect(
          records.map((record) => query.matches(record)),
          q,
        ).toEqual(expected);
        expect(
          lines.map((line) => query.matchesLine(line)),
          `lines of ${q}`,
        ).toEqual(expected);

        const hits: string[] = [];
        scanText(new RawText(Buffer.from(lines.map((line) => `${line}\n`).join(''))), {
          ...EVERYTHING,
          query,
          onMatch: (match) => hits.push(match.line),
        });
        expect(hits, `scan of ${q}`).toEqual(lines.filter((_, i) => expected[i]));

        if (query.need && expected.includes(true))
          expect(filterAllows(query.need, filter), `filter of ${q}`).toBe(true);
        const verdict = query.verdict({ stream: 'logs', minTs: summary.minTs, maxTs: summary.maxTs, summary });
        if (verdict === 'none') expect(expected, `verdict of ${q}`).not.toContain(true);
        if (verdict === 'all') expect(expected, `verdict of ${q}`).not.toContain(false);
        const { levels } = query;
        if (levels)
          expect(
            records.map((record) => levels.has(record.level)),
            `levels of ${q}`,
          ).toEqual(expected);
      }),
      { numRuns: 4_000 },
    );
    // A test whose searches find nothing would show nothing.
    expect(found).toBeGreaterThan(1_000);
  });
});

describe('a block that is searched as a whole', () => {
  it.each([
    ['a Kelvin sign', '{"message":"12 \u212a"}', 'k'],
    ['a dotted capital I', '{"message":"\u0130stanbul"}', '"i\u0307stanbul"'],
    ['a sigma behind an escape', '{"message":"a\\n\u03a3"}', '\u03c3'],
    [
      'other scripts in another case',
      '{"message":"\u041e\u0448\u0438\u0431\u043a\u0430"}',
      '\u043e\u0448\u0438\u0431\u043a\u0430',
    ],
    ['quotes and backslashes', '{"message":"say \\"hi\\" c:\\\\x"}', '"\\"hi\\" c:\\\\x"'],
    ['a number with more digits than a double, by its value', '{"n":0.10000000000000000555}', 'n:0.1'],
    ['the same, written otherwise', '{"n":10000000000000000555e-20}', 'n:1e-1'],
    ['the same as a word', '{"n":10000000000000000555e-20}', '0.1'],
    ['a number longer than a double', '{"n":12345678901234567890}', '12345678901234567890'],
    ['a number beyond all doubles', '{"n":1E400}', 'infinity'],
    ['a name with dots in it', '{"http.status":502}', 'http.status:>500'],
    ['a path through objects', '{"http":{"status":502}}', 'http.status:>500'],
    [
      'a path of as many names as there can be',
      `{"a${'.a'.repeat(15)}":{"a${'.a'.repeat(15)}":5}}`,
      `a${'.a'.repeat(31)}:5`,
    ],
  ])('finds %s', (_, json, q) => {
    const { lines, records, filter } = sealed(['{"message":"other"}', json, '{"message":"another"}']);
    const compiled = compileQuery(q);
    if (!compiled.ok) throw new Error(compiled.error.reason);
    const { value: query } = compiled;
    expect(records.map((record) => query.matches(record))).toEqual([false, true, false]);
    expect(lines.map((line) => query.matchesLine(line))).toEqual([false, true, false]);
    expect(query.need === null || filterAllows(query.need, filter)).toBe(true);
    const hits: string[] = [];
    scanText(new RawText(Buffer.from(lines.map((line) => `${line}\n`).join(''))), {
      ...EVERYTHING,
      query,
      onMatch: (match) => hits.push(match.line),
    });
    expect(hits).toEqual([lines[1]]);
  });
});

describe('needles', () => {
  it('are made only of characters that no other character folds into, but for the two that are looked for apart', () => {
    const wrong: string[] = [];
    for (let code = 0; code <= 0x10ffff; code++) {
      if (code >= 0xd800 && code <= 0xdfff) continue;
      const char = String.fromCodePoint(code);
      if (ODD_FOLDS.includes(char)) continue;
      const isAsciiLetter = code < 128;
      for (const unit of char.toLowerCase()) {
        // ASCII letters fold into each other, as they do in Latin-1.
        if (unit !== char && isSafe(unit) && !isAsciiLetter) wrong.push(`${char} folds into ${unit}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('scanText', () => {
  const lines = Array.from(
    { length: 20 },
    (_, i) => sealed([`{"ts":${1_000 + i},"message":"needle ${i}"}`]).lines[0] as string,
  );
  const block = new RawText(Buffer.from(`${lines.join('\n')}\n`));
  const compiled = compileQuery('needle');
  const query = compiled.ok ? compiled.value : null;

  it.each([true, false])(
    'keeps to the times, the lines and what the caller accepts (whole block matches: %s)',
    (all) => {
      const seen: number[] = [];
      scanText(block, {
        query: query as NonNullable<typeof query>,
        matchesAll: all,
        fromMs: 1_004,
        toMs: 1_016,
        lines: [
          [0, 6],
          [10, 30],
        ],
        accepts: (ts) => ts % 2 === 0,
        onMatch: ({ ts, line }) => {
          expect(lineTs(line, 0)).toBe(ts);
          seen.push(ts);
        },
      });
      expect(seen).toEqual([1_004, 1_006, 1_010, 1_012, 1_014]);
    },
  );
});
