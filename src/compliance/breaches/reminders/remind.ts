import { auditedBatch } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { type NewNotice, noticeStatement } from '../../../notices/index.ts';
import { clocksToTell, movedOn } from '../register/clock-store.ts';
import { type Clock, type ClockNotice, noticesDue } from '../register/clocks.ts';

/** A statement for each clock and each of its notices, of which a regime may have eleven: at most 83 in a run. */
const CLOCKS_PER_RUN = 20;
const NOTICES_PER_RUN = 60;

/**
 * The job breach_clocks: says to the operators that a deadline of a breach comes near, and that it has passed. Each is said once, also where nobody ran when it
 * was due: its id is of the fact.
 */
export async function tellClocks(ctx: Ctx): Promise<{ clocks: number; notices: number }> {
  const found = await clocksToTell(ctx.env.DB, ctx.nowMs, CLOCKS_PER_RUN);
  const told: { breachId: string; clock: Clock; nextMs: number | null; due: ClockNotice[] }[] = [];
  let notices = 0;
  for (const { breachId, clock } of found) {
    const { due, nextMs } = noticesDue(clock, clock.nextNoticeMs ?? ctx.nowMs, ctx.nowMs);
    if (notices + due.length > NOTICES_PER_RUN) break;
    notices += due.length;
    told.push({ breachId, clock, nextMs, due });
  }
  if (told.length === 0) return { clocks: 0, notices: 0 };
  await auditedBatch(
    ctx,
    told.flatMap(({ breachId, clock, nextMs, due }) => [
      ...due.map((notice) => noticeStatement(ctx, noticeOf(breachId, clock, notice))),
      movedOn(ctx.env.DB, { breachId, clock, nextMs }),
    ]),
  );
  return { clocks: told.length, notices };
}

function noticeOf(breachId: string, clock: Clock, { beforeMs }: ClockNotice): NewNotice {
  const due = new Date(clock.dueAtMs).toISOString();
  const isOver = beforeMs === null;
  return {
    id: `${isOver ? 'breach.overdue' : 'breach.deadline'}/${breachId}/${clock.id}${isOver ? '' : `/${beforeMs}`}`,
    kind: isOver ? 'breach.overdue' : 'breach.deadline',
    severity: isOver ? 'critical' : 'warning',
    title: isOver ? `${clock.label}: was due at ${due}` : `${clock.label}: due at ${due}`,
    detail: {
      breachId,
      clock: clock.id,
      dueAtMs: clock.dueAtMs,
      source: clock.source,
      ...(isOver ? {} : { beforeMs }),
    },
    path: `/compliance/breaches/${breachId}`,
  };
}
