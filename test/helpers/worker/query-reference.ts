import { toLevel } from '../../../src/ingest/index.ts';
import { type Json, LEVELS, type LogRecord } from '../../../src/wire/record.ts';

/** A search as a tree, as a test makes it up. */
export type Search =
  | { kind: 'and' | 'or'; items: Search[] }
  | { kind: 'not'; item: Search }
  | { kind: 'text'; field: string | null; text: string }
  /** `*` and `?` are wildcards. */
  | { kind: 'glob'; field: string | null; pattern: string }
  | { kind: 'compare'; field: string; op: '>' | '>=' | '<' | '<='; bound: string }
  | { kind: 'range'; field: string; low: string; high: string; closed: boolean }
  | { kind: 'exists'; field: string };

/** The search in the search language. */
export function render(search: Search): string {
  const quote = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`;
  const escaped = (text: string): string => text.replace(/[\s"()\\[\]{}:<>+!-]/g, '\\$&');
  const prefix = (field: string | null): string => (field === null ? '' : `${field.replace(/[ :"\\]/g, '\\$&')}:`);
  switch (search.kind) {
    case 'and':
    case 'or':
      return `(${search.items.map(render).join(search.kind === 'and' ? ' AND ' : ' OR ')})`;
    case 'not':
      return `NOT ${render(search.item)}`;
    case 'text':
      return prefix(search.field) + quote(search.text);
    case 'glob':
      return prefix(search.field) + escaped(search.pattern);
    case 'compare':
      return `${prefix(search.field)}${search.op}${quote(search.bound)}`;
    case 'range':
      return `${prefix(search.field)}${search.closed ? '[' : '{'}${quote(search.low)} TO ${quote(search.high)}${search.closed ? ']' : '}'}`;
    case 'exists':
      return `${prefix(search.field)}*`;
  }
}

/** What docs/search.md says, in the plainest code: no indexes, no pruning, every substring tried. */
export function naiveMatch(search: Search, record: LogRecord): boolean {
  switch (search.kind) {
    case 'and':
      return search.items.every((item) => naiveMatch(item, record));
    case 'or':
      return search.items.some((item) => naiveMatch(item, record));
    case 'not':
      return !naiveMatch(search.item, record);
    default:
      return leaf(search, record);
  }
}

type Leaf = Extract<Search, { field: string | null }>;

function leaf(search: Leaf, record: LogRecord): boolean {
  const { field } = search;
  if (field === null) return texts(record).some((value) => inText(search, value));
  if (field === 'message') {
    if (search.kind === 'exists') return record.message !== '';
    if (search.kind === 'text' && search.text === '') return record.message === '';
    if (search.kind === 'text' || search.kind === 'glob') return inText(search, record.message);
    return ordered(search, record.message);
  }
  if (field === 'level') return levelHolds(search, record);
  if (field === 'attrs') {
    return search.kind === 'exists'
      ? Object.keys(record.attrs).length > 0
      : leaves(record.attrs).some((v) => inText(search, v));
  }
  if (field === 'service' || field === 'userId' || field === 'stream' || field === 'type') {
    const value = record[field];
    if (search.kind === 'exists') return (value ?? '') !== '';
    return value !== undefined && scalar(search, value);
  }
  const values = at(record.attrs, field.replace(/^attrs\./, ''));
  if (search.kind === 'exists') return values.some((value) => value !== null);
  return values.some((value) => (value === null || typeof value !== 'object') && scalar(search, value));
}

function levelHolds(search: Leaf, { level }: LogRecord): boolean {
  const rank = (name: string): number => LEVELS.indexOf(toLevel(name) as (typeof LEVELS)[number]);
  const own = rank(level);
  switch (search.kind) {
    case 'exists':
      return true;
    case 'text':
      return own === rank(search.text);
    case 'glob':
      return wholeGlob(search.pattern).test(level);
    case 'compare':
      return compare(search.op, own - rank(search.bound));
    case 'range':
      return search.closed
        ? own >= rank(search.low) && own <= rank(search.high)
        : own > rank(search.low) && own < rank(search.high);
  }
}

function texts(record: LogRecord): Json[] {
  const { message, service, type, traceId, spanId, sessionId, userId, attrs } = record;
  return [message, service, type, traceId, spanId, sessionId, userId, ...leaves(attrs)].filter((v) => v !== undefined);
}

function leaves(value: Json): Json[] {
  if (value === null) return [];
  if (typeof value !== 'object') return [value];
  return (Array.isArray(value) ? value : Object.values(value)).flatMap(leaves);
}

/** Every reading of a dotted path: names may have dots in them. */
function at(value: Json, path: string): Json[] {
  if (Array.isArray(value)) return value.flatMap((item) => at(item, path));
  if (path === '') return [value];
  if (value === null || typeof value !== 'object') return [];
  return Object.keys(value).flatMap((name) => {
    if (path === name) return at(value[name] as Json, '');
    return path.startsWith(`${name}.`) ? at(value[name] as Json, path.slice(name.length + 1)) : [];
  });
}

const isWord = (char: string | undefined): boolean => char !== undefined && /[A-Za-z0-9_\u0080-\uffff]/.test(char);
const isEdge = (text: string, i: number): boolean => !(isWord(text[i - 1]) && isWord(text[i]));

function inText(search: Leaf, value: Json): boolean {
  const text = String(value).toLowerCase();
  const found = (test: (part: string) => boolean, openStart: boolean, openEnd: boolean): boolean => {
    for (let i = 0; i <= text.length; i++) {
      for (let j = i; j <= text.length; j++) {
        if ((openStart || isEdge(text, i)) && (openEnd || isEdge(text, j)) && test(text.slice(i, j))) return true;
      }
    }
    return false;
  };
  if (search.kind === 'text') {
    const isLong = /^-?\d{16,}$/.test(search.text) && typeof value === 'number' && value === Number(search.text);
    return isLong || found((part) => part === search.text.toLowerCase(), false, false);
  }
  if (search.kind !== 'glob') throw new Error('not a text search');
  const regex = globRegex(search.pattern, /[\t\n\v\f\r ]/.test(search.pattern) ? '[^]' : '[^\\t\\n\\v\\f\\r ]');
  return found((part) => regex.test(part), search.pattern.startsWith('*'), search.pattern.endsWith('*'));
}

function globRegex(pattern: string, any: string): RegExp {
  const source = [...pattern.toLowerCase()]
    .map((char) => (char === '*' ? `${any}*` : char === '?' ? any : char.replace(/[\\^$.*+?()[\]{}|/]/u, '\\$&')))
    .join('');
  return new RegExp(`^${source}$`, 'u');
}

const wholeGlob = (pattern: string): RegExp => globRegex(pattern, '[^]');

function scalar(search: Leaf, value: string | number | boolean | null): boolean {
  switch (search.kind) {
    case 'text': {
      const sameText = String(value).toLowerCase() === search.text.toLowerCase();
      return sameText || (typeof value === 'number' && numberOf(search.text) === value);
    }
    case 'glob':
      return value !== null && wholeGlob(search.pattern).test(String(value).toLowerCase());
    case 'exists':
      return true;
    default:
      return ordered(search, value);
  }
}

function ordered(search: Leaf, value: string | number | boolean | null): boolean {
  const against = (bound: string, op: '>' | '>=' | '<' | '<='): boolean => {
    const number = numberOf(bound);
    if (number !== null) {
      const own = typeof value === 'number' ? value : typeof value === 'string' ? numberOf(value.trim()) : null;
      return own !== null && compare(op, own === number ? 0 : own > number ? 1 : -1);
    }
    if (typeof value !== 'string') return false;
    const [a, b] = [value.toLowerCase(), bound.toLowerCase()];
    return compare(op, a === b ? 0 : a > b ? 1 : -1);
  };
  if (search.kind === 'compare') return against(search.bound, search.op);
  if (search.kind !== 'range') throw new Error('not an ordered search');
  return against(search.low, search.closed ? '>=' : '>') && against(search.high, search.closed ? '<=' : '<');
}

function numberOf(text: string): number | null {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

function compare(op: string, order: number): boolean {
  return op === '>' ? order > 0 : op === '>=' ? order >= 0 : op === '<' ? order < 0 : order <= 0;
}
