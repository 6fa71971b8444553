import { hasRiskyNumbers, parseJson } from '../../shared/json.ts';
import type { Json } from '../../wire/record.ts';
import { decodeUtf8, NOT_UTF8 } from './text.ts';
import { isTooDeep, MAX_UNIT_DEPTH } from './unit.ts';

/** A text shorter than this has not enough brackets to nest too deep. */
const MIN_DEEP_CHARS = 2 * MAX_UNIT_DEPTH;

/** As much as is decoded at a time. */
const WINDOW_BYTES = 64 * 1024;
/** A unit that is a number. */
const BARE_NUMBER = /^\s*[-\d]/;

/**
 * Parses the units of a stream one after another. A call to the decoder and a look for risky numbers cost as much as a small unit's parsing, so both
 * are done for many units at once where all of them are ASCII, in which a byte is a character.
 */
export class JsonParser {
  #window = '';
  #from = 0;
  #to = 0;
  #parse = plainParse;

  /** The value of the bytes from `start` to `at`, or why they have none. `position` is that of `start` in the stream; more bytes follow up to `end`. */
  parse(
    bytes: Uint8Array,
    start: number,
    at: number,
    end: number,
    position: number,
  ): { value: Json } | { reason: string } {
    if (position + at - start > this.#to)
      this.#look(bytes.subarray(start, Math.min(end, start + WINDOW_BYTES)), position);
    const isInWindow = this.#window !== '' && position + at - start <= this.#to;
    const from = position - this.#from;
    const text = isInWindow ? this.#window.slice(from, from + at - start) : decodeUtf8(bytes.subarray(start, at));
    if (text === null) return { reason: NOT_UTF8 };
    try {
      // What was said of the window holds for numbers that stand where JSON has them, not right behind another value.
      return { value: isInWindow && !BARE_NUMBER.test(text) ? this.#parse(text) : parseJson(text) };
    } catch (cause) {
      // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
      return { reason: `not valid JSON: ${cause instanceof Error ? cause.message : String(cause)}` };
    }
  }

  #look(bytes: Uint8Array, position: number): void {
    const text = decodeUtf8(bytes);
    const isAscii = text !== null && text.length === bytes.byteLength;
    this.#window = isAscii ? text : '';
    this.#from = position;
    this.#to = position + bytes.byteLength;
    this.#parse = isAscii && hasRiskyNumbers(text) ? parseJson : plainParse;
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
