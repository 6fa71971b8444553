import { describe, expect, it } from 'vitest';
import { changedPart, diffRows } from '../../../src/dashboard/lib/diff.ts';

describe('the difference of two rows', () => {
  it('names what was added, removed, changed and kept, column by column', () => {
    expect(diffRows({ a: 1, b: 'x', c: null }, { b: 'y', c: null, d: true })).toEqual([
      { name: 'a', state: 'removed', before: '1', after: null },
      { name: 'b', state: 'changed', before: 'x', after: 'y' },
      { name: 'c', state: 'same', before: 'null', after: 'null' },
      { name: 'd', state: 'added', before: null, after: 'true' },
    ]);
  });

  it('goes into columns that hold JSON, and takes a text that only begins like it as a text', () => {
    const before = { rule: '{"when":{"above":10},"by":["a"]}', note: '{not json' };
    const after = { rule: '{"when":{"above":20},"by":["a"]}', note: '{not json' };
    expect(diffRows(before, after).map(({ name, state }) => [name, state])).toEqual([
      ['rule.when.above', 'changed'],
      ['rule.by', 'same'],
      ['note', 'same'],
    ]);
  });

  it('tells that a secret is another one, without a word of it', () => {
    const [row] = diffRows({ secret: '[redacted]' }, { secret: '[redacted, changed]' });
    expect(row).toEqual({ name: 'secret', state: 'changed', before: '[redacted]', after: '[redacted]' });
    expect(diffRows({ secret: '[redacted]' }, { secret: '[redacted]' })[0]?.state).toBe('same');
  });

  it('has every value of a row that is new, or gone', () => {
    expect(diffRows(null, { a: 'x' })).toMatchObject([{ state: 'added', before: null, after: 'x' }]);
    expect(diffRows({ a: 'x' }, null)).toMatchObject([{ state: 'removed', before: 'x', after: null }]);
  });
});

describe('the part of two texts that differs', () => {
  it.each([
    ['the old end', 'the new end', { head: 'the ', before: 'old', after: 'new', tail: ' end' }],
    ['abc', 'abc', { head: 'abc', before: '', after: '', tail: '' }],
    ['aa', 'aaa', { head: 'aa', before: '', after: 'a', tail: '' }],
    ['', 'x', { head: '', before: '', after: 'x', tail: '' }],
    ['a👍c', 'a👎c', { head: 'a', before: '👍', after: '👎', tail: 'c' }],
  ])('of %j and %j', (before, after, part) => {
    expect(changedPart(before, after)).toEqual(part);
  });
});
