import type { Ctx } from '../env.ts';
import { isUuidV7 } from '../shared/ids.ts';
import { err, ok, type Result } from '../shared/result.ts';
import type { ReadError } from './errors.ts';
import { locate, readLines } from './locate.ts';
import { readFailure } from './search.ts';

export interface ContextRequest {
  before: number;
  after: number;
  /** The record's own time, if the caller knows it: makes finding it faster. */
  tsHint: number | null;
}

/** Stored lines. */
export interface RecordContext {
  before: string[];
  record: string;
  after: string[];
}

/** A record and its neighbours in order of arrival: same project, stream and journal. Errors: record_not_found, record_not_reached, store_away, block_unreadable. */
export async function recordContext(
  ctx: Ctx,
  projectId: string,
  id: string,
  { before, after, tsHint }: ContextRequest,
): Promise<Result<RecordContext, ReadError>> {
  if (!isUuidV7(id)) return err({ kind: 'record_not_found' });
  try {
    const place = await locate(ctx, projectId, id, tsHint);
    if (!place) return err({ kind: 'record_not_found' });
    if (place === 'unknown') return err({ kind: 'record_not_reached' });
    const { shard, stream, seq } = place;
    const range = { shard, stream, firstSeq: Math.max(1, seq - before), lastSeq: seq + after };
    const lines = await readLines(ctx, projectId, range);
    const record = lines.find((line) => line.seq === seq)?.line;
    if (record === undefined) return err({ kind: 'record_not_found' });
    return ok({
      before: lines.filter((line) => line.seq < seq).map(({ line }) => line),
      record,
      after: lines.filter((line) => line.seq > seq).map(({ line }) => line),
    });
  } catch (cause) {
    return err(await readFailure(ctx, cause));
  }
}
