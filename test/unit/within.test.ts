import { describe, expect, it } from 'vitest';
import { inTime } from '../../src/shared/within.ts';

describe('whoever is given a time to answer', () => {
  it('answers whatever it is, also nothing', async () => {
    expect(await inTime(10_000, 'the store', Promise.resolve(null))).toBeNull();
    expect(await inTime(10_000, 'the store', Promise.resolve(3))).toBe(3);
  });

  it('fails as it fails', async () => {
    await expect(inTime(10_000, 'the store', Promise.reject(new Error('away')))).rejects.toThrow('away');
  });

  it('is named where it is late', async () => {
    const never = new Promise<never>(() => undefined);
    await expect(inTime(1, 'the store', never)).rejects.toThrow('the store has not answered within 1 ms');
  });
});
