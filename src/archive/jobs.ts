import type { Ctx } from '../env.ts';
import { Unfinished } from '../jobs/index.ts';
import { noticeStatement } from '../notices/index.ts';
import { dayOf } from '../shared/calendar.ts';
import { coolArchives } from './keep/cool.ts';
import { expireArchives } from './keep/expire.ts';
import { reclassArchives } from './keep/reclass.ts';
import { moveBlocks } from './move/archive-blocks.ts';
import { archiveLag } from './read/status.ts';

type Answer = Readonly<Record<string, number>> | Unfinished;

/** Beyond this nobody should have to look for it: a day's blocks wait six hours at most (move/plan.ts), and a run comes every five minutes. */
const LATE_MS = 24 * 3_600_000;

/** What is a day late when the run ends is told to the operators, once a day. */
export async function archiveJob(ctx: Ctx): Promise<Answer> {
  const { done, ...counts } = await moveBlocks(ctx, { projectId: null, isPatient: true });
  const { lagMs, due } = await archiveLag(ctx);
  if (lagMs >= LATE_MS) {
    await noticeStatement(ctx, {
      ...{ id: `archive.late/${dayOf(ctx.nowMs)}`, kind: 'archive.late', severity: 'warning' },
      title: 'Blocks should have been archived more than a day ago',
      ...{ detail: { blocks: due, hours: Math.floor(lagMs / 3_600_000) }, path: '/archives' },
    }).run();
  }
  return answered({ ...counts, due, lagMs, left: done ? 0 : 1 });
}

export async function archiveCooling(ctx: Ctx): Promise<Answer> {
  return answered(await coolArchives(ctx));
}

export async function archiveRetention(ctx: Ctx): Promise<Answer> {
  return answered(await expireArchives(ctx));
}

export async function archiveStorageClass(ctx: Ctx): Promise<Answer> {
  return answered(await reclassArchives(ctx));
}

function answered(counts: Readonly<Record<string, number>> & { failed: number }): Answer {
  const { failed } = counts;
  if (failed === 0) return counts;
  return new Unfinished(`${failed} of the steps did not work; the notices say which. They are tried again.`, counts);
}
