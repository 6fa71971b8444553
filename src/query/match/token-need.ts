import { mayContain, tokenHash, wordsOf } from '../../blocks/index.ts';
import type { GlobPart } from '../language/ast.ts';

/** The words that a block must have to hold a match. Null wherever the type allows it: nothing is known. */
export type TokenNeed =
  | { kind: 'token'; hash: number }
  | { kind: 'all'; items: readonly TokenNeed[] }
  | { kind: 'any'; items: readonly TokenNeed[] };

export function filterAllows(need: TokenNeed, filter: Uint8Array): boolean {
  switch (need.kind) {
    case 'token':
      return mayContain(filter, need.hash);
    case 'all':
      return need.items.every((item) => filterAllows(item, filter));
    case 'any':
      return need.items.some((item) => filterAllows(item, filter));
  }
}

export function allOf(needs: readonly (TokenNeed | null)[]): TokenNeed | null {
  const known = needs.filter((need) => need !== null);
  return known.length === 0 ? null : known.length === 1 ? (known[0] as TokenNeed) : { kind: 'all', items: known };
}

/** One alternative of which nothing is known spoils the rest. */
export function anyOf(needs: readonly (TokenNeed | null)[]): TokenNeed | null {
  const known = needs.filter((need) => need !== null);
  return known.length === needs.length && known.length > 0 ? { kind: 'any', items: known } : null;
}

/** Every word of text that stands at word edges, or is a whole value. */
export function needOfText(text: string): TokenNeed | null {
  return allOf(wordsOf(text).map((word) => ({ kind: 'token', hash: tokenHash(word) })));
}

/** The words of a pattern that touch no wildcard. */
export function needOfGlob(parts: readonly GlobPart[]): TokenNeed | null {
  const needs: (TokenNeed | null)[] = [];
  for (const [index, part] of parts.entries()) {
    if (part.kind !== 'literal') continue;
    // A word unit is put where a wildcard stands, so that the word beside it is recognised as cut and left out.
    const before = index > 0 ? '_' : '';
    const after = index < parts.length - 1 ? '_' : '';
    const padded = before + part.text.toLowerCase() + after;
    const words = wordsOf(padded);
    if (before !== '') words.shift();
    if (after !== '') words.pop();
    for (const word of words) needs.push({ kind: 'token', hash: tokenHash(word) });
  }
  return allOf(needs);
}
