import { auditedBatch } from '../../audit/index.ts';
import type { Ctx } from '../../env.ts';
import { noticeStatement } from '../../notices/index.ts';
import { dayOf } from '../../shared/calendar.ts';
import { checkedStatement, type StoredArchive } from '../archives-store.ts';

/** In the row, and to the operators where something is wrong: once a day, for as long as it is. */
export async function recordCheck(
  ctx: Ctx,
  { id, projectId, key }: Pick<StoredArchive, 'id' | 'projectId' | 'key'>,
  problems: readonly string[],
  ...beside: D1PreparedStatement[]
): Promise<void> {
  const { DB } = ctx.env;
  const problem = problems.length === 0 ? null : problems.join(' ');
  const notice = noticeStatement(ctx, {
    ...{ id: `archive.failed/${id}/${dayOf(ctx.nowMs)}`, kind: 'archive.failed', severity: 'critical' },
    title: 'An archive is not what it was',
    ...{ detail: { projectId, archive: id, key, problem }, path: `/archives/${id}` },
  });
  await auditedBatch(ctx, [
    checkedStatement(DB, id, { nowMs: ctx.nowMs, problem }),
    ...(problem === null ? [] : [notice]),
    ...beside,
  ]);
}
