/** Waits up to this long are a timer's: an alarm is a write, and quick retries would make it the most frequent one. */
const TIMER_MS = 15_000;
/** What a timer or an attempt owes is looked after by the alarm this much later: it only finds work where the instance died. */
export const SAFETY_MS = 5_000;
export const CLEANUP_INTERVAL_MS = 3_600_000;
/** Deliveries that ended since the last cleanup; then the next alarm cleans up whatever the hour. */
export const CLEANUP_AFTER_ENDS = 1_000;

export interface Wants {
  nowMs: number;
  inFlight: number;
  /** When the queue goes on; null where only an event changes that. */
  queueAtMs: number | null;
  /** When names are asked for again; null where they are not. */
  dnsAtMs: number | null;
  cleanedAtMs: number;
  endsSinceCleanup: number;
}

/** For what a timer of the instance is to be set, null where nothing is that near. */
export function timerAtMs({ nowMs, queueAtMs, dnsAtMs }: Wants): number | null {
  const near = [queueAtMs, dnsAtMs].filter((atMs) => atMs !== null && atMs <= nowMs + TIMER_MS) as number[];
  return near.length === 0 ? null : Math.min(...near);
}

/** For what the object's one alarm is to be set: the earliest of all that must happen although nobody calls and the instance dies. */
export function alarmAtMs(wants: Wants): number {
  const { nowMs, inFlight, queueAtMs, dnsAtMs } = wants;
  const times = [cleanupAtMs(wants)];
  if (inFlight > 0) times.push(nowMs + SAFETY_MS);
  for (const atMs of [queueAtMs, dnsAtMs]) {
    if (atMs !== null) times.push(atMs <= nowMs + TIMER_MS ? Math.max(nowMs, atMs) + SAFETY_MS : atMs);
  }
  return Math.min(...times);
}

export function isCleanupDue(wants: Pick<Wants, 'nowMs' | 'cleanedAtMs' | 'endsSinceCleanup'>): boolean {
  return cleanupAtMs(wants) <= wants.nowMs;
}

function cleanupAtMs({
  nowMs,
  cleanedAtMs,
  endsSinceCleanup,
}: Pick<Wants, 'nowMs' | 'cleanedAtMs' | 'endsSinceCleanup'>) {
  if (endsSinceCleanup >= CLEANUP_AFTER_ENDS) return nowMs;
  // Either way: a clock that was ahead and is right again must not put it off.
  return Math.min(cleanedAtMs, nowMs) + CLEANUP_INTERVAL_MS;
}
