import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framesIn } from '../../src/errors/frames.ts';
import { isInApp } from '../../src/errors/stack/in-app.ts';
import { parseStack } from '../../src/errors/stack/parse.ts';

/** As `function file:line:column`, `-` for what is not known. */
const shown = (stack: string) =>
  parseStack(stack).map(
    ({ function: name, file, line, column }) => `${name ?? '-'} ${file ?? '-'}:${line ?? '-'}:${column ?? '-'}`,
  );

describe('a stack is read as its engine wrote it', () => {
  it.each<[string, string, string[]]>([
    [
      'Chromium',
      'TypeError: x\n    at pay (https://a.example/app.js?v=3#top:10:5)\n    at https://a.example/app.js:1:2',
      ['pay https://a.example/app.js:10:5', '- https://a.example/app.js:1:2'],
    ],
    [
      'a method with an alias',
      'Error\n    at Cart.pay [as onClick] (https://a.example/app.js:10:5)',
      ['Cart.pay [as onClick] https://a.example/app.js:10:5'],
    ],
    [
      'async frames',
      'Error: x\n    at async load (https://a.example/a.js:1:1)\n    at async Promise.all (index 0)\n    at async https://a.example/a.js:2:2',
      ['load https://a.example/a.js:1:1', 'Promise.all -:-:-', '- https://a.example/a.js:2:2'],
    ],
    [
      'anonymous and native code',
      'Error\n    at Array.map (<anonymous>)\n    at new Promise (<anonymous>)\n    at <anonymous>\n    at Array.forEach (native)',
      ['Array.map -:-:-', 'new Promise -:-:-', '- -:-:-', 'Array.forEach -:-:-'],
    ],
    [
      'eval, at the place where it was written',
      'Error\n    at eval (eval at run (https://a.example/a.js:21:17), <anonymous>:1:30)',
      ['eval https://a.example/a.js:21:17'],
    ],
    [
      'eval of eval',
      'Error\n    at f (eval at g (eval at h (https://a.example/a.js:21:17)), <anonymous>:1:30)',
      ['f https://a.example/a.js:21:17'],
    ],
    ['eval of nothing', 'Error\n    at f (eval at <anonymous> (<anonymous>), <anonymous>:1:30)', ['f -:-:-']],
    [
      'webpack',
      'Error\n    at f (webpack:///./src/a.tsx?:295:108)\n    at g (webpack-internal:///(app-pages-browser)/./src/b.tsx:2:3)',
      ['f webpack:///./src/a.tsx:295:108', 'g webpack-internal:///(app-pages-browser)/./src/b.tsx:2:3'],
    ],
    [
      'wasm in Chromium',
      'Error\n    at add (https://a.example/m.wasm:wasm-function[12]:0x1a)\n    at wasm://wasm/3c5a:wasm-function[1]:0x10',
      ['add https://a.example/m.wasm:1:27', '- wasm://wasm/3c5a:1:17'],
    ],
    [
      'wasm in Firefox and Safari',
      'add@https://a.example/m.wasm:wasm-function[12]:0x1a\n<?>.wasm-function[3]@[wasm code]',
      ['add https://a.example/m.wasm:1:27', '<?>.wasm-function[3] -:-:-'],
    ],
    [
      'an extension',
      'Error\n    at f (chrome-extension://abc/content.js:1:2)',
      ['f chrome-extension://abc/content.js:1:2'],
    ],
    [
      'Node',
      'Error: x\n    at Object.<anonymous> (/srv/app/src/a.js:3:9)\n    at Module._compile (node:internal/modules/cjs/loader:1105:14)\n    at file:///srv/app/b.mjs:1:7\n    at C:\\app\\c.js:4:5',
      [
        'Object.<anonymous> /srv/app/src/a.js:3:9',
        'Module._compile node:internal/modules/cjs/loader:1105:14',
        '- file:///srv/app/b.mjs:1:7',
        '- C:\\app\\c.js:4:5',
      ],
    ],
    [
      'Firefox',
      'pay@https://a.example/app.js:10:5\nload/<@https://a.example/app.js:1:2\n@https://a.example/app.js:3:4\n',
      ['pay https://a.example/app.js:10:5', 'load/< https://a.example/app.js:1:2', '- https://a.example/app.js:3:4'],
    ],
    [
      'what called it later in Firefox',
      'setTimeout handler*run@https://a.example/a.js:1:2\nasync*go@https://a.example/a.js:3:4',
      ['run https://a.example/a.js:1:2', 'go https://a.example/a.js:3:4'],
    ],
    [
      'eval in Firefox',
      'baz@https://a.example/a.js line 26 > eval line 2 > eval:1:30',
      ['baz https://a.example/a.js:26:-'],
    ],
    [
      'an address with an @',
      'f@https://cdn.jsdelivr.net/npm/vue@3.2.1/dist/vue.js:1:2\nhttps://cdn.jsdelivr.net/npm/vue@3.2.1/dist/vue.js:3:4',
      [
        'f https://cdn.jsdelivr.net/npm/vue@3.2.1/dist/vue.js:1:2',
        '- https://cdn.jsdelivr.net/npm/vue@3.2.1/dist/vue.js:3:4',
      ],
    ],
    [
      'Safari',
      'pay@https://a.example/app.js:10:5\nglobal code@https://a.example/app.js:20:1\nmap@[native code]\n[native code]',
      ['pay https://a.example/app.js:10:5', '- https://a.example/app.js:20:1', 'map -:-:-', '- -:-:-'],
    ],
    [
      'Edge before Chromium',
      'TypeError: x\n   at Anonymous function (https://a.example/a.js:48:13)\n   at foo (https://a.example/a.js:46:9)',
      ['- https://a.example/a.js:48:13', 'foo https://a.example/a.js:46:9'],
    ],
    [
      'React Native',
      'value@index.android.bundle:12:1917\nindex.android.bundle:29:955',
      ['value index.android.bundle:12:1917', '- index.android.bundle:29:955'],
    ],
    ['Hermes', 'Error: x\n    at pay (address at index.android.bundle:1:4711)', ['pay index.android.bundle:1:4711']],
    ['Windows line ends', 'Error\r\n    at f (https://a.example/a.js:1:2)\r\n', ['f https://a.example/a.js:1:2']],
    [
      'a file with parentheses',
      'Error\n    at f (https://a.example/a (1).js:1:2)',
      ['f https://a.example/a (1).js:1:2'],
    ],
  ])('%s', (_, stack, expected) => {
    expect(shown(stack)).toEqual(expected);
  });

  it('takes no line of a message for a frame', () => {
    const message = [
      'Error: meet\nat 10:30 at the gate',
      'see https://a.example',
      'http://localhost:8080',
      'at least one',
      'at home (not at work)',
      'write to me@a.example',
      'ratio 4:3:2',
    ];
    expect(shown(message.join('\n'))).toEqual([]);
  });

  it('keeps no query, fragment, password or text of a data URL', () => {
    const stack =
      'f@https://user:secret@a.example/a.js?token=secret#secret:1:2\ng@data:text/javascript;base64,c2VjcmV0:3:4';
    expect(shown(stack)).toEqual(['f https://a.example/a.js:1:2', 'g data:text/javascript:3:4']);
  });

  it('stops at 50 frames and after 16 KB', () => {
    expect(parseStack('    at f (https://a.example/a.js:1:2)\n'.repeat(80))).toHaveLength(50);
    expect(parseStack(`${' '.repeat(16 * 1024)}\n    at f (https://a.example/a.js:1:2)`)).toEqual([]);
  });

  it('finds function and place on both ends of a line that is too long', () => {
    expect(shown(`f@data:text/javascript,${'x'.repeat(5_000)}:3:4`)).toEqual(['f data:text/javascript:3:4']);
  });

  it('never throws, whatever the text is', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom(
        'at ',
        '(',
        ')',
        '@',
        ':1',
        ':1:2',
        'https://',
        '\n',
        'eval at ',
        ' line 1 > eval',
        'Line 1 of linked script ',
        'called from line ',
        ' in ',
        '[native code]',
        ':wasm-function[',
        '\ud800',
      ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const frames = parseStack(pieces.join(''));
        expect(frames.length).toBeLessThanOrEqual(50);
        for (const { file, function: name } of frames) {
          expect(file === null || (file !== '' && file.length <= 512 && file.isWellFormed())).toBe(true);
          expect(name === null || (name !== '' && name.length <= 256)).toBe(true);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes time in proportion to the text, also where it was made to be slow', () => {
    const hostile = [
      ' ',
      '(',
      ')',
      '@',
      '@a',
      'at (',
      'at ((\n',
      '@@@@\n',
      '"a',
      ':1',
      '\n',
      'Line 1 of linked script ',
      ' in ',
      'called from line 1 in ',
      'eval at (',
      'https://',
      'at f (https://a/',
      'a.',
      '1',
    ];
    for (const unit of hostile) {
      const text = `at ${unit.repeat(16_384)}`;
      const startedMs = performance.now();
      for (let round = 0; round < 5; round++) parseStack(text);
      // A regular expression that goes back takes seconds; a loaded machine takes a few milliseconds.
      expect([unit, (performance.now() - startedMs) / 5 < 100]).toEqual([unit, true]);
    }
  });
});

describe('code of the application', () => {
  it.each([
    'https://a.example/assets/app.3f2a1bc9.js',
    'https://a.example/vendorlist.js',
    'https://a.example/react-app.js',
    '/srv/app/src/a.js',
    'webpack:///./src/a.tsx',
    'index.android.bundle',
    'wasm://wasm/3c5a',
    'https://shop.example/code.jquery.com/a.js',
  ])('is %s', (file) => {
    expect(isInApp(file)).toBe(true);
  });

  it.each([
    null,
    'chrome-extension://abc/content.js',
    'moz-extension://abc/content.js',
    'safari-web-extension://abc/content.js',
    'webkit-masked-url://hidden/',
    'node:internal/modules/cjs/loader',
    'internal/modules/cjs/loader.js',
    '/srv/app/node_modules/express/lib/router.js',
    'node_modules/express/lib/router.js',
    'webpack:///./~/react-proxy/modules/index.js',
    'https://cdn.jsdelivr.net/npm/vue@3/dist/vue.js',
    'https://www.googletagmanager.com/gtm.js',
    'https://a.example/js/vendors~main.3f2a1bc9.js',
    'https://a.example/js/jquery-3.6.0.min.js',
    'https://a.example/js/react-dom.production.min.js',
    'https://a.example/api/js/client.min.js',
  ])('is not %s', (file) => {
    expect(isInApp(file)).toBe(false);
  });
});

describe('frames that a sender brings itself', () => {
  it('are read under the names of Sentry and of stack parsers, and what is none is left out', () => {
    const frames = [
      { filename: 'https://a.example/a.js?x=1', function: 'f', lineno: 1, colno: 2, in_app: false },
      { fileName: 'https://a.example/b.js', methodName: '<unknown>', lineNumber: 3, columnNumber: 4 },
      { function: 'h', file: null, line: '5', column: -1, inApp: 'yes' },
      ...[null, 'f@x', [], {}, { function: 7 }],
    ];
    expect(framesIn(frames)).toEqual([
      { function: 'f', file: 'https://a.example/a.js', line: 1, column: 2, inApp: false },
      { function: null, file: 'https://a.example/b.js', line: 3, column: 4, inApp: true },
      { function: 'h', file: null, line: null, column: null, inApp: false },
    ]);
    expect(framesIn('no frames')).toEqual([]);
  });
});
