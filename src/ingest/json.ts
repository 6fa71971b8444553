import type { Json } from '../wire/record.ts';

/** An exponent of three digits: quick, and often true of identifiers such as `ref=9e4321`. */
const LOOKS_LIKE_LONG_EXPONENT = /\d[eE][+-]?\d{3}/;
/** The same where JSON would have a number. */
const LONG_EXPONENT = /[\s:,[]-?\d+(?:\.\d+)?[eE][+-]?\d{3}/;
/** A double holds every integer of fifteen digits. */
const RISKY_DIGITS = 16;

/**
 * Whether a text may hold numbers that a double cannot: sixteen digits in a row, or a long exponent. Digits inside strings count too, which
 * costs time and nothing else. A run of sixteen covers an index that is a multiple of sixteen, so only those are looked at: a tenth of
 * what a regular expression takes.
 */
export function hasRiskyNumbers(text: string): boolean {
  for (let at = RISKY_DIGITS - 1; at < text.length; at += RISKY_DIGITS) {
    if (!isDigit(text, at)) continue;
    let first = at;
    while (isDigit(text, first - 1)) first--;
    let last = at;
    while (isDigit(text, last + 1)) last++;
    if (last - first + 1 >= RISKY_DIGITS) return true;
  }
  return LOOKS_LIKE_LONG_EXPONENT.test(text) && LONG_EXPONENT.test(text);
}

function isDigit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit >= 48 && unit <= 57;
}

/** JSON.parse that keeps the digits of numbers a double cannot hold, as raw JSON that JSON.stringify writes back unchanged. */
export function parseJson(text: string): Json {
  return hasRiskyNumbers(text) ? (JSON.parse(text, keepDigits) as Json) : (JSON.parse(text) as Json);
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  const { source } = context;
  return String(value) === source ? value : JSON.rawJSON(source);
}
