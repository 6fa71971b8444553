import { MIN_HOT_DAYS } from '../../wire/archive.ts';

/** How long the database keeps what R2 has too: a day in which a mistake in either can be put right from the other. */
export const HOT_DELAY_MS = 86_400_000;
/** Above so many hundredths of its limit the database is relieved; at the others nothing is hot any longer than it must. */
const PRESSURE_FROM = 80;
const PRESSURE_FULL = 95;

export interface DatabaseSize {
  sizeBytes: number;
  limitBytes: number;
}

export function isNearlyFull({ sizeBytes, limitBytes }: DatabaseSize): boolean {
  return sizeBytes * 100 > limitBytes * PRESSURE_FROM;
}

/**
 * Whole days that blocks stay in the database: what is set, and less the nearer the database is to its limit, down to a day. In a straight line, so that each
 * run moves a little and none everything.
 */
export function hotDaysInForce(hotDays: number, size: DatabaseSize): number {
  if (!isNearlyFull(size)) return hotDays;
  const { sizeBytes, limitBytes } = size;
  // In whole numbers: a day more or less must not hang on a rounding.
  const left = Math.floor(
    (hotDays * (limitBytes * PRESSURE_FULL - sizeBytes * 100)) / (limitBytes * (PRESSURE_FULL - PRESSURE_FROM)),
  );
  return Math.max(MIN_HOT_DAYS, left);
}

export function hotDelayMs(size: DatabaseSize): number {
  return isNearlyFull(size) ? 0 : HOT_DELAY_MS;
}
