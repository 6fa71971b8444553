import { type RetryBudget, spend } from './budget.ts';
import type { Ladder } from './classify.ts';
import { MAX_RETRY_AFTER_MS } from './retry-after.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
/** After it a delivery is a dead letter: the longest weekend on which nobody looks. */
export const MAX_AGE_MS = 72 * HOUR_MS;
/** What the waits before the first retries are about; all ladders go on with the same. */
const FIRST_MS: Readonly<Record<Ladder, readonly number[]>> = {
  quick: [100, 200, 400, 800],
  throttle: [5_000, 10_000, 20_000, 40_000],
  slow: [MINUTE_MS, MINUTE_MS, MINUTE_MS, MINUTE_MS],
};
/** The last one repeats. */
const THEN_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, 5 * HOUR_MS, 10 * HOUR_MS];
/** Retries that a ladder makes before minutes. */
export const FIRST_RETRIES = 4;
/** A wait is drawn from half its step to one and a half. */
const LEAST = 0.5;
const MOST = 1.5;
/** What is added at random to a `Retry-After`, so that not all come back in the same millisecond. */
const AFTER_JITTER = 0.1;
/** Nothing is ever told to wait for longer: a `Retry-After` may be more than any step. */
export const MAX_WAIT_MS = MAX_RETRY_AFTER_MS * (1 + AFTER_JITTER);

export interface RetryOf {
  ladder: Ladder;
  /** That were made, of all kinds: 1 after the first. */
  attempts: number;
  /** What was drawn before the last attempt; null where that was the first. */
  lastWaitMs: number | null;
  /** From when its time counts: the event, or its latest replay. */
  sinceMs: number;
  /** The verdict's: it is not tried earlier. */
  pauseMs: number;
}

export type RetryPlan =
  /** `budget` is what is left of it. */
  { kind: 'retry'; atMs: number; waitMs: number; budget: RetryBudget } | { kind: 'too_old' };

/**
 * When a delivery is tried again. `random` gives [0, 1). Exponential backoff with decorrelated jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): each
 * wait is drawn from half its step to 1.5 times what the last one would have grown to, which for doubling steps is AWS's three times the last wait.
 * A quick retry costs a token of the budget; where there is none, it waits for a minute. The last attempt is made at the end of the delivery's time.
 */
export function planRetry(of: RetryOf, budget: RetryBudget, nowMs: number, random: () => number): RetryPlan {
  const endMs = of.sinceMs + MAX_AGE_MS;
  const afterMs = nowMs + Math.ceil(of.pauseMs * (1 + AFTER_JITTER * random()));
  if (nowMs >= endMs || nowMs + of.pauseMs > endMs) return { kind: 'too_old' };
  const isQuick = of.ladder === 'quick' && of.attempts <= FIRST_RETRIES;
  const paid = isQuick ? spend(budget, nowMs) : budget;
  const waitMs = drawWaitMs({ ...of, ladder: paid ? of.ladder : 'slow' }, random);
  const atMs = Math.min(Math.max(nowMs + waitMs, afterMs), endMs);
  return { kind: 'retry', atMs, waitMs, budget: paid ?? budget };
}

function drawWaitMs({ ladder, attempts, lastWaitMs }: RetryOf, random: () => number): number {
  const stepMs = stepOf(ladder, attempts);
  const grown = attempts > 1 && lastWaitMs !== null ? lastWaitMs / stepOf(ladder, attempts - 1) : 1;
  const most = Math.min(MOST, MOST * Math.max(LEAST, grown));
  return Math.round(stepMs * (LEAST + (most - LEAST) * random()));
}

/** What the wait before retry `number` (1 for the first) is about. */
function stepOf(ladder: Ladder, number: number): number {
  const first = FIRST_MS[ladder][number - 1];
  return first ?? THEN_MS[Math.min(number - FIRST_RETRIES, THEN_MS.length) - 1] ?? MINUTE_MS;
}
