import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { withoutQueries } from '../../../src/sdk/text.ts';

describe('addresses in a text', () => {
  it.each([
    ['an address', 'https://shop.example/pay?card=4111', 'https://shop.example/pay'],
    ['a fragment', 'https://shop.example/#token=abc', 'https://shop.example/'],
    ['a frame of Chromium', '    at pay (https://x.example/a.js?v=1:10:5)', '    at pay (https://x.example/a.js:10:5)'],
    ['a frame without a name', '    at https://x.example/a.js?v=1:10:5', '    at https://x.example/a.js:10:5'],
    ['a frame of Firefox', 'pay@https://x.example/a.js?t=12:30:10:5', 'pay@https://x.example/a.js:10:5'],
    ['several lines', 'https://a.b/?x=1\nhttps://c.d/e#f:1:2', 'https://a.b/\nhttps://c.d/e:1:2'],
    ['a parenthesis in a path', 'https://b.s3/photo%20(1).jpg?X-Amz-Signature=SECRET', 'https://b.s3/photo%20(1).jpg'],
    ['a parenthesis in a query', 'https://x.example/a?q=f(1)&token=SECRET', 'https://x.example/a'],
    [
      'a frame whose path has one',
      'at pay (https://x.example/a(1).js?v=1:10:5)',
      'at pay (https://x.example/a(1).js:10:5)',
    ],
    [
      'eval',
      'at eval (eval at f (https://x.example/a.js?v=1:1:2), a:3:4)',
      'at eval (eval at f (https://x.example/a.js:1:2), a:3:4)',
    ],
    ['a path without a host', 'GET /reset?token=SECRET failed', 'GET /reset failed'],
    ['a path in a selector', 'IMG[src=/p?token=SECRET].onload', 'IMG[src=/p'],
    ['a port', 'https://a.b:8443/c.js?d:1:2', 'https://a.b:8443/c.js:1:2'],
    ['a question', 'Really? Yes #1', 'Really? Yes #1'],
    ['nothing', '', ''],
  ])('%s', (_, text, without) => {
    expect(withoutQueries(text)).toBe(without);
  });

  it('lose every query, and nothing else is changed', () => {
    const path = fc.stringMatching(/^[a-z\d/._-]{0,20}$/);
    const query = fc.stringMatching(/^[a-z\d=&%+_-]{1,20}$/);
    const place = fc.constantFrom('', ':1:2', ':120:7');
    fc.assert(
      fc.property(path, query, fc.constantFrom('?', '#'), place, (where, secret, mark, line) => {
        const address = `https://shop.example/${where}`;
        expect(withoutQueries(`at (${address}${mark}${secret}${line}) more`)).toBe(`at (${address}${line}) more`);
      }),
    );
  });

  it('are found in a long text at once', () => {
    const long = `https://a.b/${'x'.repeat(50_000)}?${'y:1'.repeat(20_000)}`;
    expect(withoutQueries(long)).toBe(`https://a.b/${'x'.repeat(50_000)}:1`);
  });

  it.each(['/', 'a://', '/?', '?', ')', ':1', ':1:', '/a?:1', '/x '])(
    'take no more time than they are long: %s',
    (part) => {
      const msOf = (times: number) => {
        const text = `/?${part.repeat(times)}!`;
        const fromMs = performance.now();
        withoutQueries(text);
        withoutQueries(part.repeat(times));
        return performance.now() - fromMs;
      };
      // 200 times as much, or at most a tenth of a second; in its square it would be seconds.
      const oneMs = Math.max(...[1, 2, 3].map(() => msOf(1_000)));
      expect(msOf(200_000)).toBeLessThan(Math.max(100, oneMs * 2_000));
    },
  );
});
