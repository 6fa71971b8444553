import type { Json } from '../wire/record.ts';

/** The last three bits of a tag (protobuf.dev/programming-guides/encoding). */
const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const FIXED32 = 5;

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads protobuf's wire format strictly: a length, number or message that does not end where it must is `malformed`, and then every loop over
 * fields ends by itself, because the position is the end. Our own, because what comes in is from anyone and must be kept as it was: the kept
 * library for Workers (pbf) reads past the end of a message without a word, replaces what is no UTF-8, and rounds numbers of 64 bits.
 *
 * Text is cut out of one Latin-1 copy of the body where it is ASCII: a decoder called for each of the twenty strings of a log record takes
 * most of the time that storing it does.
 */
export class ProtobufReader {
  pos = 0;
  /** Why the body is no protobuf; null so far. */
  malformed: string | null = null;
  /** A text was not valid UTF-8, and read as empty. Its reader decides what falls with it, and takes it back before the next. */
  textBroken = false;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #latin1: string;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#latin1 = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  }

  get length(): number {
    return this.#bytes.length;
  }

  /** Ends every loop. */
  stop(): void {
    this.pos = this.#bytes.length;
  }

  #fail(reason: string): void {
    this.malformed ??= `${reason} at byte ${Math.min(this.pos, this.#bytes.length)}`;
    this.stop();
  }

  /** Field number and wire type, as in the .proto file: `(number << 3) | type`. */
  tag(): number {
    const tag = this.varint();
    if (tag >>> 3 === 0 && this.malformed === null) this.#fail('a field has the number 0');
    return tag;
  }

  /** Where the message ends that begins here. */
  messageEnd(): number {
    const first = this.#bytes[this.pos] as number;
    let length = first;
    if (first < 128) {
      this.pos++;
    } else {
      const { high, low } = this.#longVarint();
      length = high * 0x1_0000_0000 + low;
    }
    if (length > this.#bytes.length - this.pos) {
      this.#fail('a length passes the end of the body');
      return this.#bytes.length;
    }
    return this.pos + length;
  }

  /** After the last field of a message. */
  close(end: number): void {
    if (this.pos !== end && this.malformed === null) this.#fail('a field passes the end of its message');
  }

  /** A field that is not known, or not of this type. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.varint();
        return;
      case FIXED64:
        this.#advance(8);
        return;
      case BYTES:
        this.pos = this.messageEnd();
        return;
      case FIXED32:
        this.#advance(4);
        return;
      default:
        this.#fail(`the wire type ${tag & 7} is not known`);
    }
  }

  /** The start of `bytes` bytes that are there; -1 where they are not. */
  #advance(bytes: number): number {
    const at = this.pos;
    if (at + bytes > this.#bytes.length) {
      this.#fail('the body ends within a number');
      return -1;
    }
    this.pos = at + bytes;
    return at;
  }

  /** The lower 32 bits, unsigned: lengths, enumerations, counters. */
  varint(): number {
    const first = this.#bytes[this.pos] as number;
    if (first < 128) {
      this.pos++;
      return first;
    }
    return this.#longVarint().low;
  }

  /** int64: two's complement. */
  int64(): Json {
    const first = this.#bytes[this.pos] as number;
    if (first < 128) {
      this.pos++;
      return first;
    }
    const { high, low } = this.#longVarint();
    return jsonOfHalves(high | 0, low);
  }

  uint64(): Json {
    const { high, low } = this.#longVarint();
    return jsonOfHalves(high, low);
  }

  /** sint32: zigzag. */
  sint32(): number {
    const value = this.varint();
    return (value >>> 1) ^ -(value & 1);
  }

  #longVarint(): { high: number; low: number } {
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.#bytes[this.pos];
      if (byte === undefined) {
        this.#fail('the body ends within a number');
        return { high: 0, low: 0 };
      }
      this.pos++;
      const bits = byte & 127;
      if (shift < 28) low |= bits << shift;
      else if (shift === 28) {
        low |= bits << 28;
        high = bits >>> 4;
      } else high |= bits << (shift - 32);
      if (byte < 128) return { high: high >>> 0, low: low >>> 0 };
    }
    this.#fail('a number has more than 10 bytes');
    return { high: 0, low: 0 };
  }

  fixed32(): number {
    const at = this.#advance(4);
    return at < 0 ? 0 : this.#view.getUint32(at, true);
  }

  fixed64(): Json {
    const at = this.#advance(8);
    return at < 0 ? 0 : jsonOfHalves(this.#view.getUint32(at + 4, true), this.#view.getUint32(at, true));
  }

  sfixed64(): Json {
    const at = this.#advance(8);
    return at < 0 ? 0 : jsonOfHalves(this.#view.getInt32(at + 4, true), this.#view.getUint32(at, true));
  }

  double(): number {
    const at = this.#advance(8);
    return at < 0 ? 0 : this.#view.getFloat64(at, true);
  }

  text(): string {
    const end = this.messageEnd();
    const start = this.pos;
    this.pos = end;
    for (let at = start; at < end; at++) {
      if ((this.#bytes[at] as number) > 127) return this.#decoded(start, end);
    }
    return this.#latin1.slice(start, end);
  }

  #decoded(start: number, end: number): string {
    try {
      return utf8.decode(this.#bytes.subarray(start, end));
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      this.textBroken = true;
      return '';
    }
  }

  #taken(): Buffer {
    const end = this.messageEnd();
    const { buffer, byteOffset } = this.#bytes;
    const taken = Buffer.from(buffer, byteOffset + this.pos, end - this.pos);
    this.pos = end;
    return taken;
  }

  base64(): string {
    return this.#taken().toString('base64');
  }

  hex(): string {
    return this.#taken().toString('hex');
  }
}

/** A whole number of 64 bits in two halves; `high` carries the sign where there is one. What a double cannot hold keeps its digits, as raw JSON. */
function jsonOfHalves(high: number, low: number): Json {
  const value = high * 0x1_0000_0000 + low;
  if (Number.isSafeInteger(value)) return value;
  // What JSON.rawJSON returns is written as the number that it is.
  return JSON.rawJSON(String((BigInt(high) << 32n) | BigInt(low))) as unknown as Json;
}
