import type { Ctx } from '../env.ts';
import { saveSweptTo, sweptTo } from '../jobs/index.ts';
import { BLOCK_PARTS, deleteOrphans, nextParts } from './orphan-store.ts';

/** Of each table in a run. A payload has up to 1.9 MB, of which only the page with its id is read. */
export const PARTS_PER_RUN = 5_000;

/** Cron: deletes payloads and filters whose block is no more. Goes on where its last run stopped; at most eight statements. */
export async function sweepBlocks(ctx: Ctx): Promise<{ looked: number; deleted: number }> {
  const { DB } = ctx.env;
  const counts = { looked: 0, deleted: 0 };
  for (const part of BLOCK_PARTS) {
    const after = await sweptTo(DB, part);
    const { last, parts } = await nextParts(DB, part, after, PARTS_PER_RUN);
    if (last !== null) counts.deleted += await deleteOrphans(DB, part, after, last);
    counts.looked += parts;
    await saveSweptTo(DB, part, parts < PARTS_PER_RUN || last === null ? '' : last);
  }
  return counts;
}
