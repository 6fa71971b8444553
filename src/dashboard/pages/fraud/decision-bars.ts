import type { DecisionCounts, FraudSummary } from '../../../wire/fraud.ts';
import type { Span } from '../../lib/range.ts';

export const HOUR_MS = 3_600_000;
/** As many as can be told apart: 10 px each. A phone has a third of the width. */
const MOST_BARS = 75;
const MOST_BARS_OF_A_PHONE = 40;
/** Without half a day: nights beside days are a comb in which nothing else is seen. */
const STEPS_MS = [1, 3, 6, 24, 48, 168].map((hours) => hours * HOUR_MS);

export interface DecisionBar {
  ts: number;
  counts: DecisionCounts;
}

/** The width of a bar: an hour, which is what the server counts by, or as many as keep the bars apart. */
export function barStepMs({ fromMs, toMs }: Span, phone: boolean): number {
  const least = (toMs - fromMs) / (phone ? MOST_BARS_OF_A_PHONE : MOST_BARS);
  return STEPS_MS.find((step) => step >= least) ?? Math.ceil(least / HOUR_MS) * HOUR_MS;
}

/**
 * One bar for each step that the time touches, also where nothing was decided. Steps begin where a clock on the wall does: `offsetMs` is what local
 * time is ahead of UTC, rounded down to the server's whole hours.
 */
export function decisionBars(
  hours: FraudSummary['hours'],
  { fromMs, toMs }: Span,
  stepMs: number,
  offsetMs: number,
): DecisionBar[] {
  const shiftMs = Math.floor(offsetMs / HOUR_MS) * HOUR_MS;
  const startOf = (ms: number) => Math.floor((ms + shiftMs) / stepMs) * stepMs - shiftMs;
  const bars = new Map<number, DecisionBar>();
  for (let ts = startOf(fromMs); ts < toMs; ts += stepMs) {
    bars.set(ts, { ts, counts: { allow: 0, review: 0, deny: 0 } });
  }
  for (const { atMs, allow, review, deny } of hours) {
    const counts = bars.get(startOf(atMs))?.counts;
    if (counts === undefined) continue;
    counts.allow += allow;
    counts.review += review;
    counts.deny += deny;
  }
  return [...bars.values()];
}

/** What local time is ahead of UTC, in ms. */
export function localOffsetMs(atMs: number): number {
  return -new Date(atMs).getTimezoneOffset() * 60_000;
}
