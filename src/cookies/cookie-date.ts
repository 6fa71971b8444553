const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DELIMITERS = /[\t\x20-\x2f\x3b-\x40\x5b-\x60\x7b-\x7e]+/;
const TIME = /^(\d{1,2}):(\d{1,2}):(\d{1,2})(?:\D.*)?$/s;
const DAY = /^(\d{1,2})(?:\D.*)?$/s;
const YEAR = /^(\d{2,4})(?:\D.*)?$/s;

/**
 * The algorithm of RFC 6265 5.1.1 (the same in 6265bis 5.1.1), which finds time, day, month and year wherever they stand: `Wed, 21 Oct 2015
 * 07:28:00 GMT`, `21-Oct-15 07:28:00`, `Wed Oct 21 07:28:00 2015`, `07:28:00,2015/oct/21`. Weekday and zone are not looked at: all is UTC. Unix
 * milliseconds, or null for what is no date.
 */
export function parseCookieDate(text: string): number | null {
  let time: number[] | null = null;
  let day: number | null = null;
  let month: number | null = null;
  let year: number | null = null;
  for (const token of text.split(DELIMITERS)) {
    if (time === null) {
      const found = TIME.exec(token);
      if (found) {
        time = found.slice(1, 4).map(Number);
        continue;
      }
    }
    if (day === null) {
      const found = DAY.exec(token);
      if (found) {
        day = Number(found[1]);
        continue;
      }
    }
    if (month === null) {
      const found = MONTHS.indexOf(token.slice(0, 3).toLowerCase());
      if (found !== -1) {
        month = found;
        continue;
      }
    }
    const found = year === null ? YEAR.exec(token) : null;
    if (found) year = fullYear(Number(found[1]));
  }
  if (time === null || day === null || month === null || year === null) return null;
  return dateOf(year, month, day, time);
}

function fullYear(year: number): number {
  if (year >= 70 && year <= 99) return year + 1900;
  return year <= 69 ? year + 2000 : year;
}

function dateOf(year: number, month: number, day: number, time: readonly number[]): number | null {
  const [hour = 0, minute = 0, second = 0] = time;
  if (day < 1 || year < 1601 || hour > 23 || minute > 59 || second > 59) return null;
  const atMs = Date.UTC(year, month, day, hour, minute, second);
  // 30 February is no date, and no second of March.
  return new Date(atMs).getUTCDate() === day ? atMs : null;
}
