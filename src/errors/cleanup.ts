import type { Ctx } from '../env.ts';
import { HOUR_ROWS_KEPT_MS } from '../rollups/index.ts';
import { deleteGroups } from './group-store.ts';

/** Of one run; the next one goes on. */
const MAX_DELETES = 5_000;

/** Forgets groups that were not seen for as long as the hours of their rollups are kept: an error that comes again later is a new one. */
export async function forgetErrorGroups(ctx: Ctx): Promise<Record<string, number>> {
  return { forgotten: await deleteGroups(ctx.env.DB, ctx.nowMs - HOUR_ROWS_KEPT_MS, MAX_DELETES) };
}
