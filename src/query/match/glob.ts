import { isWordUnit } from '../../blocks/index.ts';
import type { GlobPart } from '../language/ast.ts';

/** Literals joined by single-character wildcards: `a?b` is ['a', 'b']. */
type Segment = readonly string[];

/** A folded pattern, cut at `*`. Matching walks left to right without backtracking, so no pattern is expensive on any text. */
export interface Glob {
  segments: readonly Segment[];
  openStart: boolean;
  openEnd: boolean;
  /** The pattern has white space of its own, so `*` may run over it in words too. */
  hasSpace: boolean;
}

/** Of ASCII only: every other unit belongs to a word (blocks/token.ts), so a run of characters does not end there. */
const SPACE = /[\t\n\v\f\r ]+/;

export function compileGlob(parts: readonly GlobPart[]): Glob {
  const segments: string[][] = [];
  let current: string[] | null = null;
  let joins = true;
  for (const part of parts) {
    if (part.kind === 'run') {
      current = null;
      continue;
    }
    if (!current) {
      current = [''];
      segments.push(current);
      joins = true;
    }
    if (part.kind === 'one') {
      current.push('');
      joins = true;
    } else if (joins) {
      current[current.length - 1] = part.text.toLowerCase();
      joins = false;
    } else {
      current[current.length - 1] += part.text.toLowerCase();
    }
  }
  return {
    segments,
    openStart: parts[0]?.kind === 'run',
    openEnd: parts.at(-1)?.kind === 'run',
    hasSpace: segments.some((segment) => segment.some((literal) => SPACE.test(literal))),
  };
}

/** The whole of `text` (folded). */
export function matchesWhole(glob: Glob, text: string): boolean {
  const { segments } = glob;
  let at = 0;
  for (let i = 0; i < segments.length; i++) {
    const segment = segments[i] as Segment;
    const pinnedStart = i === 0 && !glob.openStart;
    const pinnedEnd = i === segments.length - 1 && !glob.openEnd;
    at = find(
      segment,
      text,
      at,
      (start, end) => (!pinnedStart || start === 0) && (!pinnedEnd || end === text.length),
      pinnedStart,
    );
    if (at < 0) return false;
  }
  return true;
}

/** Somewhere in `text` (folded), beginning and ending at the edge of a word unless a `*` stands there. */
export function matchesWords(glob: Glob, text: string): boolean {
  const { segments } = glob;
  if (segments.length === 0) return true;
  if (glob.openStart && glob.openEnd && segments.length === 1 && segments[0]?.length === 1) {
    return text.includes(segments[0][0] as string);
  }
  // Most texts lack some of it, and finding that out costs less than cutting them into words.
  for (const segment of segments) for (const literal of segment) if (!text.includes(literal)) return false;
  if (glob.hasSpace) return matchesChunk(glob, text);
  for (const chunk of text.split(SPACE)) if (chunk !== '' && matchesChunk(glob, chunk)) return true;
  return false;
}

function matchesChunk(glob: Glob, chunk: string): boolean {
  const { segments } = glob;
  let at = 0;
  for (let i = 0; i < segments.length; i++) {
    const needsEdgeBefore = i === 0 && !glob.openStart;
    const needsEdgeAfter = i === segments.length - 1 && !glob.openEnd;
    at = find(
      segments[i] as Segment,
      chunk,
      at,
      (start, end) => (!needsEdgeBefore || isEdge(chunk, start)) && (!needsEdgeAfter || isEdge(chunk, end)),
      false,
    );
    if (at < 0) return false;
  }
  return true;
}

/** Between two units of one word there is no edge; everywhere else there is. */
export function isEdge(text: string, at: number): boolean {
  if (at <= 0 || at >= text.length) return true;
  return !(isWordUnit(text.charCodeAt(at - 1)) && isWordUnit(text.charCodeAt(at)));
}

/** The folded phrase in folded text, at word edges. */
export function containsPhrase(text: string, phrase: string): boolean {
  for (let at = text.indexOf(phrase); at >= 0; ) {
    const startsAtEdge = isEdge(text, at);
    if (startsAtEdge && isEdge(text, at + phrase.length)) return true;
    // Not at each unit of a word that repeats the phrase: each try costs the phrase's length.
    at = text.indexOf(phrase, startsAtEdge ? at + 1 : wordEnd(text, at));
  }
  return false;
}

/** The first edge behind `at`. */
function wordEnd(text: string, at: number): number {
  let end = at + 1;
  while (!isEdge(text, end)) end++;
  return end;
}

/** End of the first occurrence from `from` on that `accepts`, or -1. */
function find(
  segment: Segment,
  text: string,
  from: number,
  accepts: (start: number, end: number) => boolean,
  onlyFirst: boolean,
): number {
  const head = segment[0] as string;
  for (let start = text.indexOf(head, from); start >= 0; start = text.indexOf(head, start + 1)) {
    const end = endOf(segment, text, start);
    if (end >= 0 && accepts(start, end)) return end;
    if (onlyFirst || start >= text.length) return -1;
  }
  return -1;
}

function endOf(segment: Segment, text: string, start: number): number {
  let at = start + (segment[0] as string).length;
  for (let i = 1; i < segment.length; i++) {
    if (at >= text.length) return -1;
    // One character is one code point: an emoji is not two.
    at += (text.codePointAt(at) as number) > 0xffff ? 2 : 1;
    const literal = segment[i] as string;
    if (!text.startsWith(literal, at)) return -1;
    at += literal.length;
  }
  return at;
}
