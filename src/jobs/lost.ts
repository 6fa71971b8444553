import type { Ctx } from '../env.ts';
import { noticeStatement } from '../notices/index.ts';
import { failedNotice } from './failed-notice.ts';
import { finishStatements, unendedRuns } from './run-store.ts';
import { MAX_RUN_MS } from './types.ts';

/** More than there are jobs. */
const LOST_PER_RUN = 100;
const PROBLEM = 'It began and never ended: it took too long or too much memory, or its process died.';

/** Writes down what nobody was left to write down: runs that ended without a word count as failures, and are told as such. */
export async function settleLostRuns(ctx: Ctx): Promise<number> {
  const { DB } = ctx.env;
  const lost = await unendedRuns(DB, ctx.nowMs - MAX_RUN_MS, LOST_PER_RUN);
  const firstOf = new Map<string, number>();
  for (const found of lost) {
    const failingRun = found.failingRun ?? firstOf.get(found.name) ?? null;
    if (failingRun === null) firstOf.set(found.name, found.number);
    const run = { ...found, failingRun };
    await DB.batch([
      ...finishStatements(DB, run, { atMs: ctx.nowMs, outcome: 'lost', counts: {}, problem: PROBLEM }),
      noticeStatement(ctx, failedNotice(run, PROBLEM, run.requestId)),
    ]);
  }
  return lost.length;
}
