import type { Ctx } from '../env.ts';
import { sealedSize } from './checkpoints/signed.ts';
import { entriesBetween, trailEnds } from './entry-store.ts';

/** How long the oldest entry waits that no checkpoint covers; 0 where all are covered. At most five statements. */
export async function unsealedAgeMs(ctx: Ctx): Promise<number> {
  const { DB } = ctx.env;
  const { nextSeq } = await trailEnds(DB, await sealedSize(ctx));
  const [oldest] = nextSeq === null ? [] : await entriesBetween(DB, nextSeq, nextSeq);
  return oldest === undefined ? 0 : Math.max(0, ctx.nowMs - oldest.at_ms);
}
