/**
 * A set whose members are bounded: the attribute names of a project (`n`), its label names (`l`), or the values of one label (`v:<label>`).
 */
export type SetKey = 'n' | 'l' | `v:${string}`;

export function valuesOf(label: string): SetKey {
  return `v:${label}`;
}

export function labelOf(set: SetKey): string | null {
  return set.startsWith('v:') ? set.slice(2) : null;
}

/** Longer names are told apart by a hash and shown by their beginning: nobody searches by them, and they may have 256 KB. */
const MAX_NAME_CHARS = 128;
const SHOWN_CHARS = 100;

/** What stands for a name or value wherever this feature keeps it. */
export function shortName(text: string): string {
  if (text.length <= MAX_NAME_CHARS) return text;
  return `${text.slice(0, SHOWN_CHARS).toWellFormed()}…#${nameHash(text).toString(36)}`;
}

/**
 * 53 bits (cyrb53 by bryc, public domain: two multiplicative hashes), which a double and an SQLite integer hold. By chance two of 10,000 names share one
 * in 1 of 180 million sets. Whoever has a key can make names that collide, and so store one name more than allowed: accepted, the guard is
 * against accidents, and such a name is still one attribute of one record.
 */
export function nameHash(text: string): number {
  let a = 0xdeadbeef;
  let b = 0x41c6ce57;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = Math.imul(a ^ unit, 2_654_435_761);
    b = Math.imul(b ^ unit, 1_597_334_677);
  }
  a = Math.imul(a ^ (a >>> 16), 2_246_822_507) ^ Math.imul(b ^ (b >>> 13), 3_266_489_909);
  b = Math.imul(b ^ (b >>> 16), 2_246_822_507) ^ Math.imul(a ^ (a >>> 13), 3_266_489_909);
  return 4_294_967_296 * (2_097_151 & b) + (a >>> 0);
}
