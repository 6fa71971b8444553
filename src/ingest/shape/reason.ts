/** Categories are values of a label; longer ones tell nobody more. */
const MAX_REASON_CHARS = 128;
/** Of a sentence this much is looked at: a stack trace in its place would cost a replacement for each of its lines. */
const MAX_READ_CHARS = 512;

/** What differs from one failure to the next, and what stands in its place. In this order: an address holds numbers. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[a-z][a-z+.-]{1,15}:\/\/[^\s"'<>]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)+/g, '<email>'],
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z?\b/g, '<time>'],
  [/\b[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}\b/gi, '<id>'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?\b/g, '<address>'],
  [/"[^"]*"|'[^']*'|`[^`]*`/g, '<text>'],
  // A word of eight and more with three digits in it was made by a machine; `error_code_12` was not, and digits alone are a number.
  [/\b(?=(?:[a-z_-]*\d){3})(?=\d*[a-z_-])[\w-]{8,}/gi, '<id>'],
  // A status is a category, whatever names it.
  [/(?<!\b(?:http|status|code)[ :=]*)(?<![\w.])[-+]?\d+(?:[.,]\d+)*(?![\w])/gi, '<n>'],
];

/** Why an operation failed, as something that can be counted: the reason without what differs from one failure to the next. A code stays what it is. */
export function categoryOf(reason: string): string {
  let text = reason.slice(0, MAX_READ_CHARS).replace(/\s+/g, ' ').trim();
  if (!isCode(text)) for (const [varying, mark] of VARYING) text = text.replace(varying, mark);
  return text.slice(0, MAX_REASON_CHARS).toWellFormed();
}

/** One word, without anything as long as an id: `insufficient_funds`, `E1042`, `51`, `card.declined`. */
function isCode(text: string): boolean {
  return /^[\w.:-]{1,48}$/.test(text) && !/\d{5}/.test(text) && !/(?:[\da-f]{4,}-){2}/i.test(text);
}
