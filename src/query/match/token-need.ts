import { mayContain, type TokenGroups, tokenHash, wordsOf } from '../../blocks/index.ts';
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

/** Of one question to the database: each word is looked up in the filter of each block. */
const MAX_TOKENS = 64;

/** The need as groups of which each must have one token (a conjunctive normal form); null where that would be too many to ask the database for. */
export function groupsOf(need: TokenNeed): TokenGroups | null {
  const groups = toGroups(need);
  const tokens = groups?.reduce((sum, group) => sum + group.length, 0) ?? Number.POSITIVE_INFINITY;
  return tokens <= MAX_TOKENS ? groups : null;
}

function toGroups(need: TokenNeed): number[][] | null {
  switch (need.kind) {
    case 'token':
      return [[need.hash]];
    case 'all': {
      const parts = need.items.map(toGroups);
      return parts.includes(null) ? null : parts.flatMap((groups) => groups as number[][]);
    }
    case 'any': {
      let all: number[][] = [[]];
      for (const item of need.items) {
        const groups = toGroups(item);
        if (!groups || all.length * groups.length > MAX_TOKENS) return null;
        all = all.flatMap((left) => groups.map((right) => [...left, ...right]));
      }
      return all;
    }
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
