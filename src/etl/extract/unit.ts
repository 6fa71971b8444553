import { MAX_RECORD_CHARS } from '../../wire/limits.ts';
import type { Json } from '../../wire/record.ts';

/** One unit of the input: a value, or why it is none and its text as received (base64 for binary), so that it can be downloaded and sent again. */
export type Extracted = { value: Json } | { reason: string; raw: string };

/**
 * A push decoder: it holds at most one unfinished unit, of bounded size, and yields the finished ones. It throws nothing for bad input. What
 * it yields does not depend on where the chunks end.
 */
export interface Extractor {
  push(chunk: Uint8Array): Iterable<Extracted>;
  end(): Iterable<Extracted>;
}

/**
 * A unit as sent. Six bytes for one where a client escapes what is not ASCII, as for a record of `/api/ingest`; parsed JSON can take thirty
 * times its size, so this is what keeps an isolate of 128 MB safe.
 */
export const MAX_UNIT_BYTES = 6 * MAX_RECORD_CHARS;
/** Deeper than a record may be (16), and shallow enough for every recursive reader behind the extractor. */
export const MAX_UNIT_DEPTH = 512;
/** What is kept of a unit that is too long to hold: enough to recognise it by. */
export const MAX_HEAD_BYTES = 1024;

export const TOO_DEEP = `is nested deeper than ${MAX_UNIT_DEPTH} levels`;
const TOO_LARGE = 'is larger than';

/** The head ends in an ellipsis, which says that this is not all. */
export function tooLarge(limitBytes: number, raw: string): Extracted {
  return { reason: `${TOO_LARGE} ${limitBytes} bytes`, raw };
}

/** True where a value nests deeper than MAX_UNIT_DEPTH. Its own recursion ends there. */
export function isTooDeep(value: unknown, depth = 0): boolean {
  if (value === null || typeof value !== 'object') return false;
  if (depth >= MAX_UNIT_DEPTH) return true;
  for (const inner of Object.values(value)) if (isTooDeep(inner, depth + 1)) return true;
  return false;
}

/** An array is many units, one level deep, in every format. */
export function* unitsOf(value: Json): Generator<Extracted> {
  if (!Array.isArray(value)) return yield { value };
  for (const element of value) yield { value: element };
}
