import type { Ctx } from '../env.ts';
import { ok, type Result } from '../shared/result.ts';
import type { LogRecord } from '../wire/record.ts';
import type { ReadError } from './errors.ts';
import { type SearchEnd, type SearchRequest, search } from './search.ts';

/**
 * One page of a search as records, without those that `keeps` leaves out: a search folds case, and what is told apart by its id must not. Errors:
 * query_too_broad, store_away.
 */
export async function searchRecords(
  ctx: Ctx,
  request: SearchRequest,
  keeps: (record: LogRecord) => boolean = () => true,
): Promise<Result<{ records: LogRecord[]; end: SearchEnd }, ReadError>> {
  const records: LogRecord[] = [];
  const events = search(ctx, request);
  for (;;) {
    const { done, value } = await events.next();
    if (done) return value.ok ? ok({ records, end: value.value }) : value;
    if (value.kind !== 'records') continue;
    for (const { line } of value.hits) {
      const record = JSON.parse(line) as LogRecord;
      if (keeps(record)) records.push(record);
    }
  }
}
