import { type ClockParts, offsetMinutes, toUnixMs } from './clock-parts.ts';

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const FULL_MONTHS = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october', 'november'],
  'december',
];
const DAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];
/** What each letter reads at most, of those that are digits. */
const DIGITS: Readonly<Record<string, number>> = {
  ...{ Y: 4, y: 2, m: 2, d: 2, e: 2, H: 2, I: 2, M: 2, S: 2, L: 3, f: 9, j: 3, s: 12 },
};
const SHORT: Readonly<Record<string, string>> = { T: '%H:%M:%S', D: '%m/%d/%y', F: '%Y-%m-%d', R: '%H:%M' };
const KNOWN: ReadonlySet<string> = new Set([...Object.keys(DIGITS), 'b', 'B', 'h', 'a', 'A', 'p', 'z', 'Z', '%']);

type Step = { text: string } | { letter: string };

export type Pattern = readonly Step[];

/** A pattern as strptime(3) and date(1) have it, or the reason why it can be no time. */
export function parsePattern(text: string): Pattern | { reason: string } {
  const steps: Step[] = [];
  const letters = new Set<string>();
  const source = text.replace(/%([TDFR])/g, (_, letter: string) => SHORT[letter] ?? '');
  for (let at = 0; at < source.length; at++) {
    const char = source.charAt(at);
    if (char !== '%') {
      steps.push({ text: char });
      continue;
    }
    const letter = source.charAt(++at);
    if (!KNOWN.has(letter)) return { reason: `%${letter} is not known` };
    letters.add(letter);
    steps.push(letter === '%' ? { text: '%' } : { letter });
  }
  const hasMonth = ['m', 'b', 'B', 'h'].some((letter) => letters.has(letter));
  const hasDay = letters.has('d') || letters.has('e');
  if (letters.has('s') || letters.has('j') || (hasMonth && hasDay)) return steps;
  return { reason: 'it names no day: it needs %s, or a month and a day, or %j' };
}

/** Unix milliseconds, or null where the text is no such time. Without %z its time is `zoneMinutes` east of UTC. */
export function readPattern(pattern: Pattern, text: string, zoneMinutes: number, nowMs: number): number | null {
  const parts: ClockParts = { zoneMinutes };
  let at = 0;
  for (const step of pattern) {
    if ('text' in step) {
      if (/\s/.test(step.text)) {
        if (!/\s/.test(text.charAt(at))) return null;
        while (/\s/.test(text.charAt(at))) at++;
      } else if (text.charAt(at) === step.text) {
        at++;
      } else {
        return null;
      }
      continue;
    }
    const next = read(step.letter, text, at, parts);
    if (next < 0) return null;
    at = next;
  }
  return at === text.length ? toUnixMs(parts, nowMs) : null;
}

/** Where it ends; -1 where it is not there. */
function read(letter: string, text: string, at: number, parts: ClockParts): number {
  const most = DIGITS[letter];
  if (most !== undefined) {
    let start = at;
    // `date` and syslog pad days and hours with blanks.
    while ('deHI'.includes(letter) && start < at + 1 && text.charAt(start) === ' ') start++;
    let end = start;
    while (end < start + most && isDigit(text.charCodeAt(end))) end++;
    if (end === start) return -1;
    if (letter === 'f') while (isDigit(text.charCodeAt(end))) end++;
    setNumber(letter, text.slice(start, end), parts);
    return end;
  }
  switch (letter) {
    case 'b':
    case 'B':
    case 'h': {
      const full = nameAt(FULL_MONTHS, text, at);
      const found = full ?? nameAt(MONTHS, text, at);
      if (found) parts.month = found.index + 1;
      return found ? found.end : -1;
    }
    case 'a':
    case 'A':
      return (
        nameAt(DAYS, text, at) ??
        nameAt(
          DAYS.map((day) => day.slice(0, 3)),
          text,
          at,
        ) ?? { end: -1 }
      ).end;
    case 'p': {
      const half = text.slice(at, at + 2).toLowerCase();
      if (half !== 'am' && half !== 'pm') return -1;
      parts.isPm = half === 'pm';
      return at + 2;
    }
    default: {
      const [zone = ''] = /^(?:Z|UTC|GMT|[+-]\d{2}:?\d{2})/.exec(text.slice(at, at + 6)) ?? [];
      const minutes = zone === '' ? null : offsetMinutes(zone);
      if (minutes === null) return -1;
      parts.zoneMinutes = minutes;
      return at + zone.length;
    }
  }
}

function setNumber(letter: string, digits: string, parts: ClockParts): void {
  const value = Number(digits);
  switch (letter) {
    case 'Y':
      parts.year = value;
      return;
    case 'y':
      // POSIX: 69 to 99 are of the last century.
      parts.year = value + (value >= 69 ? 1900 : 2000);
      return;
    case 'm':
      parts.month = value;
      return;
    case 'd':
    case 'e':
      parts.day = value;
      return;
    case 'j':
      parts.dayOfYear = value;
      return;
    case 'H':
      parts.hour = value;
      return;
    case 'I':
      parts.hour12 = value;
      return;
    case 'M':
      parts.minute = value;
      return;
    case 'S':
      parts.second = value;
      return;
    case 's':
      parts.unixSeconds = value;
      return;
    default:
      parts.milliseconds = Math.floor(Number(`0.${digits}`) * 1_000 + 1e-9);
  }
}

function nameAt(names: readonly string[], text: string, at: number): { index: number; end: number } | null {
  const found = text.slice(at, at + 9).toLowerCase();
  const index = names.findIndex((name) => found.startsWith(name));
  return index < 0 ? null : { index, end: at + (names[index] ?? '').length };
}

function isDigit(unit: number): boolean {
  return unit >= 48 && unit <= 57;
}
