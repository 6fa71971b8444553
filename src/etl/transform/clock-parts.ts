/** What a text says of a time. */
export interface ClockParts {
  year?: number;
  month?: number;
  day?: number;
  dayOfYear?: number;
  hour?: number;
  hour12?: number;
  isPm?: boolean;
  minute?: number;
  second?: number;
  milliseconds?: number;
  unixSeconds?: number;
  /** East of UTC. */
  zoneMinutes: number;
}

const DAY_MS = 24 * 3_600_000;

/** `Z`, `UTC`, `GMT`, `+02:00` or `-0700` → minutes east of UTC; null for anything else. */
export function offsetMinutes(text: string): number | null {
  if (text === 'Z' || text === 'UTC' || text === 'GMT') return 0;
  const [, sign, hours, minutes] = /^([+-])(\d{2}):?(\d{2})$/.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59) return null;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** Null where a part is out of its range, as the 30th of February is. A leap second counts as the one before it. */
export function toUnixMs(parts: ClockParts, nowMs: number): number | null {
  const { milliseconds = 0, unixSeconds, zoneMinutes } = parts;
  if (unixSeconds !== undefined) return inRange(unixSeconds * 1_000 + milliseconds);
  const hour = hourOf(parts);
  const { minute = 0, second = 0 } = parts;
  if (hour === null || hour > 23 || minute > 59 || second > 60) return null;
  const inDay = ((hour * 60 + minute) * 60 + Math.min(second, 59)) * 1_000 + milliseconds - zoneMinutes * 60_000;
  if (parts.year !== undefined) return onDay(parts, parts.year, inDay);
  // Syslog leaves the year out: the latest one in which the time is not more than a day ahead.
  const thisYear = new Date(nowMs).getUTCFullYear();
  const years = [thisYear + 1, thisYear, thisYear - 1, thisYear - 2, thisYear - 3, thisYear - 4];
  for (const year of years) {
    const ms = onDay(parts, year, inDay);
    if (ms !== null && ms <= nowMs + DAY_MS) return ms;
  }
  return null;
}

function onDay({ month, day, dayOfYear }: ClockParts, year: number, inDay: number): number | null {
  const date = new Date(0);
  if (dayOfYear !== undefined) {
    date.setUTCFullYear(year, 0, dayOfYear);
    return dayOfYear < 1 || date.getUTCFullYear() !== year ? null : inRange(date.getTime() + inDay);
  }
  if (month === undefined || day === undefined) return null;
  date.setUTCFullYear(year, month - 1, day);
  return date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day ? null : inRange(date.getTime() + inDay);
}

function hourOf({ hour, hour12, isPm }: ClockParts): number | null {
  if (hour12 === undefined) return hour ?? 0;
  if (hour12 < 1 || hour12 > 12) return null;
  return (hour12 % 12) + (isPm ? 12 : 0);
}

/** The range of Date. */
function inRange(ms: number): number | null {
  return Math.abs(ms) <= 8.64e15 ? ms : null;
}
