import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { RESTORE_HORIZON_MS } from '../lifecycle/grace.ts';
import { type LedgerObject, noteExecuted, putLedger, readLedger } from '../store/ledger-store.ts';
import { finishRequest, type StoredRequest } from '../store/request-store.ts';
import type { StoredStep } from '../store/step-store.ts';
import { dropWork } from '../store/work-store.ts';

/** Every category is erased or held. From now on it is counted how long a restore could bring it back. */
export async function finishErasure(ctx: Ctx, request: StoredRequest, steps: readonly StoredStep[]): Promise<boolean> {
  const { DB, STORE } = ctx.env;
  const { id, projectId, reference } = request;
  const executedAtMs = ctx.nowMs;
  const restorableUntilMs = executedAtMs + RESTORE_HORIZON_MS;
  const erased = Object.fromEntries(steps.map(({ category, state, counts }) => [category, { state, ...counts }]));
  const [finished] = await auditedBatch(ctx, [
    finishRequest(DB, id, { executedAtMs, restorableUntilMs }),
    auditIfChanged(ctx, { action: 'deletion.done', target: id, projectId, detail: { reference, erased } }),
    noteExecuted(DB, id, executedAtMs),
    dropWork(DB, id, null),
  ]);
  if (!finished?.meta.changes) return false;
  // A death here leaves an object that says less than the row: the replay puts it right.
  const ledger = await readLedger(STORE, id);
  if (ledger) await putLedger(STORE, executed(ledger, { executedAtMs, restorableUntilMs }));
  return true;
}

export function executed(
  ledger: LedgerObject,
  { executedAtMs, restorableUntilMs }: Pick<StoredRequest, 'executedAtMs' | 'restorableUntilMs'>,
): LedgerObject {
  const ended = { executedAtMs, restorableUntilMs };
  return { ...ledger, ...ended, request: { ...ledger.request, ...ended } };
}
