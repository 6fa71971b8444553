import { describe, expect, it } from 'vitest';
import { lookAfterMs } from '../../../src/dashboard/lib/backoff.ts';

describe('looking for the first of something', () => {
  it('is soon at first, and ever seldomer as long as nothing comes', () => {
    expect([0, 3, 4, 8, 12, 16, 1_000].map((looks) => lookAfterMs(looks, 1))).toEqual([
      ...[2_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000],
    ]);
    expect(lookAfterMs(0, 0)).toBe(1_000);
  });
});
