import { isAscii } from 'node:buffer';
import { ODD_FOLDS } from '../match/needle.ts';

const ODD_FOLD_BYTES = ODD_FOLDS.map((char) => Buffer.from(char, 'utf8').toString('latin1'));

/**
 * The NDJSON of a block or of a part of a tail, read as Latin-1: one unit is one byte, so offsets stay true in every script, and no
 * text is held at two bytes a character. Only lines that may match are decoded.
 */
export class RawText {
  readonly bytes: Buffer;
  /** One unit a byte. */
  readonly units: string;
  #isAscii: boolean | null = null;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
    this.units = bytes.toString('latin1');
  }

  /** True where a needle could be missed, because a letter in here folds into others than its own bytes. */
  get hasOddFolds(): boolean {
    return ODD_FOLD_BYTES.some((odd) => this.units.includes(odd));
  }

  /** A text of its own: it may be kept when this one is gone. */
  line(start: number, end: number): string {
    return this.bytes.toString('utf8', start, end);
  }

  /** The same, to be read at once: in ASCII it is a window into this text, which costs a tenth but keeps all of it alive. */
  window(start: number, end: number): string {
    this.#isAscii ??= isAscii(this.bytes);
    return this.#isAscii ? this.units.slice(start, end) : this.line(start, end);
  }
}
