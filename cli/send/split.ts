/** One record's text in a stream of bytes, and where it ends there. */
export interface Piece {
  /** Null where it is longer than a record can be. */
  text: Buffer | null;
  /** Bytes of the stream up to its end, what separates it from the next included. */
  end: number;
}

/** A record's text may be six times as long as its stored line, where what is not ASCII is escaped (src/ingest/parse.ts). */
export const MAX_PIECE_BYTES = 6 * 256 * 1024;

const NEWLINE = 10;
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;

/** Lines, without the blank ones. `start` is where the stream begins in its file. */
export async function* splitLines(chunks: AsyncIterable<Buffer>, start: number): AsyncGenerator<Piece> {
  let held = new Held();
  let end = start;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, from)) {
      held.add(chunk.subarray(from, at));
      end += at + 1 - from;
      from = at + 1;
      if (!held.isBlank) yield { text: held.text(), end };
      held = new Held();
    }
    held.add(chunk.subarray(from));
    end += chunk.length - from;
  }
  if (!held.isBlank) yield { text: held.text(), end };
}

/**
 * Objects one after another, whatever stands around them: the elements of an array, pretty-printed ones, or one a line. Each is its own bytes, so
 * numbers keep every digit. What is not inside of an object is passed over.
 */
export async function* splitObjects(chunks: AsyncIterable<Buffer>, start: number): AsyncGenerator<Piece> {
  let held = new Held();
  let end = start;
  let depth = 0;
  let inString = false;
  let escaped = false;
  for await (const chunk of chunks) {
    let from = 0;
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at];
      if (inString) {
        if (escaped) escaped = false;
        else if (byte === BACKSLASH) escaped = true;
        else if (byte === QUOTE) inString = false;
        continue;
      }
      if (byte === QUOTE) inString = depth > 0;
      else if (byte === OPEN_BRACE || (byte === OPEN_BRACKET && depth > 0)) {
        if (depth++ === 0) from = at;
      } else if (depth > 0 && (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) {
        held.add(chunk.subarray(from, at + 1));
        yield { text: held.text(), end: end + at + 1 };
        held = new Held();
      }
    }
    if (depth > 0) held.add(chunk.subarray(from));
    end += chunk.length;
  }
  // Cut off: told to the server, which says what is wrong with it.
  if (depth > 0) yield { text: held.text(), end };
}

/** The bytes of one piece, over several chunks, and no more than a record can have. */
class Held {
  #parts: Buffer[] = [];
  #bytes = 0;

  add(part: Buffer): void {
    this.#bytes += part.length;
    if (this.#bytes <= MAX_PIECE_BYTES) this.#parts.push(part);
    else this.#parts = [];
  }

  get isBlank(): boolean {
    return this.#bytes <= MAX_PIECE_BYTES && this.#parts.every((part) => part.every((byte) => byte <= 32));
  }

  text(): Buffer | null {
    return this.#bytes > MAX_PIECE_BYTES ? null : Buffer.concat(this.#parts);
  }
}
