/** Quotas and different names are counted by the UTC day: one number, and a reset that everybody can tell the time of. */
export const DAY_SECONDS = 86_400;
const DAY_MS = DAY_SECONDS * 1_000;

export function utcDay(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS);
}

export function secondsToMidnight(nowMs: number): number {
  return Math.max(1, Math.ceil(((utcDay(nowMs) + 1) * DAY_MS - nowMs) / 1_000));
}

/** Records that a key has stored in the newest day. */
export interface Usage {
  day: number;
  records: number;
}

export interface Charged {
  admitted: boolean;
  usage: Usage;
  remaining: number;
}

/**
 * Charges a batch whole or not at all: a client sends it again whole, and part of it would then be there twice. What does not fit is refused
 * while smaller batches still may. A day that ended a clock's difference ago does not open again (see window.ts).
 */
export function charge(before: Usage | null, recordsPerDay: number, records: number, nowMs: number): Charged {
  const current = usageNow(before, nowMs);
  const admitted = current.records + records <= recordsPerDay;
  const usage = admitted ? { ...current, records: current.records + records } : current;
  return { admitted, usage, remaining: Math.max(0, recordsPerDay - usage.records) };
}

export function usageNow(usage: Usage | null, nowMs: number): Usage {
  const day = utcDay(nowMs);
  return usage !== null && (usage.day === day || usage.day === day + 1) ? usage : { day, records: 0 };
}

/** Gives back what was charged for records that were not stored after all, as long as its day lasts. */
export function refund(usage: Usage | null, records: number, nowMs: number): Usage {
  const current = usageNow(usage, nowMs);
  return { ...current, records: Math.max(0, current.records - records) };
}
