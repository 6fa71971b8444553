import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { analyse } from '../../src/cookies/analyse.ts';
import { NO_TOTALS, sampleOf, trendOf, withSampleInTotals } from '../../src/cookies/day.ts';
import { deviceHashOf } from '../../src/cookies/device.ts';
import { sha256Hex } from '../../src/shared/hash.ts';
import type { TelemetryWarningCode } from '../../src/wire/cookies.ts';

const HTTPS = new URL('https://shop.example/x');
const HTTP = new URL('http://shop.example/x');
const LOOPBACK = new URL('http://localhost:8787/x');

const codes = (header: string, url = HTTPS): TelemetryWarningCode[] =>
  analyse(header, url).warnings.map(({ code }) => code);
const ofBytes = (bytes: number) => `a=${'v'.repeat(bytes - 2)}`;

describe('what a Cookie header says', () => {
  it('is empty without cookies', () => {
    expect(analyse('', HTTPS)).toEqual({
      ...{ count: 0, bytes: 0, level: 'green', names: [], namesCut: false },
      ...{ fraudSession: { present: false, duplicated: false }, secure: { host: 0, secure: 0, unproven: 0 } },
      ...{ partitioned: 0, warnings: [] },
    });
  });

  it('counts, names and sorts by what the names prove', () => {
    expect(analyse('__Host-fraud_sid=x; __Secure-b=1; __Http-c=1; __Host-d_id_p=2; e=3', HTTPS)).toMatchObject({
      ...{ count: 5, names: ['__Host-fraud_sid', '__Secure-b', '__Http-c', '__Host-d_id_p', 'e'] },
      ...{ fraudSession: { present: true, duplicated: false }, secure: { host: 2, secure: 2, unproven: 1 } },
      ...{ partitioned: 1, warnings: [] },
    });
  });

  it.each([
    [2_047, 'green'],
    [2_048, 'yellow'],
    [4_096, 'yellow'],
    [4_097, 'red'],
  ])('%i bytes are %s', (bytes, level) => expect(analyse(ofBytes(bytes), HTTPS)).toMatchObject({ bytes, level }));

  it.each(['fraud_sid', 'fraud_sid_p', '__Host-fraud_sid', '__Host-fraud_sid_p'])('knows the session %s', (name) => {
    expect(analyse(`${name}=1`, HTTPS).fraudSession).toEqual({ present: true, duplicated: false });
    expect(analyse(`${name}=1; ${name}=2`, HTTPS).fraudSession).toEqual({ present: true, duplicated: true });
    expect(analyse(`x${name}=1; ${name}x=1`, HTTPS).fraudSession).toEqual({ present: false, duplicated: false });
  });

  it.each<[string, string, URL, TelemetryWarningCode[]]>([
    ['a large header', `${ofBytes(2_000)}; b=${'v'.repeat(2_200)}`, HTTPS, ['header_too_large']],
    ['one cookie larger than there is', ofBytes(4_200), HTTPS, ['header_too_large', 'cookie_too_large']],
    ['20 cookies', Array.from({ length: 20 }, (_, i) => `a${i}=1`).join('; '), HTTPS, []],
    ['21 cookies', Array.from({ length: 21 }, (_, i) => `a${i}=1`).join('; '), HTTPS, ['too_many_cookies']],
    ['two of a name', 'a=1; b=1; a=2', HTTPS, ['duplicate_name']],
    ['a prefix over plain HTTP', '__Host-a=1', HTTP, ['prefix_over_http']],
    ['a prefix over loopback HTTP, where Chromium sends it', '__Host-a=1', LOOPBACK, []],
    ['a prefix in another case', '__host-a=1', HTTPS, ['prefix_by_case']],
    ['a value that poses as a prefix', '=__Host-a', HTTPS, ['prefix_in_nameless', 'nameless']],
    ['a cookie without a name', 'abc', HTTPS, ['nameless']],
    ['white space inside a value', 'a=b c', HTTPS, ['illegal_octets']],
    ['a planted U+00A0', '\u00a0__Host-a=1', HTTPS, ['illegal_octets']],
    ['quotes, which are usual', 'a="b"', HTTPS, []],
  ])('warns of %s', (_, header, url, expected) => expect(codes(header, url)).toEqual(expected));

  it('says at most 100 names of 64 characters, and 5 in a sentence', () => {
    const header = Array.from({ length: 150 }, (_, i) => `${i}${'n'.repeat(100)}=1 1`).join(';');
    const { names, namesCut, warnings } = analyse(header, HTTPS);
    expect([names.length, namesCut, Math.max(...names.map(({ length }) => length))]).toEqual([100, true, 65]);
    expect(Math.max(...warnings.map(({ detail }) => detail.length))).toBeLessThan(500);
  });

  it('never says a value', () => {
    const secret = 'QZQZ';
    const value = fc.string({ unit: fc.constantFrom('a', ' ', '"', '=', 'é'), maxLength: 5 });
    const name = fc.constantFrom('', '=', 'a=', '__Host-fraud_sid=', '__host-x=', ' =', '\u00a0b=');
    fc.assert(
      fc.property(fc.array(fc.tuple(name, value), { maxLength: 30 }), (pairs) => {
        // Text before the first `=` is a name for everybody, whoever meant it as a value.
        const cookies = pairs.map(([named, text]) => (named === '' ? secret : `${named}${secret}${text}`));
        expect(JSON.stringify(analyse(cookies.join('; '), HTTPS))).not.toContain(secret);
      }),
    );
  });
});

describe('the device of a sample', () => {
  it('is known by the hash of its cookie, as the fraud object knows it', () => {
    const header = '__Host-d_id=abc';
    expect(deviceHashOf(header, HTTPS)).toBe(sha256Hex('abc'));
    expect(deviceHashOf(`x=1; ${header}`, HTTPS)).toBe(sha256Hex('abc'));
    expect(deviceHashOf('__Host-d_id_p=abc', HTTPS)).toBe(sha256Hex('abc'));
  });

  it.each([
    ['none', '', HTTPS],
    ['two', '__Host-d_id=a; __Host-d_id=b', HTTPS],
    ['an empty one', '__Host-d_id=', HTTPS],
    ['one that a subdomain may have planted', 'd_id=a', HTTPS],
    ['one of the other transport', '__Host-d_id=a', LOOPBACK],
  ])('is unknown with %s', (_, header, url) => expect(deviceHashOf(header, url)).toBeNull());
});

describe('a day', () => {
  it('has quantiles within a step, never too small, and the true extremes', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 9_000 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const samples = sizes.map((bytes) => sampleOf({ ...analyse('', HTTPS), bytes, count: bytes % 50 }, null, 0));
        const trend = trendOf(0, samples.reduce(withSampleInTotals, NO_TOTALS));
        const sorted = [...sizes].sort((a, b) => a - b);
        const at = (q: number) => sorted[Math.max(1, Math.ceil(q * sizes.length)) - 1] ?? 0;
        expect(trend).toMatchObject({ day: '1970-01-01', samples: sizes.length, maxBytes: sorted.at(-1) });
        for (const [q, told] of [
          [0.5, trend.p50Bytes],
          [0.95, trend.p95Bytes],
        ] as const) {
          expect(told).toBeGreaterThanOrEqual(at(q));
          expect(told - at(q)).toBeLessThan(128);
        }
        const counts = sizes.map((bytes) => bytes % 50).sort((a, b) => a - b);
        expect(trend.p95Count).toBe(counts[Math.max(1, Math.ceil(0.95 * sizes.length)) - 1]);
        expect(trend.levels.green + trend.levels.yellow + trend.levels.red).toBe(sizes.length);
      }),
    );
  });
});
