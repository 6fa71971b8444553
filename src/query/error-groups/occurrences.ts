import type { Ctx } from '../../env.ts';
import { framesOf } from '../../errors/index.ts';
import { err, ok, type Result } from '../../shared/result.ts';
import { applyMaps } from '../../sourcemaps/index.ts';
import type { ErrorGroupDetail, Occurrence } from '../../wire/error-groups.ts';
import type { LogRecord } from '../../wire/record.ts';
import { type CompiledQuery, compileQuery } from '../compile.ts';
import type { ReadError } from '../errors.ts';
import { search } from '../search.ts';
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
  const events = search(ctx, { ...scope, order: 'desc', limit, after });
  const records: LogRecord[] = [];
  for (;;) {
    const { done, value } = await events.next();
    if (!done) {
      if (value.kind === 'records') for (const { line } of value.hits) records.push(JSON.parse(line) as LogRecord);
      continue;
    }
    if (!value.ok) return err(value.error);
    const { next, complete } = value.value;
    const nextCursor = next && encodeCursor({ order: 'desc', after: next, fromMs, toMs });
    return ok({ items: await applyMaps(ctx, projectId, records.map(occurrenceOf)), nextCursor, complete });
  }
}

function occurrenceOf(record: LogRecord): Occurrence {
  const frames = framesOf(record).map((frame) => ({ ...frame, original: null }));
  return { record, frames, maps: { found: 0, missing: 0, broken: 0 } };
}
