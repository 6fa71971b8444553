import type { Ctx } from '../env.ts';
import { deleteNoticesBefore } from './list-store.ts';

const NOTICES_KEPT_MS = 400 * 24 * 3_600_000;
/** One statement each an hour, which D1 ends after 30 s. */
const ROWS_PER_RUN = 10_000;

/** Cron. */
export async function forgetNotices(ctx: Ctx): Promise<{ notices: number }> {
  return { notices: await deleteNoticesBefore(ctx.env.DB, ctx.nowMs - NOTICES_KEPT_MS, ROWS_PER_RUN) };
}
