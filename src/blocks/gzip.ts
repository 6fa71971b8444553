/**
 * Blocks are single-member gzip files (RFC 1952) joined from pieces that were deflated apart, as pigz does: each piece ends
 * in a full flush, so it is byte-aligned and refers to nothing before it. The Worker packs a batch once; the journal only
 * concatenates. Concatenated gzip members would be simpler, but DecompressionStream refuses them.
 */
import { constants, crc32, deflateRawSync, gunzipSync, inflateRawSync } from 'node:zlib';
import { concatBytes } from '../shared/bytes.ts';

/**
 * Packing is the largest cost of the write path, and what it leaves is the largest of a bill: these bytes lie in the database for the hot period and in R2 for
 * years. Of stored lines, 500 a piece, payments records and real logs, with ms of CPU a raw MB: level 4 packs to 14.2 and 9.8 % in 4.8 and 4.0 ms, 5 to 12.9
 * and 9.4 % in 6.3 and 4.5 ms, 6 to 12.7 and 9.2 % in 9.0 and 5.7 ms, 9 to 12.0 and 8.5 % in 20.1 and 11.4 ms. A request takes about 40 ms a MB in all.
 */
const LEVEL = 5;

export interface Piece {
  deflated: Uint8Array;
  rawBytes: number;
  crc32: number;
}

export function deflatePiece(raw: Uint8Array): Piece {
  const deflated = deflateRawSync(raw, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });
  return {
    deflated: new Uint8Array(deflated.buffer, deflated.byteOffset, deflated.byteLength),
    rawBytes: raw.byteLength,
    crc32: crc32(raw),
  };
}

/** workerd refuses an output of exactly maxOutputLength: it wants room for one more chunk. */
const OUTPUT_SLACK_BYTES = 64 * 1024;

export function inflatePiece(piece: Pick<Piece, 'deflated' | 'rawBytes'>): Buffer {
  return inflateRawSync(piece.deflated, {
    finishFlush: constants.Z_SYNC_FLUSH,
    maxOutputLength: piece.rawBytes + OUTPUT_SLACK_BYTES,
  });
}

/** Magic, deflate, no flags, no time (equal content gives equal bytes), no extra flags, unknown system. */
const HEADER = new Uint8Array([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
/** An empty final block with fixed codes. */
const FINAL_BLOCK = new Uint8Array([0x03, 0x00]);
const TRAILER_BYTES = 8;

/** Bytes of the file that joinPieces would give. */
export function joinedBytes(pieces: readonly Pick<Piece, 'deflated'>[]): number {
  let total = HEADER.length + FINAL_BLOCK.length + TRAILER_BYTES;
  for (const piece of pieces) total += piece.deflated.byteLength;
  return total;
}

export function joinPieces(pieces: readonly Piece[]): Uint8Array<ArrayBuffer> {
  let crc = 0;
  let rawBytes = 0;
  for (const piece of pieces) {
    crc = crc32Combine(crc, piece.crc32, piece.rawBytes);
    rawBytes += piece.rawBytes;
  }
  const trailer = new Uint8Array(TRAILER_BYTES);
  const view = new DataView(trailer.buffer);
  view.setUint32(0, crc >>> 0, true);
  view.setUint32(4, rawBytes >>> 0, true);
  return concatBytes([HEADER, ...pieces.map((piece) => piece.deflated), FINAL_BLOCK, trailer]);
}

/** The members of files of joinPieces one after another, cut where a header is: should one lie within packed bytes (2^-80), neither part is a gzip file. */
export function splitMembers(bytes: Uint8Array): Uint8Array[] {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: Uint8Array[] = [];
  for (let start = 0; start < all.length; ) {
    const next = all.indexOf(HEADER, start + 1);
    const end = next < 0 ? all.length : next;
    members.push(bytes.subarray(start, end));
    start = end;
  }
  return members;
}

/** Throws where the bytes are no gzip file, are cut, or inflate to more than `maxRawBytes`. */
export function gunzip(bytes: Uint8Array, maxRawBytes: number): Buffer {
  return gunzipSync(bytes, { maxOutputLength: maxRawBytes + OUTPUT_SLACK_BYTES });
}

/** The CRC of `a + b` from both CRCs and the length of b: b's length in zero bytes is applied to a's CRC as a GF(2) matrix (zlib). */
export function crc32Combine(crcA: number, crcB: number, bytesB: number): number {
  if (bytesB <= 0) return crcA >>> 0;
  let even = new Uint32Array(32);
  let odd = new Uint32Array(32);
  odd[0] = 0xedb88320; // the reflected CRC-32 polynomial: one zero bit
  for (let n = 1; n < 32; n++) odd[n] = 1 << (n - 1);
  square(even, odd); // two zero bits
  square(odd, even); // four
  let crc = crcA >>> 0;
  for (let length = bytesB; length > 0; length = Math.floor(length / 2)) {
    square(even, odd);
    if (length % 2 === 1) crc = times(even, crc);
    [even, odd] = [odd, even];
  }
  return (crc ^ crcB) >>> 0;
}

function times(matrix: Uint32Array, vector: number): number {
  let sum = 0;
  for (let n = 0, v = vector; v !== 0; n++, v >>>= 1) if (v & 1) sum ^= matrix[n] as number;
  return sum >>> 0;
}

function square(out: Uint32Array, matrix: Uint32Array): void {
  for (let n = 0; n < 32; n++) out[n] = times(matrix, matrix[n] as number);
}
