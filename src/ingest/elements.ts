const QUOTE = 34;
const COMMA = 44;
const COLON = 58;
const BACKSLASH = 92;
const OPEN_SQUARE = 91;
const CLOSE_SQUARE = 93;
const OPEN_CURLY = 123;
const CLOSE_CURLY = 125;

/**
 * The elements of the JSON array that `text` is, as texts, cut at the commas between them; null last where it is no array from end to
 * end. With a curly bracket the members of an object, each `"name": value`. It only counts brackets and skips strings: that an element is
 * JSON, whoever parses it finds out, and where all of them are, so is the array.
 */
export function* elementsOf(text: string, open: '[' | '{' = '['): Generator<string | null> {
  const [opening, closing] = open === '[' ? [OPEN_SQUARE, CLOSE_SQUARE] : [OPEN_CURLY, CLOSE_CURLY];
  let at = skipBlanks(text, 0);
  if (text.charCodeAt(at) !== opening) return yield null;
  let start = ++at;
  let depth = 1;
  let isFirst = true;
  for (; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case OPEN_SQUARE:
      case OPEN_CURLY:
        depth++;
        break;
      case COMMA:
        if (depth > 1) break;
        yield text.slice(start, at);
        start = at + 1;
        isFirst = false;
        break;
      case CLOSE_SQUARE:
      case CLOSE_CURLY:
        if (--depth > 0) break;
        if (text.charCodeAt(at) !== closing || skipBlanks(text, at + 1) < text.length) return yield null;
        if (!isFirst || skipBlanks(text, start) < at) yield text.slice(start, at);
        return;
    }
  }
  yield null;
}

/**
 * The members of the JSON object that `text` is, as texts of name and value, by the same means and with the same promise; null last where it is no
 * object from end to end.
 */
export function* membersOf(text: string): Generator<[name: string, value: string] | null> {
  for (const member of elementsOf(text, '{')) {
    const name = member === null ? -1 : skipBlanks(member, 0);
    if (member === null || member.charCodeAt(name) !== QUOTE) return yield null;
    const colon = skipBlanks(member, endOfString(member, name) + 1);
    if (member.charCodeAt(colon) !== COLON) return yield null;
    yield [member.slice(0, colon), member.slice(colon + 1)];
  }
}

/** The closing quote of the string that opens at `open`, or the end of the text. */
function endOfString(text: string, open: number): number {
  let at = open + 1;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === BACKSLASH) at++;
    else if (unit === QUOTE) break;
  }
  return at;
}

/** White space as JSON has it (RFC 8259, 2). */
function skipBlanks(text: string, from: number): number {
  let at = from;
  for (; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== 32 && unit !== 10 && unit !== 13 && unit !== 9) break;
  }
  return at;
}
