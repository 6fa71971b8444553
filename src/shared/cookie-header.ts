export interface CookiePair {
  /** '' for what a browser sends of a cookie without a name: its value alone (RFC 6265bis 5.8.3), or text that begins with `=`. */
  name: string;
  value: string;
}

const TAB = 9;
const SPACE = 32;

/**
 * The pairs of a `Cookie` request header, in its order: that is longest path first, then oldest first (RFC 6265 5.4), so of two with one name
 * the first is the more specific, and nobody can say which of them a server set. Both are here; who must not guess asks cookieValues.
 *
 * A pair ends at `;` and its name at the first `=`. White space around both is space and tab. `trim()` takes more, and a browser keeps it as
 * part of the name: a sibling subdomain may plant U+00A0 before `__Host-gsession`, which has no such prefix for the browser and would have
 * our name here. Nothing is decoded or unquoted, quotes do not hold a `;` together, `$Version` and commas mean nothing (RFC 2965 is gone): another
 * reading than the browser's is how one cookie becomes two. Empty pairs are passed over. Takes time in proportion to the header's length.
 */
export function cookiePairs(header: string): CookiePair[] {
  const pairs: CookiePair[] = [];
  const { length } = header;
  // The next one at or after where we are: a header without any is searched for it once, not once a pair.
  let equals = header.indexOf('=');
  for (let at = 0; at < length; ) {
    let end = header.indexOf(';', at);
    if (end === -1) end = length;
    const start = afterSpace(header, at, end);
    if (equals !== -1 && equals < start) equals = header.indexOf('=', start);
    if (equals !== -1 && equals < end) {
      const valueStart = afterSpace(header, equals + 1, end);
      pairs.push({
        name: header.slice(start, beforeSpace(header, start, equals)),
        value: header.slice(valueStart, beforeSpace(header, valueStart, end)),
      });
    } else if (start < end) {
      pairs.push({ name: '', value: header.slice(start, beforeSpace(header, start, end)) });
    }
    at = end + 1;
  }
  return pairs;
}

/** What a name can be found by as it stands in the header. */
const FINDABLE = /^[^;= \t]+$/;

/**
 * The values of the cookies of one name, in the header's order: all of `cookiePairs` with that name, by a search for the name alone. Names are
 * compared as they are, with their case.
 */
export function cookieValues(header: string, name: string): string[] {
  if (!FINDABLE.test(name)) return cookiePairs(header).flatMap((pair) => (pair.name === name ? pair.value : []));
  const values: string[] = [];
  const { length } = header;
  for (let at = header.indexOf(name); at !== -1; at = header.indexOf(name, at)) {
    const before = beforeSpace(header, 0, at);
    const equals = afterSpace(header, at + name.length, length);
    if ((before === 0 || header[before - 1] === ';') && header[equals] === '=') {
      let end = header.indexOf(';', equals);
      if (end === -1) end = length;
      const start = afterSpace(header, equals + 1, end);
      values.push(header.slice(start, beforeSpace(header, start, end)));
      at = end;
    } else {
      at++;
    }
  }
  return values;
}

/** The first place from `at` on that is no white space, `end` at most. */
function afterSpace(text: string, at: number, end: number): number {
  let place = at;
  while (place < end && isSpace(text.charCodeAt(place))) place++;
  return place;
}

/** Behind the last character before `end` that is no white space, `start` at least. */
function beforeSpace(text: string, start: number, end: number): number {
  let place = end;
  while (place > start && isSpace(text.charCodeAt(place - 1))) place--;
  return place;
}

function isSpace(code: number): boolean {
  return code === SPACE || code === TAB;
}
