/** A receiver may ask for a day; what it asks beyond that is taken for a mistake of its own, and a delivery has 72 h in all. */
export const MAX_RETRY_AFTER_MS = 24 * 3_600_000;

const SECONDS = /^\d+(?:\.\d+)?$/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
/** RFC 9110, 5.6.7: the form that is sent, and the two old ones that a recipient must accept. */
const DATES = [
  /^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) (?:GMT|UTC)$/i,
  /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) GMT$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[ \d]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/i,
];

/**
 * How long `Retry-After` (RFC 9110, 10.2.3) asks to wait, in ms from now: 0 for a time that has passed, at most a day. Null where there is none, or it
 * is in neither form, as a negative number is not. Fractions of a second, which are not of the standard, are rounded up.
 */
export function retryAfterMs(header: string | null, nowMs: number): number | null {
  const text = header?.trim() ?? '';
  const waitMs = SECONDS.test(text) ? Math.ceil(Number(text) * 1_000) : msUntil(text, nowMs);
  return waitMs === null ? null : Math.min(MAX_RETRY_AFTER_MS, Math.max(0, waitMs));
}

function msUntil(text: string, nowMs: number): number | null {
  for (const form of DATES) {
    const found = form.exec(text)?.groups;
    if (!found) continue;
    const month = MONTHS.indexOf((found.month ?? '').toLowerCase());
    const [hour = 0, minute = 0, second = 0] = (found.time ?? '').split(':').map(Number);
    const day = Number(found.day);
    // 60 is a leap second.
    if (month < 0 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60) return null;
    return Date.UTC(fullYear(found.year ?? '', nowMs), month, day, hour, minute, second) - nowMs;
  }
  return null;
}

/** Two digits that would be more than 50 years ahead are of the past (RFC 9110, 5.6.7). */
function fullYear(text: string, nowMs: number): number {
  if (text.length === 4) return Number(text);
  const thisYear = new Date(nowMs).getUTCFullYear();
  const year = thisYear - (thisYear % 100) + Number(text);
  return year > thisYear + 50 ? year - 100 : year;
}
