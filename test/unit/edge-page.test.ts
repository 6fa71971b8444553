import naughty from 'big-list-of-naughty-strings/blns.json' with { type: 'json' };
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pageOf } from '../../src/edge/page.ts';
import { type CompiledRules, compileRules, ruleFault } from '../../src/edge/page-rules.ts';
import { DEFAULT_BROWSER_RULES, MAX_PAGE_CHARS, MAX_PAGE_SEGMENTS } from '../../src/wire/browser.ts';

const NONE = compileRules(DEFAULT_BROWSER_RULES);
const rules = (...pageRules: string[]): CompiledRules => compileRules({ pageRules, bots: 'drop' });

describe('a page', () => {
  it.each([
    ['a number', '/users/123', '/users/:id'],
    ['a negative number', '/items/-5', '/items/:id'],
    ['a version of three parts', '/docs/1.2.3/start', '/docs/:id/start'],
    ['a UUID', '/orders/550e8400-e29b-41d4-a716-446655440000/edit', '/orders/:id/edit'],
    ['a UUID within a name', '/files/invoice_550e8400-e29b-41d4-a716-446655440000', '/files/:id'],
    ['a ULID', '/events/01ARZ3NDEKTSV4RRFFQ69G5FAV', '/events/:id'],
    ['hex of eight', '/commit/deadbeef', '/commit/:id'],
    ['a hash in a file', '/static/app.3f2a9c1b8d7e6f50.js', '/static/:id.js'],
    ['a number with an extension', '/reports/2207.pdf', '/reports/:id.pdf'],
    ['a name with four digits or more', '/order/ord-48213', '/order/:id'],
    ['a date', '/calendar/2026-11-27', '/calendar/:date'],
    ['a European date', '/calendar/27.11.2026', '/calendar/:date'],
    ['a time', '/logs/2026-11-27T10:00:00Z', '/logs/:date'],
    ['an e-mail address', '/unsubscribe/jane.doe@example.com', '/unsubscribe/:email'],
    ['an encoded e-mail address', '/unsubscribe/jane%2Bx%40example.com', '/unsubscribe/:email'],
    ['a token', '/reset/eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9', '/reset/:token'],
    ['the id of a video', '/watch/dQw4w9WgXcQ', '/watch/:token'],
    ['base64 with dashes', '/invite/V1StGXR8_Z5jdHi6B-myT', '/invite/:token'],
    ['capitals all over', '/t/aBcDeFgHiJkLmNoPqRsT', '/t/:token'],
    ['a segment without end', `/x/${'ab-'.repeat(40)}`, '/x/:token'],
  ])('has a place for %s', (_, path, expected) => {
    expect(pageOf(path, NONE)).toBe(expected);
  });

  it.each([
    '/',
    '/checkout',
    '/en-US/pricing',
    '/de_AT/preise',
    '/zh-Hans/about',
    '/v2/oauth2/callback',
    '/blog/how-to-cook-10-dishes',
    '/blog/iPhone-15-Pro-Max-review',
    '/blog/covid19-vaccination',
    '/news/best-of-2026',
    '/getUserProfileSettings',
    '/step-2',
    '/日本語/ご注文',
    '/users/[id]/{tab}',
    '/users/:id',
  ])('%s is one', (path) => {
    expect(pageOf(path, NONE)).toBe(path);
  });

  it.each([
    ['an address', 'https://shop.example/cart', '/cart'],
    ['an address of a host alone', 'https://shop.example', '/'],
    ['userinfo and port', 'https://u:p@shop.example:8443/cart', '/cart'],
    ['a query', '/cart?token=secret', '/cart'],
    ['a fragment', '/cart#token=secret', '/cart'],
    ['a query without a path', '?token=secret', '/'],
    ['a slash at the end', '/cart/', '/cart'],
    ['two slashes', '//cart///items', '/cart/items'],
    ['the index of a directory', '/docs/index.html', '/docs'],
    ['the index of the site', '/index.php', '/'],
    ['a session id behind a semicolon', '/cart;jsessionid=ABC123', '/cart'],
    ['encoded letters', '/caf%C3%A9/%E6%97%A5', '/café/日'],
    ['an encoded slash', '/a%2Fb', '/a%2Fb'],
    ['what is no encoding', '/100%/%zz', '/100%25/%25zz'],
    ['a NUL', '/a%00b', '/a%00b'],
    ['half of a surrogate', '/a\ud800', '/a\ufffd'],
    ['an address with its content', 'data:text/html,<b>secret</b>', 'data:'],
    ['the name of a route', 'Checkout: step 2', 'Checkout: step 2'],
    ['an application’s address', 'capacitor://localhost/orders/9', '/orders/:id'],
  ])('is read from %s', (_, text, expected) => {
    expect(pageOf(text, NONE)).toBe(expected);
  });

  it('is no deeper and no longer than its bounds', () => {
    expect(pageOf('/a/b/c/d/e/f/g/h/i/j', NONE)).toBe('/a/b/c/d/e/f/g/h/*');
    const long = pageOf(`/${'lorem-ipsum-dolor-sit-amet-consectetur/'.repeat(8)}`, NONE);
    expect(long.length).toBeLessThanOrEqual(MAX_PAGE_CHARS);
    expect(long).toMatch(/\/lorem-ipsum-dolor-sit-amet-consectetur\/\*$/);
  });

  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...naughty),
    fc.webUrl({ withFragments: true, withQueryParameters: true }),
    fc
      .array(fc.oneof(fc.base64String(), fc.uuid(), fc.integer().map(String), fc.emailAddress(), fc.string()), {
        maxLength: 14,
      })
      .map((segments) => `/${segments.join('/')}`),
    fc.string({ unit: fc.constantFrom(...'/%:;?#.@*a1-2F\\ d') }),
  );

  it('stays the same when it is read again, within its bounds, whatever it was made of', () => {
    const some = rules('/a/:x', '/a/*', '/:y/b', '/shop/:category/*', '/');
    fc.assert(
      fc.property(text, fc.constantFrom(NONE, some), (given, by) => {
        const page = pageOf(given, by);
        expect(page.length).toBeLessThanOrEqual(MAX_PAGE_CHARS);
        expect(page.split('/').length).toBeLessThanOrEqual(MAX_PAGE_SEGMENTS + 2);
        expect(page).not.toMatch(/[?#\p{Cc}]/u);
        expect(page.isWellFormed()).toBe(true);
        expect(pageOf(page, by)).toBe(page);
      }),
      { numRuns: 5_000 },
    );
  });

  it('costs little of a path that was made to cost much', () => {
    for (const unit of ['a@', '1-', 'aB1', '%2', '/', 'a.', '\\', '0x', '2024-']) {
      const startedMs = performance.now();
      for (let i = 0; i < 20; i++) pageOf(`/${unit.repeat(100_000)}`, NONE);
      expect(performance.now() - startedMs, unit).toBeLessThan(500);
    }
  });
});

describe('the rules of a project', () => {
  const some = rules('/shop/featured', '/shop/:category/*', '/u/*', '/404', '/:lang/docs', '/');

  it.each([
    ['/shop/featured', '/shop/featured'],
    ['/shop/shoes/blue-suede', '/shop/:category/*'],
    ['/shop/shoes/a/b/c/d/e/f/g/h/i', '/shop/:category/*'],
    ['https://shop.example/shop/shoes/x?y=1', '/shop/:category/*'],
    ['/shop/shoes', '/shop/shoes'],
    ['/u/jane', '/u/*'],
    ['/u', '/u'],
    ['/404', '/404'],
    ['/405', '/:id'],
    ['/de/docs/', '/:lang/docs'],
    ['/index.html', '/'],
    ['/Shop/shoes/x', '/Shop/shoes/x'],
    ['shop/shoes/x', 'shop/shoes/x'],
  ])('come before the built-in ones: %s', (path, expected) => {
    expect(pageOf(path, some)).toBe(expected);
  });

  it('count in their order', () => {
    expect(pageOf('/a/b', rules('/:x/b', '/a/:y'))).toBe('/:x/b');
    expect(pageOf('/a/b', rules('/a/:y', '/:x/b'))).toBe('/a/:y');
  });

  it.each([
    ['shop/*', 'begin with /'],
    ['https://shop.example/a', 'begin with /'],
    ['/a?b=1', 'without ?'],
    ['/a%20b', 'without ?, #, %'],
    ['/a/', 'empty segment'],
    ['/a//b', 'empty segment'],
    ['/a/b*', 'a whole segment'],
    ['/:', 'a name is'],
    ['/:a-b', 'a name is'],
    [`/${'a'.repeat(MAX_PAGE_CHARS)}`, 'at most 200'],
    ['/1/2/3/4/5/6/7/8/9/10/11/12/13', 'at most 12'],
  ])('take no %s', (pattern, reason) => {
    expect(ruleFault(pattern)).toContain(reason);
  });

  it.each(['/', '/*', '/a/*/b', '/:lang/docs/*', '/caf é/ü', '/users/[id]'])('take %s', (pattern) => {
    expect(ruleFault(pattern)).toBeNull();
  });
});
