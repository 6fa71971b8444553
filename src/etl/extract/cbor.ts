import { decode, Token, Tokenizer, Type } from 'cborg';
import { concatBytes } from '../../shared/bytes.ts';
import type { Json } from '../../wire/record.ts';
import type { BinaryFormat, Opened } from './binary-format.ts';
import { timestampText, toJson } from './binary-value.ts';
import { BROKEN, ItemScan, MORE, unsigned } from './item-scan.ts';

const BREAK = 0xff;
/** Self-described CBOR (RFC 8949, 3.4.6). */
const SELF_DESCRIBED = [0xd9, 0xd9, 0xf7];
const INDEFINITE = 31;

/** CBOR's data items (RFC 8949, 3). */
class CborScan extends ItemScan {
  protected override readHeader(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at] as number;
    const major = byte >> 5;
    const minor = byte & 31;
    const isIndefinite = minor === INDEFINITE;
    const sizeBytes = minor < 24 || isIndefinite ? 0 : 1 << (minor - 24);
    if (minor > 27 && !(isIndefinite && major >= 2 && major !== 6)) return BROKEN;
    if (at + 1 + sizeBytes > end) return MORE;
    const argument = isIndefinite
      ? Number.POSITIVE_INFINITY
      : sizeBytes === 0
        ? minor
        : unsigned(bytes, at + 1, sizeBytes);
    this.headerBytes = 1 + sizeBytes;
    this.contentBytes = 0;
    this.items = 0;
    this.isText = major === 3 && !isIndefinite;
    this.isBreak = byte === BREAK;
    switch (major) {
      case 2:
      case 3:
        // Of indefinite length: texts one after another up to the break.
        if (isIndefinite) this.items = argument;
        else this.contentBytes = argument;
        break;
      case 4:
        this.items = argument;
        break;
      case 5:
        this.items = 2 * argument;
        break;
      case 6:
        this.items = 1;
    }
    return 0;
  }
}

type TagDecoder = (decode: () => unknown) => unknown;

const EPOCH_TIME: TagDecoder = (content) => {
  const value = content();
  const seconds = typeof value === 'bigint' ? Number(value) : value;
  if (typeof seconds !== 'number' || !Number.isFinite(seconds)) return value;
  const whole = Math.floor(seconds);
  return timestampText(whole, Math.round((seconds - whole) * 1e6) * 1000);
};

function bigNumber(content: () => unknown): bigint | null {
  const bytes = content();
  if (!(bytes instanceof Uint8Array)) return null;
  const hex = Buffer.from(bytes).toString('hex');
  return hex === '' ? 0n : BigInt(`0x${hex}`);
}

const KNOWN_TAGS: Readonly<Record<string, TagDecoder>> = {
  1: EPOCH_TIME,
  2: bigNumber,
  3: (content) => {
    const value = bigNumber(content);
    return value === null ? null : -1n - value;
  },
};

/** A tag that JSON has no counterpart of is left off and its content kept (RFC 8949, 6.1). cborg asks for each number it meets. */
const tags = new Proxy<Record<string, TagDecoder>>(
  {},
  { get: (_, tag) => KNOWN_TAGS[String(tag)] ?? ((content: () => unknown) => content()) },
);

const INDEFINITE_BYTES = 0x5f;
const INDEFINITE_TEXT = 0x7f;

/** Read by the tokenizer; decode() gives its own defaults only to the one that it makes. */
const OPTIONS = { allowIndefinite: true, allowUndefined: true, allowBigInt: true };

/** The two parts of RFC 8949 that cborg leaves out: texts in pieces, which streaming encoders write, and simple values without a meaning. */
class Rfc8949Tokenizer extends Tokenizer {
  override next(): Token {
    const byte = this.data[this._pos] as number;
    if (byte === INDEFINITE_BYTES || byte === INDEFINITE_TEXT) return this.#joined(byte);
    const isSimple = (byte >= 0xe0 && byte < 0xf4) || byte === 0xf8;
    if (!isSimple) return super.next();
    this._pos += byte === 0xf8 ? 2 : 1;
    return new Token(Type.null, null);
  }

  #joined(byte: number): Token {
    const type = byte === INDEFINITE_TEXT ? Type.string : Type.bytes;
    const pieces: unknown[] = [];
    for (this._pos++; this.data[this._pos] !== BREAK; ) {
      const piece = super.next();
      if (!Type.equals(piece.type, type)) throw new Error('a text in pieces has a piece of another type');
      pieces.push(piece.value);
    }
    this._pos++;
    return new Token(type, type === Type.string ? pieces.join('') : concatBytes(pieces as Uint8Array[]));
  }
}

export const cbor: BinaryFormat = {
  name: 'CBOR',
  newScan: () => new CborScan(),
  decode: (bytes: Uint8Array): Json =>
    toJson(decode(bytes, { useMaps: true, tags, tokenizer: new Rfc8949Tokenizer(bytes, OPTIONS) })),
  openArray(bytes, at, end): Opened {
    const byte = bytes[at] as number;
    if (byte === 0x9f) return { headerBytes: 1, elements: Number.POSITIVE_INFINITY };
    if (byte < 0x80 || byte > 0x9b) return null;
    const sizeBytes = byte < 0x98 ? 0 : 1 << (byte - 0x98);
    if (at + 1 + sizeBytes > end) return MORE;
    return { headerBytes: 1 + sizeBytes, elements: sizeBytes === 0 ? byte - 0x80 : unsigned(bytes, at + 1, sizeBytes) };
  },
  prefixBytes(bytes, at, end) {
    for (let i = 0; i < SELF_DESCRIBED.length; i++) {
      if (at + i >= end) return i === 0 ? 0 : MORE;
      if (bytes[at + i] !== SELF_DESCRIBED[i]) return 0;
    }
    return SELF_DESCRIBED.length;
  },
  isBreak: (byte) => byte === BREAK,
  beginsMap: (byte) => (byte >= 0xa0 && byte <= 0xbb) || byte === 0xbf,
  isEmptyMap: (byte) => byte === 0xa0,
  mapHeaderBytes: (byte) => (byte >= 0xb8 && byte <= 0xbb ? 1 + (1 << (byte - 0xb8)) : 1),
  beginsText: (byte) => (byte >= 0x60 && byte <= 0x7b) || byte === 0x7f,
};
