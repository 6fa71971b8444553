import type { Ctx } from '../../env.ts';
import { PERFORMANCE_METRICS } from '../../wire/performance.ts';
import { metricsOf } from '../red/object.ts';
import { deleteHours, readWindows, replaceWindows } from './store.ts';
import { byMetric, joined } from './windows.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As rollups (docs/operations.md): a month can be held against the same one of the year before. */
const HOURS_KEPT_MS = 400 * DAY_MS;
/** Of one run: usually there is one, after an outage of D1 the next run goes on. Seven statements each, at most; nine for each of their days. */
const HOURS_PER_RUN = 12;
const ROWS_PER_DELETE = 1_000;

/**
 * The cron job: writes the hours that are over and have changed into D1, and adds their days up anew. An hour is written whole in the place of what was there and confirmed last, with the
 * version that was read: a run that dies or meets another changes nothing that the next would not write the same.
 */
export async function foldPerformance(ctx: Ctx): Promise<{ hours: number; days: number; forgotten: number }> {
  const { DB } = ctx.env;
  const object = metricsOf(ctx.env);
  const hours = await object.changedHours(HOURS_PER_RUN);
  for (const hour of hours) await replaceWindows(DB, 60, byMetric(hour));
  const days = new Set(hours.map(({ bucketMs }) => Math.floor(bucketMs / DAY_MS) * DAY_MS));
  for (const dayMs of days) {
    for (const metric of PERFORMANCE_METRICS) {
      const windows = await readWindows(DB, 60, metric, dayMs, dayMs + DAY_MS);
      await replaceWindows(DB, 1_440, [joined(metric, dayMs, windows)]);
    }
  }
  for (const { bucketMs, version } of hours) await object.confirmHour(bucketMs, version);
  const forgotten = await deleteHours(DB, ctx.nowMs - HOURS_KEPT_MS, ROWS_PER_DELETE);
  return { hours: hours.length, days: days.size, forgotten };
}
