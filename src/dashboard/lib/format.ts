/** A figure and its unit never part at the end of a line. */
const NBSP = '\u00a0';
const UNITS = ['', 'k', 'M', 'G', 'T'];

/** At most three significant digits, with a unit; the exact figure belongs in a title. */
export function compact(value: number): string {
  let scaled = value;
  let unit = 0;
  while (Math.abs(scaled) >= 999.5 && unit < UNITS.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${threeDigits(scaled)}${UNITS[unit]}`;
}

export function exact(value: number): string {
  return value.toLocaleString('en-US', { maximumFractionDigits: 6 });
}

export function plural(value: number, one: string, many = `${one}s`): string {
  return `${compact(value)}${NBSP}${value === 1 ? one : many}`;
}

/** Decimal units, as disks and Cloudflare count them. */
export function bytes(value: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let scaled = value;
  let unit = 0;
  while (scaled >= 999.5 && unit < units.length - 1) {
    scaled /= 1000;
    unit++;
  }
  return `${threeDigits(scaled)}${NBSP}${units[unit]}`;
}

/** A share that is not all, or not nothing, does not round to it. */
export function percent(share: number): string {
  const value = share * 100;
  if (value > 0 && value < 0.01) return `< 0.01${NBSP}%`;
  const digits = threeDigits(value);
  return share < 1 && digits === '100' ? `> 99.9${NBSP}%` : `${digits}${NBSP}%`;
}

/** The difference of two shares. */
export function percentagePoints(difference: number): string {
  const [digits] = percent(difference).split(`${NBSP}%`);
  return `${digits} percentage ${digits === '1' ? 'point' : 'points'}`;
}

function threeDigits(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const decimals = size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2;
  return String(Number(value.toFixed(decimals)));
}

const STEPS: [number, string][] = [
  [86_400_000, 'd'],
  [3_600_000, 'h'],
  [60_000, 'min'],
  [1_000, 's'],
];

/** One unit, rounded down: `3 h`, `42 s`, `< 1 s`. */
export function duration(ms: number): string {
  for (const [step, unit] of STEPS) if (ms >= step) return `${Math.floor(ms / step)}${NBSP}${unit}`;
  return '< 1 s';
}

/** Two units, rounded down, for what somebody works against: `1 d 9 h`, `5 h 12 min`, `42 s`. */
export function fineDuration(ms: number): string {
  const at = STEPS.findIndex(([step]) => ms >= step);
  const [first, second] = [STEPS[at], STEPS[at + 1]];
  if (!first || !second) return duration(ms);
  const rest = Math.floor((ms % first[0]) / second[0]);
  return rest === 0 ? duration(ms) : `${duration(ms)} ${rest}${NBSP}${second[1]}`;
}

export function relative(atMs: number, nowMs: number): string {
  const delta = nowMs - atMs;
  if (Math.abs(delta) < 1_000) return 'now';
  return delta > 0 ? `${duration(delta)} ago` : `in ${duration(-delta)}`;
}

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

export function day(ms: number): string {
  const at = new Date(ms);
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())}`;
}

export function minute(ms: number): string {
  const at = new Date(ms);
  return `${pad(at.getHours())}:${pad(at.getMinutes())}`;
}

export function second(ms: number): string {
  return `${minute(ms)}:${pad(new Date(ms).getSeconds())}`;
}

export function milli(ms: number): string {
  return `${second(ms)}.${pad(new Date(ms).getMilliseconds(), 3)}`;
}

/** Month, day and milliseconds: for lists that span more than a day. */
export function stamp(ms: number): string {
  return `${day(ms).slice(5)} ${milli(ms)}`;
}

export function dateTime(ms: number): string {
  return `${day(ms)} ${second(ms)}`;
}

/** What `datetime-local` reads and writes: local time without a zone. */
export function localInput(ms: number): string {
  return `${day(ms)}T${minute(ms)}`;
}

/** A record may carry any number as its time; what no calendar holds is shown as the number. */
export function isDate(ms: number): boolean {
  return Math.abs(ms) <= 8.64e15;
}

/** What a hover on any time says: the same instant for a colleague elsewhere, and how long ago. */
export function timeTitle(ms: number, nowMs: number): string {
  if (!isDate(ms)) return String(ms);
  return `${new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC')}\n${relative(ms, nowMs)}`;
}
