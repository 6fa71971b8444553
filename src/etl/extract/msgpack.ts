import { Decoder, decodeTimestampToTimeSpec, EXT_TIMESTAMP, type ExtensionCodecType } from '@msgpack/msgpack';
import { toBase64 } from '../../shared/bytes.ts';
import type { Json } from '../../wire/record.ts';
import type { BinaryFormat, Opened } from './binary-format.ts';
import { keyText, timestampText, toJson } from './binary-value.ts';
import { BROKEN, ItemScan, MORE, unsigned } from './item-scan.ts';

/** array 16 and map 16; the 32-bit ones follow each. */
const ARRAY = 0xdc;
const MAP = 0xde;

/** MessagePack, as https://github.com/msgpack/msgpack/blob/master/spec.md has it. */
class MessagePackScan extends ItemScan {
  protected override readHeader(bytes: Uint8Array, at: number, end: number): number {
    const byte = bytes[at] as number;
    this.headerBytes = 1;
    this.contentBytes = 0;
    this.items = 0;
    this.isText = false;
    if (byte < 0x80 || byte >= 0xe0) return 0;
    if (byte < 0x90) this.items = 2 * (byte - 0x80);
    else if (byte < 0xa0) this.items = byte - 0x90;
    else if (byte < 0xc0) {
      this.contentBytes = byte - 0xa0;
      this.isText = true;
    } else return this.#readLong(bytes, byte, at, end);
    return 0;
  }

  #readLong(bytes: Uint8Array, byte: number, at: number, end: number): number {
    const lengthBytes = LENGTH_BYTES[byte - 0xc0] as number;
    const fixedBytes = FIXED_BYTES[byte - 0xc0] as number;
    if (fixedBytes < 0) return BROKEN;
    if (at + 1 + lengthBytes > end) return MORE;
    const length = lengthBytes > 0 ? unsigned(bytes, at + 1, lengthBytes) : 0;
    this.headerBytes = 1 + lengthBytes;
    if (byte >= MAP) this.items = 2 * length;
    else if (byte >= ARRAY) this.items = length;
    else {
      this.contentBytes = length + fixedBytes;
      this.isText = byte >= 0xd9;
    }
    return 0;
  }
}

// biome-ignore format: a table of 0xc0 to 0xdf, eight a row
const LENGTH_BYTES = [
  0, 0, 0, 0, 1, 2, 4, 1, // nil, unused, false, true, bin 8/16/32, ext 8
  2, 4, 0, 0, 0, 0, 0, 0, // ext 16/32, float 32/64, uint 8/16/32/64
  0, 0, 0, 0, 0, 0, 0, 0, // int 8/16/32/64, fixext 1/2/4/8
  0, 1, 2, 4, 2, 4, 2, 4, // fixext 16, str 8/16/32, array 16/32, map 16/32
];
/** Content without a length; of extensions the byte of their type counts. */
// biome-ignore format: the same table
const FIXED_BYTES = [
  0, -1, 0, 0, 0, 0, 0, 1,
  1, 1, 4, 8, 1, 2, 4, 8,
  1, 2, 4, 8, 2, 3, 5, 9,
  17, 0, 0, 0, 0, 0, 0, 0,
];

const extensionCodec: ExtensionCodecType<undefined> = {
  tryToEncode: () => null,
  // The library's own reading of a timestamp is a Date, which has no nanoseconds.
  decode(data, type) {
    if (type !== EXT_TIMESTAMP) return { type, base64: toBase64(data) };
    const { sec, nsec } = decodeTimestampToTimeSpec(data);
    return timestampText(sec, nsec);
  },
};

const decoder = new Decoder({
  extensionCodec,
  useBigInt64: true,
  mapKeyConverter: (key) => (typeof key === 'string' ? key : keyText(key)),
});

export const messagePack: BinaryFormat = {
  name: 'MessagePack',
  newScan: () => new MessagePackScan(),
  decode: (bytes: Uint8Array): Json => toJson(decoder.decode(bytes)),
  openArray(bytes, at, end): Opened {
    const byte = bytes[at] as number;
    if (byte >= 0x90 && byte < 0xa0) return { headerBytes: 1, elements: byte - 0x90 };
    const lengthBytes = byte === ARRAY ? 2 : byte === ARRAY + 1 ? 4 : 0;
    if (lengthBytes === 0) return null;
    if (at + 1 + lengthBytes > end) return MORE;
    return { headerBytes: 1 + lengthBytes, elements: unsigned(bytes, at + 1, lengthBytes) };
  },
  prefixBytes: () => 0,
  isBreak: () => false,
  beginsMap: (byte) => (byte >= 0x80 && byte < 0x90) || byte === MAP || byte === MAP + 1,
  isEmptyMap: (byte) => byte === 0x80,
  mapHeaderBytes: (byte) => (byte === MAP ? 3 : byte === MAP + 1 ? 5 : 1),
  beginsText: (byte) => (byte >= 0xa0 && byte < 0xc0) || (byte >= 0xd9 && byte <= 0xdb),
};
