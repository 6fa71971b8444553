import {
  Composer,
  type Document,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  Lexer,
  type ParsedNode,
  Parser,
  type YAMLError,
} from 'yaml';
import type { Json } from '../../wire/record.ts';
import { integer } from './binary-value.ts';
import { MAX_UNIT_BYTES, MAX_UNIT_DEPTH, TOO_DEEP } from './unit.ts';

/** An alias may be used this often; the library refuses more, counted as they multiply. */
const MAX_ALIAS_COUNT = 100;
/** A level is one token on the parser's stack; the document and a scalar are on it too. */
const MAX_PARSER_DEPTH = MAX_UNIT_DEPTH + 2;
const TOO_MUCH = `is larger than ${MAX_UNIT_BYTES} bytes when its aliases are written out`;

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  merge: false,
  /** Of `!!binary`, `!!set` and the like: the core schema has none, and nothing of ours makes objects out of text. */
  resolveKnownTags: false,
  /** Integers beyond 2^53 keep their digits. */
  intAsBigInt: true,
  /** The library compares each key with all before it; duplicateKey() takes one look at each. */
  uniqueKeys: false,
  logLevel: 'error',
  /** Each of a thousand errors would copy its surroundings; the line of the first is enough. */
  prettyErrors: false,
} as const;

/** One document: its value, or why it has none. */
export type YamlDocument = { value: Json; isEmpty: boolean } | { reason: string };

/** The documents of a text. A splitter has cut it before, so mostly one; none where it holds nothing but comments. */
export function yamlDocuments(text: string): YamlDocument[] {
  const misplaced = directiveError(text);
  if (misplaced !== null) return [{ reason: `not valid YAML: ${misplaced}` }];
  const { stackTraceLimit } = Error;
  try {
    // A text can have an error at each byte, and the library keeps them all: without their traces that takes a third of the time and memory.
    Error.stackTraceLimit = 0;
    const composer = new Composer<ParsedNode, true>(OPTIONS);
    const documents = composed(text, composer);
    if (documents === null) return [{ reason: TOO_DEEP }];
    if (documents.length > 0) return documents.map((document) => documentOf(document, text));
    const [error] = composer.streamInfo().errors;
    return error ? [{ reason: errorIn(text, error) }] : [];
  } catch (cause) {
    // A stack that has run out (RangeError) is the one throw known here; whatever else it may be, this text made it and costs only itself.
    return [{ reason: reasonOf(cause) }];
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

/**
 * The library's parseAllDocuments() with a look at how deep the parser is: composing and reading recurse, and to run out of stack takes a hundred
 * times as long as to refuse. Null where the text nests too deep.
 */
function composed(text: string, composer: Composer<ParsedNode, true>): Document.Parsed<ParsedNode, true>[] | null {
  const parser = new Parser();
  const documents: Document.Parsed<ParsedNode, true>[] = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) documents.push(...composer.next(token));
    if (parser.stack.length > MAX_PARSER_DEPTH) return null;
  }
  for (const token of parser.end()) documents.push(...composer.next(token));
  documents.push(...composer.end());
  return documents;
}

/** What the library lets pass of directives (YAML 1.2.2, 6.8.1 and 9.2): two of the version, and those that no document follows. */
function directiveError(text: string): string | null {
  if (!text.includes('%')) return null;
  const names: string[] = [];
  for (const line of text.split('\n')) {
    if (line.startsWith('%')) names.push(line.split(/\s/, 1)[0] as string);
    else if (!/^\s*(#|$)/.test(line)) {
      const isMarked = /^---(\s|$)/.test(line);
      if (!isMarked && names.length > 0) return 'directives stand before no document';
      return names.filter((name) => name === '%YAML').length > 1 ? 'the version is given twice' : null;
    }
  }
  return names.length > 0 ? 'directives stand before no document' : null;
}

function documentOf(document: Document.Parsed<ParsedNode, true>, text: string): YamlDocument {
  const [error] = document.errors;
  if (error) return { reason: errorIn(text, error) };
  try {
    const repeated = duplicateKey(document.contents);
    if (repeated !== null)
      return { reason: `not valid YAML: the key ${JSON.stringify(repeated)} stands twice in one map` };
    const value = new Walk().toJson(document.toJS({ maxAliasCount: MAX_ALIAS_COUNT }), 0);
    return { value, isEmpty: document.contents === null || isNothing(document.contents) };
  } catch (cause) {
    return { reason: cause instanceof Refused ? cause.message : reasonOf(cause) };
  }
}

/** Not even `null` is written. */
function isNothing(node: ParsedNode): boolean {
  return isScalar(node) && node.source === '' && node.type === 'PLAIN' && !node.tag && !node.anchor;
}

function errorIn(text: string, error: YAMLError): string {
  const before = text.slice(0, error.pos[0]).split('\n');
  return `${reasonOf(error)} at line ${before.length}, column ${(before.at(-1)?.length ?? 0) + 1}`;
}

function reasonOf(cause: unknown): string {
  return `not valid YAML: ${cause instanceof Error ? cause.message : String(cause)}`;
}

/** The first key that a map has twice. Maps behind aliases were looked at where they stand. */
function duplicateKey(node: unknown): string | null {
  if (isSeq(node)) return firstOf(node.items, duplicateKey);
  if (!isMap(node)) return null;
  const keys = new Set<unknown>();
  return firstOf(node.items, (pair) => {
    if (!isPair(pair)) return null;
    if (isScalar(pair.key)) {
      if (keys.has(pair.key.value)) return String(pair.key.value);
      keys.add(pair.key.value);
    }
    return (isNode(pair.key) ? duplicateKey(pair.key) : null) ?? duplicateKey(pair.value);
  });
}

function firstOf<T>(items: readonly T[], find: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

class Refused extends Error {}

/** Aliases make one object stand in many places, also in itself: what is counted is what the JSON would have. */
class Walk {
  #left = MAX_UNIT_BYTES;

  toJson(value: unknown, depth: number): Json {
    this.#left -= typeof value === 'string' ? value.length : 1;
    if (this.#left < 0) throw new Refused(TOO_MUCH);
    if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
    if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
    if (typeof value === 'bigint') return integer(value);
    if (typeof value !== 'object') return null;
    if (depth > MAX_UNIT_DEPTH) throw new Refused(TOO_DEEP);
    if (Array.isArray(value)) return value.map((inner) => this.toJson(inner, depth + 1));
    // As own properties, `__proto__` too.
    return Object.fromEntries(
      Object.entries(value).map(([key, inner]) => {
        this.#left -= key.length;
        return [key, this.toJson(inner, depth + 1)];
      }),
    );
  }
}
