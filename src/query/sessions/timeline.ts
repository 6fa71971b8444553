import type { Ctx } from '../../env.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import type { SessionTimeline } from '../../wire/error-groups.ts';
import { MAX_IDENTIFIER_CHARS } from '../../wire/limits.ts';
import type { JsonObject, LogRecord } from '../../wire/record.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { searchRecords } from '../search-records.ts';
import { encodeCursor } from '../walk/order.ts';
import type { TimelineRequest } from './parameters.ts';

/** Records in which labels and user are looked for: the newest of a session may be of a stream that has none. */
const NEWEST_RECORDS = 50;

/** What one session left on every stream, oldest first. Errors: session_not_found, query_too_broad, store_away. */
export async function sessionTimeline(
  ctx: Ctx,
  projectId: string,
  id: string,
  { fromMs, toMs, limit, after }: TimelineRequest,
): Promise<Result<SessionTimeline, ReadError>> {
  const query = id.length <= MAX_IDENTIFIER_CHARS ? queryOf(id) : null;
  if (query === null) return err({ kind: 'session_not_found' });
  const scope = { projectId, query, fromMs, toMs, stream: null };
  // Two sessions may differ in nothing but the case of their ids.
  const isOfSession = ({ sessionId }: LogRecord): boolean => sessionId === id;
  const page = await searchRecords(ctx, { ...scope, order: 'asc', limit, after }, isOfSession);
  if (!page.ok) return page;
  const newest = await searchRecords(ctx, { ...scope, order: 'desc', limit: NEWEST_RECORDS, after: null }, isOfSession);
  if (!newest.ok) return newest;
  // The page is what begins the session, unless it goes on from an earlier one.
  const oldest =
    after === null ? page : await searchRecords(ctx, { ...scope, order: 'asc', limit: 1, after: null }, isOfSession);
  if (!oldest.ok) return oldest;
  const { records, end } = page.value;
  const [last] = newest.value.records;
  const first = oldest.value.records[0] ?? records[0] ?? last;
  if (!first && end.complete) return err({ kind: 'session_not_found' });
  return ok({
    id,
    firstMs: first?.ts ?? fromMs,
    lastMs: last?.ts ?? records.at(-1)?.ts ?? toMs,
    userId: newest.value.records.find(({ userId }) => userId !== undefined)?.userId ?? null,
    labels: newest.value.records.map(labelsOf).find((labels) => labels !== null) ?? {},
    counts: countsOf(records),
    items: records,
    nextCursor: end.next && encodeCursor({ order: 'asc', after: end.next, fromMs, toMs }),
    complete: end.complete,
  });
}

function queryOf(id: string): CompiledQuery | null {
  const query = compileQuery(`sessionId:"${id.replace(/["\\]/g, '\\$&')}"`);
  return query.ok ? query.value : null;
}

function labelsOf({ attrs }: LogRecord): JsonObject | null {
  const { labels } = attrs;
  const isObject = typeof labels === 'object' && labels !== null && !Array.isArray(labels);
  return isObject && Object.keys(labels).length > 0 ? labels : null;
}

function countsOf(records: readonly LogRecord[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { stream } of records) counts[stream] = (counts[stream] ?? 0) + 1;
  return counts;
}
