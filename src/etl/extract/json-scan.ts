import { MAX_UNIT_DEPTH } from './unit.ts';

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const OPEN_SQUARE = 91;
const BACKSLASH = 92;
const CLOSE_SQUARE = 93;
const OPEN_CURLY = 123;
const CLOSE_CURLY = 125;

/** More bytes are needed. */
export const MORE = -1;
/** No JSON can go on like this; JsonScan.at says where. */
export const BROKEN = -2;

/**
 * Finds where one JSON value ends, over any number of chunks, by its brackets and strings. Of the grammar it knows only what tells early that a
 * value was cut and another has begun: a bracket or a string that follows a value, brackets that do not match, a line break in a string.
 * JSON.parse judges the rest.
 */
export class JsonScan {
  /** Where run() stopped, counted from the value's first byte: how far it has read, or what broke the value. */
  at = 0;
  /** Nothing but blanks stood before `at` on its line: the line may be the next unit. */
  isLineStart = false;
  isTooDeep = false;
  #stoppedAt = 0;
  #depth = 0;
  readonly #containers = new Uint8Array(MAX_UNIT_DEPTH);
  #inString = false;
  #escaped = false;
  /** The last byte outside of strings that is no blank, 0 before the first. */
  #last = 0;
  #isElement = false;

  /** An element of an array ends before a comma or the array's bracket; a value of a sequence where it is complete. */
  reset(isElement: boolean): void {
    this.at = 0;
    this.isLineStart = false;
    this.isTooDeep = false;
    this.#depth = 0;
    this.#inString = false;
    this.#escaped = false;
    this.#last = 0;
    this.#isElement = isElement;
  }

  /** A number or a word, whose end the input's end may be. */
  get isBareWord(): boolean {
    return this.#depth === 0 && !this.#inString && !this.#isElement;
  }

  /** Reads on in the value that begins at `start`: the position behind it, MORE or BROKEN. */
  run(bytes: Uint8Array, start: number, end: number): number {
    const result = this.#run(bytes, start + this.at, end);
    this.at = (result < 0 ? this.#stoppedAt : result) - start;
    return result;
  }

  #run(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    while (at < end) {
      if (this.#inString) {
        at = this.#string(bytes, at, end);
        if (this.#inString) return this.#stop(at, at < end ? BROKEN : MORE);
        if (this.#depth === 0 && !this.#isElement) return at;
        continue;
      }
      const byte = bytes[at] as number;
      switch (byte) {
        case NEWLINE:
        case 32:
        case 13:
        case 9:
          if (this.#endsBareWord()) return at;
          if (byte === NEWLINE) this.isLineStart = true;
          at++;
          continue;
        case QUOTE:
        case OPEN_CURLY:
        case OPEN_SQUARE:
          if (!this.#mayOpen(byte)) return this.#endsBareWord() ? at : this.#stop(at, BROKEN);
          this.#open(byte);
          break;
        case CLOSE_CURLY:
        case CLOSE_SQUARE:
          if (this.#depth === 0) {
            if (this.#endsBareWord() || (this.#isElement && byte === CLOSE_SQUARE)) return at;
            return this.#stop(at, BROKEN);
          }
          if (!this.#close(byte)) return this.#stop(at, BROKEN);
          if (this.#depth === 0 && !this.#isElement) return at + 1;
          break;
        case COMMA:
          if (this.#depth === 0) return at;
          this.#last = byte;
          break;
        case COLON:
          if (this.#endsBareWord()) return at;
          this.#last = byte;
          break;
        default:
          this.#last = byte;
      }
      this.isLineStart = false;
      at++;
    }
    return this.#stop(at, MORE);
  }

  #stop(at: number, result: typeof MORE | typeof BROKEN): number {
    this.#stoppedAt = at;
    return result;
  }

  #endsBareWord(): boolean {
    return this.#depth === 0 && !this.#isElement && this.#last !== 0;
  }

  /** To the byte behind the closing quote; to a line break, which no string has; or to the end. */
  #string(bytes: Uint8Array, from: number, end: number): number {
    let at = from;
    if (this.#escaped && at < end) {
      this.#escaped = false;
      if (bytes[at] !== NEWLINE) at++;
    }
    for (; at < end; at++) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) {
        this.#inString = false;
        this.#last = QUOTE;
        return at + 1;
      }
      if (byte === BACKSLASH) {
        if (at + 1 >= end) {
          this.#escaped = true;
          return end;
        }
        if (bytes[at + 1] !== NEWLINE) at++;
      } else if (byte === NEWLINE) return at;
    }
    return end;
  }

  #mayOpen(byte: number): boolean {
    switch (this.#last) {
      case 0:
      case COLON:
      case OPEN_SQUARE:
        return true;
      case OPEN_CURLY:
        return byte === QUOTE;
      case COMMA:
        return byte === QUOTE || this.#container() !== OPEN_CURLY;
      default:
        return false;
    }
  }

  #open(byte: number): void {
    if (byte === QUOTE) {
      this.#inString = true;
      return;
    }
    if (this.#depth < MAX_UNIT_DEPTH) this.#containers[this.#depth] = byte;
    else this.isTooDeep = true;
    this.#depth++;
    this.#last = byte;
  }

  /** Beyond the deepest level that is read, brackets are only counted. */
  #close(byte: number): boolean {
    const container = this.#container();
    if (container !== 0 && container !== (byte === CLOSE_CURLY ? OPEN_CURLY : OPEN_SQUARE)) return false;
    this.#depth--;
    this.#last = byte;
    return true;
  }

  #container(): number {
    return this.#depth <= MAX_UNIT_DEPTH ? (this.#containers[this.#depth - 1] ?? 0) : 0;
  }
}
