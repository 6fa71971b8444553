import type { Json } from '../wire/record.ts';

/**
 * Sixteen digits or more, or an exponent of three digits: numbers that a double may not hold. Digits inside strings trigger the
 * slow path in vain, which costs time and nothing else.
 */
const RISKY_NUMBER = /\d{16}|\d[eE][+-]?\d{3}/;

/** JSON.parse that keeps the digits of numbers a double cannot hold, as raw JSON that JSON.stringify writes back unchanged. */
export function parseJson(text: string): Json {
  return RISKY_NUMBER.test(text) ? (JSON.parse(text, keepDigits) as Json) : (JSON.parse(text) as Json);
}

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value;
  const { source } = context;
  return String(value) === source ? value : JSON.rawJSON(source);
}
