import type { Ctx } from '../../env.ts';
import { framesOf } from '../../errors/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import { applyMaps } from '../../sourcemaps/index.ts';
import type { ErrorGroupDetail, Occurrence } from '../../wire/error-groups.ts';
import type { LogRecord } from '../../wire/record.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { searchRecords } from '../search-records.ts';
import { encodeCursor } from '../walk/order.ts';
import type { DetailRequest } from './parameters.ts';

/** Records with this label, found by it as a search would: blocks without the word are passed over. */
export function queryOf(fingerprint: string): CompiledQuery {
  const query = compileQuery(`attrs.labels.fingerprint:"${fingerprint}"`);
  if (!query.ok) throw new Error(`no search for a fingerprint: ${query.error.reason}`);
  return query.value;
}

type Occurrences = ErrorGroupDetail['occurrences'];

/** One page of a group's records, the newest first. Errors: query_too_broad, store_away. */
export async function occurrences(
  ctx: Ctx,
  projectId: string,
  fingerprint: string,
  { fromMs, toMs, limit, after }: DetailRequest,
): Promise<Result<Occurrences, ReadError>> {
  const scope = { projectId, query: queryOf(fingerprint), fromMs, toMs, stream: 'errors' } as const;
  const found = await searchRecords(ctx, { ...scope, order: 'desc', limit, after });
  if (!found.ok) return found;
  const { records, end } = found.value;
  const nextCursor = end.next && encodeCursor({ order: 'desc', after: end.next, fromMs, toMs });
  const items = await applyMaps(ctx, projectId, records.map(occurrenceOf));
  return ok({ items, nextCursor, complete: end.complete });
}

function occurrenceOf(record: LogRecord): Occurrence {
  const frames = framesOf(record).map((frame) => ({ ...frame, original: null }));
  return { record, frames, maps: { found: 0, missing: 0, broken: 0 } };
}
