import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { log } from '../../../shared/log.ts';
import { ERASURE_CATEGORIES } from '../../../wire/compliance.ts';
import { Budget } from '../run/budget.ts';
import { executed } from '../run/finish.ts';
import { insertHold } from '../store/hold-store.ts';
import {
  insertLedgerRow,
  type LedgerHead,
  type LedgerObject,
  listLedger,
  moveReplayCursor,
  noteObject,
  putLedger,
  readLedger,
  replayCursor,
} from '../store/ledger-store.ts';
import { findRequests, restoreRequest, type StoredRequest } from '../store/request-store.ts';
import { insertSteps, waitAgain } from '../store/step-store.ts';
import { dropWork } from '../store/work-store.ts';
import { compareLedger } from './compare.ts';

/** Objects of one run, by their listing alone. */
const PAGE = 500;
/** Of them, those that have to be read. */
const MAX_REPLAYED = 10;
/** Statements of one that is put back, about. */
const SETTLE_CALLS = 15;

/**
 * The job `erasure_replay`: compares what R2 says was erased with what this database knows of it. A database that was set back to before an execution knows
 * less, and has the person again: the request is put back and carried out once more.
 */
export async function replayLedger(ctx: Ctx, budget: Budget = new Budget()): Promise<Record<string, number>> {
  const { DB, STORE } = ctx.env;
  const counts = { compared: 0, replayed: 0, corrected: 0, failed: 0 };
  const page = await listLedger(STORE, await replayCursor(DB), PAGE);
  const known = new Map(
    (
      await findRequests(
        DB,
        page.heads.map(({ requestId }) => requestId),
      )
    ).map((request) => [request.id, request]),
  );
  let left = MAX_REPLAYED;
  for (const head of page.heads) {
    counts.compared++;
    const verdict = compareLedger(head, known.get(head.requestId) ?? null);
    if (verdict === 'same') continue;
    // The same page comes again.
    if (left === 0 || budget.isOver) return counts;
    budget.calls += SETTLE_CALLS;
    try {
      const done = await settleOne(ctx, head, verdict, known.get(head.requestId) ?? null);
      if (done === null) continue;
      counts[done]++;
      left--;
    } catch (cause) {
      counts.failed++;
      const [{ requestId }, { requestId: request }] = [ctx, head];
      log('error', 'erasure_replay_failed', { requestId, request, cause: String(cause) });
    }
  }
  await moveReplayCursor(DB, page.cursor).run();
  return counts;
}

/** Null where it was forgotten meanwhile. One that cannot be put back, such as beside an open request of the same person, keeps no other from it. */
async function settleOne(
  ctx: Ctx,
  head: LedgerHead,
  verdict: 'replay' | 'correct',
  request: StoredRequest | null,
): Promise<'replayed' | 'corrected' | null> {
  const { STORE } = ctx.env;
  const ledger = await readLedger(STORE, head.requestId);
  if (ledger === null) return null;
  if (verdict === 'replay') {
    await replayOne(ctx, head, ledger);
    return 'replayed';
  }
  await putLedger(STORE, executed(ledger, request as StoredRequest));
  return 'corrected';
}

/** The identity comes from the object: the database may never have heard of it. */
async function replayOne(ctx: Ctx, { requestId }: LedgerHead, ledger: LedgerObject): Promise<void> {
  const { DB } = ctx.env;
  const { request, holds, beganAtMs } = ledger;
  const { projectId, reference } = request;
  const running: StoredRequest = { ...request, state: 'running', beganAtMs };
  await auditedBatch(ctx, [
    restoreRequest(DB, running),
    auditIfChanged(ctx, {
      ...{ action: 'deletion.replay', target: requestId, projectId },
      detail: { reference, reason: 'the database was set back' },
    }),
    insertLedgerRow(DB, running, beganAtMs),
    noteObject(DB, requestId, ctx.nowMs),
    ...holds.map((hold) => insertHold(DB, hold, ['running'])),
    insertSteps(DB, requestId, projectId, ERASURE_CATEGORIES),
    waitAgain(DB, requestId, null),
    dropWork(DB, requestId, null),
  ]);
}
