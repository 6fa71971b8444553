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
  const whole = found.excluded === exclude ? withItsAnd(tokens, found) : found;
  const before = q.slice(0, startOf(tokens, whole.first));
  const after = q.slice(startOf(tokens, whole.last + 1));
  if (found.excluded !== exclude) return `${before}${term}${after}`.trim();
  // Only the space around the term goes: spaces inside a phrase are a part of what is searched for.
  return `${before.trimEnd()} ${after.trimStart()}`.trim();
}

function append(q: string, tokens: readonly Token[], term: string): string {
  const base = q.trim();
  if (base === '') return term;
  // `a OR b` followed by a term would bind the term to `b` alone.
  const loose = tokens.some((token, i) => isOperator(token, OR) && depthAt(tokens, i) === 0);
  return loose ? `(${base}) ${term}` : `${base} ${term}`;
}

const OR: readonly string[] = ['OR', '||'];
const AND: readonly string[] = ['AND', '&&'];
const NEGATIONS: readonly string[] = ['-', '!', 'NOT'];

function isOperator(token: Token | undefined, texts: readonly string[]): boolean {
  return token?.kind === 'operator' && texts.includes(token.text);
}

function depthAt(tokens: readonly Token[], index: number): number {
  let depth = 0;
  for (const token of tokens.slice(0, index)) if (token.kind === 'paren') depth += token.text === '(' ? 1 : -1;
  return depth;
}

/** A run of tokens, first and last included. */
interface Run {
  first: number;
  last: number;
}

function startOf(tokens: readonly Token[], index: number): number {
  const token = tokens[index];
  if (token) return token.start;
  const last = tokens[tokens.length - 1];
  return last ? last.start + last.text.length : 0;
}

/** The nearest token before or after that is no space; -1 or the length where there is none. */
function beside(tokens: readonly Token[], index: number, step: 1 | -1): number {
  const next = index + step;
  return tokens[next]?.kind === 'space' ? next + step : next;
}

/** An AND that joined the term to its neighbour would join nothing once the term is gone. */
function withItsAnd(tokens: readonly Token[], run: Run): Run {
  const after = beside(tokens, run.last, 1);
  if (isOperator(tokens[after], AND)) return { ...run, last: after };
  const before = beside(tokens, run.first, -1);
  return isOperator(tokens[before], AND) ? { ...run, first: before } : run;
}

/** Only a term that stands by itself at the top level: inside parentheses or beside OR it has another meaning. */
function findTerm(tokens: readonly Token[], field: string, value: string): (Run & { excluded: boolean }) | null {
  if (tokens.some((token) => isOperator(token, OR))) return null;
  for (const [i, token] of tokens.entries()) {
    const next = tokens[i + 1];
    // `region` and `attrs.region` are one field.
    if (token.kind !== 'field' || facetName(token.text.slice(0, -1)) !== facetName(field)) continue;
    if (next === undefined || depthAt(tokens, i) > 0) continue;
    // `service:led*` is not the service that is called `led*`.
    if (next.kind !== 'phrase' && (next.kind !== 'value' || /[*?]/.test(next.text))) continue;
    if (unquote(next.text).toLowerCase() !== value.toLowerCase()) continue;
    const sign = tokens[i - 1]?.kind === 'operator' ? i - 1 : beside(tokens, i, -1);
    const excluded = isOperator(tokens[sign], NEGATIONS);
    const first = excluded || (sign === i - 1 && isOperator(tokens[sign], ['+'])) ? sign : i;
    // Whatever is negated twice is nothing that one click could mean.
    if (first !== i && isOperator(tokens[beside(tokens, first, -1)], NEGATIONS)) continue;
    return { first, last: i + 1, excluded };
  }
  return null;
}
