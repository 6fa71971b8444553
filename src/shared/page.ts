import { fromBase64Url, toBase64Url, utf8 } from './bytes.ts';
import { invalidInput, type Problem } from './problem.ts';
import { err, ok, type Result } from './result.ts';

/** Registers (users, projects, keys) are short; a page holds all of them in nearly every deployment. */
const MAX_REGISTER_PAGE = 1_000;

/** A place in a list that is ordered by creation time, then id. */
export interface ListPlace {
  createdAtMs: number;
  id: string;
}

/** A page of a register that is ordered by creation time, then id. */
export interface PageRequest {
  limit: number;
  /** The page starts after this row. */
  after: { atMs: number; id: string };
}

export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** Reads `?limit=&cursor=`. */
export function parsePage(query: {
  limit?: string | undefined;
  cursor?: string | undefined;
}): Result<PageRequest, Problem> {
  const limit = query.limit === undefined ? MAX_REGISTER_PAGE : Number(query.limit);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_REGISTER_PAGE) {
    return err(invalidInput([{ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_REGISTER_PAGE}` }]));
  }
  if (query.cursor === undefined) return ok({ limit, after: { atMs: -1, id: '' } });
  const place = readCursor(query.cursor);
  if (place === null) return err(invalidInput([{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]));
  return ok({ limit, after: { atMs: place.createdAtMs, id: place.id } });
}

export function cursorOf({ createdAtMs, id }: ListPlace): string {
  return toBase64Url(utf8(`${createdAtMs}.${id}`));
}

/** Null for what is no cursor. */
export function readCursor(cursor: string): ListPlace | null {
  const text = new TextDecoder().decode(fromBase64Url(cursor) ?? new Uint8Array(0));
  const [, atMs, id] = /^(\d{1,16})\.(.+)$/.exec(text) ?? [];
  return atMs && id ? { createdAtMs: Number(atMs), id } : null;
}

/** Cuts rows that were read with `limit + 1` to a page. */
export function pageOf<T extends { id: string; createdAtMs: number }>(rows: readonly T[], limit: number): Page<T> {
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return { items, nextCursor: more ? cursorOf(last) : null };
}
