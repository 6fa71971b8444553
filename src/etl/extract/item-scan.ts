import { decodeUtf8 } from './text.ts';
import { MAX_UNIT_BYTES, MAX_UNIT_DEPTH } from './unit.ts';

/** More bytes are needed. */
export const MORE = -1;
/** The bytes have no meaning from ItemScan.at on, so nobody can say where the next value begins. */
export const BROKEN = -2;
/** Beyond this even the count of levels is given up: each costs a number. */
const MAX_COUNTED_DEPTH = 65_536;

/**
 * Finds where one value of MessagePack or CBOR ends without decoding it, over any number of chunks, by counting the items that are still due at
 * each level. What a header claims costs nothing until the bytes are there.
 */
export abstract class ItemScan {
  /** How far it has read, counted from the value's first byte; what broke it where it is BROKEN. */
  at = 0;
  isTooDeep = false;
  /** A text is not UTF-8. */
  isBadText = false;
  /** Contents are passed over as they come, because the value is too large to hold. */
  isPassing = false;
  /** Of the header that readHeader() has read: its bytes, the bytes of content behind it, and the items inside. */
  protected headerBytes = 0;
  protected contentBytes = 0;
  protected items = 0;
  protected isText = false;
  /** CBOR's end of an indefinite length. */
  protected isBreak = false;
  readonly #due: number[] = [];
  #toPass = 0;

  /** Sets the fields above; MORE or BROKEN where the header cannot be read, 0 where it could. */
  protected abstract readHeader(bytes: Uint8Array, at: number, end: number): number;

  reset(): void {
    this.at = 0;
    this.isTooDeep = false;
    this.isBadText = false;
    this.isPassing = false;
    this.#due.length = 0;
    this.#toPass = 0;
  }

  /** Reads on in the value that begins at `start`: the position behind it, MORE or BROKEN. */
  run(bytes: Uint8Array, start: number, end: number): number {
    const due = this.#due;
    let at = start + this.at;
    for (;;) {
      if (this.#toPass > 0) {
        const passed = Math.min(this.#toPass, end - at);
        this.#toPass -= passed;
        at += passed;
        if (this.#toPass > 0) return this.#stop(at, start, MORE);
      } else {
        const read = at < end ? this.readHeader(bytes, at, end) : MORE;
        if (read < 0) return this.#stop(at, start, read);
        const content = at + this.headerBytes;
        if (content + this.contentBytes > end) {
          if (!this.isPassing && this.contentBytes <= MAX_UNIT_BYTES) return this.#stop(at, start, MORE);
          this.isPassing = true;
          this.#toPass = this.contentBytes;
          at = content;
          continue;
        }
        at = content + this.contentBytes;
        if (this.isText && !this.isBadText) this.isBadText = !isUtf8(bytes, content, at);
        if (this.items > 0) {
          if (due.length >= MAX_COUNTED_DEPTH) return this.#stop(content - this.headerBytes, start, BROKEN);
          due.push(this.items);
          if (due.length > MAX_UNIT_DEPTH) this.isTooDeep = true;
          continue;
        }
        if (this.isBreak && due.pop() !== Number.POSITIVE_INFINITY) return this.#stop(at - 1, start, BROKEN);
      }
      // An item is complete, and with it every container that it was the last of.
      for (;;) {
        const last = due.length - 1;
        if (last < 0) {
          this.at = at - start;
          return at;
        }
        const left = (due[last] as number) - 1;
        due[last] = left;
        if (left > 0) break;
        due.pop();
      }
    }
  }

  #stop(at: number, start: number, result: typeof MORE | typeof BROKEN | number): number {
    this.at = at - start;
    return result;
  }
}

function isUtf8(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    if ((bytes[at] as number) >= 0x80) return decodeUtf8(bytes.subarray(at, to)) !== null;
  }
  return true;
}

/** A big-endian unsigned integer of 1, 2, 4 or 8 bytes; above 2^53 only about right, which is enough for a length that nobody has. */
export function unsigned(bytes: Uint8Array, at: number, size: number): number {
  let value = 0;
  for (let i = 0; i < size; i++) value = value * 256 + (bytes[at + i] as number);
  return value;
}
