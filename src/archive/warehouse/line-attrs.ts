const ATTRS = ',"attrs":';
/** A quote inside of a string has a backslash before it, so this stands in a line once: where the message is. */
const MESSAGE = ',"message":"';
const QUOTE = 34;
const BACKSLASH = 92;
const OPEN = 123;
const OPEN_LIST = 91;
const CLOSE = 125;
const CLOSE_LIST = 93;

/**
 * The attributes of a stored line as its text has them: parsed and written anew, a number of many digits would be another. Lines have their keys in the order of
 * wire/record.ts. Throws for what is no such line.
 */
export function attrsText(line: string): string {
  const message = line.indexOf(MESSAGE);
  const key = message < 0 ? -1 : endOfString(line, message + MESSAGE.length);
  if (key < 0 || !line.startsWith(ATTRS, key)) throw new Error('the line is no stored record');
  const start = key + ATTRS.length;
  return line.slice(start, endOfObject(line, start));
}

/** Behind the closing quote of the string that `at` is in. */
function endOfString(line: string, at: number): number {
  for (let quote = line.indexOf('"', at); quote >= 0; quote = line.indexOf('"', quote + 1)) {
    let slashes = 0;
    while (line.charCodeAt(quote - 1 - slashes) === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return quote + 1;
  }
  throw new Error('a string of the line has no end');
}

function endOfObject(line: string, start: number): number {
  let depth = 0;
  for (let at = start; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(line, at + 1) - 1;
    else if (unit === OPEN || unit === OPEN_LIST) depth++;
    else if ((unit === CLOSE || unit === CLOSE_LIST) && --depth === 0) return at + 1;
  }
  throw new Error('an object of the line has no end');
}
