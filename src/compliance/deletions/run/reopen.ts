import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import type { ErasureCategory } from '../../../wire/compliance.ts';
import { reopenRequest } from '../store/request-store.ts';
import { releasedSteps, waitAgain } from '../store/step-store.ts';
import { dropWork } from '../store/work-store.ts';
import type { Budget } from './budget.ts';

const MAX_STEPS = 20;

/** What was held back and is free now is erased now, in requests that were done but for it. */
export async function reopenReleased(ctx: Ctx, budget: Budget): Promise<number> {
  const { DB } = ctx.env;
  budget.calls++;
  const released = Map.groupBy(await releasedSteps(DB, MAX_STEPS), ({ requestId }) => requestId);
  for (const [id, steps] of released) {
    const projectId = steps[0]?.projectId ?? null;
    // What was made of it was kept as well.
    const free = steps.map(({ category }) => category);
    const categories: ErasureCategory[] = [
      ...free,
      ...(free.includes('records') ? (['error_samples'] as const) : []),
      'caches',
    ];
    budget.calls += 7;
    await auditedBatch(ctx, [
      reopenRequest(DB, id),
      auditIfChanged(ctx, { action: 'deletion.reopen', target: id, projectId, detail: { reason: 'hold_released' } }),
      waitAgain(DB, id, categories),
      dropWork(DB, id, categories),
    ]);
  }
  return released.size;
}
