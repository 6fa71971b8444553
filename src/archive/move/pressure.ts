import { MIN_HOT_DAYS } from '../../wire/archive.ts';

/** How long the database keeps what R2 has too: a day in which a mistake in either can be put right from the other. */
export const HOT_DELAY_MS = 86_400_000;
/** Above this share of its limit the database is relieved; at the other nothing is hot any longer than it must. */
const PRESSURE_FROM = 0.8;
const PRESSURE_FULL = 0.95;

export interface DatabaseSize {
  sizeBytes: number;
  limitBytes: number;
}

export function isNearlyFull({ sizeBytes, limitBytes }: DatabaseSize): boolean {
  return sizeBytes > limitBytes * PRESSURE_FROM;
}

/**
 * Whole days that blocks stay in the database: what is set, and less the nearer the database is to its limit, down to a day. In a straight line, so that each
 * run moves a little and none everything.
 */
export function hotDaysInForce(hotDays: number, size: DatabaseSize): number {
  const used = size.sizeBytes / size.limitBytes;
  if (used <= PRESSURE_FROM) return hotDays;
  const left = Math.max(0, (PRESSURE_FULL - used) / (PRESSURE_FULL - PRESSURE_FROM));
  return Math.max(MIN_HOT_DAYS, Math.floor(hotDays * left));
}

export function hotDelayMs(size: DatabaseSize): number {
  return isNearlyFull(size) ? 0 : HOT_DELAY_MS;
}
