import { toBase64Url } from '../shared/bytes.ts';
import { hmacSha256 } from '../shared/hash.ts';
import type { ReferenceType } from '../wire/fraud.ts';

/** 128 bits of an HMAC: none of a project's identifiers meets another by chance, and an index of them is a third smaller. */
const REFERENCE_BYTES = 16;

/** The keyed hash by which a project knows an identifier. Another project, or whoever has a list of all phone numbers, gets another one. */
export function referenceOf(key: Uint8Array, kind: ReferenceType | 'address', text: string): string {
  return toBase64Url(hmacSha256(key, `${kind}\n${text}`).subarray(0, REFERENCE_BYTES));
}

/**
 * An identifier in the one form that its hash is made of; null for what is none. Phones: digits behind an optional +, `00` in front is +, the `(0)`
 * behind a country code is not dialled (but in Italy); without a country code they only meet others without one. E-mails: trimmed and lower case; dots and +tags stay, because only some providers drop them.
 * Devices: trimmed.
 */
export function normaliseReference(type: ReferenceType, text: string): string | null {
  const trimmed = text.trim();
  switch (type) {
    case 'phone': {
      const digits = trimmed
        .normalize('NFKC')
        .replace(/^(?:\+|00)(?!39)(\d{1,3})\s*\(0\)/, '+$1')
        .replace(/[\s().\-/]/g, '')
        .replace(/^00/, '+');
      // E.164: at most 15 digits; the shortest subscriber numbers in use have 4.
      return /^\+?\d{4,15}$/.test(digits) ? digits : null;
    }
    case 'email': {
      // The same letter with its accent in one character or two is one mailbox, and typed wide it is too.
      const lower = trimmed.normalize('NFKC').toLowerCase();
      return lower.length <= 320 && /^[^\s@]+@[^\s@]+$/.test(lower) ? lower : null;
    }
    case 'device':
      return trimmed === '' || trimmed.length > 256 ? null : trimmed;
  }
}
