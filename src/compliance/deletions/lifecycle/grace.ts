const DAY_MS = 86_400_000;

export const DEFAULT_GRACE_DAYS = 30;
export const MAX_GRACE_DAYS = 90;
/** An execution that fails is tried again for this long before the deadline. */
const EXECUTION_RESERVE_MS = DAY_MS;
/** How long D1 keeps its own history, from which a database can be restored (developers.cloudflare.com/d1/reference/time-travel). */
export const RESTORE_HORIZON_MS = 30 * DAY_MS;

/**
 * When the grace period ends: so many days after the request was entered, but in time for the execution to be done by the deadline, and at once where
 * it is too late for that. `deadlineAtMs` is the regime's, from the receipt of the request.
 */
export function graceEndsAtMs(request: { enteredAtMs: number; graceDays: number; deadlineAtMs: number }): number {
  const { enteredAtMs, graceDays, deadlineAtMs } = request;
  const latest = deadlineAtMs - EXECUTION_RESERVE_MS;
  return Math.max(enteredAtMs, Math.min(enteredAtMs + graceDays * DAY_MS, latest));
}

export const WARN_BEFORE_MS = 3 * DAY_MS;

/** What is to be told of a request that is not done. */
export function deadlineAlarm(deadlineAtMs: number, nowMs: number): 'none' | 'near' | 'over' {
  if (nowMs >= deadlineAtMs) return 'over';
  return nowMs >= deadlineAtMs - WARN_BEFORE_MS ? 'near' : 'none';
}

const FIRST_RETRY_MS = 2 * 60_000;
const MAX_RETRY_MS = 60 * 60_000;
/** A store that was away for a moment is nobody's concern. */
export const ATTEMPTS_BEFORE_NOTICE = 3;

/** When a step that has failed this often in a row is tried again: 2 minutes, doubling, an hour at most. */
export function retryAtMs(attempts: number, nowMs: number): number {
  return nowMs + Math.min(MAX_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, Math.min(attempts - 1, 10)));
}
