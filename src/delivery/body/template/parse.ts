import { err, ok, type Result } from '../../../shared/result.ts';
import { parsePath } from './path.ts';
import { type Fault, HELPERS, type Helper, type Node, type Path } from './types.ts';

const TAG = /\{\{([^{}]*)\}\}/g;
const MAX_DEPTH = 16;
const MAX_TRUNCATED_CHARS = 100_000;

/** A block that is not closed yet, and what its nodes go into. */
interface Open {
  kind: 'each' | 'if' | 'unless' | null;
  at: number;
  path: Path;
  body: Node[];
  otherwise: Node[] | null;
  /** Whether it began between quotes: so must it end, or the same `{{…}}` would stand inside a string for one event and outside for another. */
  inString: boolean;
}

class Unparsable extends Error {
  readonly fault: Fault;
  constructor(position: number, reason: string) {
    super(reason);
    this.fault = { reason, position };
  }
}

/**
 * The syntax is a part of Handlebars', which compiles with `new Function`; Mustache escapes for HTML wherever it is, and says no place. Here every value
 * is escaped for the place that it stands in, inside a JSON string or outside, which the text around it decides.
 */
export function parseTemplate(template: string): Result<Node[], Fault> {
  try {
    return ok(new Parser(template).parse());
  } catch (cause) {
    if (cause instanceof Unparsable) return err(cause.fault);
    throw cause;
  }
}

class Parser {
  readonly #template: string;
  readonly #open: Open[];
  #inString = false;

  constructor(template: string) {
    this.#template = template;
    this.#open = [
      { kind: null, at: 0, path: { up: 0, loop: null, keys: [] }, body: [], otherwise: null, inString: false },
    ];
  }

  parse(): Node[] {
    let at = 0;
    for (const match of this.#template.matchAll(TAG)) {
      this.#text(at, match.index);
      this.#tag((match[1] ?? '').trim(), match.index);
      at = match.index + match[0].length;
    }
    this.#text(at, this.#template.length);
    const { kind, at: openAt, body } = this.#top();
    if (kind !== null) throw new Unparsable(openAt, `{{#${kind}}} has no {{/${kind}}}`);
    return body;
  }

  #text(from: number, to: number): void {
    const text = this.#template.slice(from, to);
    const stray = text.indexOf('{{');
    if (stray >= 0) throw new Unparsable(from + stray, '{{ is not closed by }}');
    if (text === '') return;
    for (let i = 0; i < text.length; i++) {
      if (text[i] === '"') this.#inString = !this.#inString;
      else if (text[i] === '\\' && this.#inString) {
        if (i === text.length - 1 && to < this.#template.length)
          throw new Unparsable(from + i, 'a backslash must not stand before {{');
        i++;
      }
    }
    this.#into().push({ kind: 'text', at: from, text });
  }

  #tag(tag: string, at: number): void {
    const [, mark, name = '', rest = ''] = /^([#/]?)(\S*)\s*(.*)$/s.exec(tag) ?? [];
    if (tag === 'else') this.#else(at);
    else if (mark === '#') this.#begin(name, rest, at);
    else if (mark === '/') this.#end(name, at);
    else if (rest === '') this.#value(null, this.#path(name, at), 0, at);
    else this.#helped(name, rest.split(/\s+/), at);
  }

  #helped(name: string, [path = '', limit, ...more]: string[], at: number): void {
    const helper = HELPERS.find((known) => known === name);
    if (helper === undefined)
      throw new Unparsable(at, `there is no helper of this name; there are ${HELPERS.join(', ')}`);
    const maxChars = helper === 'truncate' && /^\d{1,6}$/.test(limit ?? '') ? Number(limit) : 0;
    const isWrong = helper === 'truncate' ? maxChars < 1 || maxChars > MAX_TRUNCATED_CHARS : limit !== undefined;
    if (isWrong || more.length > 0)
      throw new Unparsable(at, helper === 'truncate' ? 'write {{truncate path 200}}' : `write {{${helper} path}}`);
    this.#value(helper, this.#path(path, at), maxChars, at);
  }

  #value(helper: Helper | null, path: Path, maxChars: number, at: number): void {
    this.#into().push({ kind: 'value', at, path, helper, maxChars, inString: this.#inString });
  }

  #begin(name: string, rest: string, at: number): void {
    if (name !== 'each' && name !== 'if' && name !== 'unless')
      throw new Unparsable(at, 'there are the blocks {{#each path}}, {{#if path}} and {{#unless path}}');
    if (this.#open.length > MAX_DEPTH) throw new Unparsable(at, `blocks are nested more than ${MAX_DEPTH} deep`);
    const path = this.#path(rest, at);
    this.#open.push({ kind: name, at, path, body: [], otherwise: null, inString: this.#inString });
  }

  #else(at: number): void {
    const open = this.#top();
    if (open.kind === null || open.otherwise !== null) throw new Unparsable(at, '{{else}} belongs to no open block');
    this.#mustMatch(open);
    open.otherwise = [];
  }

  #end(name: string, at: number): void {
    const open = this.#top();
    if (open.kind === null || open.kind !== name) {
      const expected = open.kind === null ? 'no block is open' : `{{/${open.kind}}} is expected`;
      throw new Unparsable(at, expected);
    }
    this.#mustMatch(open);
    this.#open.pop();
    const { kind, body, otherwise } = open;
    const [first, second] = kind === 'unless' ? [otherwise ?? [], body] : [body, otherwise ?? []];
    const node = { at: open.at, path: open.path, body: first, otherwise: second };
    this.#into().push({ kind: kind === 'each' ? 'each' : 'if', ...node });
  }

  #mustMatch({ at, inString }: Open): void {
    if (this.#inString !== inString)
      throw new Unparsable(at, 'a quote that begins within a block must end within it, and one before it after it');
  }

  #path(text: string, at: number): Path {
    const path = parsePath(text);
    if (path === null) throw new Unparsable(at, text === '' ? 'a path is missing' : 'this is no path');
    return path;
  }

  #top(): Open {
    const open = this.#open.at(-1);
    if (open === undefined) throw new Error('the root is always open');
    return open;
  }

  #into(): Node[] {
    const { body, otherwise } = this.#top();
    return otherwise ?? body;
  }
}
