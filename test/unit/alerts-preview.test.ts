import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { countMoments } from '../../src/alerts/preview/count-history.ts';
import { type Moment, stepOf } from '../../src/alerts/preview/history.ts';
import { replay } from '../../src/alerts/preview/replay.ts';
import { COUNT_ERRORS, ruleOf } from '../helpers/alert-rules.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe('the step of a preview', () => {
  it.each([
    [10 * SECOND, 10 * SECOND],
    [30 * SECOND, 10 * SECOND],
    [90 * SECOND, 15 * SECOND],
    [17 * SECOND, 10 * SECOND],
    [MINUTE, MINUTE],
    [5 * MINUTE, MINUTE],
    [10 * MINUTE, 2 * MINUTE],
    [HOUR, 10 * MINUTE],
    [7 * MINUTE, MINUTE],
    [6 * HOUR, HOUR],
    [DAY, 2 * HOUR],
    [61 * MINUTE, 5 * MINUTE],
    [DAY - SECOND, 2 * HOUR],
    [599 * SECOND, 30 * SECOND],
  ])('of a window of %i ms is %i ms', (windowMs, stepMs) => {
    expect(stepOf(windowMs, 5)).toBe(stepMs);
  });

  it('is never longer than the window, and of whole minutes where the window is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 86_400 }), fc.constantFrom(1, 5), (seconds, parts) => {
        const stepMs = stepOf(seconds * SECOND, parts);
        expect(stepMs).toBeLessThanOrEqual(seconds * SECOND);
        if (seconds % 60 === 0) expect(stepMs % MINUTE).toBe(0);
        const steps = Math.ceil((seconds * SECOND) / stepMs);
        expect(steps).toBeLessThanOrEqual(26);
        // Where it is no whole part, a window is a tenth too long at most.
        expect((steps * stepMs) / (seconds * SECOND)).toBeLessThanOrEqual(seconds < 120 ? 2 : 1.1);
      }),
    );
  });
});

describe('sliding windows', () => {
  const counted = fc.dictionary(
    fc.constantFrom('a', 'b'),
    fc.dictionary(fc.integer({ min: 0, max: 40 }).map(String), fc.integer({ min: 1, max: 9 })),
  );

  it('hold what their steps add up to, at every moment of the range', () => {
    fc.assert(
      fc.property(counted, fc.integer({ min: 1, max: 6 }), fc.boolean(), (groups, steps, namesMissed) => {
        const counts = new Map(
          Object.entries(groups).map(([group, own]) => [
            group,
            new Map(Object.entries(own).map(([step, count]) => [Number(step), count])),
          ]),
        );
        const window = { windowMs: steps * MINUTE, stepMs: MINUTE, isOne: false, namesMissed };
        const sum = (group: string, from: number, to: number) =>
          [...(counts.get(group) ?? [])].reduce(
            (all, [step, count]) => (step >= from && step < to ? all + count : all),
            0,
          );
        const moments = [...countMoments(counts, window, { fromMs: 10 * MINUTE, toMs: 40 * MINUTE })];
        expect(moments.map(({ atMs }) => atMs / MINUTE)).toEqual(Array.from({ length: 31 }, (_, i) => 10 + i));
        for (const { atMs, observed } of moments) {
          const end = atMs / MINUTE;
          const named = [...counts.keys()].filter((group) => sum(group, end - (namesMissed ? 2 : 1) * steps, end) > 0);
          const values = Object.fromEntries((observed?.values ?? []).map(({ group, value }) => [group, value]));
          expect(values).toEqual(Object.fromEntries(named.map((group) => [group, sum(group, end - steps, end)])));
        }
      }),
    );
  });

  it('of a rule with one group name it with nothing too', () => {
    const window = { windowMs: MINUTE, stepMs: MINUTE, isOne: true, namesMissed: false };
    const moments = [...countMoments(new Map([['', new Map([[1, 5]])]]), window, { fromMs: MINUTE, toMs: 3 * MINUTE })];
    expect(moments.map(({ observed }) => observed?.values[0]?.value)).toEqual([0, 5, 0]);
  });
});

describe('a replay', () => {
  const range = { fromMs: 0, toMs: 7 * DAY };
  const moment = (minute: number, values: Record<string, number>): Moment => ({
    atMs: minute * MINUTE,
    observed: { values: Object.entries(values).map(([group, value]) => ({ group, value })), rest: 'zero' },
  });
  const every = (minutes: number, of: (minute: number) => Record<string, number>): Moment[] =>
    Array.from({ length: (7 * DAY) / MINUTE / minutes + 1 }, (_, i) => moment(i * minutes, of(i * minutes)));
  const bySite = ruleOf({ condition: { ...COUNT_ERRORS, groupBy: 'site' } });

  it('has firings with begin, end and the value at which they began', () => {
    const moments = every(5, (minute) => (minute >= 60 && minute < 120 ? { a: minute === 60 ? 12 : 90 } : {}));
    const { firings, notices } = replay(bySite, { stepMs: 5 * MINUTE, moments }, range);
    // A minute after the moment that saw the end: the grace passes between two moments too.
    expect(firings).toEqual([{ group: 'a', firedAtMs: 60 * MINUTE, resolvedAtMs: 121 * MINUTE, value: 12 }]);
    expect(notices).toBe(2);
  });

  it('counts repeats, and none of what a mute window held back', () => {
    const moments = () => every(10, (minute) => (minute >= 60 && minute < 360 ? { a: 20 } : {}));
    const notices = (change: object) =>
      replay({ ...bySite, ...change }, { stepMs: 10 * MINUTE, moments: moments() }, range).notices;
    expect(notices({ repeatSeconds: 3_600 })).toBe(6);
    // 1 January 1970 was a Thursday.
    const muteWindows = [{ days: [4], fromMinute: 0, toMinute: 300, timeZone: 'UTC' }];
    expect(notices({ repeatSeconds: 3_600, muteWindows })).toBe(2);
    expect(notices({ notifyResolved: false })).toBe(1);
  });

  it('shows at most ten groups, those that fired most first, then those that came nearest', () => {
    const groups = Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`g${i}`, i / 10]));
    const moments = every(10, (minute) => ({
      ...groups,
      ...(minute % 600 === 0 ? { often: 11 } : {}),
      ...(minute === 60 ? { once: 500 } : {}),
    }));
    const { series } = replay(bySite, { stepMs: 10 * MINUTE, moments }, range);
    expect(series.map(({ group }) => group)).toEqual([
      ...['often', 'once', 'g19', 'g18', 'g17', 'g16', 'g15', 'g14', 'g13', 'g12'],
    ]);
  });

  it('draws at most 505 points, each the worst of its time, zero where a group had nothing and null where nothing is known', () => {
    const moments = every(1, (minute) => (minute === 1_000 ? { a: 7 } : minute === 1_001 ? { a: 9 } : {})).filter(
      ({ atMs }) => atMs > DAY / 2,
    );
    const { series, stepMs } = replay(bySite, { stepMs: MINUTE, moments }, range);
    expect(stepMs).toBe(20 * MINUTE);
    const points = series[0]?.points ?? [];
    expect(points).toHaveLength(505);
    expect(points.filter(({ value }) => value !== null && value > 0)).toEqual([{ ts: 1_000 * MINUTE, value: 9 }]);
    expect(points[0]).toEqual({ ts: 0, value: null });
    expect(points.at(-1)?.value).toBe(0);
  });

  it('takes the least for the worst where the rule is below', () => {
    const below = ruleOf({ condition: { ...COUNT_ERRORS, comparison: 'below', threshold: 5 } });
    const moments = every(1, (minute) => ({ '': minute === 100 ? 2 : 8 }));
    const { series, firings } = replay(below, { stepMs: MINUTE, moments }, range);
    expect(Math.min(...(series[0]?.points ?? []).map(({ value }) => value ?? 99))).toBe(2);
    expect(firings).toEqual([{ group: '', firedAtMs: 100 * MINUTE, resolvedAtMs: 102 * MINUTE, value: 2 }]);
  });

  it('of a week of ten-second steps and a hundred groups takes no longer than a person waits', () => {
    const values = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`g${i}`, 5]));
    const moments = every(1, (minute) => (minute % 100 === 0 ? { ...values, g0: 11 } : values));
    const startedMs = performance.now();
    const { firings } = replay(bySite, { stepMs: MINUTE, moments }, range);
    expect(firings.length).toBeGreaterThan(90);
    expect(performance.now() - startedMs).toBeLessThan(20_000);
  });
});
