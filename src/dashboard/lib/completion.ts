import { tokenize, unquote } from './query-tokens.ts';

/** What the caret stands in: the piece to replace, and what would fit there. */
export type Completion =
  | { kind: 'field'; prefix: string; start: number; end: number }
  | { kind: 'value'; field: string; prefix: string; start: number; end: number };

/** Null where nothing can be completed: inside a range, after a closing quote. */
export function completionAt(q: string, caret: number): Completion | null {
  const tokens = tokenize(q);
  const token = tokens.findLast((t) => t.start < caret && caret <= t.start + t.text.length);
  if (token === undefined || token.kind === 'space' || token.kind === 'paren') {
    return { kind: 'field', prefix: '', start: caret, end: caret };
  }
  const end = token.start + token.text.length;
  switch (token.kind) {
    case 'word':
      return { kind: 'field', prefix: q.slice(token.start, caret), start: token.start, end };
    case 'field':
      return caret === end
        ? { kind: 'value', field: token.text.slice(0, -1), prefix: '', start: end, end }
        : { kind: 'field', prefix: q.slice(token.start, caret), start: token.start, end };
    case 'value':
    case 'phrase':
      if (token.field === null) return null;
      return {
        kind: 'value',
        field: token.field,
        prefix: unquote(q.slice(token.start, caret)),
        start: token.start,
        end,
      };
    case 'operator':
      return token.text === '-' || token.text === '!' ? { kind: 'field', prefix: '', start: caret, end: caret } : null;
    case 'range':
      return null;
  }
}

export function matches(candidate: string, prefix: string): boolean {
  return candidate.toLowerCase().includes(prefix.toLowerCase());
}
