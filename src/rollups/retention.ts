import type { Ctx } from '../env.ts';
import { deleteRows, deleteSeries } from './fold-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer ranges are drawn by the hour. */
export const MINUTE_ROWS_KEPT_MS = 30 * DAY_MS;
/**
 * Thirteen months: a month can be held against the same one of the year before. Longer ranges are drawn by the day. Rows of days stay, but for those of
 * single groups of errors, which go with their hours: their names are without number.
 */
export const HOUR_ROWS_KEPT_MS = 400 * DAY_MS;
/** A series that has been silent for so long begins anew. */
const SERIES_KEPT_MS = 2 * DAY_MS;
const ROWS_PER_DELETE = 5_000;
/** Deletes of one cron run for each of the four; the next one goes on. */
const MAX_DELETES = 40;

/** The cron job: forgets rows of minutes and hours, of days of groups of errors, and states of series past their time. */
export async function forgetRollups(
  ctx: Ctx,
): Promise<{ minutes: number; hours: number; errorDays: number; series: number }> {
  const { env, nowMs } = ctx;
  const forget = (kind: 'minutes' | 'hours' | 'errorDays', keptMs: number) =>
    untilDone(() => deleteRows(env.DB, kind, nowMs - keptMs, ROWS_PER_DELETE));
  return {
    minutes: await forget('minutes', MINUTE_ROWS_KEPT_MS),
    hours: await forget('hours', HOUR_ROWS_KEPT_MS),
    errorDays: await forget('errorDays', HOUR_ROWS_KEPT_MS),
    series: await untilDone(() => deleteSeries(env.DB, nowMs - SERIES_KEPT_MS, ROWS_PER_DELETE)),
  };
}

async function untilDone(remove: () => Promise<number>): Promise<number> {
  let removed = 0;
  for (let round = 0; round < MAX_DELETES; round++) {
    const count = await remove();
    removed += count;
    if (count === 0) break;
  }
  return removed;
}
