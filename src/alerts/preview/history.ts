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

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
/** Longest first. From a minute on they are whole minutes, which index rows and sums are by. */
const STEPS_MS = [
  ...[2 * HOUR_MS, HOUR_MS],
  ...[30, 15, 10, 5, 2, 1].map((minutes) => minutes * MINUTE_MS),
  ...[30, 20, 15, 10].map((seconds) => seconds * SECOND_MS),
];
/** Each count is in so many windows, and each window a sum of so many. */
const MAX_PARTS = 15;
const WANTED_PARTS = 10;

/**
 * How far apart the moments of a window's history are: a whole part of it, at most a `parts`-th. A window that has no such part, such as one of 61 minutes,
 * is looked at as the next longer one that has.
 */
export function stepOf(windowMs: number, parts: number): number {
  const isWhole = windowMs % MINUTE_MS === 0;
  const least = isWhole ? MINUTE_MS : 10 * SECOND_MS;
  const usable = STEPS_MS.filter((stepMs) => stepMs >= least && stepMs <= windowMs);
  const fitting = usable.filter((stepMs) => windowMs % stepMs === 0);
  const exact = fitting.find((stepMs) => stepMs <= windowMs / parts) ?? fitting.at(-1);
  if (exact !== undefined && windowMs / exact <= MAX_PARTS) return exact;
  return usable.find((stepMs) => stepMs <= windowMs / WANTED_PARTS) ?? least;
}
