/** Rates are counted in fixed minutes of the wall clock: one number a rate, and exact. */
export const WINDOW_SECONDS = 60;
const WINDOW_MS = WINDOW_SECONDS * 1_000;

/** How many requests the newest minute has seen. */
export interface Window {
  minute: number;
  used: number;
}

export interface Taken {
  admitted: boolean;
  /** Equal to the one given where nothing has to be written. */
  window: Window;
  remaining: number;
  resetSeconds: number;
}

/**
 * Takes one request from a rate of `limit` a minute. The clocks of two machines differ, so a request that is dated into the minute before
 * counts in the newest one: no minute is opened twice. A newest minute that lies further ahead is what a clock left that was set back, and
 * is forgotten, or it would refuse until that time comes.
 */
export function take(before: Window | null, limit: number, nowMs: number): Taken {
  const minute = Math.floor(nowMs / WINDOW_MS);
  const isCurrent = before !== null && (before.minute === minute || before.minute === minute + 1);
  const current = isCurrent ? before : { minute, used: 0 };
  const admitted = current.used < limit;
  const window = admitted ? { ...current, used: current.used + 1 } : current;
  return {
    admitted,
    window,
    remaining: Math.max(0, limit - window.used),
    resetSeconds: Math.max(1, Math.ceil(((window.minute + 1) * WINDOW_MS - nowMs) / 1_000)),
  };
}

/**
 * What has to be on disk before a take may be answered: a hundredth of the limit ahead of it, so that a row is written for that many takes; null where enough
 * is there. A limiter that comes back in the same minute goes on from there: it may refuse a hundredth of its limit too early, and never gives a take away
 * twice. Below 200 a minute each take is written.
 */
export function toWrite(written: Window | null, window: Window, limit: number): Window | null {
  if (written !== null && written.minute === window.minute && written.used >= window.used) return null;
  const ahead = Math.max(1, Math.floor(limit / 100)) - 1;
  return { minute: window.minute, used: Math.min(limit, window.used + ahead) };
}

/** What a take would find, without taking. */
export function usedNow(window: Window | null, nowMs: number): number {
  return window !== null && window.minute >= Math.floor(nowMs / WINDOW_MS) ? window.used : 0;
}
