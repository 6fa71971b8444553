import type { Ctx } from '../env.ts';
import { countUnsent } from './list-store.ts';
import { TOLD_WITHIN_MS } from './types.ts';

/** A flood is many, whatever their number. */
const MOST_COUNTED = 100_000;

/** Of those that are still sent: how many some destination lacks, or would if one were set. */
export function unsentNotices(ctx: Ctx): Promise<number> {
  return countUnsent(ctx.env.DB, ctx.nowMs - TOLD_WITHIN_MS, MOST_COUNTED);
}
