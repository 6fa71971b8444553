import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPath } from '../../src/cookies/attributes.ts';
import { parseCookieDate } from '../../src/cookies/cookie-date.ts';
import { publicSuffixes } from '../../src/cookies/domain.ts';
import { lint } from '../../src/cookies/lint.ts';
import type { Lint } from '../../src/wire/cookies.ts';

const NOW_MS = Date.UTC(2026, 10, 27, 12);
const DAY_MS = 86_400_000;
const isPublicSuffix = await publicSuffixes();

interface From {
  url?: string;
  thirdParty?: boolean;
}

function check(line: string, { url = 'https://www.shop.example/a/b', thirdParty = false }: From = {}): Lint {
  return lint(line, { url: new URL(url), thirdParty, nowMs: NOW_MS, isPublicSuffix });
}
const verdict = (line: string, from?: From) => {
  const { outcome, reason } = check(line, from);
  return reason?.code ?? outcome;
};
const warned = (line: string, from?: From) => check(line, from).warnings.map(({ code }) => code);

describe('RFC 6265bis 5.6: a line in its parts', () => {
  it.each([
    ['a=1', 'a', '1'],
    [' a = 1 ', 'a', '1'],
    ['\ta\t=\t1\t; Path=/', 'a', '1'],
    ['a=b=c', 'a', 'b=c'],
    ['a="b c"', 'a', '"b c"'],
    ['a=', 'a', ''],
    ['a', '', 'a'],
    ['=a', '', 'a'],
    ['a b=c', 'a b', 'c'],
    ['a=%3B', 'a', '%3B'],
    ['\u00a0a=1', '\u00a0a', '1'],
    ['__proto__=1', '__proto__', '1'],
  ])('%j is the cookie %j with the value %j', (line, name, value) => {
    expect(check(line).cookie).toMatchObject({ name, value });
  });

  it.each(['', ';', ' ', '=', ' = ;Path=/', '; a=1'])('%j has neither name nor value', (line) => {
    expect(verdict(line)).toBe('empty');
  });

  it.each([...Array(32).keys(), 127].filter((code) => code !== 9))('the control character %i ends it all', (code) => {
    const control = String.fromCharCode(code);
    for (const line of [`a${control}=1`, `a=1${control}`, `a=1; Path=/${control}`, `a=1; X${control}`])
      expect(verdict(line)).toBe('control_character');
  });

  it('a tab is no control character here', () => {
    expect(check('a=b\tc')).toMatchObject({ outcome: 'stored', cookie: { value: 'b\tc' } });
  });
});

describe('RFC 6265bis 5.6 and 5.7: sizes, in octets', () => {
  it.each([
    [`a=${'v'.repeat(4_095)}`, 'stored'],
    [`a=${'v'.repeat(4_096)}`, 'too_large'],
    [`${'n'.repeat(4_096)}=`, 'stored'],
    [`${'n'.repeat(4_097)}=`, 'too_large'],
    [`a=${'é'.repeat(2_047)}`, 'stored'],
    [`a=${'é'.repeat(2_048)}`, 'too_large'],
  ])('%.12j… is %s', (line, expected) => expect(verdict(line)).toBe(expected));

  it('the attributes do not count', () => {
    expect(verdict(`a=${'v'.repeat(4_000)}; Path=/${'p'.repeat(1_000)}`)).toBe('stored');
  });

  it('an attribute value of more than 1,024 octets is passed over, and the one before it counts', () => {
    expect(check(`a=1; Path=/${'p'.repeat(1_023)}`).cookie?.path.length).toBe(1_024);
    const tooLong = check(`a=1; Path=/x; Path=/${'p'.repeat(1_024)}`);
    expect(tooLong.cookie?.path).toBe('/x');
    expect(tooLong.warnings.map(({ code }) => code)).toContain('attribute_too_long');
  });
});

describe('RFC 6265 5.1.1: dates', () => {
  const at = Date.UTC(2015, 9, 21, 7, 28, 0);
  it.each([
    'Wed, 21 Oct 2015 07:28:00 GMT',
    'Wednesday, 21-Oct-15 07:28:00 GMT',
    'Wed Oct 21 07:28:00 2015',
    '21 Oct 2015 07:28:00',
    '21 oct 15 7:28:0',
    '07:28:00 21 October 2015',
    '2015 21 OCT 07:28:00',
    'Oct/21/2015/07:28:00',
    '21!Oct"2015#07:28:00',
    'Wed, 21 Oct 2015 07:28:00 PST',
    'Wed, 21 Oct 2015 07:28:00 +0200',
    '21st Octopus 2015 07:28:00',
    '21 Oct 2015AD 07:28:00Z',
    'x 21 Oct 2015 07:28:00.123',
    '\t21  Oct\t2015,,07:28:00',
    '21 Oct 2015 07:28:00 22 Nov 2016 08:29:01',
  ])('%j is that of RFC 9110’s example', (text) => expect(parseCookieDate(text)).toBe(at));

  it.each([
    ['no time', '21 Oct 2015'],
    ['a time without seconds', '21 Oct 2015 07:28'],
    ['no month', '21 10 2015 07:28:00'],
    ['ISO 8601', '2015-10-21T07:28:00Z'],
    ['no year', '21 Oct 07:28:00'],
    ['no day', 'Oct 2015 07:28:00'],
    ['a year of five digits', '21 Oct 20155 07:28:00'],
    ['a year of one digit', '21 Oct 5 07:28:00'],
    ['day 0', '0 Oct 2015 07:28:00'],
    ['day 32', '32 Oct 2015 07:28:00'],
    ['30 February', '30 Feb 2015 07:28:00'],
    ['29 February of no leap year', '29 Feb 2015 07:28:00'],
    ['hour 24', '21 Oct 2015 24:00:00'],
    ['minute 60', '21 Oct 2015 07:60:00'],
    ['second 60', '21 Oct 2015 07:28:60'],
    ['the year 1600', '21 Oct 1600 07:28:00'],
    ['an hour of three digits', '21 Oct 2015 007:28:00'],
    ['a number', '1445412480'],
    ['nothing', ''],
    ['words', 'at the end of the session'],
  ])('%s is no date', (_, text) => expect(parseCookieDate(text)).toBeNull());

  it.each([
    ['00', 2000],
    ['69', 2069],
    ['70', 1970],
    ['99', 1999],
    ['100', null],
    ['1601', 1601],
    ['9999', 9999],
  ])('the year %s is %s', (year, expected) => {
    expect(parseCookieDate(`29 Mar ${year} 00:00:00`)).toBe(expected && Date.UTC(expected, 2, 29));
  });

  it('29 February of a leap year is a day', () => {
    expect(parseCookieDate('29 Feb 2016 00:00:00')).toBe(Date.UTC(2016, 1, 29));
  });

  it('reads every date that toUTCString writes', () => {
    const dates = fc.date({ min: new Date('1601-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(dates, (date) => {
        expect(parseCookieDate(date.toUTCString())).toBe(Math.floor(date.getTime() / 1_000) * 1_000);
      }),
    );
  });
});

describe('RFC 6265bis 5.6.1, 5.6.2 and 5.7: how long', () => {
  const inAnHour = new Date(NOW_MS + 3_600_000).toUTCString();
  it.each([
    ['', null],
    ['; Max-Age=60', 60_000],
    ['; max-age=60', 60_000],
    ['; Max-Age=+60', null],
    ['; Max-Age=1.5', null],
    ['; Max-Age=60s', null],
    ['; Max-Age="60"', null],
    ['; Max-Age=', null],
    ['; Max-Age', null],
    ['; Max-Age=-', null],
    ['; Max-Age=0060', 60_000],
    ['; Max-Age=60; Max-Age=120', 120_000],
    ['; Max-Age=60; Max-Age=x', 60_000],
    ['; Max-Age=34560000', 400 * DAY_MS],
    ['; Max-Age=34560001', 400 * DAY_MS],
    [`; Max-Age=${'9'.repeat(400)}`, 400 * DAY_MS],
    [`; Expires=${inAnHour}`, 3_600_000],
    [`; Expires=${inAnHour}; Max-Age=60`, 60_000],
    [`; Max-Age=60; Expires=${inAnHour}`, 60_000],
    [`; Max-Age=x; Expires=${inAnHour}`, 3_600_000],
    [`; Expires=${inAnHour}; Expires=never`, 3_600_000],
    ['; Expires=Fri, 31 Dec 9999 23:59:59 GMT', 400 * DAY_MS],
    ['; Expires=0', null],
    ['; Expires', null],
  ])('a=1%.60s is kept for %s ms, null: with the session', (attributes, forMs) => {
    const { outcome, cookie } = check(`a=1${attributes}`);
    expect([outcome, cookie?.expiresAtMs]).toEqual(['stored', forMs === null ? null : NOW_MS + forMs]);
  });

  it.each([
    'Max-Age=0',
    'Max-Age=-1',
    `Max-Age=-${'9'.repeat(400)}`,
    'Expires=Thu, 01 Jan 1970 00:00:00 GMT',
    'Expires=01 Jan 1601 00:00:00',
    `Expires=${inAnHour}; Max-Age=0`,
  ])('%s deletes', (attribute) => expect(verdict(`a=1; ${attribute}`)).toBe('expired'));
});

describe('RFC 6265bis 5.6.3 and 5.7: domains', () => {
  it.each([
    ['shop.example', 'https://www.shop.example', 'shop.example', false],
    ['.shop.example', 'https://www.shop.example', 'shop.example', false],
    ['SHOP.Example', 'https://www.shop.example', 'shop.example', false],
    ['www.shop.example', 'https://www.shop.example', 'www.shop.example', false],
    ['', 'https://www.shop.example', 'www.shop.example', true],
    ['co.uk', 'https://co.uk', 'co.uk', true],
    ['github.io', 'https://github.io', 'github.io', true],
    ['me.github.io', 'https://me.github.io', 'me.github.io', false],
    ['127.0.0.1', 'http://127.0.0.1', '127.0.0.1', true],
    ['localhost', 'http://localhost', 'localhost', true],
    ['xn--bcher-kva.example', 'https://bücher.example', 'xn--bcher-kva.example', false],
  ])('Domain=%s from %s is %s, of the host only: %s', (attribute, url, domain, hostOnly) => {
    expect(check(`a=1; Domain=${attribute}`, { url }).cookie).toMatchObject({ domain, hostOnly });
  });

  it.each([
    ['other.example', 'https://www.shop.example', 'domain_mismatch'],
    ['x.www.shop.example', 'https://www.shop.example', 'domain_mismatch'],
    ['op.example', 'https://www.shop.example', 'domain_mismatch'],
    ['..shop.example', 'https://www.shop.example', 'domain_mismatch'],
    ['shop.example.', 'https://www.shop.example', 'domain_mismatch'],
    ['shop.example:443', 'https://www.shop.example', 'domain_mismatch'],
    ['example', 'https://www.shop.example', 'domain_public_suffix'],
    ['co.uk', 'https://www.shop.co.uk', 'domain_public_suffix'],
    ['github.io', 'https://me.github.io', 'domain_public_suffix'],
    ['compute.amazonaws.com', 'https://x.compute.amazonaws.com', 'domain_public_suffix'],
    ['ck', 'https://www.ck', 'domain_public_suffix'],
    ['localhost', 'http://x.localhost', 'domain_public_suffix'],
    ['0.0.1', 'http://127.0.0.1', 'domain_mismatch'],
    ['bücher.example', 'https://bücher.example', 'domain_not_ascii'],
  ])('Domain=%s from %s is refused: %s', (attribute, url, code) => {
    expect(verdict(`a=1; Domain=${attribute}`, { url })).toBe(code);
  });

  it('the last of several counts, also an empty one', () => {
    expect(check('a=1; Domain=other.example; Domain=shop.example').cookie?.domain).toBe('shop.example');
    expect(check('a=1; Domain=shop.example; Domain=').cookie).toMatchObject({ hostOnly: true });
    expect(verdict('a=1; Domain=shop.example; Domain=other.example')).toBe('domain_mismatch');
  });
});

describe('RFC 6265 5.1.4 and 6265bis 5.6.4: paths', () => {
  it.each([
    ['', '/'],
    ['/', '/'],
    ['/a', '/'],
    ['/a/', '/a'],
    ['/a/b', '/a'],
    ['/a/b/c', '/a/b'],
    ['//a', '/'],
    ['/a%2Fb/c', '/a%2Fb'],
    ['a/b', 'a'],
  ])('the default for %j is %j', (pathname, expected) => expect(defaultPath(pathname)).toBe(expected));

  it.each([
    ['', '/a'],
    ['; Path=/', '/'],
    ['; Path=/other/', '/other/'],
    ['; Path=', '/a'],
    ['; Path', '/a'],
    ['; Path=x', '/a'],
    ['; Path="/"', '/a'],
    ['; Path=/x; Path=/y', '/y'],
    ['; Path=/x; Path=', '/a'],
    ['; Path=/a?b=c d', '/a?b=c d'],
  ])('a=1%s has the path %s', (attributes, path) => expect(check(`a=1${attributes}`).cookie?.path).toBe(path));
});

describe('RFC 6265bis 5.7, 20 to 22: prefixes, in any case', () => {
  it.each([
    ['__Secure-a=1; Secure', 'stored'],
    ['__Secure-a=1', 'prefix_secure'],
    ['__SECURE-a=1', 'prefix_secure'],
    ['__Host-a=1; Secure; Path=/', 'stored'],
    ['__hOsT-a=1; Secure; Path=/', 'stored'],
    ['__Host-a=1; Path=/', 'prefix_host'],
    ['__Host-a=1; Secure', 'prefix_host'],
    ['__Host-a=1; Secure; Path=/a', 'prefix_host'],
    ['__host-a=1; Secure; Path=/; Path=/a', 'prefix_host'],
    ['__Host-a=1; Secure; Path=/; Domain=www.shop.example', 'prefix_host'],
    ['__Host-a=1; Secure; Path=/; Domain=', 'stored'],
    ['__Http-a=1; Secure; HttpOnly', 'stored'],
    ['__Http-a=1; Secure', 'prefix_http'],
    ['__Host-Http-a=1; Secure; HttpOnly; Path=/', 'stored'],
    ['__Host-Http-a=1; Secure; Path=/', 'prefix_host_http'],
    ['__Host-Http-a=1; Secure; HttpOnly', 'prefix_host_http'],
    ['x__Host-a=1', 'stored'],
    ['__Hosta=1', 'stored'],
    ['=__Host-a=1; Secure; Path=/', 'prefix_in_nameless'],
    ['__Host-a; Secure; Path=/', 'prefix_in_nameless'],
    ['=__secure-a', 'prefix_in_nameless'],
    ['=x__Host-a', 'stored'],
  ])('%s is %s', (line, expected) => expect(verdict(line)).toBe(expected));
});

describe('RFC 6265bis 5.7: Secure, SameSite and Partitioned', () => {
  const [http, loopback] = ['http://www.shop.example', 'http://localhost:8787'];
  it.each<[string, From, string]>([
    ['a=1; Secure', { url: http }, 'secure_over_http'],
    ['a=1; Secure', { url: loopback }, 'stored'],
    ['a=1; Secure', { url: 'http://127.0.0.1' }, 'stored'],
    ['a=1', { url: http }, 'stored'],
    ['a=1; SameSite=None', {}, 'none_without_secure'],
    ['a=1; SameSite=None; Secure', {}, 'stored'],
    ['a=1; Partitioned', {}, 'partitioned_without_secure'],
    ['a=1; Partitioned; Secure', {}, 'stored'],
    ['a=1; SameSite=Strict', { thirdParty: true }, 'same_site_in_third_party'],
    ['a=1; SameSite=Lax', { thirdParty: true }, 'same_site_in_third_party'],
    ['a=1', { thirdParty: true }, 'same_site_in_third_party'],
    ['a=1; SameSite=None', { thirdParty: true }, 'none_without_secure'],
    ['a=1; SameSite=None; Secure', { thirdParty: true }, 'stored'],
    ['a=1; SameSite=None; Secure; Partitioned', { thirdParty: true }, 'stored'],
  ])('%s with %j is %s', (line, from, expected) => expect(verdict(line, from)).toBe(expected));

  it.each([
    ['', 'Lax', true],
    ['; SameSite=Lax', 'Lax', false],
    ['; samesite=STRICT', 'Strict', false],
    ['; SameSite=none; Secure', 'None', false],
    ['; SameSite=Bogus', 'Lax', true],
    ['; SameSite', 'Lax', true],
    ['; SameSite=Strict; SameSite=Lax', 'Lax', false],
    ['; SameSite=Strict; SameSite=Bogus', 'Lax', true],
  ])('a=1%s is %s, by default: %s', (attributes, sameSite, sameSiteByDefault) => {
    expect(check(`a=1${attributes}`).cookie).toMatchObject({ sameSite, sameSiteByDefault });
  });

  it('a flag is set by its name, whatever its value', () => {
    expect(check('a=1; secure=false; HTTPONLY=0; Partitioned=no').cookie).toMatchObject({
      ...{ secure: true, httpOnly: true, partitioned: true },
    });
  });
});

describe('warnings', () => {
  const good = '; Secure; HttpOnly; SameSite=Strict; Path=/';
  it('has none for a cookie as it should be', () => {
    expect(warned(`__Host-sid=abc${good}; Max-Age=3600`)).toEqual([]);
    expect(warned(`__Host-csrfToken=abc; Secure; SameSite=Strict; Path=/`)).toEqual([]);
  });

  it.each<[string, string[], From?]>([
    [`a=1${good.replace(' Secure;', '')}`, ['no_secure']],
    [`a=1${good.replace(' Secure;', '')}`, ['no_secure', 'overlays_secure'], { url: 'http://www.shop.example' }],
    [`a=1${good}`, ['loopback_is_secure'], { url: 'http://localhost' }],
    ['session=1; Secure; SameSite=Lax', ['no_http_only']],
    ['connect.sid=1; Secure; SameSite=Lax', ['no_http_only']],
    ['PHPSESSID=1; Secure; SameSite=Lax', ['no_http_only']],
    ['side=1; Secure; SameSite=Lax', []],
    ['a=1; Secure', ['same_site_default']],
    ['a=1; Secure; SameSite=Foo', ['same_site_unknown', 'same_site_default']],
    ['a=1; Secure; SameSite=None', ['third_party_blocked'], { thirdParty: true }],
    [`a=1${good}; Partitioned`, ['partitioned_same_site']],
    [`=1${good}`, ['nameless']],
    [`a b=1${good}`, ['name_not_token']],
    [`a=b c${good}`, ['value_not_cookie_octets']],
    [`a=b"c${good}`, ['value_not_cookie_octets']],
    [`a="b"${good}`, []],
    [`a=1${good}; Domain=shop.example`, ['domain_wide']],
    [`a=1${good}; Domain=`, ['domain_ignored']],
    ['a=1; Secure; SameSite=Lax; Path=x', ['path_ignored']],
    [`a=1${good}; Expires=never`, ['expires_unreadable']],
    [`a=1${good}; Max-Age=1.5`, ['max_age_unreadable']],
    [`a=1${good}; Max-Age=60; Expires=Thu, 01 Jan 2099 00:00:00 GMT`, ['expires_overruled']],
    [`a=1${good}; Expires=Thu, 01 Jan 2099 00:00:00 GMT`, ['expiry_capped']],
    [`a=1${good}; Version=1`, ['attribute_unknown']],
    [`a=1${good}; Priority=High`, []],
    [`a=1${good}; Path=/x`, ['attribute_repeated']],
    [`a=1${good}; Domain=${'d'.repeat(1_025)}`, ['attribute_too_long']],
  ])('%.90s has %j', (line, codes, from) => expect(warned(line, from)).toEqual(codes));

  it('names what it means, in sentences', () => {
    for (const { detail } of check('a b="; Foo; Foo; Max-Age=x; Expires=x; Path=x; Domain=shop.example').warnings)
      expect(detail).toMatch(/^\S.{20,200}\.$/);
  });
});

describe('whatever the line is', () => {
  it('an answer comes, and a stored cookie keeps the rules', () => {
    const piece = fc.constantFrom(
      ...['a', '=', ';', ' ', '__Host-', '__Secure-', 'Secure', 'Path=/', 'Domain=', 'shop.example', 'Max-Age=', '9'],
      ...['SameSite=None', 'Partitioned', 'Expires=', '1 Jan 2027 1:1:1', '\x00', '\t', 'é', 'HttpOnly'],
    );
    const line = fc.array(piece, { maxLength: 20 }).map((parts) => parts.join(';').replaceAll(/;(?=[=9])/g, ''));
    fc.assert(
      fc.property(fc.oneof(line, fc.string({ unit: 'binary' })), fc.boolean(), (text, thirdParty) => {
        const { outcome, reason, cookie } = check(text, { thirdParty });
        expect(reason === null).toBe(outcome !== 'ignored');
        if (outcome === 'ignored' || cookie === null) return;
        expect(cookie.bytes).toBeLessThanOrEqual(4_096);
        expect(cookie.path.startsWith('/')).toBe(true);
        expect((cookie.expiresAtMs ?? 0) - NOW_MS).toBeLessThanOrEqual(400 * DAY_MS);
        if (cookie.sameSite === 'None' || cookie.partitioned) expect(cookie.secure).toBe(true);
        if (cookie.name.startsWith('__Host-'))
          expect(cookie).toMatchObject({ secure: true, hostOnly: true, path: '/' });
      }),
      { numRuns: 3_000 },
    );
  });
});
