import type { StreamHead } from '../../../../journal/index.ts';
import type { Stream } from '../../../../wire/record.ts';

/** How far the records are. */
export interface RecordsCursor {
  phase: 'flush' | 'seal' | 'scan' | 'settle';
  /** What was in blocks before any journal was asked; null until it was looked at. A journal that was lost, or a shard that is no more, knows nothing of it. */
  inBlocks: JournalStream[] | null;
  /** By shard: what was in it when it was asked first, and whether all of that is in blocks. */
  sealed: { shard: number; until: StreamHead[]; done: boolean }[];
  /** Of the journal streams, in order of shard and stream: which one, and the next sequence of it. */
  at: number;
  seq: number;
  /** Ids of blocks that could not be read: they are gone over, and named. */
  unreadable: string[];
}

export const FIRST_CURSOR: RecordsCursor = {
  phase: 'flush',
  inBlocks: null,
  sealed: [],
  at: 0,
  seq: 1,
  unreadable: [],
};

export interface JournalStream {
  shard: number;
  stream: Stream;
  /** The first sequence that came too late to be erased. */
  untilSeq: number;
}

export function streamsOf({ inBlocks, sealed }: RecordsCursor): JournalStream[] {
  const streams = new Map<string, JournalStream>();
  const told = sealed.flatMap(({ shard, until }) =>
    until.map(({ stream, nextSeq }) => ({ shard, stream, untilSeq: nextSeq })),
  );
  for (const one of [...(inBlocks ?? []), ...told]) {
    const key = `${one.shard} ${one.stream}`;
    const untilSeq = Math.max(one.untilSeq, streams.get(key)?.untilSeq ?? 0);
    streams.set(key, { ...one, untilSeq });
  }
  return [...streams.values()].sort((a, b) => a.shard - b.shard || (a.stream < b.stream ? -1 : 1));
}

/** Share of the sequences that were gone over. */
export function progressOf(cursor: RecordsCursor): number {
  const streams = streamsOf(cursor);
  const total = streams.reduce((sum, { untilSeq }) => sum + untilSeq - 1, 0);
  if (cursor.phase === 'settle') return 1;
  if (total === 0 || cursor.phase !== 'scan') return 0;
  const behind = streams.slice(0, cursor.at).reduce((sum, { untilSeq }) => sum + untilSeq - 1, 0);
  return Math.min(1, (behind + cursor.seq - 1) / total);
}
