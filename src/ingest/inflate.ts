import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync,
} from 'node:zlib';
import { concatBytes } from '../shared/bytes.ts';
import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_BODY_INFLATED_BYTES, MAX_BODY_PACKED_BYTES } from '../wire/limits.ts';
import { unsnappy } from './snappy.ts';

export type BodyError =
  | { kind: 'too_large'; limitBytes: number }
  | { kind: 'unknown_encoding'; encoding: string }
  | { kind: 'bad_encoding'; encoding: string; cause: string }
  | { kind: 'cut' };

/** More codings than anybody sends; each one multiplies what a small body can cost. */
const MAX_CODINGS = 2;
/** Parallel packers write a frame for each megabyte or so; each frame costs a decoder. */
const MAX_ZSTD_FRAMES = 256;
/**
 * 16 MiB: what a body may hold, so that a frame packed in one go is never refused for its window, and twice what HTTP allows (RFC 9659). A
 * frame names its own window, and zstd's default would allocate 128 MiB, all that an isolate has.
 */
const ZSTD_WINDOW_LOG_MAX = 24;

/**
 * Reads the body and takes off its content codings, those of `encoding` where the sender can set no header. Never holds more than the limits, whatever
 * the body claims or expands to.
 */
export async function readBody(
  request: Request,
  encoding: string | null = null,
): Promise<Result<Uint8Array, BodyError>> {
  const packed = await readPacked(request);
  if (!packed.ok) return packed;
  const codings = (request.headers.get('content-encoding') ?? encoding ?? '')
    .split(',')
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity');
  if (codings.length > MAX_CODINGS) return err({ kind: 'unknown_encoding', encoding: codings.join(', ') });
  let body = packed.value;
  for (const coding of codings.reverse()) {
    const inflated = inflate(body, coding);
    if (!inflated.ok) return inflated;
    body = inflated.value;
  }
  return ok(body);
}

async function readPacked(request: Request): Promise<Result<Uint8Array, BodyError>> {
  const tooLarge: BodyError = { kind: 'too_large', limitBytes: MAX_BODY_PACKED_BYTES };
  const declared = Number(request.headers.get('content-length') ?? Number.NaN);
  if (declared > MAX_BODY_PACKED_BYTES) return err(tooLarge);
  if (!request.body) return ok(new Uint8Array(0));
  try {
    if (Number.isInteger(declared)) return ok(new Uint8Array(await request.arrayBuffer()));
    const chunks: Uint8Array[] = [];
    let total = 0;
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      total += chunk.byteLength;
      if (total > MAX_BODY_PACKED_BYTES) return err(tooLarge);
      chunks.push(chunk);
    }
    return ok(concatBytes(chunks));
  } catch (cause) {
    // The connection broke off: the client's answer is lost anyway, but a proxy in between may still read this one.
    log('warn', 'body_cut', { cause: String(cause) });
    return err({ kind: 'cut' });
  }
}

function inflate(body: Uint8Array, coding: string): Result<Uint8Array, BodyError> {
  try {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return single(coding, body, gunzipSync);
      case 'deflate':
        // RFC 9110 8.4.1.2 means zlib; old clients send raw deflate. A zlib header is 0x?8 with a checksum over two bytes.
        return single(coding, body, isZlib(body) ? inflateSync : inflateRawSync);
      case 'br':
        return single(coding, body, brotliDecompressSync);
      case 'zstd':
        return inflateFrames(body);
      case 'snappy':
        return ok(unsnappy(body, MAX_BODY_INFLATED_BYTES));
      default:
        return err({ kind: 'unknown_encoding', encoding: coding });
    }
  } catch (cause) {
    // workerd says RangeError "Memory limit exceeded", Node ERR_BUFFER_TOO_LARGE, both as soon as the limit is passed.
    if (cause instanceof RangeError) return err({ kind: 'too_large', limitBytes: MAX_BODY_INFLATED_BYTES });
    return err({
      kind: 'bad_encoding',
      encoding: coding,
      cause: cause instanceof Error ? cause.message : String(cause),
    });
  }
}

type InflateSync = typeof inflateSync | typeof brotliDecompressSync | typeof zstdDecompressSync;
const ZSTD_OPTIONS = { params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG_MAX } };

/** Inflates one stream (of gzip: all its members) and says how many bytes of the body it took; zlib passes over what follows without a word. */
function inflateOne(
  body: Uint8Array,
  inflateSync: InflateSync,
  maxOutputLength: number,
): { data: Uint8Array; taken: number } {
  // What `info: true` returns is in Node's documentation and not in its types.
  const options = { maxOutputLength, info: true, ...(inflateSync === zstdDecompressSync ? ZSTD_OPTIONS : {}) };
  const { buffer, engine } = inflateSync(body, options) as unknown as {
    buffer: Uint8Array;
    engine: { bytesWritten: number };
  };
  return { data: buffer, taken: engine.bytesWritten };
}

/** Bytes behind the end would be lost, so they are refused: where streams do not concatenate, and behind zeros that end a gzip body. */
function single(encoding: string, body: Uint8Array, inflateSync: InflateSync): Result<Uint8Array, BodyError> {
  const { data, taken } = inflateOne(body, inflateSync, MAX_BODY_INFLATED_BYTES);
  if (taken === body.byteLength) return ok(data);
  return err({ kind: 'bad_encoding', encoding, cause: `${body.byteLength - taken} bytes follow its end` });
}

/** A zstd body is any number of frames (RFC 8878, 3); zstdDecompressSync reads the first. */
function inflateFrames(body: Uint8Array): Result<Uint8Array, BodyError> {
  const frames: Uint8Array[] = [];
  let total = 0;
  for (let at = 0; at < body.byteLength; ) {
    if (frames.length >= MAX_ZSTD_FRAMES) {
      return err({ kind: 'bad_encoding', encoding: 'zstd', cause: `it has more than ${MAX_ZSTD_FRAMES} frames` });
    }
    // One byte more than is left: a limit of zero is refused as an argument, and the sum is checked below.
    const { data, taken } = inflateOne(body.subarray(at), zstdDecompressSync, MAX_BODY_INFLATED_BYTES - total + 1);
    total += data.byteLength;
    if (total > MAX_BODY_INFLATED_BYTES) return err({ kind: 'too_large', limitBytes: MAX_BODY_INFLATED_BYTES });
    frames.push(data);
    at += taken;
  }
  return ok(frames.length === 1 ? (frames[0] as Uint8Array) : concatBytes(frames));
}

function isZlib(body: Uint8Array): boolean {
  const first = body[0] ?? 0;
  return (first & 0x0f) === 8 && ((first << 8) | (body[1] ?? 0)) % 31 === 0;
}
