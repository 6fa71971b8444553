const SEPARATOR = ',';

/** Ids of lines from the address. `none` where a page that hides some lines of its own accord shows all. */
export function hiddenIn(text: string, initial: readonly string[]): ReadonlySet<string> {
  if (text === '') return new Set(initial);
  if (text === 'none') return new Set();
  return new Set(text.split(SEPARATOR).map(decoded));
}

/** null where the address need not say it. */
export function hiddenText(hidden: ReadonlySet<string>, initial: readonly string[]): string | null {
  if (hidden.size === initial.length && initial.every((id) => hidden.has(id))) return null;
  return hidden.size === 0 ? 'none' : [...hidden].map(encodeURIComponent).toSorted().join(SEPARATOR);
}

/** An address may be written by hand. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
