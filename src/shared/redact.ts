/** Stands where a secret was. */
export const REDACTED = '[redacted]';

/** Fields whose value is never written, whatever it is: what they hold has no form by which it would be known. */
const SECRET_NAME =
  /passw|passphrase|passcode|pwd|secret|token|cookie|authorization|(?:api|private|signing|access)[-_]?key(?!_?id)|credential|csrf|signature/i;

/** What none of the forms below can be in: most values are ids and words, and are passed over by this one look. */
const MAY_HOLD_A_SECRET =
  /bw_|eyj|whs|:\/\/|bearer|basic|apikey|passw|passphrase|passcode|pwd|secret|token|cookie|authorization|credential|csrf|signature|session|key/i;

/**
 * In this order: what a header holds goes with the header, and what is left is looked for by its form. Each begins with a fixed word and takes what follows it once,
 * because what is logged may be a stranger's: none takes longer than in proportion to the text.
 */
const FORMS: readonly [form: RegExp, instead: string][] = [
  // Their values have blanks and semicolons in them: to the end of the line, or of the text that is quoted.
  [/(cookie|authorization)(["']?\s{0,9}[:=]\s{0,9}["']?)[^\r\n"']+/gi, `$1$2${REDACTED}`],
  // What signs and decrypts, as files have it.
  [/(-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----)[^-]*/g, `$1${REDACTED}`],
  // JSON within a text of JSON: `{\"password\":\"…\"}`. Its end is the next quote, so of a password with a quote in it, as many times escaped, the rest stands.
  [
    /((?:passw|passphrase|passcode|pwd|secret|token|cookie|key|credential|csrf|signature|session|authorization)[\w.-]{0,40}\\{1,7}["']\s{0,9}:\s{0,9}\\{1,7}["'])[^"']+/gi,
    `$1${REDACTED}`,
  ],
  // `password=…`, `"client_secret": "…"`, `&key=…`, `gsession=…`, and in a query within a query `token%3D…`.
  [
    /((?:passw|passphrase|passcode|pwd|secret|token|cookie|key|credential|csrf|signature|session)[\w.-]{0,40})(["']?\s{0,9}(?:[:=]|%3[ad])\s{0,9})("(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|[^\s&;,"'}]+)/gi,
    `$1$2${REDACTED}`,
  ],
  // RFC 9110, 11.4: a scheme and what proves it.
  [/(bearer|basic|apikey)(\s{1,9})[^\s"',;]+/gi, `$1$2${REDACTED}`],
  // The subprotocol by which a socket brings its key.
  [/(bearer\.)[^\s"',;]+/gi, `$1${REDACTED}`],
  // Our keys (src/projects/key.ts). What stands before the first dot names the key and is no secret.
  [/(bw_[0-9a-z]{1,32})\.[\w.-]+/g, `$1.${REDACTED}`],
  // A JWT begins with `{"`, which in base64url is eyJ; also one that was cut.
  [/eyJ[\w-]*(?:\.[\w-]*)*/g, REDACTED],
  // What signs webhooks (src/delivery/sign/secret.ts); whpk_ is public.
  [/(whsec_|whsk_)[\w+/=-]+/g, `$1${REDACTED}`],
  // RFC 3986, 3.2.1: user and password in a URL. A password that is not encoded may have an @ in it.
  [/(:\/\/)[^\s/?#"']*@/g, `$1${REDACTED}@`],
];

/** Ids, words and routes, most of what is logged: of the forms above two can stand in them, and these are looked for by their first letters. */
const PLAIN = /^[\w/-]*$/;

/** Values of this deployment that have no form: secrets of its configuration. */
const known = new Set<string>();
/** Of the shortest of them: a text that is shorter holds none. */
let shortestKnown = Number.POSITIVE_INFINITY;

/** From here on none of them stands in a text that was redacted. Texts of less than 8 characters would be found in words. */
export function redactAlso(values: Iterable<string>): void {
  for (const value of values) {
    if (value.length < 8) continue;
    known.add(value);
    shortestKnown = Math.min(shortestKnown, value.length);
  }
}

/** The text without what is a secret by its form, by the name before it, or by being one of this deployment's own. */
export function redact(text: string): string {
  let left = text;
  if (text.length >= shortestKnown)
    for (const value of known) if (left.includes(value)) left = left.replaceAll(value, REDACTED);
  if (PLAIN.test(left) && !left.includes('eyJ') && !left.includes('whs')) return left;
  if (!MAY_HOLD_A_SECRET.test(left)) return left;
  for (const [form, instead] of FORMS) left = left.replace(form, instead);
  return left;
}

/** Of names that were looked at: they are words of the program, so few. */
const MAX_NAMES = 1_000;
const names = new Map<string, boolean>();

/** Whether a field of this name is written without its value. */
export function isSecretName(name: string): boolean {
  const seen = names.get(name);
  if (seen !== undefined) return seen;
  const isSecret = SECRET_NAME.test(name);
  if (names.size < MAX_NAMES) names.set(name, isSecret);
  return isSecret;
}
