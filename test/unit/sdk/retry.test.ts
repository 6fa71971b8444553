import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { backoffMs, isWorthRetrying, retryAfterMs } from '../../../src/sdk/retry.ts';

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');

describe('Retry-After', () => {
  it.each([
    ['seconds', '3', 3_000],
    ['a date', 'Fri, 27 Nov 2026 12:00:07 GMT', 7_000],
    ['a date that has passed', 'Fri, 27 Nov 2026 11:59:00 GMT', 0],
    ['more than an hour', '86400', 3_600_000],
    ['nothing', null, 0],
    ['an empty text', '', 0],
    ['a number that is none of seconds', '-5', 0],
    ['words', 'soon', 0],
  ])('that is %s', (_, header, waitMs) => {
    expect(retryAfterMs(header, NOW_MS)).toBe(waitMs);
  });

  it('is never negative, not a number or more than an hour, whatever the header says', () => {
    fc.assert(
      fc.property(fc.string(), (header) => {
        const waitMs = retryAfterMs(header, NOW_MS);
        return waitMs >= 0 && waitMs <= 3_600_000;
      }),
    );
  });
});

describe('the wait before the next try', () => {
  it('doubles from two seconds to five minutes', () => {
    expect([1, 2, 3, 8, 9, 50].map((failures) => backoffMs(failures, 1))).toEqual([
      2_000, 4_000, 8_000, 256_000, 300_000, 300_000,
    ]);
  });

  it('is spread over its upper half', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 2_000 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (failures, random) => {
          const longestMs = backoffMs(failures, 1);
          const waitMs = backoffMs(failures, random);
          return waitMs >= longestMs / 2 && waitMs <= longestMs;
        },
      ),
    );
  });
});

describe('an answer', () => {
  it.each([0, 408, 429, 500, 502, 503, 504])('of %i may be another one later', (status) => {
    expect(isWorthRetrying(status)).toBe(true);
  });

  it.each([200, 202, 204, 400, 401, 403, 404, 413, 422])('of %i is final', (status) => {
    expect(isWorthRetrying(status)).toBe(false);
  });
});
