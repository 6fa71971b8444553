import { Cron } from 'croner';

/** When the expression is due next after `nowMs`, in Unix milliseconds; as Cloudflare reads it: UTC, 1 is Sunday. */
export function nextRunMs(expression: string, nowMs: number): number {
  const next = new Cron(expression, { paused: true, timezone: 'UTC', alternativeWeekdays: true }).nextRun(
    new Date(nowMs),
  );
  if (!next) throw new Error(`the cron expression "${expression}" is never due`);
  return next.getTime();
}
