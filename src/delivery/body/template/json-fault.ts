import type { Fault } from './types.ts';

const TOKEN =
  /[\t\n\r ]*(?:("(?:[^"\\\p{Cc}]|[\u007f-\u009f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)|([{}[\],:]))/uy;

type Expected = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'nothing more';

/**
 * Where a text stops being JSON (RFC 8259), and what should be there. JSON.parse decides whether it is; it names no place for most faults, and quotes
 * the text around them.
 */
export function jsonFault(text: string): Fault | null {
  const around: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  for (let at = 0; ; ) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (match === null) {
      const position = at + (/^[\t\n\r ]*/.exec(text.slice(at))?.[0].length ?? 0);
      return position >= text.length && expected === 'nothing more' ? null : fault(expected, position);
    }
    const position = TOKEN.lastIndex - (match[1] ?? match[2] ?? match[3] ?? '').length;
    const next = after(match, expected, around);
    if (next === null) return fault(expected, position);
    expected = next;
    at = TOKEN.lastIndex;
  }
}

function fault(expected: Expected, position: number): Fault {
  return { reason: `what the template makes is no JSON: here ${expected} is expected`, position };
}

/** What may follow; null where this may not be here. */
function after([, text, scalar, mark]: RegExpExecArray, expected: Expected, around: ('{' | '[')[]): Expected | null {
  const takesValue = expected === 'value' || expected === 'value or ]';
  if (text !== undefined && (expected === 'name' || expected === 'name or }')) return ':';
  if (text !== undefined || scalar !== undefined) return takesValue ? behindValue(around) : null;
  if (mark === '{' || mark === '[') {
    if (!takesValue) return null;
    around.push(mark);
    return mark === '{' ? 'name or }' : 'value or ]';
  }
  if (mark === ':') return expected === ':' ? 'value' : null;
  if (mark === ',') return expected === ', or }' ? 'name' : expected === ', or ]' ? 'value' : null;
  const mayClose = mark === '}' ? [', or }', 'name or }'] : [', or ]', 'value or ]'];
  if (!mayClose.includes(expected)) return null;
  around.pop();
  return behindValue(around);
}

function behindValue(around: readonly ('{' | '[')[]): Expected {
  const innermost = around.at(-1);
  return innermost === undefined ? 'nothing more' : innermost === '{' ? ', or }' : ', or ]';
}
