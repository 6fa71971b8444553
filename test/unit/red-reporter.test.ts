import { describe, expect, it } from 'vitest';
import { Registry } from '../../src/observability/red/registry.ts';
import { type Delta, FLUSH_INTERVAL_MS, Reporter } from '../../src/observability/red/reporter.ts';

const setUp = () => {
  const registry = new Registry();
  const reporter = new Reporter(registry, () => 'iso_1');
  const observe = () =>
    registry.observe('requests', ['GET', '/a'], { atMs: 0, durationMs: 1, outcome: 1, traceId: null });
  const sent: Delta[] = [];
  const send = async (delta: Delta) => {
    sent.push(structuredClone(delta));
  };
  const counts = () => sent.map(({ seq, minutes }) => [seq, minutes[0]?.rows[0]?.[1][0]]);
  return { reporter, observe, send, sent, counts };
};
const away = async () => {
  throw new Error('away');
};

describe('an isolate tells what it has measured', () => {
  it('at once when it begins, and then when the last time is five seconds ago', async () => {
    const { reporter, observe, send } = setUp();
    expect(reporter.isDue(0)).toBe(true);
    observe();
    await reporter.flush(1_000, send);
    expect(reporter.isDue(1_000 + FLUSH_INTERVAL_MS - 1)).toBe(false);
    expect(reporter.isDue(1_000 + FLUSH_INTERVAL_MS)).toBe(true);
  });

  it('within five seconds also where the clock was set back meanwhile', async () => {
    const { reporter, observe, send, counts } = setUp();
    observe();
    await reporter.flush(3_600_000, send);
    expect(reporter.isDue(3_600_000 - FLUSH_INTERVAL_MS)).toBe(true);
    observe();
    await reporter.flush(0, send);
    expect(counts()).toHaveLength(2);
  });

  it('each thing once, numbered without a gap, and nothing where there is nothing', async () => {
    const { reporter, observe, send, counts } = setUp();
    observe();
    observe();
    await reporter.flush(0, send);
    await reporter.flush(1, send);
    observe();
    await reporter.flush(2, send);
    expect(counts()).toEqual([
      [1, 2],
      [2, 1],
    ]);
  });

  it('the same again, under its number and before what came since, until it is confirmed', async () => {
    const { reporter, observe, send, counts } = setUp();
    observe();
    await expect(reporter.flush(0, away)).rejects.toThrow('away');
    observe();
    observe();
    await expect(reporter.flush(1, away)).rejects.toThrow('away');
    await reporter.flush(2, send);
    expect(counts()).toEqual([
      [1, 1],
      [2, 2],
    ]);
  });

  it('in one call at a time, and gives one up that the platform has ended', async () => {
    const { reporter, observe, send, counts } = setUp();
    observe();
    const { promise, resolve } = Promise.withResolvers<void>();
    const hanging = reporter.flush(0, () => promise);
    observe();
    expect(reporter.isDue(FLUSH_INTERVAL_MS)).toBe(false);
    await reporter.flush(FLUSH_INTERVAL_MS, send);
    expect(counts()).toEqual([]);
    await reporter.flush(30_000, send);
    expect(counts()).toEqual([
      [1, 1],
      [2, 1],
    ]);
    observe();
    await expect(reporter.flush(30_001, away)).rejects.toThrow('away');
    // The answer to the first, late: it must not count for the third.
    resolve();
    await hanging;
    await reporter.flush(30_002, send);
    expect(counts().at(-1)).toEqual([3, 1]);
  });
});
