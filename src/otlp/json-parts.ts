import { elementsOf, membersOf } from '../ingest/index.ts';
import { parseJson } from '../shared/json.ts';
import { MAX_RECORD_CHARS } from '../wire/limits.ts';
import type { Json, JsonObject } from '../wire/record.ts';
import type { Flaw } from './fields.ts';

/** What is longer is cut into its members and elements before it is parsed: parsed JSON can take thirty times its size, and an isolate has 128 MB. */
export const MAX_WHOLE_CHARS = 1024 * 1024;
/** A record's text may be longer than its stored line: six characters for one where a client escapes what is not ASCII. */
const MAX_RECORD_TEXT_CHARS = 6 * MAX_RECORD_CHARS;

/** A piece of JSON that is not parsed yet, because it is too long to be parsed in one go. */
export class LongText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

export type Piece = Json | LongText;

/** An object with its long members still as text. */
export interface Opened {
  head: JsonObject;
  long: ReadonlyMap<string, LongText>;
}

const NONE: ReadonlyMap<string, LongText> = new Map();

/** Takes JSON apart, piece by piece where it is long. `malformed` says why it is no JSON, once that is known. */
export class JsonParts {
  malformed: string | null = null;
  readonly #maxWholeChars: number;

  constructor(maxWholeChars: number) {
    this.#maxWholeChars = maxWholeChars;
  }

  /** What is longer than the limit stays text. */
  piece(text: string): Piece {
    return text.length > this.#maxWholeChars ? new LongText(text) : this.#parse(text);
  }

  /** Null for what is no object. `cut`: members that may be long; of the others only what is longer than a record may be stays text. */
  open(piece: Piece, cut: readonly string[]): Opened | null {
    if (piece instanceof LongText) return this.#openText(piece.text, cut);
    if (piece === null || typeof piece !== 'object' || Array.isArray(piece) || JSON.isRawJSON(piece)) return null;
    return { head: piece, long: NONE };
  }

  /** The member `key` where it is an array; nothing where it is absent. Undefined for what is neither. */
  items({ head, long }: Opened, key: string): Iterable<Piece> | undefined {
    const text = long.get(key);
    if (text !== undefined) return this.#elements(text.text);
    const value = head[key];
    if (value === undefined || value === null) return [];
    return Array.isArray(value) ? value : undefined;
  }

  /** Parses a leaf: undefined where it is longer than a record may be. */
  whole(piece: Piece): Json | undefined {
    if (!(piece instanceof LongText)) return piece;
    return piece.text.length > MAX_RECORD_TEXT_CHARS ? undefined : this.#parse(piece.text);
  }

  #parse(text: string): Json {
    try {
      return parseJson(text);
    } catch (cause) {
      // SyntaxError quotes the input; RangeError is a stack that nesting has used up.
      this.#fail(cause instanceof Error ? cause.message : String(cause));
      return null;
    }
  }

  #fail(reason: string): void {
    this.malformed ??= `not valid JSON: ${reason}`;
  }

  *#elements(text: string): Generator<Piece> {
    for (const element of elementsOf(text)) {
      if (element === null) this.#fail('an array does not end where it must');
      else yield this.piece(element);
      if (this.malformed !== null) return;
    }
  }

  #openText(text: string, cut: readonly string[]): Opened | null {
    const head: JsonObject = {};
    const long = new Map<string, LongText>();
    if (!/^\s*\{/.test(text)) return null;
    for (const member of membersOf(text)) {
      if (member === null) {
        this.#fail('an object does not end where it must');
        return null;
      }
      const [name, value] = member;
      const key = this.#parse(name);
      if (typeof key !== 'string') return null;
      const stays = !cut.includes(key) && value.length > MAX_RECORD_TEXT_CHARS;
      const piece = stays ? new LongText(value) : cut.includes(key) ? this.piece(value) : this.#parse(value);
      if (this.malformed !== null) return null;
      if (piece instanceof LongText) long.set(key, piece);
      else Object.defineProperty(head, key, { value: piece, enumerable: true, configurable: true, writable: true });
    }
    return { head, long };
  }
}

/** Why what is neither the records nor short enough to be parsed with them cannot be repeated by each record; null where all is short. */
export function tooLong({ long }: Opened, cut: readonly string[]): Flaw | null {
  for (const key of long.keys()) if (!cut.includes(key)) return { pointer: `/${key}`, reason: 'is too long' };
  return null;
}
