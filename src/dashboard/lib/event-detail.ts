/** Longer values say nothing at a glance. Characters. */
const LONGEST = 60;
const MOST = 4;
/** Whose account it is: everything in its history is. */
const SAID_BY_THE_PAGE = 'userId';

/** The plain values of an audit detail in one line, and changes as "from to"; '' where there is none. */
export function detailWords(detail: Record<string, unknown> | null): string {
  return Object.entries(detail ?? {})
    .filter(([name]) => name !== SAID_BY_THE_PAGE)
    .map(([name, value]) => ({ name, text: textOf(value) }))
    .filter(({ text }) => text !== '')
    .slice(0, MOST)
    .map(({ name, text }) => `${wordsOf(name)}: ${cut(text)}`)
    .join(', ');
}

function textOf(value: unknown): string {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (typeof value !== 'object' || value === null || !('from' in value) || !('to' in value)) return '';
  return `${textOf(value.from)} to ${textOf(value.to)}`;
}

/** `lastAddress` is "last address". */
function wordsOf(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replaceAll('_', ' ');
}

function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
