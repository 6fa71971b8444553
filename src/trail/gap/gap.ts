import type { TrailEnds } from '../entry-store.ts';

/** More numbers than that in a row are not given and lost by an accident. */
const MAX_SKIPPED = 100_000;
/** What an administrator may have covered: a hundred runs, 40,000 objects. */
export const MAX_ACCEPTED = 10_000_000;

/** Numbers that nobody has, in a row, with an entry behind them. */
export interface Gap {
  fromSeq: number;
  toSeq: number;
}

/** The gap behind `size` that is too wide to be covered unasked; null where there is none. */
export function wideGap({ nextSeq }: TrailEnds, size: number): Gap | null {
  return nextSeq !== null && nextSeq - 1 - size > MAX_SKIPPED ? { fromSeq: size + 1, toSeq: nextSeq - 1 } : null;
}

/** Whether numbers were moved on so far, with nothing behind them yet: then they can go back. */
export function isMovedOn({ nextSeq, lastGiven }: TrailEnds, size: number): boolean {
  return nextSeq === null && lastGiven - size > MAX_SKIPPED;
}
