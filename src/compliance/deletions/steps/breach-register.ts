import { auditedBatch } from '../../../audit/index.ts';
import { addCounts, DONE, type StepEnd, type StepRun } from '../run/step.ts';
import { anonymiseAffected } from '../store/register-store.ts';

/** Held unless somebody has released it: whom a breach affected is then known by number alone. */
export async function eraseFromBreaches({
  ctx,
  projectId,
  requestId,
  identity,
  work,
  budget,
}: StepRun): Promise<StepEnd> {
  if (identity.userIds.length === 0) return DONE;
  budget.calls += 2 * identity.userIds.length + 2;
  const results = await auditedBatch(
    ctx,
    identity.userIds.flatMap((userId, n) =>
      anonymiseAffected(ctx.env.DB, projectId, { userId, name: `erased:${requestId}:${n + 1}` }),
    ),
  );
  addCounts(work, { entries: results.reduce((sum, { results: rows }) => sum + rows.length, 0) });
  return DONE;
}
