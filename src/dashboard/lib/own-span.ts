import { day, minute } from './format.ts';
import { parseTime } from './range.ts';

/** The time of a page about years, which the one of the top bar is too short for; null is without an end. */
export interface OwnSpan {
  sinceMs: number | null;
  untilMs: number | null;
}

const DAY_MS = 86_400_000;

export const OWN_PRESETS = [
  { label: 'Last 24 hours', ms: DAY_MS },
  { label: 'Last 7 days', ms: 7 * DAY_MS },
  { label: 'Last 30 days', ms: 30 * DAY_MS },
  { label: 'Last 90 days', ms: 90 * DAY_MS },
  { label: 'Last year', ms: 365 * DAY_MS },
] as const;

/** From the address: `since`, `until`, in Unix milliseconds or ISO 8601. Not `from` and `to`, which go with the reader from page to page. */
export function ownSpanOf(params: URLSearchParams): OwnSpan {
  const sinceMs = parseTime(params.get('since'));
  const untilMs = parseTime(params.get('until'));
  const isReversed = sinceMs !== null && untilMs !== null && sinceMs >= untilMs;
  return isReversed ? { sinceMs: null, untilMs: null } : { sinceMs, untilMs };
}

export function ownSpanParams({ sinceMs, untilMs }: OwnSpan): Record<'since' | 'until', string | null> {
  return { since: sinceMs === null ? null : String(sinceMs), until: untilMs === null ? null : String(untilMs) };
}

export function ownSpanWords({ sinceMs, untilMs }: OwnSpan): string {
  if (sinceMs === null) return untilMs === null ? 'Any time' : `Until ${words(untilMs)}`;
  return untilMs === null ? `Since ${words(sinceMs)}` : `${words(sinceMs)} to ${words(untilMs)}`;
}

function words(ms: number): string {
  return minute(ms) === '00:00' ? day(ms) : `${day(ms)} ${minute(ms)}`;
}
