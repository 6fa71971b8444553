/** Of the answer's headers, as they are kept. */
const MAX_HEADERS = 40;
const MAX_HEADER_CHARACTERS = 512;
/** What an answer sets for its own session is none of ours to keep. */
const UNKEPT_HEADERS: ReadonlySet<string> = new Set(['set-cookie', 'set-cookie2']);
/** A secret shorter than this would be found in half of all words. */
const MIN_SECRET_CHARACTERS = 6;

/** Controls but tab and line breaks, marks that turn the direction of text around them (Unicode 15, 23.2), and halves of pairs. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out.
const UNSAFE = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/** Text of a stranger for people to read: what would act on a terminal or hide among the rest is shown as U+FFFD. */
export function safeText(text: string, secrets: readonly string[]): string {
  return withoutSecrets(text.toWellFormed().replace(UNSAFE, '\ufffd'), secrets);
}

/** A part of a path that is none of the words of an API. */
const TOKEN = /^(?=.*[\dA-Z]).{8,}$|^.{16,}$/;

/** What makes a URL a credential: its path and its query, as they are and in their parts, the longest first. A receiver that finds no such page names it, and one that redirects does. */
export function secretsOf(url: string): string[] {
  if (!URL.canParse(url)) return [];
  const { href, pathname, search, searchParams } = new URL(url);
  const values = [...searchParams.values()];
  const tokens = [...pathname.split('/'), ...values].filter((part) => TOKEN.test(part));
  const parts = [href, `${pathname}${search}`, pathname, ...tokens, ...tokens.map(decoded)];
  return [...new Set(parts)].sort((a, b) => b.length - a.length);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // No escapes: it is what it is.
    return text;
  }
}

/** A receiver may echo what it was sent: our secrets must not come into the log that way. */
export function withoutSecrets(text: string, secrets: readonly string[]): string {
  let out = text;
  for (const secret of secrets) {
    if (secret.length >= MIN_SECRET_CHARACTERS) out = out.replaceAll(secret, '(secret)');
  }
  return out;
}

export function safeHeaders(headers: Iterable<[string, string]>, secrets: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  let left = MAX_HEADERS;
  for (const [name, value] of headers) {
    if (UNKEPT_HEADERS.has(name.toLowerCase()) || left-- <= 0) continue;
    kept[name] = safeText(value, secrets).slice(0, MAX_HEADER_CHARACTERS);
  }
  return kept;
}
