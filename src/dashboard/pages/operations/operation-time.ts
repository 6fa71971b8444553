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
  interval: TrendInterval;
}

/** The API counts whole hours back from now: the fewest that hold the chosen time. */
export function operationTime({ fromMs }: Span, nowMs: number): OperationTime {
  const wanted = (nowMs - fromMs) / HOUR_MS;
  // A clock that is a second ahead makes no further hour.
  const hours = Math.min(MOST_HOURS, Math.max(1, Math.ceil(wanted - 0.01)));
  return { hours, interval: intervalOf(hours) };
}

/** As fine as a chart can show: some hundred points at most. */
function intervalOf(hours: number): TrendInterval {
  if (hours <= 6) return 'minute';
  if (hours <= DAY_HOURS) return '5m';
  return hours <= 14 * DAY_HOURS ? 'hour' : 'day';
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
