import type { Json } from '../../wire/record.ts';

export const CAST_TYPES = ['string', 'integer', 'number', 'boolean'] as const;
export type CastType = (typeof CAST_TYPES)[number];

const NUMBER = /^\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?\s*$/;
const MAX_NUMBER_CHARS = 400;
const TRUE: ReadonlySet<string> = new Set(['true', 'yes', 'on', '1', 't', 'y']);
const FALSE: ReadonlySet<string> = new Set(['false', 'no', 'off', '0', 'f', 'n']);

/** Undefined where the value cannot be read as the type without losing something. */
export function cast(value: Json, to: CastType): Json | undefined {
  switch (to) {
    case 'string':
      return toText(value);
    case 'integer': {
      const number = toNumber(value);
      if (number === undefined) return undefined;
      if (typeof number === 'object') return /^-?\d+$/.test(number.rawJSON) ? (number as unknown as Json) : undefined;
      return Number.isInteger(number) ? number : undefined;
    }
    case 'number':
      return toNumber(value) as Json | undefined;
    case 'boolean':
      return toBoolean(value);
  }
}

/** Of a scalar as a person would write it; of an object or an array its JSON. */
export function toText(value: Json): string {
  if (typeof value === 'string') return value;
  return value !== null && typeof value === 'object' && JSON.isRawJSON(value) ? value.rawJSON : JSON.stringify(value);
}

/** Digits that a double cannot hold stay as they are. */
function toNumber(value: Json): number | { rawJSON: string } | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (value !== null && typeof value === 'object' && JSON.isRawJSON(value)) return value;
  if (typeof value !== 'string' || value.length > MAX_NUMBER_CHARS || !NUMBER.test(value)) return undefined;
  const number = Number(value);
  if (!Number.isFinite(number)) return undefined;
  const digits = value.trim().replace(/^\+/, '');
  // Only a whole number is worth its digits: those behind a point are rarely exact to begin with.
  if (!Number.isSafeInteger(number) && /^-?(0|[1-9]\d*)$/.test(digits) && String(number) !== digits)
    return JSON.rawJSON(digits);
  return number;
}

function toBoolean(value: Json): boolean | undefined {
  if (typeof value === 'boolean') return value;
  if (value === 1 || value === 0) return value === 1;
  if (typeof value !== 'string') return undefined;
  const word = value.trim().toLowerCase();
  return TRUE.has(word) ? true : FALSE.has(word) ? false : undefined;
}
