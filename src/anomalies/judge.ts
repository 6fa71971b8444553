import type { Baseline } from './baseline.ts';

/** What kind of number a series is made of: what its chance is like, and which way is worse. */
export type Kind =
  /** Events in an hour. Both ways: silence is the loudest of all. */
  | { kind: 'count' }
  /** The same of what nobody wants, such as errors: fewer of them is no trouble. */
  | { kind: 'bad-count' }
  /** A share of bad ones, 0 to 1. */
  | { kind: 'share' }
  /** A quantile of what should be small, such as a duration; `leastChange`: what nobody would notice, in its unit. */
  | { kind: 'quantile'; q: number; leastChange: number }
  /** An average of the same. */
  | { kind: 'average'; leastChange: number }
  /** A number of which nobody said what is good. */
  | { kind: 'level' };

export interface Limits {
  /** Robust deviations from what is usual. */
  leastScore: number;
  /** Against what is usual: 0.2 is a fifth. */
  leastChange: number;
  /** Events that the hour, or of counts the usual hour, must have. */
  leastCount: number;
}

/**
 * Four deviations: of normal hours one in 16,000. A fifth: what a person would look into, and four times the floor of the spread, so that
 * of a series that never moves the two say the same. Thirty events: below, a quantile is mostly chance.
 */
export const DEFAULT_LIMITS: Limits = { leastScore: 4, leastChange: 0.2, leastCount: 30 };

export interface Judged {
  value: number;
  /** Of what is there by now, in an hour that is not over. */
  expected: number;
  /** Beyond these it is an anomaly, where the way is a worse one. */
  low: number;
  high: number;
  score: number;
  isAnomaly: boolean;
}

/** Of the median: what hours that are alike differ by all the same (sketches alone are good to 1 %). */
const RELATIVE_FLOOR = 0.05;
/** Durations on the web are about log-normal with a sigma of one: a quantile of n of them is off by this, times its value, over √n. */
const SIGMA_OF_LOG = 1;
/** A share must move by a point: a tenth of a percent more of a million is sure, and nothing to get up for. */
const LEAST_SHARE_CHANGE = 0.01;
/** How much of a running hour must be there. Events are not spread evenly over it, so that counts need half of it. */
const LEAST_PART = { count: 0.5, other: 0.25 };

/**
 * Whether an hour is out of what is usual. Null where that cannot be said yet. `part` is how much of the hour is over, 0 to 1. Pure: the score
 * grows with the value, and does not change where values and baseline are multiplied by the same.
 */
export function judge(
  kind: Kind,
  { value, count }: { value: number; count: number },
  { expected: usual, spread: usualSpread }: Pick<Baseline, 'expected' | 'spread'>,
  part = 1,
  { leastScore, leastChange, leastCount }: Limits = DEFAULT_LIMITS,
): Judged | null {
  const isCount = kind.kind === 'count' || kind.kind === 'bad-count';
  if (part < (isCount ? LEAST_PART.count : LEAST_PART.other)) return null;
  const expected = isCount ? usual * part : usual;
  if ((isCount ? Math.max(value, expected) : count) < leastCount) return null;
  // Where nothing is usual and nothing known of chance, what is there now is the measure: a score is a finite number.
  const known = Math.max(RELATIVE_FLOOR * Math.abs(expected), chanceOf(kind, expected, count));
  const floor = known || RELATIVE_FLOOR * Math.abs(value) || 1;
  const spread = Math.max(isCount ? usualSpread * part : usualSpread, floor);
  const score = (value - expected) / spread;
  const change = Math.abs(value - expected);
  const isWorse = score > 0 || kind.kind === 'count' || kind.kind === 'level';
  const matters = change >= Math.max(leastChange * Math.abs(expected), leastChangeOf(kind));
  const least = kind.kind === 'level' ? Number.NEGATIVE_INFINITY : 0;
  return {
    value,
    expected,
    low: Math.max(least, expected - leastScore * spread),
    high: kind.kind === 'share' ? Math.min(1, expected + leastScore * spread) : expected + leastScore * spread,
    score,
    isAnomaly: isWorse && matters && Math.abs(score) >= leastScore,
  };
}

function leastChangeOf(kind: Kind): number {
  if (kind.kind === 'share') return LEAST_SHARE_CHANGE;
  return kind.kind === 'quantile' || kind.kind === 'average' ? kind.leastChange : 0;
}

/** What an hour of `count` events is off by, by chance alone. */
function chanceOf(kind: Kind, expected: number, count: number): number {
  switch (kind.kind) {
    case 'count':
    case 'bad-count':
      // Poisson; an hour in which nothing is usual may have one.
      return Math.sqrt(Math.max(1, expected));
    case 'share': {
      // Binomial; a share of nothing may be one in so many.
      const share = Math.min(Math.max(expected, 1 / count), 1 - 1 / Math.max(2, count));
      return Math.sqrt((share * (1 - share)) / count);
    }
    case 'quantile': {
      const { q } = kind;
      return (expected * SIGMA_OF_LOG * Math.sqrt(q * (1 - q))) / (normalDensityAt(q) * Math.sqrt(count));
    }
    case 'average':
      // The standard deviation of a log-normal over its mean: √(e^σ² − 1).
      return (expected * Math.sqrt(Math.exp(SIGMA_OF_LOG ** 2) - 1)) / Math.sqrt(count);
    case 'level':
      return 0;
  }
}

/** Of the standard normal at its quantile, for the quantiles that are asked for (a table of φ(Φ⁻¹(q))). */
function normalDensityAt(q: number): number {
  const density = DENSITIES.get(q);
  if (density === undefined) throw new Error(`no density is written down for the quantile ${q}`);
  return density;
}
const DENSITIES: ReadonlyMap<number, number> = new Map([
  [0.5, 0.398_942],
  [0.75, 0.317_777],
  [0.9, 0.175_498],
  [0.95, 0.103_136],
  [0.99, 0.026_652],
]);
