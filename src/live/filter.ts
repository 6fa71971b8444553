import { compileQuery } from '../query/index.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { LiveError } from './errors.ts';

/** Says whether a stored line matches; null where every line does. */
export type LineFilter = ((line: string) => boolean) | null;

export function compileFilter(text: string): Result<LineFilter, LiveError> {
  if (text === '') return ok(null);
  const compiled = compileQuery(text);
  if (!compiled.ok) {
    const { reason, position } = compiled.error;
    return err({ kind: 'invalid_filter', reason, position });
  }
  const query = compiled.value;
  return ok(query.isAll ? null : (line) => query.matchesLine(line));
}
