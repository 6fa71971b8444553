/** One hour of one series. */
export interface HourValue {
  /** Null where nothing is known; where silence is a value, 0. */
  value: number | null;
  /** Events that the value rests on. */
  count: number;
}

/** By the start of the hour, Unix ms. */
export type HourSeries = ReadonlyMap<number, HourValue>;

export interface Baseline {
  /** Median of what it rests on. */
  expected: number;
  /** Robust deviation: how far ordinary values are from `expected`. Without the floors of `judge`. */
  spread: number;
  basis: 'hour-of-week' | 'hour-of-day';
  /** Hours that it rests on: of as many weeks, or of as many days. */
  samples: number;
}

export const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const WEEK_MS = 7 * DAY_MS;
/** Two months: long enough for a median that one holiday does not move, short enough to follow a product that grows. */
export const BASELINE_WEEKS = 8;
export const BASELINE_MS = BASELINE_WEEKS * WEEK_MS;
/** With two values there is no telling which of them was the odd one. */
const LEAST_WEEKS = 3;
/** With fewer weeks than this the hours before and after count as well, for half. */
const FEW_WEEKS = 6;
const NEIGHBOUR_WEIGHT = 0.5;
/** Of a series that is younger than three weeks: the same hour of the last days, when a week of them is there. */
const LEAST_DAYS = 7;
const MOST_DAYS = 14;
/** Makes the median absolute deviation estimate the standard deviation of normal values (Hampel 1974; 1 / Φ⁻¹(3/4)). */
const TO_SIGMA = 1.4826;
/** What the median absolute deviation of so few values is too small by: Croux and Rousseeuw, Time-efficient algorithms for two highly robust estimators of scale (1992). */
const SMALL_SAMPLE: Readonly<Record<number, number>> = {
  ...{ 2: 1.196, 3: 1.495, 4: 1.363, 5: 1.206, 6: 1.2, 7: 1.14, 8: 1.129, 9: 1.107 },
};

interface Sample {
  value: number;
  weight: number;
}

/**
 * What is usual in the hour that starts at `ts`: the median of the same hour of the week over the eight weeks before, and the spread around it. Null
 * while there is too little to say. Hours with fewer events than `leastCount` say nothing. Weeks are those of UTC, so where clocks are put forward or
 * back the baseline lags by an hour for some weeks.
 */
export function baselineOf(series: HourSeries, ts: number, leastCount: number): Baseline | null {
  const known = (atMs: number): number | null => {
    const hour = series.get(atMs);
    return hour && hour.count >= leastCount ? hour.value : null;
  };
  const weeks = earlier(known, ts, WEEK_MS, BASELINE_WEEKS);
  if (weeks.length >= LEAST_WEEKS) {
    const around =
      weeks.length >= FEW_WEEKS
        ? []
        : [-HOUR_MS, HOUR_MS].flatMap((aside) => earlier(known, ts + aside, WEEK_MS, BASELINE_WEEKS));
    const samples = [...weeks.map(whole), ...around.map((value) => ({ value, weight: NEIGHBOUR_WEIGHT }))];
    return { ...centre(samples), basis: 'hour-of-week', samples: weeks.length };
  }
  const days = earlier(known, ts, DAY_MS, MOST_DAYS);
  if (days.length < LEAST_DAYS) return null;
  return { ...centre(days.map(whole)), basis: 'hour-of-day', samples: days.length };
}

function earlier(known: (atMs: number) => number | null, ts: number, stepMs: number, most: number): number[] {
  return Array.from({ length: most }, (_, i) => known(ts - (i + 1) * stepMs)).filter((value) => value !== null);
}

function whole(value: number): Sample {
  return { value, weight: 1 };
}

function centre(samples: readonly Sample[]): { expected: number; spread: number } {
  const expected = weightedMedian(samples);
  const deviation = weightedMedian(samples.map(({ value, weight }) => ({ value: Math.abs(value - expected), weight })));
  const n = samples.length;
  return { expected, spread: deviation * TO_SIGMA * (SMALL_SAMPLE[n] ?? n / (n - 0.8)) };
}

/** The value with half of the weight on either side; between two where they share it. */
export function weightedMedian(samples: readonly Sample[]): number {
  const sorted = [...samples].sort((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let below = 0;
  for (const [index, { value, weight }] of sorted.entries()) {
    below += weight;
    if (below > half) return value;
    // Weights are whole and halves, which doubles add up exactly.
    if (below === half) return value + ((sorted[index + 1] ?? { value }).value - value) / 2;
  }
  return Number.NaN;
}
