import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Gatherer } from '../../src/shared/gather.ts';

/** A gatherer of sums on a clock that the test moves. */
function gatherer() {
  const told: [key: string, value: number, atMs: number][] = [];
  const waiting: { atMs: number; wake: () => void }[] = [];
  let work: Promise<void>[] = [];
  const clock = { nowMs: 0 };
  const gather = new Gatherer<number>(
    {
      tell: async (key, value) => {
        told.push([key, value, clock.nowMs]);
      },
      merge: (a, b) => a + b,
      wait: (ms) => new Promise((wake) => waiting.push({ atMs: clock.nowMs + ms, wake })),
      waitUntil: (promise) => {
        work.push(promise);
      },
    },
    1_000,
  );
  const at = async (ms: number): Promise<void> => {
    while (true) {
      const next = waiting.filter(({ atMs }) => atMs <= ms).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      waiting.splice(waiting.indexOf(next), 1);
      clock.nowMs = next.atMs;
      next.wake();
      await settle();
    }
    clock.nowMs = ms;
  };
  /** Lets what was woken run to its end or to its next wait. */
  const settle = async (): Promise<void> => {
    for (let i = 0; i < 10; i++) await Promise.resolve();
  };
  const forget = (): void => {
    waiting.length = 0;
    work = [];
  };
  const putClock = (ms: number): void => {
    clock.nowMs = ms;
  };
  const add = (key: string, value: number): Promise<void> => gather.add(key, value, clock.nowMs);
  return { gather, told, at, add, forget, putClock, pending: () => work.length };
}

describe('what happens often is told once in a while', () => {
  it('the first at once, the rest of a second together at its end', async () => {
    const { told, at, add } = gatherer();
    await add('a', 1);
    for (let i = 0; i < 999; i++) await add('a', 1);
    expect(told).toEqual([['a', 1, 0]]);
    await at(1_000);
    expect(told).toEqual([
      ['a', 1, 0],
      ['a', 999, 1_000],
    ]);
  });

  it('each key by itself', async () => {
    const { told, add } = gatherer();
    await add('a', 1);
    await add('b', 2);
    expect(told.map(([key]) => key)).toEqual(['a', 'b']);
  });

  it('at once again when it was quiet', async () => {
    const { told, at, add } = gatherer();
    await add('a', 1);
    await at(1_500);
    await add('a', 5);
    expect(told.at(-1)).toEqual(['a', 5, 1_500]);
  });

  it('when somebody wants to know, and then not twice', async () => {
    const { gather, told, at, add } = gatherer();
    await add('a', 1);
    await add('a', 2);
    await gather.flush();
    await at(5_000);
    expect(told).toEqual([
      ['a', 1, 0],
      ['a', 2, 0],
    ]);
  });

  it('also where the platform took the wait away', async () => {
    const { told, at, add, forget } = gatherer();
    await add('a', 1);
    await add('a', 2);
    forget();
    await at(20_000);
    await add('a', 4);
    expect(told).toEqual([
      ['a', 1, 0],
      ['a', 6, 20_000],
    ]);
  });

  it('once where the wait is only late, because the clock was put forward', async () => {
    const { told, at, add, putClock } = gatherer();
    await add('a', 1);
    await add('a', 2);
    putClock(3_600_000);
    await add('a', 4);
    await at(3_700_000);
    expect(told.map(([, value]) => value)).toEqual([1, 6]);
  });

  it('within a second also where the clock was set back', async () => {
    const { told, at, add, putClock } = gatherer();
    putClock(3_600_000);
    await add('a', 1);
    putClock(0);
    await add('a', 2);
    await at(1_000);
    expect(told.map(([, value]) => value)).toEqual([1, 2]);
  });

  it('exactly, and at most once a second for each key, whatever comes when', async () => {
    const events = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.integer({ min: 0, max: 700 })), {
      maxLength: 60,
    });
    await fc.assert(
      fc.asyncProperty(events, async (steps) => {
        const { told, at, add } = gatherer();
        let nowMs = 0;
        const sums: Record<string, number> = {};
        for (const [key, step] of steps) {
          nowMs += step;
          await at(nowMs);
          await add(key, 1);
          sums[key] = (sums[key] ?? 0) + 1;
        }
        await at(nowMs + 5_000);
        for (const [key, sum] of Object.entries(sums)) {
          const mine = told.filter(([name]) => name === key);
          expect(mine.reduce((total, [, value]) => total + value, 0)).toBe(sum);
          for (const [i, [, , atMs]] of mine.entries())
            if (i > 0) expect(atMs - (mine[i - 1]?.[2] ?? 0)).toBeGreaterThanOrEqual(1_000);
        }
      }),
    );
  });
});
