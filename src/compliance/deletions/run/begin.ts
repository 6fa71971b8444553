import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { log } from '../../../shared/log.ts';
import { ERASURE_CATEGORIES } from '../../../wire/compliance.ts';
import { holdsOf } from '../store/hold-store.ts';
import { findLedgerRow, insertLedgerRow, ledgerKey, noteObject, putLedger } from '../store/ledger-store.ts';
import { beginRequest, findRequest, type StoredRequest } from '../store/request-store.ts';
import { insertSteps } from '../store/step-store.ts';

/**
 * Writes down that the erasure has begun: in the database first, where a cancellation can still come before it, then in R2, which a restore of the database
 * does not touch. Null where the request was cancelled. Nothing is deleted before both are there.
 */
export async function beginErasure(ctx: Ctx, request: StoredRequest): Promise<StoredRequest | null> {
  const { DB, STORE } = ctx.env;
  const { id, projectId, reference } = request;
  if (request.state === 'due') {
    await auditedBatch(ctx, [
      beginRequest(DB, id, ctx.nowMs),
      auditIfChanged(ctx, { action: 'deletion.begin', target: id, projectId, detail: { reference } }),
      insertLedgerRow(DB, request, ctx.nowMs),
      insertSteps(DB, id, projectId, ERASURE_CATEGORIES),
    ]);
  }
  const begun = await findRequest(DB, id);
  if (begun?.state !== 'running' || begun.beganAtMs === null) return null;
  const row = await findLedgerRow(DB, id);
  if (row === null) throw new Error(`${id} runs without a row in the ledger`);
  if (row.objectAtMs !== null) return begun;
  const holds = (await holdsOf(DB, [id])).get(id) ?? [];
  // A death behind this leaves the object without a word of it in the row: it is written again, the same.
  await putLedger(STORE, {
    format: 'breakwater-erasure/1',
    request: begun,
    holds: holds.filter(({ releasedAtMs }) => releasedAtMs === null),
    ...{ beganAtMs: row.beganAtMs, executedAtMs: begun.executedAtMs, restorableUntilMs: begun.restorableUntilMs },
  });
  await auditedBatch(ctx, [noteObject(DB, id, ctx.nowMs)]);
  log('info', 'erasure_begun', { request: id, ledger: ledgerKey(id) });
  return begun;
}
