import type { HotBlock } from '../../blocks/index.ts';
import { dayOf } from '../../shared/calendar.ts';
import type { Stream } from '../../wire/record.ts';

/** Of one object: it is in memory whole, twice while it is read back, beside its payloads as text, of the 128 MB of a Worker. */
export const MAX_OBJECT_BYTES = 16 * 1024 * 1024;
/** Of one object: so many rows change in one transaction. */
export const MAX_OBJECT_BLOCKS = 250;
/** How long blocks that are due wait for others of their day, so that a quiet project has few objects a day. */
export const GATHER_MS = 6 * 3_600_000;
/** A block rests so long after it was sealed: its journal may still offer the range again, and compaction joins it with its neighbours. */
export const REST_MS = 3_600_000;

/** Blocks of one day (UTC, by their newest record) and stream, oldest first, for one object. */
export interface Batch {
  day: string;
  stream: Stream;
  blocks: HotBlock[];
}

export interface PlanOptions {
  nowMs: number;
  hotMs: number;
  /** Whether the list has all that is due. */
  isWhole: boolean;
  /** False: what is due goes now, also in small objects. */
  isPatient: boolean;
}

/**
 * What to write of blocks that are due (oldest first): an object that is full, or whose day is due to its end, or that has waited for GATHER_MS. Of a list
 * that was cut, the last day may go on behind it.
 */
export function planBatches(due: readonly HotBlock[], options: PlanOptions): Batch[] {
  const groups = Map.groupBy(due, (block) => `${dayOf(block.maxTs)}/${block.stream}`);
  const [lastDay, dueDay] = [dayOf(due.at(-1)?.maxTs ?? 0), dayOf(options.nowMs - options.hotMs)];
  const ready: Batch[] = [];
  const waiting: Batch[] = [];
  for (const blocks of groups.values()) {
    const first = blocks[0] as HotBlock;
    const day = dayOf(first.maxTs);
    const runs = cut(blocks);
    for (const [i, run] of runs.entries()) {
      const isFull = i < runs.length - 1;
      const isCut = !options.isWhole && day === lastDay;
      const isReady = isFull || (!isCut && (day < dueDay || !options.isPatient || hasWaited(run, options)));
      (isReady ? ready : waiting).push({ day, stream: first.stream, blocks: run });
    }
  }
  // Seven streams share a cut list: none of them may have enough of one day for a full object, and what is looked at next time is the same.
  return ready.length === 0 && !options.isWhole ? waiting : ready;
}

function hasWaited(run: readonly HotBlock[], { nowMs, hotMs }: PlanOptions): boolean {
  return nowMs - hotMs - (run[0]?.maxTs ?? nowMs) >= GATHER_MS;
}

function cut(blocks: readonly HotBlock[]): HotBlock[][] {
  const runs: HotBlock[][] = [];
  let bytes = 0;
  for (const block of blocks) {
    const run = runs.at(-1);
    if (run && run.length < MAX_OBJECT_BLOCKS && bytes + block.packedBytes <= MAX_OBJECT_BYTES) {
      run.push(block);
      bytes += block.packedBytes;
    } else {
      runs.push([block]);
      bytes = block.packedBytes;
    }
  }
  return runs;
}
