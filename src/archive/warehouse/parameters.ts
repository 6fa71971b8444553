import { fromBase64Url, toBase64Url, utf8 } from '../../shared/bytes.ts';
import { dayOf } from '../../shared/calendar.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { parseTime } from '../../shared/time.ts';
import type { FilePage } from './store.ts';

const MAX_LIMIT = 1_000;
const DEFAULT_LIMIT = 100;
const CURSOR = /^(\d{4}-\d\d-\d\d)\.([a-z]+)$/;

/** Reads `from`, `to` (times, of which the days count), `limit` and `cursor`. */
export function readFilePage(query: Record<string, string>): Result<FilePage, Problem> {
  const errors: { pointer: string; reason: string }[] = [];
  const dayAt = (name: 'from' | 'to', shiftMs: number): string | null => {
    const text = query[name];
    if (text === undefined || text === '') return null;
    const ms = parseTime(text);
    if (ms === null) errors.push({ pointer: `/${name}`, reason: 'must be Unix milliseconds or an ISO 8601 time' });
    return ms === null ? null : dayOf(ms + shiftMs);
  };
  const fromDay = dayAt('from', 0);
  // Exclusive: a range that ends at midnight does not mean the day that begins there.
  const toDay = dayAt('to', -1);
  const limit = query.limit === undefined ? DEFAULT_LIMIT : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) {
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_LIMIT}` });
  }
  const after = query.cursor ? readCursor(query.cursor) : null;
  if (query.cursor && after === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  return errors.length > 0 ? err(invalidInput(errors)) : ok({ fromDay, toDay, limit, after });
}

export function fileCursor({ day, stream }: { day: string; stream: string }): string {
  return toBase64Url(utf8(`${day}.${stream}`));
}

function readCursor(cursor: string): FilePage['after'] {
  const [, day, stream] = CURSOR.exec(new TextDecoder().decode(fromBase64Url(cursor) ?? new Uint8Array(0))) ?? [];
  return day && stream ? { day, stream } : null;
}
