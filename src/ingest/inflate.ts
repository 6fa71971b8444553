import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync, zstdDecompressSync } from 'node:zlib';
import { concatBytes } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_BODY_INFLATED_BYTES, MAX_BODY_PACKED_BYTES } from '../wire/limits.ts';

export type BodyError =
  | { kind: 'too_large'; limitBytes: number }
  | { kind: 'unknown_encoding'; encoding: string }
  | { kind: 'bad_encoding'; encoding: string; cause: string }
  | { kind: 'cut' };

/** More codings than anybody sends; each one multiplies what a small body can cost. */
const MAX_CODINGS = 2;

/** Reads the body and takes off its content codings. Never holds more than the limits, whatever the body claims or expands to. */
export async function readBody(request: Request): Promise<Result<Uint8Array, BodyError>> {
  const packed = await readPacked(request);
  if (!packed.ok) return packed;
  const codings = (request.headers.get('content-encoding') ?? '')
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
    console.warn(JSON.stringify({ level: 'warn', event: 'body_cut', cause: String(cause) }));
    return err({ kind: 'cut' });
  }
}

function inflate(body: Uint8Array, coding: string): Result<Uint8Array, BodyError> {
  const limit = { maxOutputLength: MAX_BODY_INFLATED_BYTES };
  try {
    switch (coding) {
      case 'gzip':
      case 'x-gzip':
        return ok(gunzipSync(body, limit));
      case 'deflate':
        // RFC 9110 8.4.1.2 means zlib; old clients send raw deflate. A zlib header is 0x?8 with a checksum over two bytes.
        return ok(isZlib(body) ? inflateSync(body, limit) : inflateRawSync(body, limit));
      case 'br':
        return ok(brotliDecompressSync(body, limit));
      case 'zstd':
        return ok(zstdDecompressSync(body, limit));
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

function isZlib(body: Uint8Array): boolean {
  const first = body[0] ?? 0;
  return (first & 0x0f) === 8 && ((first << 8) | (body[1] ?? 0)) % 31 === 0;
}
