import { describe, expect, it } from 'vitest';
import { Turnstile } from '../../durable-objects/hub/turnstile.ts';

describe('a turnstile', () => {
  it('lets as many work at a time as it has places, in the order in which they came, and the next when one fails', async () => {
    const turnstile = new Turnstile(2);
    const started: number[] = [];
    const ends: ((failed: boolean) => void)[] = [];
    const works = [0, 1, 2, 3, 4].map((n) =>
      turnstile.through(
        () =>
          new Promise<number>((resolve, reject) => {
            started.push(n);
            ends[n] = (failed) => (failed ? reject(new Error(`${n} failed`)) : resolve(n));
          }),
      ),
    );
    const settled = Promise.allSettled(works);
    expect(started).toEqual([0, 1]);
    ends[1]?.(true);
    await expect(works[1]).rejects.toThrow('1 failed');
    expect(started).toEqual([0, 1, 2]);
    for (const n of [0, 2, 3, 4]) {
      ends[n]?.(false);
      expect(await works[n]).toBe(n);
    }
    expect(started).toEqual([0, 1, 2, 3, 4]);
    expect((await settled).map(({ status }) => status === 'fulfilled')).toEqual([true, false, true, true, true]);
    expect(await turnstile.through(async () => 'free again')).toBe('free again');
  });
});
