import type { Json } from '../wire/record.ts';

/** An exponent of three digits: quick, and often true of identifiers such as `ref=9e4321`. */
const LOOKS_LIKE_LONG_EXPONENT = /\d[eE][+-]?\d{3}/;
/** The same where JSON would have a number. */
const LONG_EXPONENT = /[\s:,[]-?\d+(?:\.\d+)?[eE][+-]?\d{3}/;
/** A double holds every number of fifteen digits; the point makes one more character. */
const RISKY_UNITS = 16;
/** Nobody's number is this long; looking at it closely would cost more than the slow path. */
const MAX_LOOK_UNITS = 400;

/**
 * Whether a text may hold numbers that a double cannot: sixteen digits in a row, with or without a point, that read differently as a
 * double, or a long exponent. Digits inside a string count too where the text before them could stand before a number, which costs time and
 * nothing else; ids in hex and quoted times do not. A run of sixteen covers an index that is a multiple of sixteen, so only those are looked
 * at: a tenth of what a regular expression takes.
 */
export function hasRiskyNumbers(text: string): boolean {
  for (let at = RISKY_UNITS - 1; at < text.length; at += RISKY_UNITS) {
    if (!isNumberUnit(text, at)) continue;
    let first = at;
    while (isNumberUnit(text, first - 1)) first--;
    while (isNumberUnit(text, at + 1)) at++;
    const units = at + 1 - first;
    if (units < RISKY_UNITS || !mayStandBeforeNumber(text, first - 1)) continue;
    if (units > MAX_LOOK_UNITS || isRisky(text.slice(first, at + 1), text.charCodeAt(at + 1))) return true;
  }
  return LOOKS_LIKE_LONG_EXPONENT.test(text) && LONG_EXPONENT.test(text);
}

function isNumberUnit(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return (unit >= 48 && unit <= 57) || unit === 46;
}

/** White space, `:`, `,`, `[`, the minus of the number itself, or nothing (RFC 8259). */
function mayStandBeforeNumber(text: string, at: number): boolean {
  const unit = text.charCodeAt(at);
  return unit <= 32 || unit === 58 || unit === 44 || unit === 91 || unit === 45 || at < 0;
}

function isRisky(digits: string, following: number): boolean {
  if ((following | 32) === 101) return true; // an exponent: the parser says where it starts
  const value = decimal(digits);
  return value !== null && value !== decimal(String(Number(digits)));
}

/** JSON.parse that keeps the digits of numbers a double cannot hold, as raw JSON that JSON.stringify writes back unchanged. */
export function parseJson(text: string): Json {
  return hasRiskyNumbers(text) ? (JSON.parse(text, keepDigits) as Json) : (JSON.parse(text) as Json);
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  const { source } = context;
  const written = String(value);
  if (written === source) return value;
  return source.length <= MAX_LOOK_UNITS && decimal(written) === decimal(source) ? value : JSON.rawJSON(source);
}

const DECIMAL = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** One form for all ways to write a number: its digits without zeros around them, and the power of ten. Null for what is no number. */
function decimal(source: string): string | null {
  const [, whole, fraction = '', exponent = '0'] = DECIMAL.exec(source) ?? [];
  if (whole === undefined) return null;
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${source.startsWith('-') ? '-' : ''}${significant}e${power}`;
}
