/** A piece of a search as typed: enough to colour it and to complete it; the server alone decides what it means. */
export interface Token {
  kind: 'space' | 'word' | 'field' | 'value' | 'phrase' | 'range' | 'operator' | 'paren';
  text: string;
  start: number;
  /** For a value, phrase or range: the field it belongs to. */
  field: string | null;
}

const KEYWORDS = new Set(['AND', 'OR', 'NOT', '&&', '||']);
/** As src/query reads it: a backslash takes any character in; `http://` and `fe80::1` are words. */
const FIELD = /^(?:\\[\s\S]|[\p{L}_@$])(?:(?:\\[\s\S]|[\p{L}\p{N}_.@$/-])*(?:\\[\s\S]|[\p{L}\p{N}_@$]))?:(?!:|\/\/)/u;
const COMPARISON = /^(?:>=|<=|>|<)/;

export function tokenize(q: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let field: string | null = null;
  const push = (kind: Token['kind'], length: number) => {
    tokens.push({ kind, text: q.slice(at, at + length), start: at, field });
    at += length;
  };
  while (at < q.length) {
    const rest = q.slice(at);
    const space = /^\s+/.exec(rest);
    if (space) {
      field = null;
      push('space', space[0].length);
      continue;
    }
    const char = rest[0] ?? '';
    if (char === '"') {
      push('phrase', phraseLength(rest));
      field = null;
    } else if (char === '(' || char === ')') {
      push('paren', 1);
      if (char === ')') field = null;
    } else if (field !== null && (char === '[' || char === '{')) {
      const end = rest.search(/[\]}]/);
      push('range', end < 0 ? rest.length : end + 1);
      field = null;
    } else if (
      field === null &&
      (char === '-' || char === '!' || char === '+') &&
      rest.length > 1 &&
      !/^.\s/.test(rest)
    ) {
      push('operator', 1);
    } else {
      const name: RegExpExecArray | null = field === null ? FIELD.exec(rest) : null;
      const comparison: RegExpExecArray | null = field !== null ? COMPARISON.exec(rest) : null;
      if (name) {
        push('field', name[0].length);
        field = name[0].slice(0, -1);
      } else if (comparison) push('operator', comparison[0].length);
      else {
        const word = /^[^\s()"]+/.exec(rest)?.[0] ?? char;
        if (field === null && KEYWORDS.has(word)) push('operator', word.length);
        else push(field === null ? 'word' : 'value', word.length);
        field = null;
      }
    }
  }
  return tokens;
}

function phraseLength(text: string): number {
  for (let i = 1; i < text.length; i++) {
    if (text[i] === '\\') i++;
    else if (text[i] === '"') return i + 1;
  }
  return text.length;
}

/** The words a reader wants to see marked in messages: free words and phrases, not fields and not what is excluded. */
export function highlightWords(q: string): string[] {
  const words: string[] = [];
  let negated = false;
  for (const token of tokenize(q)) {
    if (token.kind === 'operator') negated = token.text === '-' || token.text === '!' || token.text === 'NOT';
    else if (token.kind !== 'space') {
      const free = token.field === null || token.field === 'message';
      if (!negated && free && (token.kind === 'word' || token.kind === 'phrase' || token.kind === 'value')) {
        // In quotes a star is a star; outside it stands for anything, and what lies between is what was found.
        const parts = token.kind === 'phrase' ? [unquote(token.text)] : token.text.split(/[*?]/);
        words.push(...parts.filter((part) => part !== ''));
      }
      if (token.kind !== 'field') negated = false;
    }
  }
  return words;
}

export function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  const body = text.endsWith('"') && text.length > 1 ? text.slice(1, -1) : text.slice(1);
  return body.replace(/\\(["\\])/g, '$1');
}
