import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { commonAttrs, facetAttrs, flattenRecord, inlineAttrs, MAX_ROWS } from '../../../src/dashboard/lib/flatten.ts';
import { pieces } from '../../../src/dashboard/lib/highlight.ts';
import { record } from './records.ts';

const rowsOf = (change: Parameters<typeof record>[1]) =>
  flattenRecord(record('r1', change)).map(({ label, field, value }) => [label, field, value]);

describe('a record as a table', () => {
  it('begins with the envelope, and leaves out what it does not have', () => {
    expect(rowsOf({ traceId: 't1' })).toEqual([
      ['level', 'level', 'info'],
      ['service', 'service', 'ledger'],
      ['stream', 'stream', 'logs'],
      ['traceId', 'traceId', 't1'],
      ['id', 'id', 'r1'],
    ]);
  });

  it('names what is nested by its path, as the search does, and offers no filter where there is none', () => {
    const attrs = { http: { route: '/x', codes: [1, { a: 2 }], none: {} }, level: 'gold', ok: true, nil: null };
    expect(rowsOf({ attrs }).slice(4)).toEqual([
      ['http.route', 'http.route', '/x'],
      ['http.codes', null, '[1,{"a":2}]'],
      ['http.none', null, '{}'],
      ['level', 'attrs.level', 'gold'],
      ['ok', 'ok', 'true'],
      ['nil', 'nil', 'null'],
    ]);
  });

  it('ends at a number of rows that a page can draw', () => {
    const attrs = Object.fromEntries(Array.from({ length: 2_000 }, (_, i) => [`a${i}`, i]));
    expect(rowsOf({ attrs })).toHaveLength(MAX_ROWS);
  });
});

describe('attributes of many records', () => {
  const list = Array.from({ length: 30 }, (_, i) =>
    record(`r${i}`, { attrs: { region: `eu-${i % 3}`, durationMs: i, deep: { a: 1 }, ...(i < 5 ? { rare: 1 } : {}) } }),
  );

  it('are offered for completion, the most frequent first', () => {
    expect(commonAttrs(list, 9)).toEqual(['region', 'durationMs', 'rare']);
    expect(commonAttrs(list, 1)).toEqual(['region']);
  });

  it('are no facet where nearly every record has another value', () => {
    expect(facetAttrs(list, 9)).toEqual(['region', 'rare']);
    // A search that found few leaves no place for amounts and ids either: they would push out what tells.
    expect(facetAttrs(list.slice(10, 18), 9)).toEqual(['region']);
  });
});

describe('the end of a line', () => {
  it('has the first six scalar attributes, each cut to what fits', () => {
    const attrs = { a: 1, deep: {}, nil: null, b: 'x'.repeat(50), c: true, d: 1, e: 1, f: 1, g: 1 };
    expect(inlineAttrs(record('r', { attrs }))).toEqual(['a=1', `b=${'x'.repeat(40)}…`, 'c=true', 'd=1', 'e=1', 'f=1']);
  });

  it('have no line breaks, whatever a stack has', () => {
    expect(inlineAttrs(record('r', { attrs: { stack: 'TypeError: x\n    at a.js:1\r\n  at b' } }))).toEqual([
      'stack=TypeError: x at a.js:1 at b',
    ]);
  });
});

describe('highlighting', () => {
  const marked = (text: string, words: string[]) =>
    pieces(text, words)
      .map(({ text: piece, hit }) => (hit ? `[${piece}]` : piece))
      .join('');

  it('marks every place, without regard to case, the longest word first', () => {
    expect(marked('Timeout: timeouts time', ['time', 'timeout'])).toBe('[Timeout]: [timeout]s [time]');
  });

  it('takes every sign of a word literally', () => {
    expect(marked('a.b axb (c) [d]', ['a.b', '(c)', '[d]'])).toBe('[a.b] axb [(c)] [[d]]');
  });

  it('loses nothing of any text', () => {
    const text = fc.string({ unit: 'binary', maxLength: 20 });
    fc.assert(
      fc.property(text, fc.array(text, { maxLength: 4 }), (message, words) => {
        expect(
          pieces(message, words)
            .map((piece) => piece.text)
            .join(''),
        ).toBe(message);
      }),
    );
  });
});
