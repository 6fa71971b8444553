import {
  type CallMeter,
  inflatePacked,
  listBlocksFromSeq,
  listSealedFrom,
  readPacked,
  type SealedHead,
  type SeqRange,
} from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { journalFor } from '../journal/index.ts';
import { uuidV7Ms } from '../shared/ids.ts';
import type { Stream } from '../wire/record.ts';
import { MATCH_ALL } from './compile.ts';
import { BUDGET_BYTES, BUDGET_CALLS } from './limits.ts';
import { Coverage } from './walk/seq-set.ts';
import { storeAnswer } from './walk/store-away.ts';
import { partBytes, walkTails } from './walk/tails.ts';

/** Where a record lies: its journal, and its sequence there. */
export interface Place {
  shard: number;
  stream: Stream;
  seq: number;
}

/** Clocks of different machines, and the time between a batch's arrival and its place in the journal. */
const CLOCK_SKEW_MS = 5_000;
const BLOCKS_AT_ONCE = 8;
/** Raw bytes of one answer of a journal: a call across objects carries 32 MiB. */
const READ_BYTES = 8 * 1024 * 1024;
/** Times that the list is read again because compaction was faster. */
const MAX_LISTS = 3;

/** Raw bytes of blocks, and statements and reads of archives. */
export interface LocateBudget {
  bytes: number;
  calls: number;
}

/**
 * Finds a record by its id. An id is no word of the filters; but it tells when the record arrived, and a block is sealed soon after what
 * is in it arrived, so the first few blocks sealed since then are looked through. `tsHint`, the record's own time, narrows them down.
 * 'unknown' where it is in none of them, and more were sealed in the same time than one request reads.
 */
export async function locate(
  ctx: Ctx,
  projectId: string,
  id: string,
  tsHint: number | null,
  budget: LocateBudget = { bytes: BUDGET_BYTES, calls: BUDGET_CALLS },
): Promise<Place | null | 'unknown'> {
  const fromMs = tsHint ?? -8.64e15;
  const range = { fromMs, toMs: tsHint === null ? 8.64e15 : tsHint + 1, stream: null };
  for await (const { shard, stream, firstSeq, text } of walkTails(ctx, projectId, range, MATCH_ALL, new Coverage())) {
    const line = lineOf(text.units, id);
    if (line >= 0) return { shard, stream, seq: firstSeq + line };
  }
  const meter: CallMeter = { calls: 0 };
  for (let round = 0; round < MAX_LISTS; round++) {
    const place = await locateSealed(ctx, projectId, id, tsHint, budget, meter);
    if (place !== 'changed') return place;
  }
  return 'unknown';
}

async function locateSealed(
  ctx: Ctx,
  projectId: string,
  id: string,
  tsHint: number | null,
  budget: LocateBudget,
  meter: CallMeter,
): Promise<Place | null | 'unknown' | 'changed'> {
  const sealedFromMs = uuidV7Ms(id) - CLOCK_SKEW_MS;
  let bytes = 0;
  let isChanged = false;
  for (let after: { sealedAtMs: number; id: string } | null = null; ; ) {
    const heads: SealedHead[] = await storeAnswer(
      listSealedFrom(ctx.env.DB, projectId, { sealedFromMs, tsHint, after, limit: BLOCKS_AT_ONCE }),
    );
    meter.calls++;
    if (heads.length === 0) break;
    const ids = heads.map((head) => head.id);
    const packed = await storeAnswer(readPacked(ctx.env, ids, meter));
    for (const head of heads) {
      const payload = packed.get(head.id);
      if (payload === undefined) {
        isChanged = true;
        continue;
      }
      const line = lineOf(inflatePacked(payload).toString('latin1'), id);
      if (line >= 0) return { shard: head.shard, stream: head.stream, seq: head.firstSeq + line };
      bytes += head.rawBytes;
    }
    after = heads.at(-1) ?? null;
    if (heads.length < BLOCKS_AT_ONCE) break;
    // An old id in a project of small blocks: statements are used up long before bytes are.
    if (meter.calls >= budget.calls) return 'unknown';
    if (bytes >= budget.bytes) return isChanged ? 'changed' : 'unknown';
  }
  return isChanged ? 'changed' : null;
}

/** Index of the line that begins with this id; -1 where none does. An id that is nested in attributes does not begin a line. */
function lineOf(text: string, id: string): number {
  const start = `{"id":"${id}"`;
  const at = text.startsWith(start) ? 0 : text.indexOf(`\n${start}`) + 1;
  if (at === 0 && !text.startsWith(start)) return -1;
  let line = 0;
  for (let newline = text.indexOf('\n'); newline >= 0 && newline < at; newline = text.indexOf('\n', newline + 1))
    line++;
  return line;
}

/** The stored lines of a run of sequences, in order, from the tail and from blocks; what does not exist, or was erased, is left out. */
export async function readLines(
  ctx: Ctx,
  projectId: string,
  { shard, stream, firstSeq, lastSeq }: SeqRange,
): Promise<{ seq: number; line: string }[]> {
  const lines = new Map<number, string>();
  const put = (first: number, bytes: Buffer): void => {
    for (const [index, line] of bytes.toString('utf8').split('\n').entries()) {
      const seq = first + index;
      if (line !== '' && seq >= firstSeq && seq <= lastSeq) lines.set(seq, line);
    }
  };
  const count = lastSeq - firstSeq + 1;
  // The tail first: what is sealed in between is then in both.
  for (let fromSeq = firstSeq; fromSeq <= lastSeq; ) {
    const { parts } = await storeAnswer(
      Promise.resolve(journalFor(ctx.env, projectId, shard).readFrom(stream, fromSeq, READ_BYTES)),
    );
    const last = parts.at(-1);
    if (!last) break;
    for (const part of parts) if (part.firstSeq <= lastSeq) put(part.firstSeq, partBytes(part));
    fromSeq = last.firstSeq + last.summary.records;
  }
  for (let round = 0; round < MAX_LISTS && lines.size < count; round++) {
    const listed = await storeAnswer(
      listBlocksFromSeq(ctx.env.DB, projectId, { shard, stream, fromSeq: firstSeq }, count),
    );
    const blocks = listed.filter((block) => block.firstSeq <= lastSeq);
    const ids = blocks.map(({ id }) => id);
    const packed = await storeAnswer(readPacked(ctx.env, ids));
    for (const block of blocks) {
      const payload = packed.get(block.id);
      if (payload !== undefined) put(block.firstSeq, inflatePacked(payload));
    }
    if (packed.size === blocks.length) break;
  }
  return [...lines].sort(([a], [b]) => a - b).map(([seq, line]) => ({ seq, line }));
}
