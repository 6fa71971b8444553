import { LEVELS, type Level } from '../wire/record.ts';

/**
 * Stored NDJSON lines start with `{"id":"<36 characters>","ts":<digits>,"stream":"<stream>","level":"<level>",` (wire/record.ts), so these
 * are read where they stand: a time filter costs no JSON.parse.
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

/** No two levels begin with the same letter. */
const LEVEL_BY_LETTER = new Map<number, Level>(LEVELS.map((level) => [level.charCodeAt(0), level]));
const LEVEL_KEY = '"level":"';

export function lineLevel(text: string, lineStart: number): Level {
  // Before it there are only the id, the time and the stream, none of which can hold this key.
  const at = text.indexOf(LEVEL_KEY, lineStart + TS_AT) + LEVEL_KEY.length;
  return LEVEL_BY_LETTER.get(text.charCodeAt(at)) as Level;
}
