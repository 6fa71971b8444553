/**
 * `scheme://user:password@host/path?query#fragment` in a text, up to what no address has as it is: blanks, `"`, `<` and `>`. A `'` ends one unless it
 * goes on behind it, and brackets are parts of names (`Foo_(bar)`). No text is read more than twice for it.
 */
const ABSOLUTE =
  /(?<![a-z])([a-z][a-z0-9+.-]{1,20}:\/\/)([^\s"'<>/?#]*@)?([^\s"'<>?#]*(?:'(?=[\w&=/%?#-])[^\s"'<>?#]*)*)([?#][^\s"'<>]*(?:'(?=[\w&=/%?#-])[^\s"'<>]*)*)?/gi;
/** What may be an address without a scheme, such as that of a request: `/reset?token=…`. */
const WORD = /[^\s"'<>]+/g;
/** Begins a query, or a fragment that is read like one. */
const NAMED = /[?#][\w.%[\]~-]+=/;
/** A query without a name behind a path; there may be more in a regular expression (`/a?b/`). */
const UNNAMED = /^[?][\w%+.~&-]+$/;
const PATH = /(?:^|[^\w.])\.{0,2}\//;
const PLACE = /(?::\d+){1,2}$/;

/**
 * The same text, each address in it without userinfo, query and fragment. Behind the query of a script's address may stand line and column, which are
 * kept, and a bracket that was open before it.
 */
export function scrubText(text: string): string {
  const scrubbed = text.includes('://') ? text.replace(ABSOLUTE, scrubAbsolute) : text;
  return /[?#]/.test(scrubbed) ? scrubbed.replace(WORD, scrubWord) : scrubbed;
}

function scrubAbsolute(_: string, scheme: string, __: string | undefined, rest: string, query?: string): string {
  return scheme + rest + (query === undefined ? '' : behind(rest, query).kept);
}

function scrubWord(word: string): string {
  const named = word.search(NAMED);
  const mark = named < 0 ? word.indexOf('?') : named;
  if (mark < 0) return word;
  const front = word.slice(0, mark);
  if (named < 0 && !PATH.test(front)) return word;
  // Brackets before the path are not its own.
  const { query, kept } = behind(front.slice(Math.max(0, front.indexOf('/'))).replace(/^\(+/, ''), word.slice(mark));
  return named >= 0 || UNNAMED.test(query) ? front + kept : word;
}

/** What of a query is none: its end from the place in a file on, or from the brackets that close what was opened before the address. */
function behind(path: string, text: string): { query: string; kept: string } {
  let end = text.length;
  while (end > 0 && ').,;'.includes(text[end - 1] as string)) end--;
  const unopened = Math.max(0, count(path, ')') + count(text, ')') - count(path, '(') - count(text, '('));
  const place = PLACE.exec(text.slice(0, end))?.[0] ?? '';
  let from = end;
  for (let own = count(text.slice(end), ')') - unopened; from < text.length; from++) {
    if (text[from] === ')' && own-- <= 0) break;
  }
  return { query: text.slice(0, end - place.length), kept: place + text.slice(from) };
}

function count(text: string, char: string): number {
  let found = 0;
  for (let at = text.indexOf(char); at >= 0; at = text.indexOf(char, at + 1)) found++;
  return found;
}
