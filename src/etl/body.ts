import { log } from '../shared/log.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { EtlError } from './errors.ts';

/** Of one streamed body after inflation: about eleven minutes of the fastest sender, and within the CPU time of one request. */
export const MAX_STREAM_BYTES = 1024 * 1024 * 1024;
/** Logs pack to a tenth, the most monotonous ones to a hundredth. */
export const MAX_INFLATION = 250;
/** A short body may be as monotonous as it likes. */
const INFLATION_FREE_BYTES = 16 * 1024 * 1024;
/** What the inflater gets at once: it may make a thousand times as much of it before anybody can look. */
const PACKED_SLICE_BYTES = 4 * 1024;

/** Takes a piece of the body and says how to go on: null, or why to stop. */
export type Take = (chunk: Uint8Array) => Promise<EtlError | null>;

/**
 * Hands the body to `take` piece by piece as it comes, inflated, one after the other: what is slow there slows the sender. Null at the end of
 * the body. Holds no more of it than the pieces on their way.
 */
export async function readStream(request: Request, take: Take): Promise<EtlError | null> {
  const coding = codingOf(request);
  if (!coding.ok) return coding.error;
  if (!request.body) return null;
  const source = new Source(request.body);
  const chunks = coding.value === null ? source.chunks() : source.inflated(coding.value);
  let inflated = 0;
  try {
    for await (const chunk of chunks) {
      inflated += chunk.byteLength;
      if (inflated > MAX_STREAM_BYTES) return { kind: 'stream_too_large', limitBytes: MAX_STREAM_BYTES };
      if (inflated > INFLATION_FREE_BYTES && inflated > source.packed * MAX_INFLATION)
        return { kind: 'stream_bomb', limit: MAX_INFLATION };
      const stop = await take(chunk);
      if (stop) return stop;
    }
    return null;
  } catch (cause) {
    if (!(cause instanceof BodyFault)) throw cause;
    log('warn', 'stream_broken', { cause: cause.message });
    if (cause.isCut || coding.value === null) return { kind: 'stream_cut' };
    return { kind: 'ingest', error: { kind: 'bad_encoding', encoding: coding.value, cause: cause.message } };
  }
}

function codingOf(request: Request): Result<'gzip' | 'deflate' | null, EtlError> {
  const coding = (request.headers.get('content-encoding') ?? '').trim().toLowerCase();
  switch (coding) {
    case '':
    case 'identity':
      return ok(null);
    case 'gzip':
    case 'x-gzip':
      return ok('gzip');
    case 'deflate':
      return ok('deflate');
    default:
      return err({ kind: 'stream_encoding', encoding: coding });
  }
}

/** The body's own end, as against a fault of whoever takes it. */
class BodyFault extends Error {
  readonly isCut: boolean;

  constructor(isCut: boolean, cause: unknown) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.isCut = isCut;
  }
}

class Source {
  /** Bytes as sent, so far. */
  packed = 0;
  #isCut = false;
  readonly #body: ReadableStream<Uint8Array>;

  constructor(body: ReadableStream<Uint8Array>) {
    this.#body = body;
  }

  async *chunks(): AsyncGenerator<Uint8Array> {
    const reader = this.#body.getReader();
    try {
      for (;;) {
        const next = await reader.read().catch((cause: unknown) => {
          this.#isCut = true;
          throw new BodyFault(true, cause);
        });
        if (next.done) return;
        this.packed += next.value.byteLength;
        yield next.value;
      }
    } finally {
      reader.releaseLock();
    }
  }

  async *inflated(coding: 'gzip' | 'deflate'): AsyncGenerator<Uint8Array> {
    const inflater = new DecompressionStream(coding);
    const pumped = this.#pump(inflater.writable.getWriter());
    const reader = inflater.readable.getReader();
    try {
      for (;;) {
        const next = await reader.read().catch((cause: unknown) => {
          throw new BodyFault(this.#isCut, cause);
        });
        if (next.done) return;
        yield next.value;
      }
    } finally {
      // Ends the pump as well, whose writes fail from then on.
      await reader.cancel().catch(() => undefined);
      await pumped;
    }
  }

  /** Never throws: what breaks here is found by the reader of the other side. */
  async #pump(writer: WritableStreamDefaultWriter<BufferSource>): Promise<void> {
    try {
      for await (const chunk of this.chunks()) {
        for (let at = 0; at < chunk.byteLength; at += PACKED_SLICE_BYTES)
          await writer.write(chunk.slice(at, at + PACKED_SLICE_BYTES));
      }
      await writer.close();
    } catch (cause) {
      await writer.abort(cause).catch(() => undefined);
    }
  }
}
