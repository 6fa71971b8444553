import type { GlobPart, QueryError } from './ast.ts';

/** Thrown inside the parser only; parse.ts turns it into a value. */
export class SyntaxStop extends Error {
  readonly error: QueryError;
  constructor(position: number, length: number, reason: string) {
    super(reason);
    this.error = { position, length, reason };
  }
}

const SPACE = /\s*/uy;
/** `\x` stands for x, so that a field may be called anything. Only an escape may make it end in a dot, a slash or a minus. */
const FIELD_NAME = /(?:\\[\s\S]|[\p{L}_@$])(?:(?:\\[\s\S]|[\p{L}\p{N}_.@$/-])*(?:\\[\s\S]|[\p{L}\p{N}_@$]))?:/uy;
const KEYWORD = /(?:AND|OR|NOT|&&|\|\|)(?=[\s()"]|$)/uy;

/** The text, and how far it has been read. */
export class Scanner {
  readonly text: string;
  at = 0;
  /** Terms met so far. */
  terms = 0;

  constructor(text: string) {
    this.text = text;
  }

  get char(): string {
    return this.text[this.at] ?? '';
  }

  get isEnd(): boolean {
    return this.at >= this.text.length;
  }

  stop(position: number, length: number, reason: string): never {
    throw new SyntaxStop(position, length, reason);
  }

  skipSpace(): void {
    SPACE.lastIndex = this.at;
    SPACE.exec(this.text);
    this.at = SPACE.lastIndex;
  }

  /** True where a term ends: at space, a parenthesis that closes, or the end. */
  get isBreak(): boolean {
    return this.isEnd || this.char === ')' || /\s/u.test(this.char);
  }

  keyword(): 'AND' | 'OR' | 'NOT' | null {
    KEYWORD.lastIndex = this.at;
    switch (KEYWORD.exec(this.text)?.[0]) {
      case 'AND':
      case '&&':
        return 'AND';
      case 'OR':
      case '||':
        return 'OR';
      case 'NOT':
        return 'NOT';
      default:
        return null;
    }
  }

  takeKeyword(): void {
    KEYWORD.lastIndex = this.at;
    KEYWORD.exec(this.text);
    this.at = KEYWORD.lastIndex;
  }

  /** `name:`, unless it is the start of a URL (`http://`) or of something like `fe80::1`. */
  takeFieldName(): string | null {
    FIELD_NAME.lastIndex = this.at;
    const found = FIELD_NAME.exec(this.text)?.[0];
    if (found === undefined) return null;
    const next = this.at + found.length;
    if (this.text[next] === ':' || this.text.startsWith('//', next)) return null;
    this.at = next;
    return found.slice(0, -1).replace(/\\([\s\S])/gu, '$1');
  }

  /** The text between quotes; `\"` and `\\` are escapes, any other backslash is itself, so that Windows paths can be pasted. */
  takeQuoted(): string {
    const start = this.at;
    let out = '';
    for (let i = start + 1; i < this.text.length; i++) {
      const char = this.text[i] as string;
      const next = this.text[i + 1];
      if (char === '"') {
        this.at = i + 1;
        return out;
      }
      if (char === '\\' && (next === '"' || next === '\\')) {
        out += next;
        i++;
      } else {
        out += char;
      }
    }
    return this.stop(start, this.text.length - start, 'this quote is never closed');
  }

  /** Characters up to space, a parenthesis, a quote or one of `stops`; wildcards and escapes understood. */
  takeWord(stops: string): GlobPart[] {
    const parts: GlobPart[] = [];
    let literal = '';
    const close = (): void => {
      if (literal !== '') parts.push({ kind: 'literal', text: literal });
      literal = '';
    };
    for (; !this.isBreak && this.char !== '(' && this.char !== '"' && !stops.includes(this.char); this.at++) {
      const char = this.char;
      if (char === '\\') {
        this.at++;
        if (this.isEnd) this.stop(this.at - 1, 1, 'a backslash needs a character behind it');
        literal += this.char;
      } else if (char === '*') {
        close();
        if (parts.at(-1)?.kind !== 'run') parts.push({ kind: 'run' });
      } else if (char === '?') {
        close();
        parts.push({ kind: 'one' });
      } else {
        literal += char;
      }
    }
    close();
    return parts;
  }
}
