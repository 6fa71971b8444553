/**
 * A time in Unix nanoseconds, exactly: whole milliseconds, and the nanoseconds behind them. A double that holds all of it is off by 256 ns in
 * this century.
 */
export interface Instant {
  ms: number;
  nanos: number;
}

const NANOS_PER_MS = 1_000_000;
/** 2^32 nanoseconds are 4,294 ms and 967,296 ns. */
const HIGH_MS = 4_294;
const HIGH_NANOS = 967_296;
/** An unsigned number of 64 bits. */
const NANOS_TEXT = /^\d{1,20}$/;

/** Null for 0, which OTLP has for a time that is not known. */
export function instantOfHalves(high: number, low: number): Instant | null {
  if (high === 0 && low === 0) return null;
  const rest = high * HIGH_NANOS + low;
  return { ms: high * HIGH_MS + Math.floor(rest / NANOS_PER_MS), nanos: rest % NANOS_PER_MS };
}

/** As JSON has it: decimal digits. Null for 0; undefined for what is no time. */
export function instantOfText(digits: string): Instant | null | undefined {
  if (!NANOS_TEXT.test(digits)) return undefined;
  const ms = Number(digits.slice(0, -6));
  const nanos = Number(digits.slice(-6));
  return ms === 0 && nanos === 0 ? null : { ms, nanos };
}

/** The nanoseconds as decimal digits; null where the milliseconds say it all. */
export function nanosText({ ms, nanos }: Instant): string | null {
  if (nanos === 0) return null;
  return ms === 0 ? String(nanos) : `${ms}${String(nanos).padStart(6, '0')}`;
}

/** From one to the other in milliseconds, to the nanosecond for spans of up to 104 days; negative where the clock was set back. */
export function millisecondsBetween(from: Instant, to: Instant): number {
  return ((to.ms - from.ms) * NANOS_PER_MS + (to.nanos - from.nanos)) / NANOS_PER_MS;
}
