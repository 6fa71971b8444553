import { auditedBatch, auditIfChanged } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { log } from '../../../shared/log.ts';
import { graceEnded, makeDue, readyRequests, type StoredRequest } from '../store/request-store.ts';
import { giveBackLease, takeLease } from '../store/work-store.ts';
import { advanceErasure } from './advance.ts';
import { beginErasure } from './begin.ts';
import { Budget } from './budget.ts';
import { finishErasure } from './finish.ts';
import { forgetPeople } from './forget.ts';
import { reopenReleased } from './reopen.ts';
import { warnOfDeadlines } from './warn.ts';

/** Requests of one run: what is left comes two minutes later. */
const MAX_ENDED = 20;
const MAX_REQUESTS = 10;
/** Longer than a run takes: whoever finds a lease that is over takes the work of one that died. */
const LEASE_MS = 3 * 60_000;

/**
 * The job `erasure`: ends grace periods, warns of deadlines, and carries out what is due, the nearest deadline first, as far as one run may. Every step is
 * decided by rows and may be repeated: a run that dies is gone on from by the next.
 */
export async function eraseDue(ctx: Ctx, budget: Budget = new Budget()): Promise<Record<string, number>> {
  const counts = { due: 0, begun: 0, executed: 0, failed: 0, warned: 0, reopened: 0, forgotten: 0, waiting: 0 };
  counts.warned = await warnOfDeadlines(ctx, budget);
  for (const request of await graceEnded(ctx.env.DB, ctx.nowMs, MAX_ENDED)) {
    const { id, projectId, reference, graceEndsAtMs } = request;
    budget.calls++;
    const [due] = await auditedBatch(ctx, [
      makeDue(ctx.env.DB, id, graceEndsAtMs),
      auditIfChanged(ctx, { action: 'deletion.due', target: id, projectId, detail: { reference } }),
    ]);
    if (due?.meta.changes) counts.due++;
  }
  counts.reopened = await reopenReleased(ctx, budget);
  for (const request of await readyRequests(ctx.env.DB, ctx.nowMs, MAX_REQUESTS)) {
    if (budget.isOver) {
      counts.waiting++;
      continue;
    }
    await eraseOne(ctx, request, budget, counts);
  }
  counts.forgotten = await forgetPeople(ctx, budget);
  return counts;
}

/** One that fails as a whole keeps no other from its turn, and is tried again when its lease is over. */
async function eraseOne(
  ctx: Ctx,
  request: StoredRequest,
  budget: Budget,
  counts: { begun: number; executed: number; failed: number; waiting: number },
): Promise<void> {
  const { DB } = ctx.env;
  const { id } = request;
  budget.calls += 10;
  try {
    if (!(await takeLease(DB, id, { nowMs: ctx.nowMs, untilMs: ctx.nowMs + LEASE_MS }))) return;
    const begun = await beginErasure(ctx, request);
    if (begun === null) return;
    if (request.state === 'due') counts.begun++;
    const { steps, nextAtMs, failed } = await advanceErasure(ctx, begun, budget);
    counts.failed += failed;
    if (nextAtMs === null && (await finishErasure(ctx, begun, steps))) {
      counts.executed++;
      return;
    }
    counts.waiting++;
    await giveBackLease(DB, id, nextAtMs ?? ctx.nowMs).run();
  } catch (cause) {
    counts.failed++;
    const { requestId } = ctx;
    log('error', 'erasure_broke_off', { requestId, request: id, cause: String(cause) });
  }
}
