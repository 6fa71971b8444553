import { err, ok, type Result } from '../../shared/result.ts';
import { MAX_QUERY_CHARS } from '../../wire/limits.ts';
import type { Comparison, FieldTest, GlobPart, QueryError, QueryNode, TextTest } from './ast.ts';
import { Scanner, SyntaxStop } from './scanner.ts';

/** Parentheses and negations inside each other; a person never comes near it, and it bounds every recursion over the tree. */
const MAX_NESTING = 50;
/** Each term is tried on each record that the index cannot rule out. */
const MAX_TERMS = 256;
/** Each `?` is tried at each character of a value. */
const MAX_WILDCARDS = 32;

/** Text → tree. Never throws, whatever the text. docs/search.md describes the language. */
export function parseQuery(text: string): Result<QueryNode, QueryError> {
  if (text.length > MAX_QUERY_CHARS) {
    const reason = `a search may have ${MAX_QUERY_CHARS} characters`;
    return err({ position: MAX_QUERY_CHARS, length: text.length - MAX_QUERY_CHARS, reason });
  }
  const scanner = new Scanner(text);
  try {
    scanner.skipSpace();
    if (scanner.isEnd) return ok({ kind: 'all' });
    const node = parseOr(scanner, null, 0);
    if (!scanner.isEnd) scanner.stop(scanner.at, 1, 'this parenthesis was never opened');
    return ok(node);
  } catch (stop) {
    if (stop instanceof SyntaxStop) return err(stop.error);
    throw stop;
  }
}

/** A field whose value is a group: `field:(a OR b)`. */
interface Group {
  field: string;
  position: number;
}

function parseOr(scanner: Scanner, group: Group | null, depth: number): QueryNode {
  const items = [parseAnd(scanner, group, depth)];
  while (scanner.keyword() === 'OR') {
    takeBinary(scanner, 'OR');
    items.push(parseAnd(scanner, group, depth));
  }
  return items.length === 1 ? (items[0] as QueryNode) : { kind: 'or', items };
}

function parseAnd(scanner: Scanner, group: Group | null, depth: number): QueryNode {
  const items = [parseUnary(scanner, group, depth)];
  for (;;) {
    scanner.skipSpace();
    if (scanner.isEnd || scanner.char === ')') break;
    const keyword = scanner.keyword();
    if (keyword === 'OR') break;
    if (keyword === 'AND') takeBinary(scanner, 'AND');
    items.push(parseUnary(scanner, group, depth));
  }
  return items.length === 1 ? (items[0] as QueryNode) : { kind: 'and', items };
}

function takeBinary(scanner: Scanner, name: string): void {
  const start = scanner.at;
  scanner.takeKeyword();
  const length = scanner.at - start;
  scanner.skipSpace();
  if (scanner.isEnd || scanner.char === ')') {
    scanner.stop(start, length, `something is missing after ${name}; write "${name}" in quotes to search for the word`);
  }
}

function parseUnary(scanner: Scanner, group: Group | null, depth: number): QueryNode {
  scanner.skipSpace();
  const start = scanner.at;
  const keyword = scanner.keyword();
  if (keyword === 'NOT') {
    takeBinary(scanner, 'NOT');
    return negate(scanner, group, depth, start);
  }
  if (keyword !== null) {
    const length = scanner.text.startsWith('OR', start) || !/[A-Z]/.test(scanner.char) ? 2 : 3;
    scanner.stop(
      start,
      length,
      `something is missing before ${keyword}; write "${keyword}" in quotes to search for the word`,
    );
  }
  const sign = scanner.char;
  const next = scanner.text[start + 1] ?? ' ';
  // `--flag` and a lone sign are words; `+term` is what it says in Lucene, where terms are optional unless marked.
  if (
    (sign === '-' || sign === '!' || sign === '+') &&
    next !== sign &&
    next !== ')' &&
    next !== '=' &&
    !/\s/u.test(next)
  ) {
    scanner.at++;
    if (sign !== '+') return negate(scanner, group, depth, start);
  }
  return parsePrimary(scanner, group, depth);
}

function negate(scanner: Scanner, group: Group | null, depth: number, start: number): QueryNode {
  if (depth >= MAX_NESTING) scanner.stop(start, 1, `nested deeper than ${MAX_NESTING} levels`);
  return { kind: 'not', item: parseUnary(scanner, group, depth + 1) };
}

function parsePrimary(scanner: Scanner, group: Group | null, depth: number): QueryNode {
  if (scanner.char === '(') return parseParentheses(scanner, group, depth);
  const start = scanner.at;
  if (++scanner.terms > MAX_TERMS) scanner.stop(start, 1, `a search may have ${MAX_TERMS} terms`);
  if (group) {
    const test = parseFieldTest(scanner, group.field);
    return { kind: 'field', name: group.field, test, span: { position: start, length: scanner.at - start } };
  }
  const name = scanner.char === '"' ? null : scanner.takeFieldName();
  if (name === null) return { kind: 'bare', test: parseBare(scanner) } satisfies QueryNode;
  if (scanner.char === '(') return parseParentheses(scanner, { field: name, position: start }, depth);
  if (scanner.isBreak) {
    scanner.stop(start, scanner.at - start, `the value must follow "${name}:" directly; write ${name}:* for any value`);
  }
  const test = parseFieldTest(scanner, name);
  return { kind: 'field', name, test, span: { position: start, length: scanner.at - start } };
}

function parseParentheses(scanner: Scanner, group: Group | null, depth: number): QueryNode {
  const start = scanner.at;
  if (depth >= MAX_NESTING) scanner.stop(start, 1, `nested deeper than ${MAX_NESTING} levels`);
  scanner.at++;
  scanner.skipSpace();
  if (scanner.char === ')') scanner.stop(start, scanner.at + 1 - start, 'there is nothing between these parentheses');
  if (scanner.isEnd) scanner.stop(start, 1, 'this parenthesis is never closed');
  const node = parseOr(scanner, group, depth + 1);
  if (scanner.char !== ')') scanner.stop(start, 1, 'this parenthesis is never closed');
  scanner.at++;
  return node;
}

function parseBare(scanner: Scanner): TextTest {
  const start = scanner.at;
  if (scanner.char === '"') {
    const text = scanner.takeQuoted();
    if (text.trim() === '') scanner.stop(start, scanner.at - start, 'there is nothing between these quotes');
    return { kind: 'text', text };
  }
  if (scanner.char === ')') scanner.stop(start, 1, 'this parenthesis was never opened');
  return textTest(scanner, start, scanner.takeWord(''));
}

function parseFieldTest(scanner: Scanner, field: string): FieldTest {
  const start = scanner.at;
  switch (scanner.char) {
    case '"':
      return { kind: 'text', text: scanner.takeQuoted() };
    case '[':
    case '{':
      return parseRange(scanner);
    case '>':
    case '<': {
      const op = (scanner.text[start + 1] === '=' ? `${scanner.char}=` : scanner.char) as Comparison;
      scanner.at += op.length;
      scanner.skipSpace();
      return { kind: 'compare', op, bound: takeBound(scanner, '', start) };
    }
    default: {
      const parts = scanner.takeWord('');
      if (parts.length === 0) scanner.stop(start, 1, `a value of "${field}" is missing here`);
      if (parts.length === 1 && parts[0]?.kind === 'run') return { kind: 'exists' };
      return textTest(scanner, start, parts);
    }
  }
}

function parseRange(scanner: Scanner): FieldTest {
  const start = scanner.at;
  const lowInclusive = scanner.char === '[';
  scanner.at++;
  const low = takeRangeBound(scanner, start);
  scanner.skipSpace();
  if (!/^TO(?=\s)/u.test(scanner.text.slice(scanner.at, scanner.at + 3))) {
    scanner.stop(start, Math.max(1, scanner.at - start), 'a range is written [low TO high], with * for an open end');
  }
  scanner.at += 2;
  const high = takeRangeBound(scanner, start);
  scanner.skipSpace();
  if (scanner.char !== ']' && scanner.char !== '}') {
    scanner.stop(start, Math.max(1, scanner.at - start), 'this range is never closed; end it with ] or }');
  }
  const highInclusive = scanner.char === ']';
  scanner.at++;
  return { kind: 'range', low, high, lowInclusive, highInclusive };
}

function takeRangeBound(scanner: Scanner, rangeStart: number): string | null {
  scanner.skipSpace();
  if (scanner.char === '*' && /[\s\]}]|^$/u.test(scanner.text[scanner.at + 1] ?? '')) {
    scanner.at++;
    return null;
  }
  return takeBound(scanner, ']}', rangeStart);
}

function takeBound(scanner: Scanner, stops: string, start: number): string {
  if (scanner.char === '"') return scanner.takeQuoted();
  const wordStart = scanner.at;
  const parts = scanner.takeWord(stops);
  const [part] = parts;
  if (!part) return scanner.stop(start, Math.max(1, scanner.at - start), 'a value to compare with is missing');
  if (parts.length > 1 || part.kind !== 'literal') {
    return scanner.stop(
      wordStart,
      scanner.at - wordStart,
      'wildcards cannot be compared; put the value in quotes if it has a * or ?',
    );
  }
  return part.text;
}

function textTest(scanner: Scanner, start: number, parts: GlobPart[]): TextTest {
  if (parts.filter(({ kind }) => kind !== 'literal').length > MAX_WILDCARDS) {
    scanner.stop(start, scanner.at - start, `a pattern may have ${MAX_WILDCARDS} wildcards`);
  }
  const [part] = parts;
  return parts.length === 1 && part?.kind === 'literal' ? { kind: 'text', text: part.text } : { kind: 'glob', parts };
}
