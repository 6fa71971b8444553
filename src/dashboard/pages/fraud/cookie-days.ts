import type { CookieDay } from '../../../wire/cookies.ts';

export const DAY_MS = 86_400_000;
/** As long as the server takes a question for. */
const MOST_DAYS = 400;
/** A trend of a day is none. */
const FEWEST_DAYS = 30;

/** From the bottom of the stack up. */
export const LEVEL_SERIES = ['small', 'growing', 'large'] as const;
export const LEVEL_WORDS = { small: 'below 2 KB', growing: 'to 4 KB', large: 'above 4 KB' } as const;

/** A day of history for every day that the time touches, and a month at least: the server counts them back from today. */
export function daysOf(fromMs: number, toMs: number): number {
  const days = Math.floor(toMs / DAY_MS) - Math.floor(fromMs / DAY_MS) + 1;
  return Math.min(MOST_DAYS, Math.max(FEWEST_DAYS, days));
}

export interface DayBar {
  ts: number;
  counts: Record<(typeof LEVEL_SERIES)[number], number>;
}

/** One bar for each day, also where nothing was measured. */
export function cookieBars(trend: readonly CookieDay[], toMs: number, days: number): DayBar[] {
  const byDay = new Map(trend.map((day) => [Date.parse(day.day), day.levels]));
  const last = Math.max(Math.floor(toMs / DAY_MS) * DAY_MS, ...byDay.keys());
  return Array.from({ length: days }, (_, i) => {
    const ts = last - (days - 1 - i) * DAY_MS;
    const levels = byDay.get(ts);
    return { ts, counts: { small: levels?.green ?? 0, growing: levels?.yellow ?? 0, large: levels?.red ?? 0 } };
  });
}
