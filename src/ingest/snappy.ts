/**
 * Snappy's block format (google/snappy, format_description.txt), as Loki and Prometheus clients send it: the length, then literals and copies of
 * what came before. Its own and no package, because of the two kept ones `snappy` is native and `snappyjs` reads a negative literal length as a
 * step back, which never ends, and takes a body that stops short of its own length for whole.
 */

/** Thrown for what is not snappy. */
export class SnappyError extends Error {}

const SHORT_BYTES = 64;

/** Throws a RangeError, as zlib does, when the body claims to be larger than `maxOutputLength`: nothing is allocated for a claim. */
export function unsnappy(body: Uint8Array, maxOutputLength: number): Uint8Array {
  let at = 0;
  let size = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = body[at++];
    if (byte === undefined || shift > 28) throw new SnappyError('its length is not readable');
    size += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (size > maxOutputLength) throw new RangeError(`the body claims ${size} bytes`);
  // A copy of 64 bytes takes three: what claims more than that cannot be true, and is not worth the memory.
  if (size > body.byteLength * 32) throw new SnappyError(`${body.byteLength} bytes cannot hold ${size}`);
  const out = new Uint8Array(size);
  let end = 0;
  while (at < body.byteLength) {
    const tag = body[at++] as number;
    const kind = tag & 3;
    let length = (tag >>> 2) + 1;
    if (kind === 0) {
      if (length > 60) {
        const bytes = length - 60;
        length = littleEndian(body, at, bytes) + 1;
        at += bytes;
      }
      if (at + length > body.byteLength || end + length > size) throw new SnappyError('a literal goes beyond the end');
      // A view costs more than a few bytes.
      if (length > SHORT_BYTES) out.set(body.subarray(at, at + length), end);
      else for (let i = 0; i < length; i++) out[end + i] = body[at + i] as number;
      at += length;
    } else {
      if (kind === 1) length = ((tag >>> 2) & 7) + 4;
      const bytes = kind === 1 ? 1 : kind === 2 ? 2 : 4;
      const offset = littleEndian(body, at, bytes) + (kind === 1 ? (tag >>> 5) * 256 : 0);
      at += bytes;
      if (offset === 0 || offset > end) throw new SnappyError('a copy comes from before the start');
      if (end + length > size) throw new SnappyError('a copy goes beyond the end');
      // Byte by byte: source and target may overlap, which is how a run is written, and a copy has 64 bytes at most.
      for (let i = 0; i < length; i++) out[end + i] = out[end + i - offset] as number;
    }
    end += length;
  }
  if (end !== size) throw new SnappyError(`it holds ${end} bytes and says ${size}`);
  return out;
}

function littleEndian(body: Uint8Array, at: number, bytes: number): number {
  if (at + bytes > body.byteLength) throw new SnappyError('it ends within a length');
  let value = 0;
  for (let i = 0; i < bytes; i++) value += (body[at + i] as number) * 256 ** i;
  return value;
}
