import * as z from 'zod';
import { actorId, auditedBatch, auditIfChanged } from '../audit/index.ts';
import type { Ctx } from '../env.ts';
import { hasChanged } from '../shared/changed.ts';
import { randomId } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import { MAX_QUERY_CHARS } from '../wire/limits.ts';
import { STREAMS } from '../wire/record.ts';
import { compileQuery } from './compile.ts';
import type { ReadError } from './errors.ts';
import { deleteSavedSearch, insertSavedSearch, type SavedSearch } from './search-store.ts';

const MAX_NAME_CHARS = 100;
/** A list that people choose from. */
const MAX_SEARCHES = 200;

export const saveSearchSchema = z.lazy(() =>
  z.object({
    project: z.string().max(64).optional(),
    name: z.string().trim().min(1).max(MAX_NAME_CHARS),
    q: z.string().max(MAX_QUERY_CHARS),
    stream: z.enum(STREAMS).nullish(),
  }),
);

export type SaveSearchInput = z.infer<typeof saveSearchSchema>;

/** Keeps a search under a name. Errors: invalid_query, too_many_searches. */
export async function saveSearch(
  ctx: Ctx,
  projectId: string,
  { name, q, stream }: SaveSearchInput,
): Promise<Result<SavedSearch, ReadError>> {
  const query = compileQuery(q);
  if (!query.ok) return err({ kind: 'invalid_query', error: query.error });
  const search: SavedSearch = {
    id: randomId('srch'),
    name,
    q,
    stream: stream ?? null,
    createdAtMs: ctx.nowMs,
    createdBy: actorId(ctx.actor) ?? '',
  };
  const [inserted] = await auditedBatch(ctx, [
    insertSavedSearch(ctx.env.DB, projectId, search, MAX_SEARCHES),
    // Without the query: it may name people, and nothing of the trail can be erased.
    auditIfChanged(ctx, { action: 'search.create', target: search.id, projectId, detail: { name } }),
  ]);
  return hasChanged(inserted) ? ok(search) : err({ kind: 'too_many_searches', limit: MAX_SEARCHES });
}

/** Errors: search_not_found. */
export async function removeSearch(ctx: Ctx, projectId: string, id: string): Promise<Result<null, ReadError>> {
  const [deleted] = await auditedBatch(ctx, [
    deleteSavedSearch(ctx.env.DB, projectId, id),
    auditIfChanged(ctx, { action: 'search.delete', target: id, projectId, detail: {} }),
  ]);
  return hasChanged(deleted) ? ok(null) : err({ kind: 'search_not_found' });
}
