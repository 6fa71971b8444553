import { encodedMappings, originalPositionFor, type SourceMapSegment, TraceMap } from '@jridgewell/trace-mapping';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapFile, possibleNames } from '../../src/sourcemaps/file.ts';
import { MAX_RELEASES_WITH_MAPS, MAX_STORED_BYTES } from '../../src/sourcemaps/limits.ts';
import { readMap, type SourceMap } from '../../src/sourcemaps/map.ts';
import { lookUp } from '../../src/sourcemaps/mappings.ts';
import { locate, withOriginals } from '../../src/sourcemaps/original.ts';
import { surplus } from '../../src/sourcemaps/prune.ts';
import type { StackFrame } from '../../src/wire/error-groups.ts';

const SOURCES = ['a.ts', 'b.ts', 'c.ts'];
const NAMES = ['f', 'g'];

describe('places in generated code', () => {
  const segment = fc.oneof(
    fc.nat(40).map((column): SourceMapSegment => [column]),
    fc
      .tuple(fc.nat(40), fc.nat(2), fc.nat(100_000), fc.nat(5_000))
      .map(([column, source, line, at]): SourceMapSegment => [column, source, line, at]),
    fc
      .tuple(fc.nat(40), fc.nat(2), fc.nat(100_000), fc.nat(5_000), fc.nat(1))
      .map(([column, source, line, at, name]): SourceMapSegment => [column, source, line, at, name]),
  );
  const line = fc.array(segment, { maxLength: 8 }).map((segments) => segments.toSorted(([a], [b]) => a - b));
  const place = fc.record({ line: fc.nat(6), column: fc.nat(45) });

  it('are found as the library of the ecosystem finds them', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 5 }),
        fc.array(place, { minLength: 1, maxLength: 6 }),
        (lines, wanted) => {
          const theirs = new TraceMap({ version: 3, sources: SOURCES, names: NAMES, mappings: lines });
          const found = lookUp(encodedMappings(theirs), wanted);
          const expected = wanted.map(({ line: at, column }) => {
            const {
              source,
              line: original,
              column: originalColumn,
              name,
            } = originalPositionFor(theirs, { line: at + 1, column });
            if (source === null) return null;
            return {
              source: SOURCES.indexOf(source),
              line: original - 1,
              column: originalColumn,
              name: name === null ? null : NAMES.indexOf(name),
            };
          });
          expect(found).toEqual(expected);
          expect(lookUp(encodedMappings(theirs), wanted, { sources: 3, names: 2 })).toEqual(expected);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('of what is no mappings are told as broken, and never a fault', () => {
    for (const text of ['!', 'A!', 'AAA', 'AAAAAA', 'AAAA,,AAAA', 'gggggggggg', 'D', 'é', 'AAAA ']) {
      expect([text, lookUp(text, [{ line: 0, column: 0 }], { sources: 1, names: 1 })]).toEqual([text, 'broken']);
    }
    expect(lookUp('AACA', [], { sources: 1, names: 0 })).toEqual([]);
    expect(lookUp('ACAA', [], { sources: 1, names: 0 })).toBe('broken');
    expect(lookUp('AAAAA', [], { sources: 1, names: 0 })).toBe('broken');
    fc.assert(
      fc.property(fc.string(), fc.array(place), (text, wanted) => {
        expect(['broken', 'found']).toContain(
          lookUp(text, wanted, { sources: 2, names: 2 }) === 'broken' ? 'broken' : 'found',
        );
      }),
    );
  });
});

describe('a map', () => {
  const good = { version: 3, sources: ['a.ts'], names: [], mappings: 'AAAA' };
  const read = (map: unknown) => readMap(new TextEncoder().encode(typeof map === 'string' ? map : JSON.stringify(map)));

  it('is taken with what it has', () => {
    expect(read({ ...good, file: 'a.js', sourceRoot: '/src', sourcesContent: [null] })).toEqual({
      ok: true,
      value: {
        file: 'a.js',
        sourceRoot: '/src',
        sources: ['a.ts'],
        sourcesContent: [null],
        names: [],
        mappings: 'AAAA',
      },
    });
    expect(read(`)]}'\n${JSON.stringify(good)}`).ok).toBe(true);
  });

  it.each<[unknown, string]>([
    ['nothing', ' must be JSON'],
    [[], ' must be an object'],
    [null, ' must be an object'],
    [{ ...good, version: 2 }, '/version must be 3'],
    [{ ...good, sections: [] }, '/sections is not supported'],
    [{ ...good, mappings: 7 }, '/mappings must be a string'],
    [{ ...good, mappings: 'AAAA;!' }, '/mappings cannot be read'],
    [{ ...good, sources: [] }, '/mappings cannot be read'],
    [{ ...good, sources: 'a.ts' }, '/sources must be an array of strings'],
    [{ ...good, sourcesContent: [1] }, '/sourcesContent must be an array of strings'],
    [{ ...good, names: [null] }, '/names must be an array of strings'],
  ])('%j is none: %s', (map, expected) => {
    const result = read(map);
    expect(result.ok ? '' : `${result.error.pointer} ${result.error.reason}`).toContain(expected);
  });

  it('that is no UTF-8 is none', () => {
    expect(readMap(Uint8Array.of(0xff, 0xfe))).toEqual({ ok: false, error: { pointer: '', reason: 'must be UTF-8' } });
  });
});

describe('the name of a map', () => {
  it.each([
    ['https://a.example/assets/app.js?v=1#x', 'assets/app.js'],
    ['https://a.example', null],
    ['~/assets/app.js', 'assets/app.js'],
    ['./../app.js.map', 'app.js'],
    ['/srv/app/dist/server.js', 'srv/app/dist/server.js'],
    ['dist\\app.js', 'dist/app.js'],
    ['', null],
    ['x'.repeat(600), null],
  ])('of %s is %s', (text, file) => {
    expect(mapFile(text)).toBe(file);
  });

  it('is looked for from the whole path down to the last segment', () => {
    expect(possibleNames('https://a.example/b/c/app.js')).toEqual(['b/c/app.js', 'c/app.js', 'app.js']);
    expect(possibleNames('/a'.repeat(40))).toHaveLength(12);
  });
});

describe('room for maps', () => {
  it('goes to the releases that got one last, and never away from the one at hand', () => {
    const releases = Array.from({ length: MAX_RELEASES_WITH_MAPS + 2 }, (_, i) => ({
      release: `${i}`,
      packedBytes: 1,
    }));
    expect(surplus(releases, '0')).toEqual(['20', '21']);
    expect(surplus(releases, '21')).toEqual(['20']);
    const large = [MAX_STORED_BYTES - 1, 1, 1].map((packedBytes, i) => ({ release: `${i}`, packedBytes }));
    expect(surplus(large, '0')).toEqual(['2']);
  });
});

describe('frames by their map', () => {
  const content = Array.from({ length: 30 }, (_, i) => `line ${i + 1}`).join('\r\n');
  const encoded = encodedMappings(
    new TraceMap({
      version: 3,
      sources: ['pay.ts', '../node_modules/lib/index.js', 'short.ts'],
      names: ['total', 'pay'],
      mappings: [[[0, 0, 9, 2, 0], [10, 0, 19, 4, 1], [20, 1, 0, 0], [30, 2, 5, 0], [40]]],
    }),
  );
  const map: SourceMap = {
    ...{ file: null, sourceRoot: 'src', sources: ['pay.ts', '../node_modules/lib/index.js', 'short.ts'] },
    ...{ sourcesContent: [content, null, 'only one line'], names: ['total', 'pay'], mappings: encoded },
  };
  const frame = (column: number | null): StackFrame => ({
    ...{ function: 'a', file: 'https://a.example/app.js', line: 1, column, inApp: true, original: null },
  });
  const mapped = (...frames: StackFrame[]) => {
    const found = locate(map, frames);
    return found === 'broken' ? [] : withOriginals(frames, found);
  };

  it('have file, line and column from 1 on, and five lines around', () => {
    const [first] = mapped(frame(3));
    expect(first?.original).toMatchObject({ file: 'src/pay.ts', line: 10, column: 3, function: 'total' });
    const context = first?.original?.context ?? [];
    expect(context.map(({ line }) => line)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]);
    expect(context[5]).toEqual({ line: 10, text: 'line 10' });
  });

  it('are called by what their caller calls', () => {
    const [top, below] = mapped(frame(3), frame(12));
    expect([top?.original?.function, below?.original?.function]).toEqual(['pay', 'pay']);
  });

  it('of packages are not the application, and without their source have no lines', () => {
    const [own] = mapped(frame(21));
    expect(own).toMatchObject({
      inApp: false,
      original: { file: 'src/../node_modules/lib/index.js', function: null, context: [] },
    });
  });

  it('have no lines where the source has not as many', () => {
    expect(mapped(frame(31))[0]?.original).toMatchObject({ file: 'src/short.ts', line: 6, context: [] });
  });

  it('stay as they are where the map knows nothing', () => {
    expect(mapped(frame(41), { ...frame(1), line: 7 }).map(({ original }) => original)).toEqual([null, null]);
    expect(mapped(frame(null))[0]?.original).toMatchObject({ line: 10 });
  });
});
