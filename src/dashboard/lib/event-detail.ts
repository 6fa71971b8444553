/** Longer values say nothing at a glance. Characters. */
const LONGEST = 60;
const MOST = 4;

/** The plain values of an audit detail in one line; '' where there is none. */
export function detailWords(detail: Record<string, unknown> | null): string {
  return Object.entries(detail ?? {})
    .filter((entry): entry is [string, string | number | boolean] => isPlain(entry[1]))
    .slice(0, MOST)
    .map(([name, value]) => `${wordsOf(name)}: ${cut(String(value))}`)
    .join(', ');
}

function isPlain(value: unknown): boolean {
  return (typeof value === 'string' && value !== '') || typeof value === 'number' || typeof value === 'boolean';
}

/** `lastAddress` is "last address". */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
