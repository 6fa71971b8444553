import type { Ctx } from '../../../env.ts';
import { noticeStatement } from '../../../notices/index.ts';
import { deadlineAlarm, WARN_BEFORE_MS } from '../lifecycle/grace.ts';
import { nearDeadline } from '../store/request-store.ts';
import type { Budget } from './budget.ts';

const MAX_WARNED = 20;

/** Notices of requests that are not done: once before the deadline, and once when it is over. */
export async function warnOfDeadlines(ctx: Ctx, budget: Budget): Promise<number> {
  const { DB } = ctx.env;
  budget.calls++;
  const near = await nearDeadline(DB, { nowMs: ctx.nowMs, warnMs: WARN_BEFORE_MS }, MAX_WARNED);
  const notices = near.map(({ id, deadlineAtMs, state }) => {
    const isOver = deadlineAlarm(deadlineAtMs, ctx.nowMs) === 'over';
    return noticeStatement(ctx, {
      ...{ id: `deletion.deadline/${id}/${isOver ? 'over' : 'near'}`, kind: 'deletion.deadline' },
      severity: isOver ? 'critical' : 'warning',
      title: isOver ? 'The deadline of an erasure has passed' : 'The deadline of an erasure is near',
      detail: { request: id, state, deadlineAtMs },
      path: `/compliance/deletions/${id}`,
    });
  });
  if (notices.length === 0) return 0;
  budget.calls += notices.length;
  await DB.batch(notices);
  return notices.length;
}
