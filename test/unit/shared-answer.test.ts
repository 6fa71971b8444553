import { describe, expect, it } from 'vitest';
import { SharedAnswer } from '../../src/observability/ready/shared-answer.ts';

/** Askings that end when the test says so; `waits` false: whoever waits for another's gives up at once. */
function asking() {
  const asked: PromiseWithResolvers<string>[] = [];
  const kept: Promise<unknown>[] = [];
  const shared = new SharedAnswer<string>();
  const world = { waits: true };
  const get = (nowMs: number) =>
    shared.get(nowMs, {
      ask() {
        const one = Promise.withResolvers<string>();
        asked.push(one);
        return one.promise;
      },
      within: (_, promise) => (world.waits ? promise : Promise.resolve(null)),
      waitUntil: (work) => void kept.push(work),
    });
  return { asked, kept, get, world };
}

describe('an answer that is shared', () => {
  it('is asked for once by all who come while it is under way, and kept going by none of them', async () => {
    const { asked, kept, get } = asking();
    const all = [get(0), get(10), get(2_500)];
    expect([asked.length, kept.length]).toEqual([1, 1]);
    asked[0]?.resolve('ready');
    expect(await Promise.all(all)).toEqual(['ready', 'ready', 'ready']);
  });

  it('serves for a second from when it was asked for, however long it took', async () => {
    const { asked, get } = asking();
    const first = get(0);
    asked[0]?.resolve('first');
    await first;
    expect(await get(999)).toBe('first');
    const second = get(1_000);
    expect(asked).toHaveLength(2);
    asked[1]?.resolve('second');
    expect(await second).toBe('second');
  });

  it('is asked for anew where the clock was set back', async () => {
    const { asked, get } = asking();
    const first = get(10_000);
    asked[0]?.resolve('first');
    await first;
    void get(9_000);
    expect(asked).toHaveLength(2);
  });

  it('is asked for anew by who waits for an asking that the platform has ended', async () => {
    const { asked, get, world } = asking();
    void get(0);
    world.waits = false;
    const second = get(1);
    await Promise.resolve();
    await Promise.resolve();
    expect(asked).toHaveLength(2);
    asked[1]?.resolve('second');
    expect(await second).toBe('second');
    // The first, late, is nobody's any more.
    asked[0]?.resolve('first');
    world.waits = true;
    expect(await get(2)).toBe('second');
  });

  it('is no fault that is kept', async () => {
    const { asked, kept, get } = asking();
    const first = get(0);
    asked[0]?.reject(new Error('no'));
    await expect(first).rejects.toThrow('no');
    await Promise.all(kept);
    const second = get(1);
    asked[1]?.resolve('ready');
    expect(await second).toBe('ready');
  });
});
