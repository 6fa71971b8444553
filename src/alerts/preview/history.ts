import type { Observed } from '../state/index.ts';

export const PREVIEW_MS = 7 * 86_400_000;

/** What a rule would have seen at a moment of the past. */
export interface Moment {
  atMs: number;
  /** Null: nothing is known. */
  observed: Observed | null;
}

/** What a rule would have seen over a range, in moments of one width. */
export interface History {
  stepMs: number;
  /** Oldest first, from `countedFromMs` on. Read once. */
  moments: Iterable<Moment>;
  /** False: what is before `countedFromMs` was too much to be read. */
  complete: boolean;
  countedFromMs: number;
}

export interface Range {
  fromMs: number;
  /** Exclusive. */
  toMs: number;
}

const SHORT_STEPS_MS = [30, 20, 15, 10].map((seconds) => seconds * 1_000);
const STEPS_MS = [120, 60, 30, 15, 10, 5, 2, 1].map((minutes) => minutes * 60_000);
const MINUTE_MS = 60_000;

/**
 * How far apart the moments of a window's history are: a whole part of it where there is one, about `parts` of them, so that a window is a sum of steps.
 * Whole minutes wherever the window is, because index rows and sums are by the minute.
 */
export function stepOf(windowMs: number, parts: number): number {
  const isWhole = windowMs % MINUTE_MS === 0;
  const fits = (stepMs: number) => windowMs % stepMs === 0;
  const [steps, least] = isWhole ? [STEPS_MS, MINUTE_MS] : [SHORT_STEPS_MS, 10_000];
  return (
    steps.find((stepMs) => stepMs <= windowMs / parts && fits(stepMs)) ??
    (isWhole ? least : (steps.findLast(fits) ?? least))
  );
}
