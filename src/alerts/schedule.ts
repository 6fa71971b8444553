import { type AlertRule, MIN_WINDOW_SECONDS } from '../wire/alerts.ts';

const MAX_INTERVAL_MS = 60_000;
/** Between two evaluations of a rule, but for what its state asks for. */
export const MIN_INTERVAL_MS = MIN_WINDOW_SECONDS * 1_000;
/** A sixth of the window, so that what happens within it is seen early in it. */
const INTERVALS_PER_WINDOW = 6;
/** What is due at once comes after what else is: a rule alone must not keep the object busy. */
export const MIN_PAUSE_MS = 1_000;

/** No rule is looked at later than this far from now. */
export function latestDueMs(nowMs: number): number {
  return nowMs + MAX_INTERVAL_MS;
}

/** When a rule is evaluated next. `stateDueAtMs`: when its state changes by time alone; null where it does not. */
export function nextDueMs(
  { windowSeconds, enabled }: Pick<AlertRule, 'windowSeconds' | 'enabled'>,
  stateDueAtMs: number | null,
  nowMs: number,
): number | null {
  const wantedMs = (windowSeconds * 1_000) / INTERVALS_PER_WINDOW;
  const interval = Math.min(MAX_INTERVAL_MS, Math.max(MIN_INTERVAL_MS, wantedMs));
  const times = [...(enabled ? [nowMs + interval] : []), ...(stateDueAtMs === null ? [] : [stateDueAtMs])];
  return times.length === 0 ? null : Math.max(nowMs + MIN_PAUSE_MS, Math.min(...times));
}
