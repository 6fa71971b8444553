import type { GlobPart, TextTest } from '../language/ast.ts';
import { compileGlob, containsPhrase, matchesWords } from './glob.ts';
import { type Clause, type Needle, needleFor } from './needle.ts';
import { anyOf, needOfGlob, needOfText, type TokenNeed } from './token-need.ts';

/** Full-text search in one value: words and phrases at word edges, patterns within a run without white space. */
export interface TextMatcher {
  /** `number` is the value where the text is a number's. */
  test(text: string, number: number | null): boolean;
  need: TokenNeed | null;
  clauses: readonly Clause[];
}

/** Integers with more digits than a double holds. */
const LONG_INTEGER = /^-?\d{16,}$/;

export function textMatcher(test: TextTest): TextMatcher {
  if (test.kind === 'glob') {
    const glob = compileGlob(test.parts);
    return {
      test: (text) => matchesWords(glob, text.toLowerCase()),
      need: needOfGlob(test.parts),
      clauses: globClauses(test.parts),
    };
  }
  const folded = test.text.toLowerCase();
  const isLong = LONG_INTEGER.test(test.text);
  const number = Number(test.text);
  if (isLong && String(number) !== test.text) {
    // Stored with all its digits, but read back as the nearest double.
    return {
      test: (text, own) => own === number || containsPhrase(text.toLowerCase(), folded),
      need: anyOf([needOfText(folded), needOfText(String(number))]),
      clauses: [],
    };
  }
  return {
    test: (text) => containsPhrase(text.toLowerCase(), folded),
    need: needOfText(folded),
    clauses: clauseOf(needleFor(folded)),
  };
}

export function globClauses(parts: readonly GlobPart[]): readonly Clause[] {
  let best: Needle | null = null;
  for (const part of parts) {
    const needle = part.kind === 'literal' ? needleFor(part.text.toLowerCase()) : null;
    if (needle && (!best || needle.text.length > best.text.length)) best = needle;
  }
  return clauseOf(best);
}

export function clauseOf(needle: Needle | null): readonly Clause[] {
  return needle ? [[needle]] : [];
}
