import type { Ctx } from '../env.ts';
import { deleteMinutes, deleteSeries } from './fold-store.ts';

const DAY_MS = 24 * 3_600_000;
/** Longer ranges are drawn by the hour. Rows of hours and days stay. */
export const MINUTE_ROWS_KEPT_MS = 30 * DAY_MS;
/** A series that has been silent for so long begins anew. */
const SERIES_KEPT_MS = 2 * DAY_MS;
const ROWS_PER_DELETE = 5_000;
/** Deletes of one cron run for each of the two; the next one goes on. */
const MAX_DELETES = 40;

/** The cron job: forgets rows of minutes and states of series past their time. */
export async function forgetRollups(ctx: Ctx): Promise<{ minutes: number; series: number }> {
  const { env, nowMs } = ctx;
  return {
    minutes: await untilDone(() => deleteMinutes(env.DB, nowMs - MINUTE_ROWS_KEPT_MS, ROWS_PER_DELETE)),
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
