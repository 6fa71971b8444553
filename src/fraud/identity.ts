import { toBase64Url } from '../shared/bytes.ts';
import { hmacSha256 } from '../shared/hash.ts';
import type { ReferenceType } from '../wire/fraud.ts';

/** 128 bits of an HMAC: none of a project's identifiers meets another by chance, and an index of them is a third smaller. */
const REFERENCE_BYTES = 16;
const IPV4_IN_IPV6 = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i;

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

/**
 * The part of an address that stays with one household: an IPv4 address whole, of IPv6 the /64, whose rest a device changes daily (RFC 8981). Null
 * for what is no address.
 */
export function addressOf(text: string): string | null {
  const [, mapped] = IPV4_IN_IPV6.exec(text) ?? [];
  const address = mapped ?? text;
  if (/^(\d{1,3}\.){3}\d{1,3}$/.test(address)) {
    const parts = address.split('.').map(Number);
    return parts.every((part) => part <= 255) ? parts.join('.') : null;
  }
  const groups = ipv6Groups(address);
  return (
    groups &&
    `${groups
      .slice(0, 4)
      .map((group) => group.toString(16))
      .join(':')}::/64`
  );
}

/** Eight numbers; null for what is no IPv6 address in groups of hex. A zone (`%eth0`) is of one machine, and no address of a client. */
function ipv6Groups(text: string): number[] | null {
  const halves = text.split('::');
  if (halves.length > 2 || !/^[\da-f:]{2,39}$/i.test(text)) return null;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return null;
  const all = [...head, ...Array.from({ length: halves.length === 2 ? missing : 0 }, () => '0'), ...tail];
  return all.every((group) => /^[\da-f]{1,4}$/i.test(group)) ? all.map((group) => Number.parseInt(group, 16)) : null;
}
