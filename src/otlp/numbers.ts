import type { Json } from '../wire/record.ts';

/** A double as JSON can say it: NaN and the infinities as the texts that OTLP's own JSON has for them. */
export function jsonOfDouble(value: number): Json {
  return Number.isFinite(value) ? value : String(value);
}

/** A number that a double cannot hold keeps its digits, as raw JSON that JSON.stringify writes back unchanged. */
export function jsonOfDigits(digits: string): Json {
  const value = Number(digits);
  // What JSON.rawJSON returns is written as the number that it is.
  return Number.isSafeInteger(value) ? value : (JSON.rawJSON(digits) as unknown as Json);
}
