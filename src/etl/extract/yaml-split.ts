import { isBlankByte } from './json-text.ts';

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const COMMENT = 35;
const PERCENT = 37;
const DASH = 45;
const DOT = 46;
/** What is needed of a line to tell a marker: three characters and the blank behind them. */
export const MARKER_BYTES = 4;
/**
 * A document that is a block sequence is cut between its items into pieces of about this size, so that a file of any length that is one
 * sequence can be read. It cannot have more tokens than a document may, and is large enough to cost nothing.
 */
const PIECE_BYTES = 16 * 1024;

/** What a line does to the piece that is being gathered. */
export type Cut = 'none' | 'before' | 'after';

/**
 * Where YAML documents end (YAML 1.2.2, 9.1 and 9.2). A marker stands at the beginning of its line; no content can look like one, not even
 * inside a block scalar or quotes, so lines are all that has to be looked at.
 */
export class YamlSplit {
  /** Before a document: directives, comments and blank lines, then `---` or content. */
  #inDocument = false;
  #hasContent = false;
  /** Of the document: the first line of its content begins an item at the left margin, so each such line does. */
  isSequence = false;
  /** The same before the line that was looked at last. */
  wasSequence = false;
  /** That line begins an item of the sequence. */
  isItem = false;

  /** The line from `at` to `end`, without its line break, where it is known; `pieceBytes` are gathered before it. */
  line(bytes: Uint8Array, at: number, end: number, pieceBytes: number): Cut {
    const byte = at < end ? bytes[at] : NEWLINE;
    this.wasSequence = this.isSequence;
    this.isItem = false;
    if (byte === DASH && isMarker(bytes, at, end, DASH)) {
      const cut = this.#inDocument ? 'before' : 'none';
      this.#start(hasContent(bytes, at + 3, end), false);
      return cut;
    }
    if (byte === DOT && isMarker(bytes, at, end, DOT)) {
      this.#inDocument = false;
      this.#hasContent = false;
      this.isSequence = false;
      return 'after';
    }
    if (this.#hasContent) {
      this.isItem = this.isSequence && isItem(bytes, at, end);
      return this.isItem && pieceBytes >= PIECE_BYTES ? 'before' : 'none';
    }
    const isDirective = byte === PERCENT && !this.#inDocument;
    if (isDirective || !hasContent(bytes, at, end)) return 'none';
    this.isItem = isItem(bytes, at, end);
    this.#start(true, this.isItem);
    return 'none';
  }

  #start(hasContent: boolean, isSequence: boolean): void {
    this.#inDocument = true;
    this.#hasContent = hasContent;
    this.isSequence = isSequence;
  }
}

function isMarker(bytes: Uint8Array, at: number, end: number, byte: number): boolean {
  if (bytes[at + 1] !== byte || bytes[at + 2] !== byte || at + 3 > end) return false;
  return at + 3 === end || isBlankByte(bytes[at + 3]);
}

function isItem(bytes: Uint8Array, at: number, end: number): boolean {
  return bytes[at] === DASH && at < end && (at + 1 === end || isBlankByte(bytes[at + 1]));
}

/** Something else than blanks and a comment. */
function hasContent(bytes: Uint8Array, from: number, end: number): boolean {
  let at = from;
  while (at < end && (isBlankByte(bytes[at]) || bytes[at] === CARRIAGE_RETURN)) at++;
  return at < end && bytes[at] !== COMMENT;
}

/** The items of a piece that is one block sequence, each with what stands before it. */
export function itemsOf(text: string): string[] {
  return text.split(/(?<=\n)(?=-(?:[ \t\r\n]|$))/);
}

/** Each is a token of its own; a run of blanks is one too, and so is what stands between two of these. */
const INDICATOR_OF = Uint8Array.from({ length: 256 }, (_, byte) =>
  '[]{},:-?&*!|>%@`"\'#\n'.includes(String.fromCharCode(byte)) ? 1 : 0,
);

/** More tokens than this the lexer cannot make of a text. */
export function tokensAtMost(text: string): number {
  let tokens = 1;
  let wasBlank = false;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    const isBlank = unit === 32 || unit === 9;
    if (INDICATOR_OF[unit] === 1 || (isBlank && !wasBlank)) tokens++;
    wasBlank = isBlank;
  }
  return tokens;
}
