import { hash53 } from '../shared/hash.ts';

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
  return `${text.slice(0, SHOWN_CHARS).toWellFormed()}…#${hash53(text).toString(36)}`;
}
