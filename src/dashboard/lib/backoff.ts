const FIRST_MS = 500;
const LONGEST_MS = 30_000;

/** Exponential with full jitter in its upper half, so that a thousand dashboards do not come back in one second. `random` is from 0 to 1. */
export function backoffMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 16));
  return Math.round(ceiling / 2 + (ceiling / 2) * random);
}

/** A few looks each, before they are twice as far apart. */
const LOOKS = 4;

/** Before looking again for what somebody may be about to send, after so many looks: soon at first, seldom once they seem to have gone. */
export function lookAfterMs(looks: number, random: number): number {
  return backoffMs(2 + Math.floor(looks / LOOKS), random);
}
