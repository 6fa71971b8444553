import { warehouseKey } from '../../../../archive/index.ts';
import { addCounts, MORE, type StepEnd, type StepRun } from '../../run/step.ts';
import { dropDays, touchedDays } from '../../store/work-store.ts';
import { forgetWarehouseFiles, hasUnsettled } from './archive-store.ts';

/** When it is looked again whether the archive has come to rest: its job runs every five minutes. */
const WAIT_MS = 2 * 60_000;
/** Days of one run. */
const MAX_DAYS = 50;

/** What was made of the records in R2 beside the archives, and what of them is on its way. Null: nothing is left to be done. */
export async function settleArchives(run: StepRun): Promise<StepEnd | null> {
  const { ctx, projectId, requestId, budget, work } = run;
  const { DB, STORE } = ctx.env;
  budget.calls += 2;
  if (await hasUnsettled(DB, projectId)) {
    const problem = 'objects of the archive are being written or deleted; they may hold what was there before';
    return { kind: 'wait', untilMs: ctx.nowMs + WAIT_MS, problem };
  }
  for (;;) {
    const days = await touchedDays(DB, requestId, MAX_DAYS);
    if (days.length === 0) return null;
    if (budget.isOver) return MORE;
    // By their keys: one that is being made has no row yet.
    await STORE.delete(days.map((day) => warehouseKey(projectId, day)));
    budget.calls += 4;
    const [gone] = await DB.batch([forgetWarehouseFiles(DB, projectId, days), dropDays(DB, requestId, days)]);
    addCounts(work, { warehouseFiles: gone?.results.length ?? 0 });
    await run.save();
  }
}
