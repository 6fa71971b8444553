import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { describeError } from '../../src/errors/describe.ts';
import { parseStack } from '../../src/errors/stack/parse.ts';
import { absent, readData } from './data.ts';

const require = createRequire(import.meta.url);
const SPEC = path.join(path.dirname(require.resolve('tracekit/package.json')), 'spec');
const FIXTURES = path.join(SPEC, 'fixtures/captured-errors.js');
const CASES = path.join(SPEC, 'tracekit-parser-spec.js');

/** A captured error, as its browser has it. */
interface Captured {
  message?: string;
  name?: string;
  stack?: string;
  /** Of Opera 10 to 12, better than their stack. */
  stacktrace?: string;
}

interface TheirFrame {
  url: string | null;
  func: string | null;
  line: number | null;
  column: number | null;
}

/** Opera 8 and 9 have their stack in the message. */
const textOf = ({ stacktrace, stack, message }: Captured): string => stacktrace ?? stack ?? message ?? '';

/** The questions of TraceKit's own spec to our parser. What it gives a name and we do not: code without a file, functions without a name. */
const NO_FILE = ['[native code]', 'eval code'];
const NO_NAME = ['?', 'Anonymous function', 'eval code', '<anonymous function>'];
const shown = ({ url, func, line, column }: TheirFrame) => ({
  // A webpack URL ends with an empty query.
  file: url === null || NO_FILE.includes(url) ? null : url.replace(/\?$/, ''),
  function: func === null || NO_NAME.includes(func) ? null : func,
  line,
  column,
});

function specCases(): [string, () => void][] {
  const cases: [string, () => void][] = [];
  const globals = {
    describe: (_: string, body: () => void) => body(),
    it: (name: string, body: () => void) => cases.push([name, body]),
    expect: (actual: unknown) => ({
      toBeTruthy: () => expect(actual).toBeTruthy(),
      toBe: (expected: unknown) => expect(actual).toBe(expected),
      toEqual: (expected: TheirFrame) => expect(shown(actual as TheirFrame)).toEqual(shown(expected)),
    }),
    TraceKit: {
      computeStackTrace: (error: Captured) => ({
        stack: parseStack(textOf(error)).map(({ function: func, file: url, line, column }) => ({
          func,
          url,
          line,
          column,
        })),
      }),
    },
  };
  runInNewContext(`${readFileSync(FIXTURES, 'utf8')};${readFileSync(CASES, 'utf8')}`, globals);
  // The only one that throws an error of its own, in a browser.
  return cases.filter(([name]) => !name.startsWith('should get the order of functions'));
}

describe.skipIf(!existsSync(CASES))('the spec of TraceKit, of which npm has the text', () => {
  const cases = existsSync(CASES) ? specCases() : [];

  it('has all its questions', () => {
    expect(cases.length).toBe(32);
  });

  it.each(cases)('%s', (_, ask) => ask());
});

const DATA = ['stacktraces', 'tracekit_captured_errors.json'];
const data = readData(...DATA);

describe.skipIf(data === null)(`31 errors of real browsers${data === null ? `: ${absent(...DATA)}` : ''}`, () => {
  const errors: Record<string, Captured> = data === null ? {} : JSON.parse(data.toString());

  it.each(Object.entries(errors))('%s has frames and a group', (name, error) => {
    const { message = '', stack, stacktrace } = error;
    const attrs = { ...(stack === undefined ? {} : { stack }), ...(stacktrace === undefined ? {} : { stacktrace }) };
    const described = describeError({ message, type: error.name ?? null, attrs });
    expect(described?.fingerprint).toMatch(/^[0-9a-f]{16}$/);
    // Internet Explorer 9 had no stacks.
    if (name !== 'IE_9') expect(described?.frames.length).toBeGreaterThan(2);
    // `resource:` is Firefox' own code and that of add-ons.
    if (name !== 'IE_9' && name !== 'FIREFOX_50_RESOURCE_URL') expect(described?.culprit).not.toBeNull();
  });

  it('makes one group of one error in Safari 7 and 8', () => {
    const group = ({ message = '', stack = '' }: Captured) =>
      describeError({ message, type: 'TypeError', attrs: { stack } })?.fingerprint;
    expect(group(errors.SAFARI_7 ?? {})).toBe(group(errors.SAFARI_8 ?? {}));
  });
});
