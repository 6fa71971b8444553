import type { Span } from '../../lib/range.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Each a part or a multiple of what rollups keep: minutes, hours, days. */
const STEPS_MS = [1, 5, 15, 30, 60, 180, 360, 720, 1_440].map((minutes) => minutes * MINUTE_MS);
const MOST_POINTS = 180;
const MOST_SPARK_POINTS = 32;

/** Between two points of a chart. */
export function chartStepMs(period: Span): number {
  return stepFor(period, MOST_POINTS);
}

export function sparkStepMs(period: Span): number {
  return stepFor(period, MOST_SPARK_POINTS);
}

function stepFor({ fromMs, toMs }: Span, most: number): number {
  const wanted = (toMs - fromMs) / most;
  return STEPS_MS.find((step) => step >= wanted) ?? Math.ceil(wanted / DAY_MS) * DAY_MS;
}

/** How far back the time before lies, in whole steps, so that its points fall under those of now. */
export function comparedMs({ fromMs, toMs }: Span, stepMs: number): number {
  return Math.ceil((toMs - fromMs) / stepMs) * stepMs;
}
