import type { Period } from '../wire/compliance.ts';

/** The UTC day of a time: `2026-11-27`. Years beyond four digits are written as ISO 8601 does, with a sign and six. */
export function dayOf(ms: number): string {
  return new Date(ms).toISOString().split('T', 1)[0] as string;
}

/** When a UTC day begins, in Unix milliseconds; NaN for what is no day of the calendar, such as 30 February. */
export function dayStartMs(day: string): number {
  const ms = Date.parse(`${day}T00:00:00.000Z`);
  // Date.parse takes 30 February for 2 March.
  return Number.isNaN(ms) || dayOf(ms) !== day ? Number.NaN : ms;
}

/** A day of the calendar of some time zone. */
export interface CalendarDay {
  year: number;
  /** 1 to 12. */
  month: number;
  /** 1 to 31. */
  day: number;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** Zones are at most 15 h from UTC; some have skipped a whole day, such as Apia on 30 December 2011. */
const MAX_SHIFT_MS = 48 * HOUR_MS;

const formats = new Map<string, Intl.DateTimeFormat>();

/** Names of the IANA database. */
export function isTimeZone(name: string): boolean {
  try {
    return formatOf(name) !== null;
  } catch {
    // A RangeError is how Intl says that it knows no such zone.
    return false;
  }
}

/** The day that a clock in the zone shows. */
export function dayIn(ms: number, timeZone: string): CalendarDay {
  const { year, month, day } = wallClock(ms, timeZone);
  return { year, month, day };
}

/** Months of the calendar: the same day of a later month, or its last where it has none, so that 31 January and a month is 28 or 29 February. */
export function plusMonths({ year, month, day }: CalendarDay, months: number): CalendarDay {
  const index = year * 12 + (month - 1) + months;
  const [inYear, inMonth] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return { year: inYear, month: inMonth, day: Math.min(day, daysInMonth(inYear, inMonth)) };
}

export function plusDays(day: CalendarDay, days: number): CalendarDay {
  const date = new Date(utcMidnightMs(day) + days * DAY_MS);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}

export function daysInMonth(year: number, month: number): number {
  // The day before the first of the next month.
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The first moment of the day: where clocks are put forward at midnight, the hour that they are put to. */
export function dayBeginsMs(day: CalendarDay, timeZone: string): number {
  const midnight = utcMidnightMs(day);
  let [before, at] = [midnight - MAX_SHIFT_MS, midnight + MAX_SHIFT_MS];
  // Days follow one another, whatever the clock does in between.
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (utcMidnightMs(dayIn(middle, timeZone)) >= midnight) at = middle;
    else before = middle;
  }
  return at;
}

/** The last millisecond of the day. */
export function dayEndsMs(day: CalendarDay, timeZone: string): number {
  return dayBeginsMs(plusDays(day, 1), timeZone) - 1;
}

/**
 * When a period that began at `fromMs` is over. Hours are elapsed ones, whatever the clocks do. Days and months are of the calendar of the zone: the day on
 * which it began does not count, and the period ends with the last millisecond of its last day (as Regulation (EEC, Euratom) No 1182/71, Art. 3, has it;
 * unlike there it is never made longer by a holiday).
 */
export function periodEndsMs(fromMs: number, period: Period, timeZone: string): number {
  if ('hours' in period) return fromMs + period.hours * HOUR_MS;
  const first = dayIn(fromMs, timeZone);
  const last = 'days' in period ? plusDays(first, period.days) : plusMonths(first, period.months);
  return dayEndsMs(last, timeZone);
}

/** For people: `2026-11-27 14:05:09 UTC+05:30 (Asia/Kolkata)`. */
export function localTime(ms: number, timeZone: string): string {
  const { year, month, day, hour, minute, second } = wallClock(ms, timeZone);
  const shown = Date.UTC(year, month - 1, day, hour, minute, second);
  const offsetMinutes = Math.round((shown - Math.floor(ms / 1_000) * 1_000) / 60_000);
  const [hours, minutes] = [Math.floor(Math.abs(offsetMinutes) / 60), Math.abs(offsetMinutes) % 60];
  const offset = offsetMinutes === 0 ? '' : `${offsetMinutes < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
  const date = `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}`;
  return `${date} ${two(hour)}:${two(minute)}:${two(second)} UTC${offset} (${timeZone})`;
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}

interface WallClock extends CalendarDay {
  hour: number;
  minute: number;
  second: number;
}

function wallClock(ms: number, timeZone: string): WallClock {
  const clock: WallClock = { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0 };
  for (const { type, value } of formatOf(timeZone).formatToParts(ms))
    if (type in clock) clock[type as keyof WallClock] = Number(value);
  return clock;
}

/** Making one takes longer than a hundred uses of it. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    ...{ timeZone, calendar: 'gregory', numberingSystem: 'latn', hourCycle: 'h23' },
    ...({
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    } as const),
  });
  formats.set(timeZone, made);
  return made;
}

function utcMidnightMs({ year, month, day }: CalendarDay): number {
  return Date.UTC(year, month - 1, day);
}
