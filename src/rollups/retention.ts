import type { Ctx } from '../env.ts';
import { deleteRows, deleteSeries } from './fold-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer ranges are drawn by the hour. */
export const MINUTE_ROWS_KEPT_MS = 30 * DAY_MS;
/** Thirteen months: a month can be held against the same one of the year before. Longer ranges are drawn by the day. Rows of days stay. */
export const HOUR_ROWS_KEPT_MS = 400 * DAY_MS;
/** A series that has been silent for so long begins anew. */
const SERIES_KEPT_MS = 2 * DAY_MS;
const ROWS_PER_DELETE = 5_000;
/** Deletes of one cron run for each of the three; the next one goes on. */
const MAX_DELETES = 40;

/** The cron job: forgets rows of minutes and hours and states of series past their time. */
export async function forgetRollups(ctx: Ctx): Promise<{ minutes: number; hours: number; series: number }> {
  const { env, nowMs } = ctx;
  return {
    minutes: await untilDone(() => deleteRows(env.DB, 1, nowMs - MINUTE_ROWS_KEPT_MS, ROWS_PER_DELETE)),
    hours: await untilDone(() => deleteRows(env.DB, 60, nowMs - HOUR_ROWS_KEPT_MS, ROWS_PER_DELETE)),
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
