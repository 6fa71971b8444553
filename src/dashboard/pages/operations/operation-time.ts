import type { TrendInterval } from '../../../wire/operations.ts';
import type { Span } from '../../lib/range.ts';

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_HOURS = 24;
/** The longest time that the API counts over. */
export const MOST_HOURS = 365 * DAY_HOURS;

export interface OperationTime {
  /** What is asked for: so many whole hours up to now. */
  hours: number;
  /** As many with the same length of time before: what a comparison asks for. */
  comparedHours: number;
  interval: TrendInterval;
}

/** The API counts whole hours back from now: the fewest that hold the chosen time. */
export function operationTime({ fromMs, toMs }: Span, nowMs: number): OperationTime {
  const hours = Math.min(MOST_HOURS, wholeHours(nowMs - fromMs));
  const comparedHours = hours + wholeHours(toMs - fromMs);
  return { hours, comparedHours, interval: intervalOf(toMs - fromMs, Math.min(MOST_HOURS, comparedHours)) };
}

/** A clock that is a second ahead makes no further hour. */
function wholeHours(ms: number): number {
  return Math.max(1, Math.ceil(ms / HOUR_MS - 0.01));
}

/** From fine to coarse, each with the longest time that a chart shows with it: some hundred points. */
const INTERVALS: readonly { interval: TrendInterval; stepMs: number; longestHours: number }[] = [
  { interval: 'minute', stepMs: MINUTE_MS, longestHours: 6 },
  { interval: '5m', stepMs: 5 * MINUTE_MS, longestHours: DAY_HOURS },
  { interval: 'hour', stepMs: HOUR_MS, longestHours: 14 * DAY_HOURS },
];
/** Of a line in one answer: of a short time long ago all that came since is in it. */
const MOST_POINTS = 2_000;

/** As fine as a chart of the shown time can show, and no finer than an answer that reaches back from now can hold. */
function intervalOf(shownMs: number, askedHours: number): TrendInterval {
  const fits = INTERVALS.find(
    ({ stepMs, longestHours }) =>
      shownMs <= (longestHours + 0.01) * HOUR_MS && (askedHours * HOUR_MS) / stepMs <= MOST_POINTS,
  );
  return fits?.interval ?? 'day';
}

/** What is counted, as far as it is known before the answer. */
export function countedBy({ hours }: OperationTime, nowMs: number): Span & { hours: number } {
  return { hours, fromMs: nowMs - hours * HOUR_MS, toMs: nowMs };
}

/** Whether what was counted is another time than the one that was chosen: the minutes, hours or days that it is rounded to are no difference. */
export function isOtherTime(counted: Span & { hours: number }, chosen: Span): boolean {
  const { hours } = counted;
  const roundedMs = hours <= 48 ? 2 * MINUTE_MS : hours <= 100 * DAY_HOURS ? HOUR_MS + MINUTE_MS : 25 * HOUR_MS;
  return Math.abs(counted.fromMs - chosen.fromMs) > roundedMs || Math.abs(counted.toMs - chosen.toMs) > roundedMs;
}

/** `3 hours`, `7 days`. */
export function hoursWords(hours: number): string {
  if (hours === 1) return 'hour';
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${hours} hours`;
}
