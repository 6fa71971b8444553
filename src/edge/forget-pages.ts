import type { Ctx } from '../env.ts';
import { HOUR_ROWS_KEPT_MS } from '../rollups/index.ts';
import { forgetPagesBefore } from './page-store.ts';

/** One statement an hour, which D1 ends after 30 s. */
const PAGES_PER_RUN = 10_000;

/** Cron: a page is known as long as its hours are. */
export async function forgetPages(ctx: Ctx): Promise<{ pages: number }> {
  return { pages: await forgetPagesBefore(ctx.env.DB, ctx.nowMs - HOUR_ROWS_KEPT_MS, PAGES_PER_RUN) };
}
