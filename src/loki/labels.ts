import { err, ok, type Result } from '../shared/result.ts';
import type { JsonObject } from '../wire/record.ts';

const NAME = /[^\s={},"]+/y;
const BLANKS = /[\s,]*/y;
const EQUALS = /\s*=\s*/y;
/** As Go quotes: escapes, no bare quote. */
const QUOTED = /"[^"\\]*(?:\\[\s\S][^"\\]*)*"/y;
/** Escaped, the longest labels that are taken (entry.ts). */
const MAX_TEXT_CHARS = 64 * 1024;

/**
 * The labels of a protobuf stream, `{job="x", level="info"}`. Lenient where clients are (winston-loki writes names that Loki would refuse); an
 * error where the text does not say which value belongs to which name.
 */
export function parseLabels(text: string): Result<JsonObject, string> {
  if (text.length > MAX_TEXT_CHARS) return err(`the labels are longer than ${MAX_TEXT_CHARS} characters`);
  const labels: JsonObject = {};
  const body = text.trim();
  if (!body.startsWith('{') || !body.endsWith('}')) return err('the labels are not in braces');
  let at = 1;
  const take = (pattern: RegExp): string | null => {
    pattern.lastIndex = at;
    const found = pattern.exec(body)?.[0] ?? null;
    if (found !== null) at = pattern.lastIndex;
    return found;
  };
  for (take(BLANKS); at < body.length - 1; take(BLANKS)) {
    const name = take(NAME);
    if (name === null || take(EQUALS) === null) return err(`no label at character ${at}`);
    const quoted = take(QUOTED);
    if (quoted === null || at >= body.length) return err(`the value of ${name.slice(0, 64)} is not in quotes`);
    Object.defineProperty(labels, name, {
      value: unquote(quoted.slice(1, -1)),
      enumerable: true,
      configurable: true,
      writable: true,
    });
  }
  return ok(labels);
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};
const ESCAPE = /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([\s\S]))/g;

/** Go's escapes (strconv.Quote), which is what Prometheus' label sets print. */
function unquote(text: string): string {
  if (!text.includes('\\')) return text;
  return text.replace(ESCAPE, (_whole, byte?: string, short?: string, long?: string, char?: string) => {
    const hex = byte ?? short ?? long;
    if (hex === undefined) return SIMPLE[char ?? ''] ?? char ?? '';
    const point = Number.parseInt(hex, 16);
    return point <= 0x10ffff ? String.fromCodePoint(point) : '\ufffd';
  });
}
