import { hmacSha256Base64Url } from '../../shared/hash.ts';
import type { Json } from '../../wire/record.ts';
import { toText } from './cast.ts';

export const MASK_HOWS = ['last4', 'hash', 'fixed'] as const;
export type MaskHow = (typeof MASK_HOWS)[number];

/** As long as any value, so that it tells nothing about the length of this one. */
const FIXED = '***';
/** Of shorter values the last four would be most of it. */
const MIN_CHARS_FOR_LAST4 = 8;

/** `reference` is the project's key: equal values of one project have equal hashes, those of two projects never (DESIGN 2, "reference"). */
export function mask(value: Json, how: MaskHow, reference: string): string {
  switch (how) {
    case 'fixed':
      return FIXED;
    case 'last4': {
      const chars = [...toText(value)];
      return chars.length < MIN_CHARS_FOR_LAST4 ? FIXED : FIXED + chars.slice(-4).join('');
    }
    case 'hash':
      return hmacSha256Base64Url(reference, toText(value));
  }
}
