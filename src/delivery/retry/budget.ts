/**
 * Quick retries that may be made: a token bucket, as Finagle's RetryBudget. Each first attempt earns a share of a token, time earns a floor, so that quiet
 * destinations can retry as well. An outage at full load so costs the receiver 20 % more calls, not 500 %.
 */
export interface RetryBudget {
  tokens: number;
  /** Until when time was counted. */
  atMs: number;
}

export const BUDGET = {
  /** Of the first attempts. Finagle's default, as Envoy's. */
  share: 0.2,
  floorPerMinute: 10,
  /** What can be saved up: a busy minute's quick retries at once. */
  most: 100,
} as const;

/** Starts with what a minute's floor earns: two deliveries that need all their quick retries. */
export function newBudget(nowMs: number): RetryBudget {
  return { tokens: BUDGET.floorPerMinute, atMs: nowMs };
}

/** For each first attempt, none for retries. */
export function earn(budget: RetryBudget, nowMs: number): RetryBudget {
  return add(budget, BUDGET.share, nowMs);
}

/** For a quick retry; null where there is no token left. */
export function spend(budget: RetryBudget, nowMs: number): RetryBudget | null {
  const now = add(budget, 0, nowMs);
  return now.tokens < 1 ? null : { ...now, tokens: now.tokens - 1 };
}

/** Whole quick retries that may be made now. */
export function left(budget: RetryBudget, nowMs: number): number {
  return Math.floor(add(budget, 0, nowMs).tokens);
}

/** A clock that was set back is followed: should it come forward again, the time between is earned twice, within `most`. */
function add(budget: RetryBudget, tokens: number, nowMs: number): RetryBudget {
  const earned = (Math.max(0, nowMs - budget.atMs) * BUDGET.floorPerMinute) / 60_000;
  return { tokens: Math.min(BUDGET.most, budget.tokens + tokens + earned), atMs: nowMs };
}
