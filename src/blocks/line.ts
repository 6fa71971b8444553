/**
 * Stored NDJSON lines start with `{"id":"<36 characters>","ts":<digits>,` (wire/record.ts), so time and id are read at fixed
 * offsets: a time filter costs no JSON.parse.
 */
const ID_AT = '{"id":"'.length;
const ID_CHARS = 36;
const TS_AT = ID_AT + ID_CHARS + '","ts":'.length;
const COMMA = 44;
const MINUS = 45;
const ZERO = 48;

export function lineId(text: string, lineStart: number): string {
  return text.slice(lineStart + ID_AT, lineStart + ID_AT + ID_CHARS);
}

export function lineTs(text: string, lineStart: number): number {
  let at = lineStart + TS_AT;
  const negative = text.charCodeAt(at) === MINUS;
  if (negative) at++;
  let ts = 0;
  for (let unit = text.charCodeAt(at); unit !== COMMA && at < text.length; unit = text.charCodeAt(++at)) {
    ts = ts * 10 + (unit - ZERO);
  }
  return negative ? -ts : ts;
}
