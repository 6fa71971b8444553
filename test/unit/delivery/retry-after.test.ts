import { describe, expect, it } from 'vitest';
import { MAX_RETRY_AFTER_MS, retryAfterMs } from '../../../src/delivery/retry/retry-after.ts';

/** Friday. */
const NOW = Date.UTC(2026, 10, 27, 12, 0, 0);
const DAY = MAX_RETRY_AFTER_MS;

describe('Retry-After', () => {
  it.each([
    ['0', 0],
    ['1', 1_000],
    [' 120 ', 120_000],
    ['0.3', 300],
    ['00012', 12_000],
    ['86400', DAY],
    ['86401', DAY],
    ['99999999999999999999999999999', DAY],
    ['9'.repeat(400), DAY],
    ['Fri, 27 Nov 2026 12:00:30 GMT', 30_000],
    ['fri, 27 nov 2026 12:00:30 gmt', 30_000],
    ['Fri, 27 Nov 2026 12:00:00 GMT', 0],
    ['Fri, 27 Nov 2026 11:59:59 GMT', 0],
    ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', DAY],
    ['Friday, 27-Nov-26 12:01:00 GMT', 60_000],
    ['Saturday, 27-Nov-99 12:01:00 GMT', 0],
    ['Fri Nov 27 12:00:05 2026', 5_000],
    ['Sun Nov  6 08:49:37 1994', 0],
    ['Fri, 27 Nov 2026 12:00:60 GMT', 60_000],
  ])('%s asks for %d ms', (header, ms) => {
    expect(retryAfterMs(header, NOW)).toBe(ms);
  });

  it.each([
    [null],
    [''],
    [' '],
    ['-1'],
    ['+1'],
    ['1e3'],
    ['0x10'],
    ['1,5'],
    ['1 2'],
    ['soon'],
    ['NaN'],
    ['Infinity'],
    ['2026-11-27T12:00:30Z'],
    ['Fri, 27 Nov 2026 12:00:30'],
    ['Fri, 27 Nov 2026 12:00:30 +0100'],
    ['Fri, 27 Foo 2026 12:00:30 GMT'],
    ['Fri, 00 Nov 2026 12:00:30 GMT'],
    ['Fri, 27 Nov 2026 24:00:30 GMT'],
    ['١٢'],
  ])('%s says nothing', (header) => {
    expect(retryAfterMs(header, NOW)).toBeNull();
  });
});
