import type { ApiError } from '../../api/http.ts';
import { asSentence } from '../../lib/errors.ts';

/** Lines of a text field that hold something, with the number that a person counts them by. */
export function linesOf(text: string): { line: number; value: string }[] {
  return text
    .split('\n')
    .map((value, i) => ({ line: i + 1, value: value.trim() }))
    .filter(({ value }) => value !== '');
}

export function valuesOf(text: string): string[] {
  return linesOf(text).map(({ value }) => value);
}

/** What is wrong with the rules, by the line that they are written in; null where the error is not about them. */
export function ruleFault(error: ApiError | null, text: string): string | null {
  if (error?.kind !== 'problem') return null;
  for (const { pointer, reason } of error.errors) {
    const match = /^\/pageRules(?:\/(\d+))?$/.exec(pointer);
    if (match === null) continue;
    const index = match[1];
    const at = index === undefined ? undefined : linesOf(text)[Number(index)]?.line;
    return at === undefined ? asSentence(`the rules ${reason}`) : asSentence(`line ${at} ${reason}`);
  }
  return null;
}
