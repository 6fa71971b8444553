import type { Ctx } from '../../env.ts';
import { catchUp } from '../manifest/adopt.ts';
import { listFoundDays } from '../manifest/manifest-store.ts';
import { type RepairBudget, reconcileDay } from './reconcile.ts';

/** Of one project in a run. */
const MAX_DAYS = 3;

/**
 * What R2 knows of a project's archives and this database does not, because it was set back to an earlier moment: the versions behind its head, and then, day by
 * day, what they say. False where a bound came first; nothing of the project is to be archived before. One statement and one call to R2 where all is as it was.
 */
export async function repairProject(ctx: Ctx, projectId: string, budget: RepairBudget): Promise<boolean> {
  const { isWhole, hasFound, adopted } = await catchUp(ctx, projectId, budget.versions);
  budget.versions -= adopted;
  if (!isWhole) return false;
  if (!hasFound) return true;
  const days = await listFoundDays(ctx.env.DB, projectId, MAX_DAYS + 1);
  for (const day of days.slice(0, MAX_DAYS)) {
    if (!(await reconcileDay(ctx, projectId, day, budget))) return false;
  }
  return days.length <= MAX_DAYS;
}
