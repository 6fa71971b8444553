import type { Member } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { noticeStatement } from '../notices/index.ts';
import { dayOf } from '../shared/calendar.ts';
import { log } from '../shared/log.ts';

/** Of one notice. */
const MAX_BLOCKS_TOLD = 20;

/** Blocks that are not what their index rows say stay where they are, and the operators hear of them once. */
export async function noteDamage(ctx: Ctx, projectId: string, damaged: readonly Member[]): Promise<void> {
  const blocks = damaged.map(({ id }) => id);
  log('error', 'archive_block_damaged', { requestId: ctx.requestId, projectId, blocks });
  await noticeStatement(ctx, {
    ...{ id: `archive.failed/${blocks[0]}`, kind: 'archive.failed', severity: 'critical' },
    title: 'Blocks cannot be archived: they are not what their index rows say',
    ...{ detail: { projectId, blocks: blocks.slice(0, MAX_BLOCKS_TOLD).join(', ') }, path: '/archives' },
  }).run();
}

/** What did not work is tried again by the next run; the operators hear of it once a day and project. */
export async function noteFailure(ctx: Ctx, projectId: string, what: string, cause: unknown): Promise<void> {
  log('error', what, { requestId: ctx.requestId, projectId, cause: String(cause) });
  await noticeStatement(ctx, {
    ...{ id: `archive.failed/${what}/${projectId}/${dayOf(ctx.nowMs)}`, kind: 'archive.failed', severity: 'warning' },
    title: 'Something of the archive did not work; it is tried again every five minutes',
    ...{ detail: { projectId, what, cause: String(cause) }, path: '/archives' },
  }).run();
}
