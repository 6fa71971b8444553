/**
 * Text of others on a terminal: a log line may hold escape sequences that move the cursor, change the title or paste into the shell, and marks
 * that turn the direction of what follows. C0 and C1 controls, DEL, bidirectional marks and lone surrogates are written as their number.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: controls are what is looked for
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;
const NAMED: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

export function safeText(text: string): string {
  return text.replace(UNSAFE, (unit) => NAMED[unit] ?? escaped(unit));
}

/** JSON on one line or several; what JSON itself leaves as it is and a terminal would obey is escaped, which any parser reads as the same text. */
export function safeJson(value: unknown, indent?: number): string {
  return (JSON.stringify(value, null, indent) ?? 'null').replace(UNSAFE, (unit) =>
    unit === '\n' ? unit : escaped(unit),
  );
}

function escaped(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
