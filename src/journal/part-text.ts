import { inflatePiece } from '../blocks/index.ts';
import type { Part } from './types.ts';

/** The lines of a part, as stored: a newline behind each. */
export function partText({ codec, data, rawBytes }: Pick<Part, 'codec' | 'data' | 'rawBytes'>): string {
  const raw =
    codec === 'raw'
      ? Buffer.from(data.buffer, data.byteOffset, data.byteLength)
      : inflatePiece({ deflated: data, rawBytes });
  return raw.toString('utf8');
}
