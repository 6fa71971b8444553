import { fromBase64Url, toBase64Url, utf8 } from '../shared/bytes.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { EdgeError } from './errors.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;
const MAX_SEARCH_CHARS = 200;

export interface ListParameters {
  limit: number;
  /** Site and page that the list goes on behind. */
  after: readonly [string, string];
  q: string;
}

/** `?limit=&cursor=&q=` */
export function listParameters({
  limit,
  cursor,
  q = '',
}: Readonly<Record<string, string | undefined>>): Result<ListParameters, EdgeError> {
  const errors: { pointer: string; reason: string }[] = [];
  const count = limit === undefined ? DEFAULT_LIMIT : /^\d{1,4}$/.test(limit) ? Number(limit) : 0;
  if (count < 1 || count > MAX_LIMIT)
    errors.push({ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_LIMIT}` });
  const after: [string, string] | null = cursor ? readCursor(cursor) : ['', ''];
  if (after === null) errors.push({ pointer: '/cursor', reason: 'must be a nextCursor of this list' });
  if (q.length > MAX_SEARCH_CHARS)
    errors.push({ pointer: '/q', reason: `must have at most ${MAX_SEARCH_CHARS} characters` });
  return errors.length > 0 || after === null ? err({ kind: 'invalid', errors }) : ok({ limit: count, after, q });
}

/** The page of rows that were read with `limit + 1`. */
export function pageOfRows<Row>(rows: readonly Row[], limit: number, keyOf: (row: Row) => readonly [string, string]) {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? toBase64Url(utf8(JSON.stringify(keyOf(last)))) : null };
}

function readCursor(cursor: string): [string, string] | null {
  try {
    const read: unknown = JSON.parse(new TextDecoder().decode(fromBase64Url(cursor) ?? new Uint8Array(0)));
    if (!Array.isArray(read) || read.length !== 2 || !read.every((part) => typeof part === 'string')) return null;
    return [read[0] as string, read[1] as string];
  } catch {
    // Not JSON: none of ours.
    return null;
  }
}
