import { parseJson } from '../../shared/json.ts';
import type { Json } from '../../wire/record.ts';
import { decodeUtf8, NOT_UTF8 } from './text.ts';
import { isTooDeep, MAX_UNIT_DEPTH } from './unit.ts';

/** A text shorter than this has not enough brackets to nest too deep. */
const MIN_DEEP_CHARS = 2 * MAX_UNIT_DEPTH;

/** The value of bytes that are to be one JSON text, or why they are none. */
export function parseBytes(bytes: Uint8Array): { value: Json } | { reason: string } {
  const text = decodeUtf8(bytes);
  if (text === null) return { reason: NOT_UTF8 };
  try {
    return { value: parseJson(text) };
  } catch (cause) {
    // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
    return { reason: `not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}` };
  }
}

/** The value of a line that is one JSON text by itself and nests no unit too deep; undefined for every other. */
export function parseLine(line: string, parse: (text: string) => Json): Json | undefined {
  let value: Json;
  try {
    value = parse(line);
  } catch (cause) {
    if (cause instanceof SyntaxError || cause instanceof RangeError) return undefined;
    throw cause;
  }
  if (line.length < MIN_DEEP_CHARS) return value;
  const isDeep = Array.isArray(value) ? value.some((unit) => isTooDeep(unit)) : isTooDeep(value);
  return isDeep ? undefined : value;
}

/** The parser for lines without numbers that a double cannot hold. */
export function plainParse(text: string): Json {
  return JSON.parse(text) as Json;
}

const BLANK = /^[ \t\r\n]*$/;

export function isBlankText(text: string): boolean {
  return BLANK.test(text);
}

/** White space as JSON has it (RFC 8259, 2). */
export function isBlankByte(byte: number | undefined): boolean {
  return byte === 32 || byte === 10 || byte === 13 || byte === 9;
}

/** Of a number, `true`, `false` or `null`. */
export function beginsWord(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || byte === 45 || byte === 116 || byte === 102 || byte === 110;
}

export function shown(byte: number | undefined): string {
  const isPrintable = byte !== undefined && byte > 32 && byte < 127;
  return isPrintable ? `'${String.fromCharCode(byte)}'` : `the byte 0x${(byte ?? 0).toString(16).padStart(2, '0')}`;
}
