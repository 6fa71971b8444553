import type { Ctx } from '../../env.ts';
import { cursorOf, type Page, readCursor } from '../../shared/page.ts';
import { invalidInput, type Problem } from '../../shared/problem.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SchemaChange } from '../../wire/audit.ts';
import { changePage } from './structure-store.ts';

const DEFAULT_PAGE = 100;
const MAX_PAGE = 1_000;

/** Newest first. */
export async function pageOfChanges(
  { env: { DB } }: Ctx,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Result<Page<SchemaChange>, Problem>> {
  const limit = Number(query.limit || DEFAULT_PAGE);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_PAGE) {
    return err(invalidInput([{ pointer: '/limit', reason: `must be a whole number from 1 to ${MAX_PAGE}` }]));
  }
  const place = query.cursor ? readCursor(query.cursor) : { createdAtMs: Number.MAX_SAFE_INTEGER, id: '' };
  if (place === null) return err(invalidInput([{ pointer: '/cursor', reason: 'must be a nextCursor of this list' }]));
  const rows = await changePage(DB, { atMs: place.createdAtMs, id: place.id }, limit + 1);
  const items = rows.slice(0, limit);
  const last = items.at(-1);
  const more = rows.length > limit && last !== undefined;
  return ok({ items, nextCursor: more ? cursorOf({ createdAtMs: last.foundAtMs, id: last.id }) : null });
}
