import naughty from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PAGE_NAMES, scrubAddress, scrubAttrs } from '../../src/edge/address.ts';
import { NO_EDGE } from '../../src/edge/edge.ts';
import { scrubText } from '../../src/edge/scrub-text.ts';

const { rules } = NO_EDGE;

describe('an address', () => {
  it.each([
    ['https://shop.example/users/123?token=s3cret#s3cret', 'https://shop.example/users/:id'],
    ['https://user:s3cret@shop.example:8443/a', 'https://shop.example:8443/a'],
    ['https://user:pa@s3cret@shop.example/a', 'https://shop.example/a'],
    ['https://shop.example', 'https://shop.example/'],
    ['/reset?token=s3cret', '/reset'],
    ['?token=s3cret', '/'],
    ['android-app://com.example.s/', 'android-app://com.example.s/'],
    ['data:text/plain,s3cret', 'data:'],
    ['', ''],
  ])('%s is kept as %s', (address, expected) => {
    expect(scrubAddress(address, rules)).toBe(expected);
  });
});

describe('a text', () => {
  it.each([
    ['Failed to fetch https://api.example/x?key=s3cret&b=1', 'Failed to fetch https://api.example/x'],
    ['at f (https://a.example/app.js?v=s3cret:10:5)', 'at f (https://a.example/app.js:10:5)'],
    ['f@https://a.example/app.js:10:5', 'f@https://a.example/app.js:10:5'],
    [
      'see "https://u:s3cret@a.example/p#s3cret" and http://b.example?s3cret.',
      'see "https://a.example/p" and http://b.example',
    ],
    ['what? no address #1', 'what? no address #1'],
    ['wss://u@s3cret@host/x', 'wss://host/x'],
    ['https://u:s3(c)ret@host/x', 'https://host/x'],
    ['https://a.example/wiki/Foo_(bar)?token=s3cret', 'https://a.example/wiki/Foo_(bar)'],
    ['https://a.example/x?q=(a)&token=s3cret', 'https://a.example/x'],
    ['https://a.example/x?q=a)&token=s3cret', 'https://a.example/x'],
    ["https://a.example/it's?token=s3cret", "https://a.example/it's"],
    ['(see https://a.example/Foo_(bar)?q=(s3cret))', '(see https://a.example/Foo_(bar))'],
    ["fetch('https://a.example/x?s3cret').then", "fetch('https://a.example/x').then"],
    [
      'at eval (eval at f (https://a.example/b.js?s3cret:1:2), <anonymous>:3:4)',
      'at eval (eval at f (https://a.example/b.js:1:2), <anonymous>:3:4)',
    ],
    ['GET /reset?token=s3cret 500', 'GET /reset 500'],
    ['GET "/reset?s3cret" 500', 'GET "/reset" 500'],
    ['(../reset?token=s3cret&a=(b))', '(../reset)'],
    ['at f (/src/App.vue?s3cret:10:5)', 'at f (/src/App.vue:10:5)'],
    ['to reset.html?token=s3cret', 'to reset.html'],
    ['to /cb#access_token=s3cret', 'to /cb'],
  ])('loses what an address in it says besides host and path: %s', (text, expected) => {
    expect(scrubText(text)).toBe(expected);
  });

  it.each([
    'Invalid regular expression: /a?b(?:c)?d/: what?',
    'either/or? /home/me/c#/app.cs:10 is it #1?',
    'a ? b=c : d',
  ])('keeps what is no query: %s', (text) => {
    expect(scrubText(text)).toBe(text);
  });

  it('is read in the time of its length', () => {
    for (const unit of [
      'https://',
      'a@',
      'https://a@',
      '?:1',
      ':1:1',
      'a+',
      '://',
      '(',
      ')',
      '?)',
      '/(',
      "'a",
      '?a',
      '?a=)',
      '/?',
      './',
    ]) {
      const startedMs = performance.now();
      scrubText(`https://${unit.repeat(60_000)}`);
      scrubText(`https://a?${unit.repeat(60_000)}x`);
      scrubText(`/${unit.repeat(60_000)}?a ${unit.repeat(60_000)}`);
      scrubText(`${unit.repeat(60_000)}://`);
      expect(performance.now() - startedMs, unit).toBeLessThan(500);
    }
  });

  it('of any kind is read to its end, and twice is once', () => {
    fc.assert(
      fc.property(fc.oneof(fc.constantFrom(...naughty), fc.string({ unit: 'binary' }), fc.webUrl()), (text) => {
        expect(scrubText(scrubText(text))).toBe(scrubText(text));
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('attributes', () => {
  it('are scrubbed at every depth, and what holds no address is the same object', () => {
    const attrs = {
      url: 'https://shop.example/users/5?s3cret',
      referrer: 'https://other.example/?q=s3cret',
      attribution: {
        target: '#cta',
        resources: ['https://cdn.example/i.png?sig=s3cret', 4],
        deep: { href: '/a?s3cret' },
      },
      count: 3,
    };
    const scrubbed = scrubAttrs(attrs, rules);
    expect(scrubbed).toEqual({
      url: 'https://shop.example/users/:id',
      referrer: 'https://other.example/',
      attribution: { target: '#cta', resources: ['https://cdn.example/i.png', 4], deep: { href: '/a' } },
      count: 3,
    });
    expect(attrs.url).toContain('s3cret');
    const clean = { a: [1, { b: 'x' }], c: null };
    expect(scrubAttrs(clean, rules)).toBe(clean);
  });

  it('that are read as pages are pages, under each of their names, as labels too', () => {
    for (const name of PAGE_NAMES) {
      const attrs = { [name]: '/reset?s3cret', labels: { [name]: '/users/7?s3cret' } };
      expect(scrubAttrs(attrs, rules)).toEqual({ [name]: '/reset', labels: { [name]: '/users/:id' } });
    }
    const deep = { request: { path: '/users/7?token=s3cret', labels: { path: '/users/7' } } };
    expect(scrubAttrs(deep, rules)).toEqual({ request: { path: '/users/7', labels: { path: '/users/7' } } });
  });

  it('of files inside of something keep their names', () => {
    const frames = [
      { url: 'https://a.example/assets/app.3f2a9c1b8d7e6f50.js?v=s3cret', line: 3 },
      { url: '/chunk-48213.js?v=s3cret' },
    ];
    expect(scrubAttrs({ frames }, rules)).toEqual({
      frames: [{ url: 'https://a.example/assets/app.3f2a9c1b8d7e6f50.js', line: 3 }, { url: '/chunk-48213.js' }],
    });
  });

  it('keep a name that objects are made with', () => {
    const attrs = JSON.parse('{"__proto__":"https://a.example/?s3cret"}');
    expect(JSON.stringify(scrubAttrs(attrs, rules))).toBe('{"__proto__":"https://a.example/"}');
  });
});
