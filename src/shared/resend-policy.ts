/** The first try after a failure, doubled with each one that follows: an outage of a second is over before anyone looks. */
const FIRST_DELAY_MS = 1_000;
const MAX_DELAY_MS = 60_000;
/** How long what a crash left may wait for an alarm, where nobody calls. One write for all events in it. */
export const WATCH_MS = 10_000;

export function resendDelayMs(failures: number): number {
  return Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** Math.min(failures - 1, 10));
}
