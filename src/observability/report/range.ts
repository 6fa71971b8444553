import type { PerformanceReport } from '../../wire/performance.ts';
import { MINUTES_KEPT_MS } from '../red/object.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
/** Longer ranges are told by the day: a window of hours has some hundred cells to add up. */
const MAX_HOURS_MS = 8 * DAY_MS;

const STEP_MS = { minute: MINUTE_MS, hour: HOUR_MS, day: DAY_MS } as const;

/** Whole windows around what was asked for, as fine as there are. Pure. */
export function rangeOf(
  { fromMs, toMs }: { fromMs: number; toMs: number },
  nowMs: number,
): { resolution: PerformanceReport['resolution']; stepMs: number; fromMs: number; toMs: number } {
  const resolution = fromMs >= nowMs - MINUTES_KEPT_MS ? 'minute' : toMs - fromMs <= MAX_HOURS_MS ? 'hour' : 'day';
  const stepMs = STEP_MS[resolution];
  return {
    ...{ resolution, stepMs },
    fromMs: Math.floor(fromMs / stepMs) * stepMs,
    toMs: Math.ceil(toMs / stepMs) * stepMs,
  };
}
