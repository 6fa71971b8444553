import { bytes, compact, exact, percent } from './format.ts';

/** What a figure counts in; `score` is a number without a unit, such as CLS; `ratio` goes from 0 to 1. */
export type Unit = 'ms' | 'score' | 'ratio' | 'count' | 'bytes';

const NBSP = '\u00a0';
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** A whole minute and a bit reads better in seconds. */
const FROM_MINUTES_MS = 10 * MINUTE_MS;
const FROM_HOURS_MS = 10 * HOUR_MS;

/** At most three significant digits. `exactly` is for the hover. */
export function inUnit(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return time(value);
    case 'score':
      return digits(value);
    case 'ratio':
      return percent(value);
    case 'count':
      return compact(value);
    case 'bytes':
      return bytes(value);
  }
}

export function exactly(value: number, unit: Unit): string {
  switch (unit) {
    case 'ms':
      return `${exact(value)}${NBSP}ms`;
    case 'score':
    case 'count':
      return exact(value);
    case 'ratio':
      return `${exact(value * 100)}${NBSP}%`;
    case 'bytes':
      return `${exact(value)}${NBSP}B`;
  }
}

/** The ticks of an axis: with all their digits where fewer would give two of them the same text. */
export function tickTexts(values: readonly number[], unit: Unit): string[] {
  const texts = values.map((value) => tickText(value, unit));
  return new Set(texts).size === texts.length ? texts : values.map((value) => exactly(value, unit));
}

/** A tick of a share is a round figure and never "almost all". */
function tickText(value: number, unit: Unit): string {
  if (unit === 'ratio') return exactly(value, unit);
  return value === 0 ? '0' : inUnit(value, unit);
}

function time(ms: number): string {
  const size = Math.abs(ms);
  // 999.6 has three digits as a second, four as milliseconds.
  if (size < 999.5) return `${digits(ms)}${NBSP}ms`;
  if (size < FROM_MINUTES_MS) return `${digits(ms / 1_000)}${NBSP}s`;
  if (size < FROM_HOURS_MS) return `${digits(ms / MINUTE_MS)}${NBSP}min`;
  return `${digits(ms / HOUR_MS)}${NBSP}h`;
}

/** Three significant digits, but nothing beyond the thousandth: 0.0004 of a score or of a millisecond is nothing. */
function digits(value: number): string {
  return String(Number(Number(value.toPrecision(3)).toFixed(3)));
}
