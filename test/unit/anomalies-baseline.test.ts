import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BASELINE_WEEKS, baselineOf, HOUR_MS, type HourValue, weightedMedian } from '../../src/anomalies/baseline.ts';
import { DEFAULT_LIMITS, judge, type Kind } from '../../src/anomalies/judge.ts';

const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
const TS = Date.UTC(2026, 10, 26, 14);

/** Values of the same hour of the weeks before, the newest first. */
function weekly(values: readonly (number | null)[], count = 100): Map<number, HourValue> {
  return new Map(values.map((value, i) => [TS - (i + 1) * WEEK_MS, { value, count }]));
}

const values = fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 3, maxLength: BASELINE_WEEKS });

describe('what is usual in an hour', () => {
  it('is the median of that hour of the week, with its robust deviation', () => {
    const series = weekly([10, 12, 11, 10, 13, 12, 11, 14]);
    series.set(TS - HOUR_MS, { value: 900, count: 100 });
    series.set(TS - DAY_MS, { value: 900, count: 100 });
    expect(baselineOf(series, TS, 1)).toEqual({
      ...{ expected: 11.5, basis: 'hour-of-week', samples: 8 },
      // Deviations 0.5 ×4, 1.5 ×3, 2.5: their median is 1.
      spread: 1 * 1.4826 * 1.129,
    });
  });

  it('knows eight weeks and none before', () => {
    expect(baselineOf(weekly([1, 1, 1, 1, 1, 1, 1, 1, 99, 99]), TS, 1)).toMatchObject({ expected: 1, samples: 8 });
  });

  it('counts the hours around for half where the weeks are few, and not where they are many', () => {
    const around = (series: Map<number, HourValue>) => {
      for (let week = 1; week <= 8; week++) {
        series.set(TS - week * WEEK_MS - HOUR_MS, { value: 20, count: 100 });
        series.set(TS - week * WEEK_MS + HOUR_MS, { value: 30, count: 100 });
      }
      return series;
    };
    // Of weight 3, 4 and 4 halves each: half of it lies on 20.
    expect(baselineOf(around(weekly([10, 10, 10])), TS, 1)).toMatchObject({ expected: 20, samples: 3 });
    expect(baselineOf(around(weekly([10, 10, 10, 10, 10, 10])), TS, 1)).toMatchObject({ expected: 10, samples: 6 });
  });

  it.each<[string, (number | null)[], number]>([
    ['two weeks', [5, 5], 100],
    ['weeks with too few events', [5, 5, 5, 5], 9],
    ['weeks of which nothing is known', [5, null, 5, null], 100],
  ])('is unknown after %s', (_, all, count) => {
    expect(baselineOf(weekly(all, count), TS, 10)).toBeNull();
  });

  it('is that of the hour of the day for a series that is young', () => {
    const daily = (days: number) =>
      new Map(Array.from({ length: days }, (_, i) => [TS - (i + 1) * DAY_MS, { value: i + 1, count: 100 }]));
    expect(baselineOf(daily(6), TS, 1)).toBeNull();
    expect(baselineOf(daily(7), TS, 1)).toMatchObject({ expected: 4, basis: 'hour-of-day', samples: 7 });
    expect(baselineOf(daily(20), TS, 1)).toMatchObject({ expected: 7.5, basis: 'hour-of-day', samples: 14 });
    expect(baselineOf(daily(21), TS, 1)).toMatchObject({ basis: 'hour-of-week', samples: 3 });
  });

  it('lies among what it rests on, moves and grows with it, and does not mind the order', () => {
    fc.assert(
      fc.property(
        values,
        fc.double({ min: 0.1, max: 10, noNaN: true }),
        fc.integer({ min: 0, max: 1_000 }),
        (all, by, more) => {
          const of = (list: readonly number[]) => baselineOf(weekly(list), TS, 1) ?? expect.unreachable();
          const { expected, spread } = of(all);
          expect(expected).toBeGreaterThanOrEqual(Math.min(...all));
          expect(expected).toBeLessThanOrEqual(Math.max(...all));
          expect(spread).toBeGreaterThanOrEqual(0);
          const scaled = of(all.map((value) => value * by));
          expect(scaled.expected / by).toBeCloseTo(expected, 5);
          expect(scaled.spread / by).toBeCloseTo(spread, 4);
          const moved = of(all.map((value) => value + more));
          expect(moved.expected - more).toBeCloseTo(expected, 5);
          expect(moved.spread).toBeCloseTo(spread, 4);
          expect(of([...all].reverse())).toEqual({ ...of(all) });
        },
      ),
    );
  });

  it('stays among the other weeks, whatever one of them was like', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 1, max: 1e6, noNaN: true }), { minLength: 5, maxLength: BASELINE_WEEKS }),
        fc.double({ min: 0, max: 1e12, noNaN: true }),
        fc.nat(),
        (all, odd, at) => {
          const others = all.filter((_, i) => i !== at % all.length);
          const { expected, spread } =
            baselineOf(weekly(all.with(at % all.length, odd)), TS, 1) ?? expect.unreachable();
          expect(expected).toBeGreaterThanOrEqual(Math.min(...others));
          expect(expected).toBeLessThanOrEqual(Math.max(...others));
          expect(spread).toBeLessThanOrEqual(2 * (Math.max(...others) - Math.min(...others)));
        },
      ),
    );
  });
});

describe('a weighted median', () => {
  it.each<[string, [number, number][], number]>([
    ['of one value is that value', [[7, 0.5]], 7],
    [
      'has half of the weight on either side',
      [
        [1, 1],
        [2, 1],
        [9, 1],
      ],
      2,
    ],
    [
      'lies between two that share it',
      [
        [1, 1],
        [2, 1],
        [4, 1],
        [9, 1],
      ],
      3,
    ],
    [
      'follows the weight',
      [
        [1, 1],
        [2, 0.5],
        [3, 0.5],
        [4, 0.5],
      ],
      2,
    ],
  ])('%s', (_, samples, median) => {
    expect(weightedMedian(samples.map(([value, weight]) => ({ value, weight })))).toBe(median);
  });
});

const p75: Kind = { kind: 'quantile', q: 0.75, leastChange: 5 };
const usual = { expected: 2_000, spread: 200 };

describe('an hour', () => {
  it.each<[string, Kind, [value: number, count: number], { expected: number; spread: number }, boolean | null]>([
    ['that is slower by far', p75, [3_000, 500], usual, true],
    ['that is slower by less than four deviations', p75, [2_750, 500], usual, false],
    ['that is faster by far', p75, [500, 500], usual, false],
    ['of few events', p75, [9_000, 29], usual, null],
    ['whose few events may be chance', p75, [3_000, 40], usual, false],
    [
      'that differs by less than a fifth, however calm the series',
      p75,
      [2_390, 1e6],
      { expected: 2_000, spread: 0 },
      false,
    ],
    ['that differs by a fifth in a calm series', p75, [2_410, 1e6], { expected: 2_000, spread: 0 }, true],
    ['that is slower by what nobody would notice', p75, [6, 1e6], { expected: 2, spread: 0 }, false],
    ['with many more events', { kind: 'count' }, [900, 900], { expected: 400, spread: 30 }, true],
    ['in silence', { kind: 'count' }, [0, 0], { expected: 400, spread: 30 }, true],
    ['in silence where it is mostly quiet', { kind: 'count' }, [0, 0], { expected: 12, spread: 1 }, null],
    ['with events where there are none', { kind: 'count' }, [50, 50], { expected: 0, spread: 0 }, true],
    ['that chance alone explains', { kind: 'count' }, [138, 138], { expected: 100, spread: 0 }, false],
    ['with many more errors', { kind: 'bad-count' }, [900, 900], { expected: 400, spread: 30 }, true],
    ['with far fewer errors', { kind: 'bad-count' }, [0, 0], { expected: 400, spread: 30 }, false],
    ['with more failures', { kind: 'share' }, [0.2, 1_000], { expected: 0.02, spread: 0.005 }, true],
    ['with fewer failures', { kind: 'share' }, [0, 1_000], { expected: 0.3, spread: 0.005 }, false],
    ['with failures where there are none', { kind: 'share' }, [0.05, 1_000], { expected: 0, spread: 0 }, true],
    ['with one failure where there are none', { kind: 'share' }, [1 / 40, 40], { expected: 0, spread: 0 }, false],
    [
      'with half a point more failures of very many',
      { kind: 'share' },
      [0.015, 1e6],
      { expected: 0.01, spread: 0 },
      false,
    ],
    ['whose average is higher', { kind: 'average', leastChange: 0 }, [3_000, 2_000], usual, true],
    ['whose average is lower', { kind: 'average', leastChange: 0 }, [100, 2_000], usual, false],
    ['whose level is higher', { kind: 'level' }, [90, 60], { expected: 50, spread: 2 }, true],
    ['whose level is lower', { kind: 'level' }, [-10, 60], { expected: 50, spread: 2 }, true],
  ])('%s', (_, kind, [value, count], baseline, verdict) => {
    expect(judge(kind, { value, count }, baseline)?.isAnomaly ?? null).toBe(verdict);
  });

  it('is judged by the part of it that is there', () => {
    const counts = { expected: 400, spread: 30 };
    const at = (part: number, value: number) => judge({ kind: 'count' }, { value, count: value }, counts, part);
    expect(at(0.4, 0)).toBeNull();
    expect(at(0.5, 0)).toMatchObject({ isAnomaly: true, expected: 200 });
    expect(at(0.5, 210)).toMatchObject({ isAnomaly: false });
    expect(judge(p75, { value: 9_000, count: 500 }, usual, 0.2)).toBeNull();
    expect(judge(p75, { value: 9_000, count: 500 }, usual, 0.3)).toMatchObject({ isAnomaly: true, expected: 2_000 });
  });

  it('says between what it would have been usual', () => {
    expect(judge(p75, { value: 3_000, count: 500 }, usual)).toMatchObject({ low: 1_200, high: 2_800, score: 5 });
    expect(judge({ kind: 'count' }, { value: 0, count: 0 }, { expected: 40, spread: 30 })).toMatchObject({
      low: 0,
      high: 160,
    });
    expect(judge({ kind: 'share' }, { value: 1, count: 50 }, { expected: 0.9, spread: 0.1 })?.high).toBe(1);
  });

  it('has a finite score also where nothing was ever usual', () => {
    const judged = judge({ kind: 'level' }, { value: 5, count: 60 }, { expected: 0, spread: 0 });
    expect(judged).toMatchObject({ isAnomaly: true, score: 20, high: 1 });
    expect(judge({ kind: 'level' }, { value: 0, count: 60 }, { expected: 0, spread: 0 })?.score).toBe(0);
  });

  it('has limits that can be set', () => {
    const limits = { leastScore: 6, leastChange: 1.5, leastCount: 5 };
    const of = (value: number, count: number, more = {}) =>
      judge(p75, { value, count }, usual, 1, { ...limits, ...more })?.isAnomaly ?? null;
    expect([of(4_500, 1e4), of(5_500, 1e4), of(5_500, 4)]).toEqual([false, true, null]);
    expect(of(3_100, 1e4, { leastChange: 0.2 })).toBe(false);
    expect(of(3_100, 1e4, { leastChange: 0.2, leastScore: 5 })).toBe(true);
  });

  const kind = fc.constantFrom<Kind>(
    p75,
    { kind: 'average', leastChange: 0 },
    { kind: 'level' },
    { kind: 'share' },
    { kind: 'count' },
    { kind: 'bad-count' },
  );
  const positive = fc.double({ min: 0.001, max: 1e6, noNaN: true });

  it('is out of what is usual by more, the more it differs', () => {
    fc.assert(
      fc.property(kind, positive, positive, positive, positive, (of, expected, spread, value, more) => {
        const limits = { ...DEFAULT_LIMITS, leastCount: 0 };
        const score = (at: number) =>
          judge(of, { value: at, count: 200 }, { expected, spread }, 1, limits)?.score ?? Number.NaN;
        expect(score(value + more)).toBeGreaterThan(score(value));
        expect(Math.sign(score(value))).toBe(Math.sign(value - expected));
      }),
    );
  });

  it('is the same in seconds as in milliseconds', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Kind>(p75, { kind: 'average', leastChange: 0 }, { kind: 'level' }),
        positive,
        positive,
        positive,
        (of, expected, spread, value) => {
          const inMs = judge(of, { value, count: 200 }, { expected, spread });
          const inSeconds = judge(
            of,
            { value: value / 1_000, count: 200 },
            { expected: expected / 1_000, spread: spread / 1_000 },
          );
          expect(inSeconds?.score).toBeCloseTo(inMs?.score ?? Number.NaN, 6);
        },
      ),
    );
  });

  it('is an anomaly exactly where it lies beyond the band, on the worse side, by enough', () => {
    fc.assert(
      fc.property(kind, positive, positive, positive, (of, expected, spread, value) => {
        const judged = judge(of, { value, count: 200 }, { expected, spread });
        if (judged === null || of.kind === 'share') return;
        const isOut = value > judged.high || (value < judged.low && (of.kind === 'count' || of.kind === 'level'));
        // On the edge of the band rounding decides.
        if (Math.abs(Math.abs(judged.score) - 4) < 1e-9) return;
        expect(judged.isAnomaly).toBe(
          isOut && Math.abs(value - expected) >= Math.max(0.2 * expected, of === p75 ? 5 : 0),
        );
      }),
    );
  });
});
