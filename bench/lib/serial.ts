import type { LoadBody } from './load-bodies.ts';

/** In the text of a body's first record, and replaced in place. */
export const SERIAL_MARK = '#serial00000000000#';

/** A body whose first record has the mark in its text. */
export function markedBody(bytes: Buffer): LoadBody {
  const at = bytes.indexOf(SERIAL_MARK);
  if (at < 0) throw new Error('no record of the body has the mark');
  return { bytes, mark: (copy, serial) => copy.write(String(serial).padStart(SERIAL_MARK.length, '#'), at, 'latin1') };
}
