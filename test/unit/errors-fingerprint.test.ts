import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stableFileName } from '../../src/errors/file-name.ts';
import { stableFunction } from '../../src/errors/function-name.ts';
import { describeError } from '../../src/errors/index.ts';
import { normaliseMessage } from '../../src/errors/message.ts';
import type { JsonObject } from '../../src/wire/record.ts';

interface Sent {
  message?: string;
  type?: string | null;
  stack?: string;
  attrs?: JsonObject;
}

function fingerprint({ message = 'boom', type = 'Error', stack, attrs = {} }: Sent): string {
  const described = describeError({ message, type, attrs: stack === undefined ? attrs : { ...attrs, stack } });
  if (described === null) throw new Error('not an error');
  return described.fingerprint;
}

const STACK =
  'Error: boom\n    at pay (https://a.example/app.3f2a1bc9.js:1:4711)\n    at onClick (https://a.example/ui.js:7:1)';

describe('a fingerprint stays the same', () => {
  it('has 16 hex digits', () => {
    expect(fingerprint({})).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each<[string, Sent, Sent]>([
    [
      'after a release: other hash, line and column',
      { stack: STACK },
      { stack: STACK.replace('3f2a1bc9', '0a1b2c3d').replace('1:4711', '9:1') },
    ],
    ['on another host', { stack: STACK }, { stack: STACK.replaceAll('a.example', 'b.example:8443/shop') }],
    [
      'in Chromium and Firefox',
      { stack: STACK },
      { stack: 'pay@https://a.example/app.3f2a1bc9.js:1:4711\nonClick@https://a.example/ui.js:7:1' },
    ],
    [
      'whatever a minifier called the functions',
      { stack: STACK.replace('pay', 'a') },
      { stack: STACK.replace('pay', 'Qt') },
    ],
    [
      'however deep a recursion was',
      { stack: 'f@https://a.example/a.js:1:2\n'.repeat(3) },
      { stack: 'f@https://a.example/a.js:1:2\n'.repeat(40) },
    ],
    [
      'whatever library frames are in between',
      { stack: STACK },
      { stack: STACK.replace('\n    at onClick', '\n    at x (https://a.example/vendor.js:1:1)\n    at onClick') },
    ],
    [
      'for another number in the message',
      { message: 'Order 4711 failed after 3.5 s' },
      { message: 'Order 9 failed after 12 s' },
    ],
    ['for another quoted value', { message: "No user 'ann'" }, { message: "No user 'bob the second'" }],
    [
      'for another URL',
      { message: 'GET https://a.example/x?y=1 failed' },
      { message: 'GET https://b.example/z failed' },
    ],
    [
      'for another UUID',
      { message: 'no 7f1a9b30-0000-4000-8000-0242ac120002' },
      { message: 'no 11111111-2222-4333-8444-abcdefabcdef' },
    ],
    [
      'for another e-mail address',
      { message: 'mail to ann@a.example bounced' },
      { message: 'mail to bob.c@b.example.org bounced' },
    ],
    ['with what a browser puts before the message', { message: 'x is off' }, { message: 'Uncaught Error: x is off' }],
    [
      'for one fault in the words of each engine, where a function says where',
      { message: "Cannot read properties of undefined (reading 'total')", stack: STACK },
      { message: "undefined is not an object (evaluating 'cart.total')", stack: STACK },
    ],
    [
      'by a text that the sender gives, whatever else differs',
      { message: 'a', attrs: { fingerprint: 'checkout' } },
      { message: 'b', type: 'TypeError', attrs: { fingerprint: ['checkout'] } },
    ],
  ])('%s', (_, a, b) => {
    expect(fingerprint(a)).toBe(fingerprint(b));
  });
});

describe('a fingerprint differs', () => {
  it.each<[string, Sent, Sent]>([
    ['by type', { type: 'TypeError' }, { type: 'RangeError' }],
    ['by message', { message: 'card refused' }, { message: 'card expired' }],
    [
      'by message also where the frames are the same',
      { message: 'card refused', stack: STACK },
      { message: 'card expired', stack: STACK },
    ],
    ['by function', { stack: STACK }, { stack: STACK.replace('pay', 'refund') }],
    ['by file', { stack: STACK }, { stack: STACK.replace('app.3f2a1bc9', 'cart.3f2a1bc9') }],
    ['by who called', { stack: STACK }, { stack: STACK.replace('onClick', 'onKey') }],
    [
      'by what is missing, where no function says where',
      { message: "Cannot read properties of undefined (reading 'total')" },
      { message: "undefined is not an object (evaluating 'cart.total')" },
    ],
    [
      'by the code of a minified React',
      { message: 'Minified React error #130; visit https://react.dev/errors/130' },
      { message: 'Minified React error #418; visit https://react.dev/errors/418' },
    ],
    ['by what the sender gives', { attrs: { fingerprint: 'a' } }, { attrs: { fingerprint: 'b' } }],
    [
      'by what the sender adds to ours',
      { attrs: { fingerprint: ['{{ default }}', 'a'] } },
      { message: 'other', attrs: { fingerprint: ['{{ default }}', 'a'] } },
    ],
  ])('%s', (_, a, b) => {
    expect(fingerprint(a)).not.toBe(fingerprint(b));
  });
});

describe('any two errors', () => {
  const word = fc.stringMatching(/^[a-z]{3,10}$/);
  const frame = fc.record({
    name: word,
    file: word,
    line: fc.nat(9_999),
    column: fc.nat(9_999),
    hash: fc.stringMatching(/^[0-9a-f]{7}[0-9]$/),
  });
  type Drawn = typeof frame extends fc.Arbitrary<infer T> ? T : never;
  const stackOf = (frames: readonly Drawn[]) =>
    `Error\n${frames.map(({ name, file, line, column, hash }) => `    at ${name} (https://a.example/${file}.${hash}.js:${line}:${column})`).join('\n')}`;

  it('are one group where only lines, columns, hashes, numbers and quoted values differ', () => {
    fc.assert(
      fc.property(
        word,
        fc.array(fc.tuple(frame, frame), { minLength: 1, maxLength: 8 }),
        fc.nat(),
        fc.nat(),
        word,
        word,
        (text, pairs, n, m, q, r) => {
          const one = pairs.map(([a]) => a);
          const other = pairs.map(([a, b]) => ({ ...b, name: a.name, file: a.file }));
          const a = fingerprint({ message: `${text} ${n} "${q}"`, stack: stackOf(one) });
          expect(fingerprint({ message: `${text} ${m} "${r}"`, stack: stackOf(other) })).toBe(a);
        },
      ),
    );
  });

  it('are two groups where a word of the message or the topmost function differs', () => {
    fc.assert(
      fc.property(word, word, frame, (a, b, top) => {
        fc.pre(a !== b);
        expect(fingerprint({ message: a, stack: stackOf([top]) })).not.toBe(
          fingerprint({ message: b, stack: stackOf([top]) }),
        );
        const named = (name: string) => fingerprint({ stack: stackOf([{ ...top, name }]) });
        fc.pre(a !== 'eval' && b !== 'eval');
        expect(named(a)).not.toBe(named(b));
      }),
    );
  });

  it('are described without a throw and in bounded time, whatever they hold', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 5_000 }), fc.jsonValue(), fc.jsonValue(), (text, frames, own) => {
        const attrs = { stack: text, frames, fingerprint: own } as JsonObject;
        expect(describeError({ message: text, type: null, attrs })?.fingerprint ?? '0'.repeat(16)).toMatch(
          /^[0-9a-f]{16}$/,
        );
      }),
    );
    const hostile = [
      'a',
      '1',
      "'",
      '"',
      'a1',
      '1.',
      'a.',
      '@',
      'a@',
      'a.a@',
      ' ',
      'http://',
      '-',
      ':',
      'a1:',
      'Error: ',
      'x is undefined ',
    ];
    for (const unit of hostile) {
      const startedMs = performance.now();
      describeError({ message: unit.repeat(100_000), type: null, attrs: { stack: unit.repeat(100_000) } });
      expect([unit, performance.now() - startedMs < 300]).toEqual([unit, true]);
    }
  });
});

describe('a name without what a build adds', () => {
  it.each([
    ['https://a.example/app.3f2a1bc9.js', 'app.js'],
    ['https://a.example/assets/index-BqZ3k1aW.js', 'index.js'],
    ['https://a.example/assets/index-D_gk-3aX.js', 'index.js'],
    ['https://a.example/assets/index-DfGkAbXz.js', 'index.js'],
    ['https://a.example/main.3f2a1bc9d0e1f234.bundle.js', 'main.bundle.js'],
    ['https://a.example/_next/static/chunks/page-3f2a1bc9d0e1f234.js', 'page.js'],
    ['https://a.example/12.3f2a1bc9.chunk.js', 'chunk.js'],
    ['https://a.example/3f2a1bc9.js', '<hash>.js'],
    ['https://a.example/jquery-3.6.0.min.js', 'jquery.min.js'],
    ['https://a.example/user-settings.js', 'user-settings.js'],
    ['https://a.example/DataGrid.js', 'DataGrid.js'],
    ['https://a.example/my-DataGrid.js', 'my-DataGrid.js'],
    ['https://a.example/bootstrap5.js', 'bootstrap5.js'],
    ['https://a.example/checkout', 'checkout'],
    ['https://a.example/', '/'],
    ['blob:https://a.example/abfc40e9-4742-44ed-9dcd-af8f99a29379', 'blob'],
    ['C:\\app\\server.js', 'server.js'],
    ['index.android.bundle', 'index.android.bundle'],
  ])('%s is %s', (file, name) => {
    expect(stableFileName(file)).toBe(name);
  });

  it.each([
    ['pay', 'pay'],
    ['Cart.pay', 'pay'],
    ['Object.d [as pay]', ''],
    ['Cart.pay [as onClick]', 'pay'],
    ['new Cart', 'Cart'],
    ['load/<', 'load'],
    ['e/App.prototype.pay/</<', 'pay'],
    ['Object.<anonymous>', ''],
    ['I.e.fn.(anonymous function) [as index]', ''],
    ['ab', ''],
    [null, ''],
  ])('%s is "%s"', (name, stable) => {
    expect(stableFunction(name)).toBe(stable);
  });
});

describe('a message without what varies', () => {
  it.each([
    ["Can't find variable: total", "Can't find variable: total"],
    ["Cannot read properties of undefined (reading 'total')", 'Cannot read properties of undefined (reading <value>)'],
    ['Request 7f3a took 1,234.5 ms (42%)', 'Request <n> took <n> ms (<n>)'],
    ['pointer 0x7ffee4 of usr_8fK2x', 'pointer <n> of <n>'],
    ['at 2026-11-27T10:00:00.000Z: “late” by -5', 'at <n>: <value> by <n>'],
    ['Loading chunk 12 failed. (error: https://a.example/12.abc.js)', 'Loading chunk <n> failed. (error: <url>)'],
    ['Uncaught (in promise) TypeError: Failed to fetch', 'Failed to fetch'],
    ['first line\n    at f (x.js:1:2)', 'first line'],
    ['  spaces   and\ttabs  ', 'spaces and tabs'],
  ])('%j is %j', (message, normal) => {
    expect(normaliseMessage(message)).toBe(normal);
  });
});
