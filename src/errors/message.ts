/** What is read of a message; the beginning says what it is about. */
const MAX_MESSAGE_CHARS = 1_000;
const MAX_NORMALISED_CHARS = 256;

/**
 * What varies from one occurrence to the next, in the order in which it is looked for. Each of these goes over the text once or, with no match, as often as it
 * has characters: with a thousand of them that is nothing.
 */
const VARYING: readonly [RegExp, string][] = [
  [/[a-z][a-z0-9+.-]{0,20}:\/\/[^\s"'`<>)\]]+/gi, '<url>'],
  [/\b(?:blob|data|mailto|tel):[^\s"'`<>)\]]+/gi, '<url>'],
  [/[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+/g, '<email>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  // Quoted, but no apostrophe: before and behind it there is no letter.
  [/(?<!\w)'[^'\n]{0,300}'(?!\w)/g, '<value>'],
  [/(?<!\w)"[^"\n]{0,300}"(?!\w)/g, '<value>'],
  [/`[^`\n]{0,300}`/g, '<value>'],
  [/[“„«‘][^”“»’\n]{0,300}[”“»’]/g, '<value>'],
  // Numbers with signs and separators, and every word that has a digit: hexadecimal, identifiers, times.
  [/(?<![\w.])[-+]?\w*\d\w*(?:[.,:-]\w*\d\w*)*%?/g, '<n>'],
];

/** Numbers that are names: which of its messages a minified build of React left out. */
const REACT_CODE = /^Minified React error #(\d{1,5})/;

/** A message without what varies from one occurrence to the next: URLs, e-mail addresses, identifiers, quoted values and numbers. */
export function normaliseMessage(message: string): string {
  const text = withoutPrefix(message.slice(0, MAX_MESSAGE_CHARS)).trim();
  const react = REACT_CODE.exec(text);
  if (react) return react[0];
  let normal = firstLineWithText(text);
  for (const [pattern, placeholder] of VARYING) normal = normal.replace(pattern, placeholder);
  return normal.replace(/\s+/g, ' ').slice(0, MAX_NORMALISED_CHARS).toWellFormed();
}

/** Messages of several lines go on with a stack or a dump. */
function firstLineWithText(text: string): string {
  const end = text.indexOf('\n');
  return end < 0 ? text : text.slice(0, end).trim();
}

/** What browsers and senders put before: `Uncaught (in promise) TypeError: `. */
const UNCAUGHT = /^(?:Unhandled|Uncaught)(?: \(in promise\))?:? /;
/** A class of errors, as all languages call them, and a colon behind it. */
const TYPED =
  /^((?:[A-Za-z_$][\w$]{0,40}\.){0,6}[A-Z_$][\w$]{0,60}(?:Error|Exception|Failure)|Error|DOMException)(?:: |$)/;

export function withoutPrefix(message: string): string {
  const text = message.replace(UNCAUGHT, '');
  const type = TYPED.exec(text);
  return type === null ? text : text.slice(type[0].length);
}

/** `TypeError` of `Uncaught TypeError: x is undefined`; null where a message does not begin with a type. */
export function typeInMessage(message: string): string | null {
  return TYPED.exec(message.slice(0, MAX_MESSAGE_CHARS).replace(UNCAUGHT, ''))?.[1] ?? null;
}

/** The same fault in the words of Chromium, Firefox, Safari and Internet Explorer. */
const ENGINES: readonly [RegExp, string][] = [
  [/^Cannot (?:read|set) propert(?:y|ies) .*\bof (?:undefined|null)\b/, 'a property of null or undefined'],
  [/^Cannot (?:destructure|read) .* (?:of|as it is) .*(?:undefined|null)/, 'a property of null or undefined'],
  [/^'?(?:undefined|null)'? is not an object\b/, 'a property of null or undefined'],
  [/^can't access property .* (?:is )?(?:undefined|null)$/, 'a property of null or undefined'],
  [/^\S+ is (?:undefined|null)$/, 'a property of null or undefined'],
  [/^\S+ has no properties$/, 'a property of null or undefined'],
  [/^Unable to (?:get|set) property .* of undefined or null reference$/, 'a property of null or undefined'],
  [/ is not a function\b/, 'not a function'],
  [/^Object (?:doesn't support property or method |.{1,80} has no method )/, 'not a function'],
  [/^(?:Failed to fetch|Load failed|NetworkError when attempting to fetch resource\.)/, 'a fetch that failed'],
  [
    /^(?:The network connection was lost|The Internet connection appears to be offline|cancelled)\.?$/,
    'a fetch that failed',
  ],
  [/^(?:JSON\.parse: |JSON Parse error: )/, 'text that is no JSON'],
  [/^Unexpected (?:token|end of JSON|non-whitespace).*\bJSON\b/, 'text that is no JSON'],
  [/^ResizeObserver loop /, 'ResizeObserver loop'],
];

/** One name for a fault that engines word differently; null for every other message. Which property it was, only the place tells. */
export function faultOf(message: string): string | null {
  const text = withoutPrefix(message.slice(0, MAX_MESSAGE_CHARS)).trim();
  const line = firstLineWithText(text).slice(0, MAX_NORMALISED_CHARS);
  return ENGINES.find(([pattern]) => pattern.test(line))?.[1] ?? null;
}
