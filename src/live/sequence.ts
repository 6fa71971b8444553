/** What a run of records means to a reader that expects `expectedSeq` next. */
export type Placement =
  | { kind: 'known' }
  /** Its first `skip` records are known. */
  | { kind: 'next'; skip: number }
  | { kind: 'gap'; missing: number };

export function place(expectedSeq: number, firstSeq: number, records: number): Placement {
  if (firstSeq + records <= expectedSeq) return { kind: 'known' };
  if (firstSeq <= expectedSeq) return { kind: 'next', skip: expectedSeq - firstSeq };
  return { kind: 'gap', missing: firstSeq - expectedSeq };
}

/**
 * Records of one stream of one journal that a resume or a gap reads again, at most: about 20 MB. Who was away for longer gets the newest
 * of them, a stated count of the rest, and finds those by search.
 */
export const MAX_REPLAY_RECORDS = 50_000;

/** Where a replay starts, and how many records before that it leaves out. */
export function replayFrom(sinceSeq: number, untilSeq: number): { fromSeq: number; dropped: number } {
  const fromSeq = Math.max(sinceSeq, untilSeq - MAX_REPLAY_RECORDS);
  return { fromSeq, dropped: fromSeq - sinceSeq };
}
