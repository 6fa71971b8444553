import type { Place } from './frame.ts';

export const NOWHERE: Place = { file: null, line: null, column: null };
/** Of a line or column: more digits are an identifier. */
const MAX_DIGITS = 9;
const WASM = ':wasm-function[';

/** `<file>:<line>:<column>`, `<file>:<line>` or `<file>`; also Firefox' eval (`<file> line 26 > eval:1:30`) and wasm (`<file>:wasm-function[1]:0x2a`). */
export function placeOf(text: string): Place {
  const wasm = text.indexOf(WASM);
  if (wasm > 0) {
    const offset = Number(text.slice(text.lastIndexOf(':') + 1));
    return { file: text.slice(0, wasm), line: 1, column: Number.isSafeInteger(offset) ? offset + 1 : null };
  }
  const last = cutNumber(text);
  const first = last && cutNumber(last.rest);
  const place = first
    ? { file: first.rest, line: first.number, column: last.number }
    : { file: last?.rest ?? text, line: last?.number ?? null, column: null };
  return outOfEval(place);
}

/** The number behind the last colon. Without regular expressions, as all that reads stacks: each of them goes over its text once. */
function cutNumber(text: string): { rest: string; number: number } | null {
  const colon = text.lastIndexOf(':');
  const digits = text.slice(colon + 1);
  if (colon <= 0 || digits === '' || digits.length > MAX_DIGITS) return null;
  for (let i = 0; i < digits.length; i++) {
    const unit = digits.charCodeAt(i);
    if (unit < 48 || unit > 57) return null;
  }
  return { rest: text.slice(0, colon), number: Number(digits) };
}

/** Firefox counts lines within the evaluated text; what a reader can open is where it was evaluated. */
function outOfEval(place: Place): Place {
  const at = place.file?.indexOf(' line ') ?? -1;
  if (place.file === null || at < 0 || !place.file.includes(' > ', at)) return place;
  const line = Number.parseInt(place.file.slice(at + ' line '.length), 10);
  return { file: place.file.slice(0, at), line: Number.isNaN(line) ? null : line, column: null };
}

/** Whether a text begins as addresses do: with a scheme, a path of Unix or Windows, or an engine's word for code without an address. */
export function beginsAsPlace(text: string): boolean {
  const unit = text[0];
  if (unit === '/' || unit === '[' || text.startsWith('debugger eval code')) return true;
  return hasScheme(text);
}

const SCHEME_CHARS = 32;

/** `https://…`, `webpack:///…`, `blob:…`, `node:fs`, `C:\…`. */
export function hasScheme(text: string): boolean {
  for (let i = 0; i < Math.min(text.length, SCHEME_CHARS); i++) {
    const unit = text.charCodeAt(i);
    const isLetter = (unit | 32) >= 97 && (unit | 32) <= 122;
    if (isLetter) continue;
    if (i > 0 && text[i] === ':') return isKnown(text.slice(0, i).toLowerCase(), text.slice(i + 1));
    const isInside = i > 0 && (text[i] === '-' || text[i] === '+' || text[i] === '.' || (unit >= 48 && unit <= 57));
    if (!isInside) return false;
  }
  return false;
}

/** A word and a colon begin many a sentence. */
function isKnown(scheme: string, rest: string): boolean {
  if (scheme.length === 1) return rest.startsWith('\\') || rest.startsWith('/');
  return rest.startsWith('//') || ['blob', 'data', 'node', 'native', 'webpack'].includes(scheme);
}
