import { describe, expect, it } from 'vitest';
import { labelOf, numberAttr, textAttr } from '../../../src/dashboard/lib/attrs.ts';
import { errorCommand, operationCommand, sourceMapCommand } from '../../../src/dashboard/lib/example-commands.ts';
import { labelFiltersOf, labelTerm } from '../../../src/dashboard/lib/label-filters.ts';
import {
  builtPlaceOf,
  filesWithoutSource,
  functionOf,
  placeOf,
  stackParts,
  stackText,
} from '../../../src/dashboard/lib/stack.ts';
import { groupsQuery, sortOf, spanBefore } from '../../../src/dashboard/pages/errors/groups-query.ts';
import type { StackFrame } from '../../../src/wire/error-groups.ts';

const frame = (more: Partial<StackFrame> = {}): StackFrame => ({
  ...{ function: 'e', file: 'https://shop.example/app.js', line: 1, column: 4711, inApp: true, original: null },
  ...more,
});
const original = { function: 'sumOf', file: 'src/total.ts', line: 41, column: 17, context: [] };

describe('a stack', () => {
  it('has frames of the application one by one, the first of them marked, and others as runs', () => {
    const other = frame({ inApp: false });
    const parts = stackParts([other, other, frame(), other, frame()]);
    expect(parts.map((part) => (part.kind === 'own' ? part.first : part.frames.length))).toEqual([2, true, 1, false]);
    expect(stackParts([])).toEqual([]);
  });

  it('names the source where it is known, and the file that ran beside it', () => {
    const known = frame({ original });
    expect([functionOf(known), placeOf(known), builtPlaceOf(known)]).toEqual([
      ...['sumOf', 'src/total.ts:41:17', 'https://shop.example/app.js:1:4711'],
    ]);
    expect([functionOf(frame()), placeOf(frame()), builtPlaceOf(frame())]).toEqual([
      ...['e', 'https://shop.example/app.js:1:4711', null],
    ]);
  });

  it('says what it does not know', () => {
    const bare = frame({ function: null, file: null, line: null, column: null });
    expect([functionOf(bare), placeOf(bare)]).toEqual(['(anonymous)', '(unknown file)']);
    expect(placeOf(frame({ column: null }))).toBe('https://shop.example/app.js:1');
    expect(functionOf(frame({ original: { ...original, function: null } }))).toBe('e');
  });

  it('is copied as engines write it', () => {
    expect(stackText('TypeError', 'x is null', [frame({ original })])).toBe(
      'TypeError: x is null\n    at sumOf (src/total.ts:41:17)',
    );
    expect(stackText('', 'x is null', [])).toBe('x is null');
  });

  it('lacks the maps of files of pages that are in the application and not explained, each once', () => {
    const files = [
      frame(),
      frame(),
      frame({ file: 'https://shop.example/other.js' }),
      frame({ file: 'https://shop.example/known.js', original }),
      frame({ file: 'https://cdn.example/lib.js', inApp: false }),
      frame({ file: '/srv/app/index.ts' }),
      frame({ file: null }),
    ];
    expect(filesWithoutSource(files)).toEqual(['https://shop.example/app.js', 'https://shop.example/other.js']);
  });
});

describe('commands to copy', () => {
  it('upload a map for each file under the name of the release, whatever is in the names', () => {
    const command = sourceMapCommand('https://logs.example', 'p 1', "shop@1'0", ['https://shop.example/a/app.js?x']);
    expect(command).toContain(
      "curl -X PUT 'https://logs.example/api/projects/p%201/sourcemaps?release=shop%401%270&file=a%2Fapp.js' \\",
    );
    expect(command).toContain("--data-binary '@app.js.map'");
    const many = Array.from({ length: 9 }, (_, i) => `https://shop.example/${i}.js`);
    expect(sourceMapCommand('https://logs.example', 'p', '1', many).match(/curl/g)).toHaveLength(4);
  });

  it('send an error that has a group, a session and labels, and an operation that counts', () => {
    const bodyOf = (command: string) => JSON.parse(/-d '(.*)'$/s.exec(command)?.[1]?.replaceAll("'\\''", "'") ?? '');
    expect(bodyOf(errorCommand('https://logs.example', 'k'))).toMatchObject({
      ...{ stream: 'errors', type: 'TypeError', sessionId: 'visit-1' },
      attrs: { labels: { page: '/checkout', release: '1.0.0' } },
    });
    expect(bodyOf(operationCommand('https://logs.example', 'k', 'p2p')).attrs).toMatchObject({
      ...{ scope: 'p2p', gateway: 'bank-a', operation: 'transfer', durationMs: 182, outcome: 'success' },
    });
    expect(bodyOf(operationCommand('https://logs.example', 'k', 'profile')).attrs.gateway).toBeUndefined();
  });
});

describe('the question about groups', () => {
  const of = (text: string) => groupsQuery('p', { fromMs: 10, toMs: 30 }, new URLSearchParams(text));

  it('is read from the address, where what means nothing is the usual', () => {
    expect(of('q=+total+&sort=lastSeen&status=regressed&browser=Safari&page=%2Fcart&nonsense=1')).toEqual({
      ...{ project: 'p', fromMs: 10, toMs: 30, q: 'total', sort: 'lastSeen', status: 'regressed' },
      filters: { page: '/cart', browser: 'Safari' },
    });
    expect(of('sort=shoe&status=gone&browser=')).toMatchObject({ q: '', sort: 'count', status: null, filters: {} });
    expect(sortOf(null)).toBe('count');
  });

  it('is compared with the same length of time just before', () => {
    expect(spanBefore({ fromMs: 100, toMs: 130 })).toEqual({ fromMs: 70, toMs: 100 });
  });

  it('becomes a search for records of the same label', () => {
    expect(labelTerm('browser', 'Mobile Safari')).toBe('attrs.labels.browser:"Mobile Safari"');
    expect(labelFiltersOf(new URLSearchParams('device=mobile'))).toEqual({ device: 'mobile' });
  });
});

describe('attributes', () => {
  it('are read only as what they are', () => {
    const attrs = { text: 'a', empty: '', number: 4, list: [1], labels: { page: '/a', size: 3 } };
    expect(['text', 'empty', 'number', 'list', 'none'].map((name) => textAttr(attrs, name))).toEqual([
      ...['a', null, '4', null, null],
    ]);
    expect(['number', 'text', 'none'].map((name) => numberAttr(attrs, name))).toEqual([4, null, null]);
    expect(['page', 'size', 'none'].map((label) => labelOf({ attrs }, label))).toEqual(['/a', '3', null]);
    expect(labelOf({ attrs: { labels: 'none' } }, 'page')).toBeNull();
  });
});
