import { isStream, STREAMS, type Stream } from '../../../wire/record.ts';

/** Streams that the reader has switched off, as the address has them: `hide=logs,vitals`. */
export function hiddenStreams(text: string): ReadonlySet<Stream> {
  return new Set(text.split(',').filter(isStream));
}

/** null, and no parameter, where nothing is hidden. */
export function hiddenParam(hidden: ReadonlySet<Stream>): string | null {
  const names = STREAMS.filter((stream) => hidden.has(stream));
  return names.length === 0 ? null : names.join(',');
}
