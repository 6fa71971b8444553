import { type Token, tokenize, unquote } from './query-tokens.ts';

export const ENVELOPE_FIELDS = [
  'level',
  'service',
  'message',
  'stream',
  'type',
  'traceId',
  'spanId',
  'sessionId',
  'userId',
  'id',
] as const;

/** How a field of `attrs` is written: short, unless the envelope has a field of that name. Odd characters are escaped. */
export function attrField(path: string): string {
  const known = (ENVELOPE_FIELDS as readonly string[]).includes(path) || path === 'ts' || path.startsWith('attrs.');
  const name = path.replace(/[^\p{L}\p{N}_.@$/-]|^[^\p{L}_@$]|[./-]$/gu, '\\$&');
  return known ? `attrs.${name}` : name;
}

/** Facets name attributes with their prefix, the search language lets it be left out. */
export function facetName(field: string): string {
  return (ENVELOPE_FIELDS as readonly string[]).includes(field) || field.startsWith('attrs.')
    ? field
    : `attrs.${field}`;
}

/** Bare where the language allows it, else quoted, so that `*`, spaces and colons mean themselves. */
export function quoteValue(value: string): string {
  const bare = /^[\p{L}\p{N}_./@-]+$/u.test(value) && !/^(AND|OR|NOT|-.*)$/.test(value);
  return bare ? value : `"${value.replace(/["\\]/g, '\\$&')}"`;
}

export type TermState = 'included' | 'excluded' | 'absent';

export function termState(q: string, field: string, value: string): TermState {
  const found = findTerm(tokenize(q), field, value);
  return found === null ? 'absent' : found.excluded ? 'excluded' : 'included';
}

/** Adds `field:value` (or `-field:value`); the same term again takes it out, the opposite one is turned round. */
export function toggleTerm(q: string, field: string, value: string, exclude: boolean): string {
  const tokens = tokenize(q);
  const found = findTerm(tokens, field, value);
  const term = `${exclude ? '-' : ''}${field}:${quoteValue(value)}`;
  if (found === null) return append(q, tokens, term);
  const replacement = found.excluded === exclude ? '' : term;
  return `${q.slice(0, found.start)}${replacement}${q.slice(found.end)}`.replace(/\s+/g, ' ').trim();
}

function append(q: string, tokens: readonly Token[], term: string): string {
  const base = q.trim();
  if (base === '') return term;
  // `a OR b` followed by a term would bind the term to `b` alone.
  const loose = tokens.some((token, i) => token.text === 'OR' && token.kind === 'operator' && depthAt(tokens, i) === 0);
  return loose ? `(${base}) ${term}` : `${base} ${term}`;
}

function depthAt(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (const token of tokens.slice(0, index)) if (token.kind === 'paren') depth += token.text === '(' ? 1 : -1;
  return depth;
}

/** Only a term that stands by itself at the top level: inside parentheses or beside OR it has another meaning. */
function findTerm(
  tokens: readonly Token[],
  field: string,
  value: string,
): { start: number; end: number; excluded: boolean } | null {
  if (tokens.some((token) => token.kind === 'operator' && token.text === 'OR')) return null;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    if (token.kind !== 'field' || token.text !== `${field}:` || next === undefined || depthAt(tokens, i) > 0) continue;
    if (next.kind !== 'value' && next.kind !== 'phrase') continue;
    if (unquote(next.text).toLowerCase() !== value.toLowerCase()) continue;
    const minus = tokens[i - 1];
    const excluded = minus?.kind === 'operator' && (minus.text === '-' || minus.text === '!');
    return { start: excluded && minus ? minus.start : token.start, end: next.start + next.text.length, excluded };
  }
  return null;
}
