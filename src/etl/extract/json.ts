import { hasRiskyNumbers, parseJson } from '../../shared/json.ts';
import { Held } from './held.ts';
import { JsonScan, MORE } from './json-scan.ts';
import { beginsWord, isBlankByte, isBlankText, JsonParser, parseLine, plainParse, shown } from './json-text.ts';
import { bomLength, decodeLeniently, decodeUtf8 } from './text.ts';
import { type Extracted, type Extractor, MAX_HEAD_BYTES, MAX_UNIT_BYTES, TOO_DEEP, tooLarge, unitsOf } from './unit.ts';

const NEWLINE = 10;
const QUOTE = 34;
const COMMA = 44;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const OPEN_CURLY = 123;
/** Lines that are decoded in one call, so that a chunk of 16 MiB does not become a string of 32 MiB. */
const SEGMENT_BYTES = 64 * 1024;
/**
 * How often lines behind a broken one are read again before the place of the break is gone to instead. Without a bound, a file of opening
 * brackets would be read as often as it has lines.
 */
const MAX_RETURNS = 8;

type State =
  | { kind: 'start' }
  | { kind: 'between' }
  /** In a top-level array, before an element or the end. */
  | { kind: 'array'; isElementDue: boolean }
  | { kind: 'value'; inArray: boolean }
  /** To the end of a line that is no JSON; `from`, counted from the first byte, is where to look for that end. */
  | { kind: 'bad_line'; reason: string; from: number };

/**
 * NDJSON, JSON values one after another with or without blanks between them, and top-level arrays, element by element, told apart by
 * content. Whole lines are parsed as they are; what is not one value a line is cut by JsonScan. A value that breaks costs its first line,
 * and what follows that line is read as a sequence again.
 */
export class JsonExtractor implements Extractor {
  readonly #held = new Held();
  readonly #scan = new JsonScan();
  readonly #parser = new JsonParser();
  #state: State = { kind: 'start' };
  /** The beginning of a unit that is too large, whose bytes are let go as they come. */
  #head: string | null = null;
  /** The position of `held.start` in the input. */
  #position = 0;
  /** Before this position lines are not tried whole: one of them was not. */
  #slowUntil = 0;
  /** The furthest break, and how often reading began again before it. */
  #brokenAt = 0;
  #returns = 0;

  push(chunk: Uint8Array): Iterable<Extracted> {
    this.#held.append(chunk);
    return this.#read(false);
  }

  end(): Iterable<Extracted> {
    return this.#read(true);
  }

  *#read(isLast: boolean): Generator<Extracted> {
    const held = this.#held;
    for (;;) {
      const state = this.#state;
      switch (state.kind) {
        case 'start': {
          const mark = bomLength(held.bytes.subarray(held.start, held.end), isLast);
          if (mark === null) return;
          this.#use(mark);
          this.#state = { kind: 'between' };
          break;
        }
        case 'between':
          yield* this.#lines();
          if (!this.#skipBlanks()) return;
          this.#begin();
          break;
        case 'array':
          if (this.#skipBlanks()) {
            if (this.#isMissingElement(state.isElementDue))
              yield { reason: 'not valid JSON: an element of an array is missing', raw: '' };
            break;
          }
          if (!isLast) return;
          this.#state = { kind: 'between' };
          yield { reason: 'not valid JSON: the input ends inside an array', raw: '' };
          break;
        case 'value': {
          const at = this.#scan.run(held.bytes, held.start, held.end);
          if (at >= 0) yield* this.#finish(at, state.inArray);
          else if (at === MORE && !isLast) return this.#letGo();
          else if (at === MORE && this.#scan.isBareWord) yield* this.#finish(held.end, false);
          else if (at === MORE) yield* this.#break('not valid JSON: the input ends inside a value');
          else yield* this.#break(breakReason(held.bytes[held.start + this.#scan.at]));
          break;
        }
        case 'bad_line': {
          const newline = held.bytes.subarray(0, held.end).indexOf(NEWLINE, held.start + state.from);
          if (newline < 0 && !isLast) {
            this.#state = { ...state, from: held.end - held.start };
            return this.#letGo();
          }
          this.#state = { kind: 'between' };
          yield this.#reject(state.reason, newline < 0 ? held.end : newline);
          break;
        }
      }
    }
  }

  /** Whole lines, as long as each is JSON by itself. */
  *#lines(): Generator<Extracted> {
    while (this.#position >= this.#slowUntil) {
      const { bytes, start, end } = this.#held;
      const to = Math.min(end, start + SEGMENT_BYTES);
      const newline = to === start ? -1 : bytes.subarray(start, to).lastIndexOf(NEWLINE);
      const size = newline < 0 ? to - start : newline + 1;
      this.#slowUntil = this.#position + size;
      if (newline < 0) return;
      const text = decodeUtf8(bytes.subarray(start, start + size));
      if (text === null) return;
      const parse = hasRiskyNumbers(text) ? parseJson : plainParse;
      let at = start;
      for (let from = 0; from < text.length; ) {
        const to = text.indexOf('\n', from);
        const line = text.slice(from, to);
        const value = parseLine(line, parse);
        if (value === undefined && !isBlankText(line)) return;
        from = to + 1;
        // By their own line breaks: only ASCII has as many bytes as characters.
        const next = bytes.indexOf(NEWLINE, at) + 1;
        this.#use(next - at);
        at = next;
        if (value !== undefined) yield* unitsOf(value);
      }
    }
  }

  #begin(): void {
    const byte = this.#held.bytes[this.#held.start] as number;
    if (byte === OPEN_SQUARE) {
      this.#use(1);
      this.#state = { kind: 'array', isElementDue: false };
    } else if (byte === OPEN_CURLY || byte === QUOTE || beginsWord(byte)) {
      this.#scan.reset(false);
      this.#state = { kind: 'value', inArray: false };
    } else {
      this.#state = { kind: 'bad_line', reason: `not valid JSON: no value begins with ${shown(byte)}`, from: 0 };
    }
  }

  /** Goes on to the next element or behind the array; true where a comma has nothing on one side. */
  #isMissingElement(isElementDue: boolean): boolean {
    const byte = this.#held.bytes[this.#held.start];
    if (byte !== COMMA && byte !== CLOSE_SQUARE) {
      this.#scan.reset(true);
      this.#state = { kind: 'value', inArray: true };
      return false;
    }
    this.#use(1);
    this.#state = byte === COMMA ? { kind: 'array', isElementDue: true } : { kind: 'between' };
    return byte === COMMA || isElementDue;
  }

  /** The value ends at `at`, whatever it is. */
  *#finish(at: number, inArray: boolean): Generator<Extracted> {
    const { bytes, start, end } = this.#held;
    const isLong = this.#isLong(at);
    const parsed =
      isLong || this.#scan.isTooDeep ? { reason: TOO_DEEP } : this.#parser.parse(bytes, start, at, end, this.#position);
    if ('reason' in parsed && !inArray && beginsWord(bytes[start] as number) && !isLong) {
      // No number and no word of JSON: text, of which more follows on its line.
      this.#state = { kind: 'bad_line', reason: parsed.reason, from: at - start };
      return;
    }
    const unit = 'value' in parsed ? parsed : this.#reject(parsed.reason, at);
    if ('value' in parsed) this.#use(at - start);
    this.#state = { kind: 'between' };
    if (inArray) {
      if (bytes[at] === COMMA) this.#state = { kind: 'array', isElementDue: true };
      this.#use(1);
    }
    yield unit;
  }

  /** The value cannot go on: its first line is given up, or where that has been tried too often, all up to the break. */
  *#break(reason: string): Generator<Extracted> {
    const { bytes, start, end } = this.#held;
    const at = start + this.#scan.at;
    this.#returns = this.#position < this.#brokenAt ? this.#returns + 1 : 0;
    this.#brokenAt = Math.max(this.#brokenAt, this.#position + this.#scan.at);
    const mayReturn = !this.#isLong(at) && this.#returns <= MAX_RETURNS;
    const newline = mayReturn ? bytes.subarray(0, Math.min(at + 1, end)).indexOf(NEWLINE, start) : -1;
    if (newline >= 0 || this.#scan.isLineStart) {
      this.#state = { kind: 'between' };
      yield this.#reject(reason, newline >= 0 ? newline : at);
    } else {
      this.#state = { kind: 'bad_line', reason, from: this.#scan.at };
    }
  }

  #isLong(at: number): boolean {
    return this.#head !== null || at - this.#held.start > MAX_UNIT_BYTES;
  }

  #reject(reason: string, at: number): Extracted {
    const { bytes, start } = this.#held;
    const isLong = this.#isLong(at);
    const raw = isLong ? (this.#head ?? this.#headText()) : decodeLeniently(bytes.subarray(start, at));
    this.#head = null;
    this.#use(at - start);
    return isLong ? tooLarge(MAX_UNIT_BYTES, raw) : { reason, raw };
  }

  /** Called where the unit is not complete: of one that is too large only the head is kept. */
  #letGo(): void {
    const { start, end } = this.#held;
    if (!this.#isLong(end)) return;
    this.#head ??= this.#headText();
    this.#use(end - start);
    this.#scan.at = 0;
    if (this.#state.kind === 'bad_line') this.#state = { ...this.#state, from: 0 };
  }

  #headText(): string {
    const { bytes, start } = this.#held;
    return `${decodeLeniently(bytes.subarray(start, start + MAX_HEAD_BYTES))}…`;
  }

  #skipBlanks(): boolean {
    const { bytes, start, end } = this.#held;
    let at = start;
    while (at < end && isBlankByte(bytes[at])) at++;
    this.#use(at - start);
    return at < end;
  }

  #use(bytes: number): void {
    this.#held.start += bytes;
    this.#position += bytes;
  }
}

function breakReason(byte: number | undefined): string {
  return `not valid JSON: ${byte === NEWLINE ? 'a line break in a string' : `${shown(byte)} is out of place`}`;
}
