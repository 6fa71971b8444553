const FIRST_MS = 2_000;
const LONGEST_MS = 300_000;
/** A server that asks for more than an hour is asked again after one: the queue is only kept for a day. */
const LONGEST_ASKED_MS = 3_600_000;

/** `Retry-After` in both of its forms (RFC 9110, 10.2.3), as ms from now; 0 where there is none or it cannot be read. */
export const retryAfterMs = (header: string | null, nowMs: number): number => {
  const waitMs = +(header as string) * 1_000 || Date.parse(`${header}`) - nowMs;
  return waitMs > 0 ? Math.min(waitMs, LONGEST_ASKED_MS) : 0;
};

/**
 * Before the next try, after `failures` in a row (1 and more): doubling from two seconds to five minutes, of which each page takes another half,
 * so that pages that failed together do not come back together.
 */
export const backoffMs = (failures: number, random: number): number => {
  return Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) * (0.5 + random / 2);
};

/** The same request may succeed later: nobody answered, too many or too slow, or a fault of the server. All else is refused for good. */
export const isWorthRetrying = (status: number): boolean => {
  return status === 0 || status === 408 || status === 429 || status > 499;
};
