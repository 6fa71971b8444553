import type { Ctx } from '../../env.ts';
import { deleteExpiredChallenges } from './challenge-store.ts';

const MAX_ROWS_PER_RUN = 5_000;

/** Cron: deletes challenges that are over. Correctness does not wait for it: they are judged by time when they are used. */
export async function cleanChallenges(ctx: Ctx): Promise<{ challenges: number }> {
  const { meta } = await deleteExpiredChallenges(ctx.env.DB, ctx.nowMs, MAX_ROWS_PER_RUN).run();
  return { challenges: meta.changes };
}
