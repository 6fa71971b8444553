import type { AttemptOutcome } from '../../wire/delivery.ts';
import { retryAfterMs } from './retry-after.ts';

/** What an attempt came to. `retryAfter` is the header. */
export type AttemptResult =
  | { kind: 'answered'; status: number; retryAfter: string | null }
  | {
      kind: 'unanswered';
      outcome: 'timeout' | 'connection_failed' | 'dns_failed' | 'address_refused' | 'template_failed' | 'lost';
    };

export interface Verdict {
  outcome: AttemptOutcome;
  /** `no`: delivered, or a dead letter now. `disable`: a dead letter too, and the destination takes no more until somebody enables it. */
  retry: 'no' | 'disable' | Ladder;
  /** What the breaker is told. Null where nothing reached out for the receiver, or nobody knows: a permit that was taken for it says nothing. */
  counts: 'failed' | 'passed' | null;
  /** How long nothing at all is sent to this destination; 0 but for `throttle`. */
  pauseMs: number;
}

/** How soon the first retries are: within a second, from some seconds on, or from a minute on (src/delivery/retry/schedule.ts). */
export type Ladder = 'quick' | 'throttle' | 'slow';

/** Where the receiver is overloaded and does not say for how long. */
export const DEFAULT_PAUSE_MS = 5_000;

export function classify(result: AttemptResult, nowMs: number): Verdict {
  if (result.kind === 'unanswered') return UNANSWERED[result.outcome];
  const { status } = result;
  const waitMs = retryAfterMs(result.retryAfter, nowMs);
  if (status >= 200 && status < 300) return { outcome: 'delivered', retry: 'no', counts: 'passed', pauseMs: 0 };
  // Never followed: where it leads was not checked. It is so for each event until somebody mends the address.
  if (status >= 300 && status < 400) return { outcome: 'redirect', retry: 'slow', counts: 'failed', pauseMs: 0 };
  switch (status) {
    case 408:
      return { outcome: 'timeout', retry: 'quick', counts: 'failed', pauseMs: 0 };
    case 410:
      return { outcome: 'gone', retry: 'disable', counts: 'passed', pauseMs: 0 };
    case 425:
      return { outcome: 'server_error', retry: 'quick', counts: 'failed', pauseMs: 0 };
    // The receiver is well, and says itself how fast it may be called: a pause is all that it needs.
    case 429:
      return { outcome: 'throttled', retry: 'throttle', counts: 'passed', pauseMs: waitMs ?? DEFAULT_PAUSE_MS };
    // What stands before the receiver does not reach it.
    case 502:
    case 504:
      return { outcome: 'throttled', retry: 'throttle', counts: 'failed', pauseMs: waitMs ?? DEFAULT_PAUSE_MS };
    case 503:
      if (waitMs !== null) return { outcome: 'throttled', retry: 'throttle', counts: 'failed', pauseMs: waitMs };
  }
  // It took the event, read it and refused it, and would again. That tells of the event, not of the receiver: if it opened the breaker, events that are
  // accepted would wait for those that are not.
  if (status >= 400 && status < 500) return { outcome: 'refused', retry: 'no', counts: 'passed', pauseMs: 0 };
  return { outcome: 'server_error', retry: 'quick', counts: 'failed', pauseMs: 0 };
}

const UNANSWERED: Readonly<Record<Extract<AttemptResult, { kind: 'unanswered' }>['outcome'], Verdict>> = {
  timeout: { outcome: 'timeout', retry: 'quick', counts: 'failed', pauseMs: 0 },
  connection_failed: { outcome: 'connection_failed', retry: 'quick', counts: 'failed', pauseMs: 0 },
  // A name that is not found is an outage of the receiver as much as a port that is closed.
  dns_failed: { outcome: 'dns_failed', retry: 'quick', counts: 'failed', pauseMs: 0 },
  address_refused: { outcome: 'address_refused', retry: 'no', counts: null, pauseMs: 0 },
  // Rendered anew each time: it works once somebody has mended the template.
  template_failed: { outcome: 'template_failed', retry: 'slow', counts: null, pauseMs: 0 },
  // Our process ended under it. Whether it arrived nobody knows, so it is told again.
  lost: { outcome: 'lost', retry: 'quick', counts: null, pauseMs: 0 },
};
