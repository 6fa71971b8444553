import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { RESTORE_HORIZON_MS } from '../lifecycle/grace.ts';
import { deleteLedger } from '../store/ledger-store.ts';
import { forgetPerson, forgettable } from '../store/request-store.ts';
import type { Budget } from './budget.ts';

const MAX_FORGOTTEN = 10;

/** Drops identities that nothing can need any more: in R2 first, so that a death in between leaves what is found again. */
export async function forgetPeople(ctx: Ctx, budget: Budget): Promise<number> {
  const { DB, STORE } = ctx.env;
  budget.calls++;
  const { nowMs } = ctx;
  const horizon = { nowMs, cancelledBeforeMs: nowMs - RESTORE_HORIZON_MS };
  const requests = await forgettable(DB, horizon, MAX_FORGOTTEN);
  for (const { id, projectId, reference } of requests) {
    budget.calls += 6;
    await deleteLedger(STORE, id);
    const [request, ledger] = forgetPerson(DB, id);
    await auditedBatch(ctx, [
      request,
      auditIfChanged(ctx, { action: 'deletion.forget', target: id, projectId, detail: { reference } }),
      ledger,
    ]);
  }
  return requests.length;
}
