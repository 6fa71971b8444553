import { concatBytes } from '../../shared/bytes.ts';
import { MAX_RESPONSE_BYTES } from '../../wire/delivery.ts';

/**
 * The first 16 KiB of an answer. What comes behind them is not read: neither an endless body nor one that inflates to an endless one costs more
 * than that. Throws what the stream throws, also where the request's signal ends it.
 */
export async function readStart(
  body: ReadableStream<Uint8Array> | null,
): Promise<{ bytes: Uint8Array; truncated: boolean }> {
  if (body === null) return { bytes: new Uint8Array(0), truncated: false };
  const reader = body.getReader();
  const parts: Uint8Array[] = [];
  let total = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return { bytes: concatBytes(parts), truncated: false };
    parts.push(value.subarray(0, MAX_RESPONSE_BYTES - total));
    total += value.byteLength;
    if (total > MAX_RESPONSE_BYTES) {
      await reader.cancel();
      return { bytes: concatBytes(parts), truncated: true };
    }
  }
}
