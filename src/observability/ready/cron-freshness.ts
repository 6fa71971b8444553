/** The cron of every minute is missed a few times where a run takes long; more means that the platform does not call it. */
export const MAX_CRON_AGE_MS = 5 * 60_000;

/** Whether the cron runs, by when the job of every minute last began; null is never. */
export function cronFreshness(
  lastRunAtMs: number | null,
  { nowMs, uptimeSeconds }: { nowMs: number; uptimeSeconds: number | null },
): { ok: boolean; detail: string } {
  if (lastRunAtMs === null) {
    // Of a new deployment nothing is to be expected yet; how old it is only the platform knows.
    const isNew = uptimeSeconds === null || uptimeSeconds * 1_000 <= MAX_CRON_AGE_MS;
    return { ok: isNew, detail: isNew ? 'has not run yet' : 'has never run' };
  }
  const ageMs = Math.max(0, nowMs - lastRunAtMs);
  const detail = `ran ${Math.round(ageMs / 1_000)} s ago`;
  return { ok: ageMs <= MAX_CRON_AGE_MS, detail };
}
