// A byte order mark inside the stream is content, and no JSON; at its beginning the extractor takes it off.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenient = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Null where the bytes are not UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    if (cause instanceof TypeError) return null;
    throw cause;
  }
}

/** For what is shown as received: bytes that are no UTF-8 become U+FFFD. */
export function decodeLeniently(bytes: Uint8Array): string {
  return lenient.decode(bytes);
}

export const NOT_UTF8 = 'not valid UTF-8';

/** The length of a byte order mark where one stands at the beginning; null while there are too few bytes to tell. */
export function bomLength(bytes: Uint8Array, isLast: boolean): number | null {
  const mark = [0xef, 0xbb, 0xbf];
  for (let i = 0; i < mark.length; i++) {
    if (i >= bytes.byteLength) return isLast ? 0 : null;
    if (bytes[i] !== mark[i]) return 0;
  }
  return mark.length;
}
