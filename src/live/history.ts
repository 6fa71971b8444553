import { type BlockIndex, BlockUnreadable, listBlocksFromSeq, noteUnreadable, readPayloads } from '../blocks/index.ts';
import type { Env } from '../env.ts';
import { journalFor, type Publication, partText } from '../journal/index.ts';
import type { Stream } from '../wire/record.ts';
import { type Lines, sliceLines } from './update.ts';

/** Raw bytes of one page of the journal's tail, but for its last part. */
const MAX_TAIL_PAGE_BYTES = 4 * 1024 * 1024;
/** Of 4 MiB raw at most. */
const BLOCKS_PER_PAGE = 1;
/** Compaction may replace a block between the look at the index and the look at the payload. Twice in a row is a fault. */
const MAX_TRIES = 3;

export interface SeqSpan {
  shard: number;
  stream: Stream;
  fromSeq: number;
  /** Exclusive. */
  untilSeq: number;
}

/** Lines in sequence from `firstSeq` on. */
export interface Run {
  firstSeq: number;
  lines: Lines;
}

/**
 * The first records of the span that still exist, a page of them: from the journal while it has them, else from the blocks. `firstSeq`
 * past `fromSeq` means that what lies between is gone; null that all of it is.
 */
export async function readHistory(env: Env, projectId: string, span: SeqSpan): Promise<Run | null> {
  const { shard, stream, fromSeq } = span;
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const { parts } = await journalFor(env, projectId, shard).readFrom(stream, fromSeq, MAX_TAIL_PAGE_BYTES);
    const tail = cut(
      span,
      parts.map(({ firstSeq, ...part }) => ({ firstSeq, lines: partLines(part) })),
    );
    if (tail && tail.firstSeq === fromSeq) return tail;
    const blocks = await listBlocksFromSeq(env.DB, projectId, { shard, stream, fromSeq }, BLOCKS_PER_PAGE);
    if (blocks.length === 0) return tail;
    const sealed = cut(span, await blockRuns(env, blocks));
    if (sealed) return sealed;
  }
  throw new Error(`the blocks of ${projectId}/${shard} ${stream} from ${fromSeq} on are listed but not there`);
}

export function partLines(part: Parameters<typeof partText>[0] & Pick<Publication['parts'][number], 'summary'>): Lines {
  return { ndjson: partText(part), count: part.summary.records };
}

/** As many blocks from the first as are still there. */
async function blockRuns(env: Env, blocks: readonly BlockIndex[]): Promise<Run[]> {
  const payloads = await readPayloads(env, blocks).catch(async (cause) => {
    if (cause instanceof BlockUnreadable) await noteUnreadable({ env, requestId: 'socket' }, cause);
    throw cause;
  });
  const runs: Run[] = [];
  for (const { id, firstSeq, lastSeq } of blocks) {
    const ndjson = payloads.get(id);
    if (ndjson === undefined) break;
    runs.push({ firstSeq, lines: { ndjson, count: lastSeq - firstSeq + 1 } });
  }
  return runs;
}

/** The part of the runs that lies in the span, up to the first hole. */
function cut({ fromSeq, untilSeq }: SeqSpan, runs: readonly Run[]): Run | null {
  let firstSeq = 0;
  let nextSeq = 0;
  let ndjson = '';
  for (const run of runs) {
    const start = Math.max(run.firstSeq, fromSeq);
    const skip = start - run.firstSeq;
    const lines = sliceLines(run.lines, skip, untilSeq - start);
    if (lines.count === 0) continue;
    if (nextSeq === 0) firstSeq = start;
    else if (start !== nextSeq) break;
    ndjson += lines.ndjson;
    nextSeq = start + lines.count;
  }
  return nextSeq === 0 ? null : { firstSeq, lines: { ndjson, count: nextSeq - firstSeq } };
}
