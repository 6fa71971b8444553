import type { Json } from '../../wire/record.ts';
import { offsetMinutes, toUnixMs } from './clock-parts.ts';
import { type Pattern, parsePattern, readPattern } from './strptime.ts';

export const MAX_TIME_FORMAT_CHARS = 100;
/** No time is longer; what is, is not looked at. */
const MAX_TIME_CHARS = 128;

/** How many of a unit make a second, as a power of ten. */
const UNITS: Readonly<Record<string, number>> = { unix_s: 0, unix_ms: 3, unix_us: 6, unix_ns: 9 };
const ISO_8601 =
  /^(\d{4})-?(\d{2})-?(\d{2})(?:[Tt ](\d{2}):?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)? ?(Z|z|[+-]\d{2}(?::?\d{2})?)?$/;
/** RFC 2822 as mail and HTTP write it. Zone names beside UTC mean different things to different people, and are refused. */
const RFC_2822 = ['%a, %d %b %Y %H:%M:%S %z', '%d %b %Y %H:%M:%S %z', '%a, %d %b %Y %H:%M %z', '%d %b %Y %H:%M %z'];
/** Common Log Format, which Apache and nginx write, with and without its brackets. */
const CLF = ['%d/%b/%Y:%H:%M:%S %z', '[%d/%b/%Y:%H:%M:%S %z]'];

/** Reads one format: Unix milliseconds, or null. `zoneMinutes` holds for texts that name no zone. */
export type TimeReader = (value: Json, zoneMinutes: number, nowMs: number) => number | null;

/** The reader of a format by name, or of a pattern with `%`; the reason where it is neither. */
export function timeReader(format: string): TimeReader | { reason: string } {
  const power = UNITS[format];
  if (power !== undefined) return (value) => readUnix(value, power);
  switch (format) {
    case 'iso8601':
      return readIso8601;
    case 'rfc2822':
      return readerOf(RFC_2822.map(known));
    case 'clf':
      return readerOf(CLF.map(known));
    default: {
      if (!format.includes('%')) return { reason: 'is no format that is known, and no pattern with %' };
      const pattern = parsePattern(format);
      return 'reason' in pattern ? pattern : readerOf([pattern]);
    }
  }
}

function known(text: string): Pattern {
  const pattern = parsePattern(text);
  return 'reason' in pattern ? [] : pattern;
}

function readerOf(patterns: readonly Pattern[]): TimeReader {
  return function readPatterns(value, zoneMinutes, nowMs) {
    if (typeof value !== 'string' || value.length > MAX_TIME_CHARS) return null;
    const text = value.trim();
    for (const pattern of patterns) {
      const ms = readPattern(pattern, text, zoneMinutes, nowMs);
      if (ms !== null) return ms;
    }
    return null;
  };
}

/** By its digits: nanoseconds since 1970 are more than a double holds. */
function readUnix(value: Json, power: number): number | null {
  const text = typeof value === 'number' ? plainDigits(value) : rawText(value);
  const [, sign = '', whole, fraction = ''] = /^\s*(-?)(\d{1,25})(?:\.(\d{1,25}))?\s*$/.exec(text ?? '') ?? [];
  if (whole === undefined) return null;
  // The point moves so that milliseconds are before it.
  const ms =
    power <= 3
      ? Number(whole + fraction.padEnd(3 - power, '0').slice(0, 3 - power))
      : Number(whole.slice(0, Math.max(0, whole.length - (power - 3))) || '0');
  const isExact =
    power > 3 ? !/[1-9]/.test(whole.slice(-(power - 3)) + fraction) : !/[1-9]/.test(fraction.slice(3 - power));
  // Before 1970 a fraction of a millisecond rounds down as well, as it does after.
  const signed = sign === '-' ? -(ms + (isExact ? 0 : 1)) : ms;
  return Math.abs(signed) <= 8.64e15 ? signed + 0 : null;
}

function plainDigits(value: number): string | null {
  if (!Number.isFinite(value) || Math.abs(value) >= 1e24) return null;
  return Number.isInteger(value) ? BigInt(value).toString() : value.toFixed(9);
}

function rawText(value: Json): string | null {
  if (typeof value === 'string') return value.length <= MAX_TIME_CHARS ? value : null;
  return value !== null && typeof value === 'object' && JSON.isRawJSON(value) ? value.rawJSON : null;
}

function readIso8601(value: Json, zoneMinutes: number, nowMs: number): number | null {
  if (typeof value !== 'string' || value.length > MAX_TIME_CHARS) return null;
  const [, year, month, day, hour = '0', minute = '0', second = '0', fraction = '', zone] =
    ISO_8601.exec(value.trim()) ?? [];
  if (year === undefined) return null;
  const minutes =
    zone === undefined ? zoneMinutes : offsetMinutes(zone.length === 3 ? `${zone}00` : zone.toUpperCase());
  if (minutes === null) return null;
  return toUnixMs(
    {
      year: Number(year),
      month: Number(month),
      day: Number(day),
      hour: Number(hour),
      minute: Number(minute),
      second: Number(second),
      milliseconds: Number(fraction.padEnd(3, '0').slice(0, 3)),
      zoneMinutes: minutes,
    },
    nowMs,
  );
}
