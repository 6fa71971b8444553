import type { Ctx } from '../env.ts';
import { lastCheckpoint } from './checkpoints/checkpoint-store.ts';
import { entriesBetween, trailEnds } from './entry-store.ts';

/** How long the oldest entry waits that no checkpoint covers; 0 where all are covered. At most three statements. */
export async function unsealedAgeMs(ctx: Ctx): Promise<number> {
  const { DB } = ctx.env;
  const { nextSeq } = await trailEnds(DB, (await lastCheckpoint(DB))?.size ?? 0);
  const [oldest] = nextSeq === null ? [] : await entriesBetween(DB, nextSeq, nextSeq);
  return oldest === undefined ? 0 : Math.max(0, ctx.nowMs - oldest.at_ms);
}
