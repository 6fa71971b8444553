import type { RetryBudget } from '../retry/budget.ts';
import type { Verdict } from '../retry/classify.ts';
import { planRetry } from '../retry/schedule.ts';

/** Where a delivery stands in its schedule. A replay starts without one. */
export interface Retries {
  /** The time that a delivery has begins with its first attempt, not with the wait for an open breaker or a destination that was disabled. */
  firstAtMs: number;
  attempts: number;
  lastWaitMs: number | null;
}

export type Fate =
  | { kind: 'delivered' }
  /** `isGone`: nothing more is sent to this destination. */
  | { kind: 'dead'; reason: string; isGone: boolean }
  | { kind: 'again'; atMs: number; retries: Retries; reason: string };

export interface Attempted {
  verdict: Verdict;
  /** In a sentence; null where it was delivered. */
  error: string | null;
  atMs: number;
  retries: Retries | null;
  isTest: boolean;
}

/** What the result of an attempt means for its delivery, and what is left of the destination's budget of quick retries. */
export function fateOf(
  { verdict, error, atMs, retries, isTest }: Attempted,
  budget: RetryBudget,
  nowMs: number,
  random: () => number,
): { fate: Fate; budget: RetryBudget } {
  if (verdict.outcome === 'delivered') return { fate: { kind: 'delivered' }, budget };
  const said = error ?? verdict.outcome;
  const dead = (why: string) => ({ kind: 'dead' as const, reason: `${said}; ${why}`, isGone: false });
  if (isTest) return { fate: dead('a test is tried once'), budget };
  if (verdict.retry === 'disable') return { fate: { ...dead('the destination is disabled'), isGone: true }, budget };
  if (verdict.retry === 'no') return { fate: dead('it would be answered the same way again'), budget };
  const made: Retries = { firstAtMs: atMs, lastWaitMs: null, ...retries, attempts: (retries?.attempts ?? 0) + 1 };
  const plan = planRetry(
    {
      ladder: verdict.retry,
      attempts: made.attempts,
      lastWaitMs: made.lastWaitMs,
      sinceMs: made.firstAtMs,
      pauseMs: verdict.pauseMs,
    },
    budget,
    nowMs,
    random,
  );
  if (plan.kind === 'too_old')
    return { fate: dead(`it was tried ${made.attempts} times, and its time is over`), budget };
  const fate: Fate = { kind: 'again', atMs: plan.atMs, retries: { ...made, lastWaitMs: plan.waitMs }, reason: said };
  return { fate, budget: plan.budget };
}
