import { listStreamEnds } from '../../../../blocks/index.ts';
import { fraudOf } from '../../../../fraud/index.ts';
import { allShards, journalFor } from '../../../../journal/index.ts';
import { DONE, MORE, type StepEnd, type StepRun } from '../../run/step.ts';
import { legalHolds } from '../../store/hold-store.ts';
import { FIRST_CURSOR, progressOf, type RecordsCursor } from './cursor.ts';
import { scanBlocks } from './scan-blocks.ts';
import type { RecordsHold } from './select-lines.ts';
import { settleArchives } from './settle-archives.ts';

/** Calls of one journal in a run: 8 blocks each. */
const MAX_SEALS = 20;

/**
 * Erases records from journals, blocks and archives: first everything that was received before it began is brought into blocks, then each block that may
 * name the person is looked at, in sequence, so that compaction, archive and other runs may go on beside it. Where it stands is a sequence, not a block.
 */
export async function eraseRecords(run: StepRun): Promise<StepEnd> {
  const { work } = run;
  const cursor = (work.cursor as RecordsCursor | null) ?? structuredClone(FIRST_CURSOR);
  work.cursor = cursor;
  const end = await advance(run, cursor);
  work.progress = progressOf(cursor);
  return end;
}

async function advance(run: StepRun, cursor: RecordsCursor): Promise<StepEnd> {
  if (cursor.phase === 'flush') {
    // A fraud event that is not in the journal yet would come there behind the end.
    const { left } = await fraudOf(run.ctx.env, run.projectId).erase({ kind: 'flush' });
    if (left > 0) throw new Error(`${left} fraud events wait for the journal`);
    cursor.phase = 'seal';
  }
  if (cursor.phase === 'seal' && !(await sealTails(run, cursor))) return MORE;
  if (cursor.phase === 'scan') {
    const holds = await holdsOn(run);
    if (!(await scanBlocks(run, cursor, holds))) return MORE;
    cursor.phase = 'settle';
    await run.save();
  }
  if (cursor.unreadable.length > 0) {
    const named = cursor.unreadable.slice(0, 3).join(', ');
    const count = cursor.unreadable.length;
    Object.assign(cursor, { phase: 'scan', at: 0, seq: 1, unreadable: [] } satisfies Partial<RecordsCursor>);
    run.work.held = [];
    throw new Error(
      `${count} blocks could not be read, or lie in an object beside one that could not, of whoever they are: ${named}`,
    );
  }
  return (await settleArchives(run)) ?? DONE;
}

/** What is in the tails now is in blocks then; what comes meanwhile came too late to be erased. */
async function sealTails({ ctx, projectId, budget, save }: StepRun, cursor: RecordsCursor): Promise<boolean> {
  if (cursor.inBlocks === null) {
    budget.calls++;
    const ends = await listStreamEnds(ctx.env.DB, projectId);
    cursor.inBlocks = ends.map(({ shard, stream, nextSeq }) => ({ shard, stream, untilSeq: nextSeq }));
    await save();
  }
  const shards = new Set([...allShards(ctx.config), ...cursor.inBlocks.map(({ shard }) => shard)]);
  for (const shard of shards) {
    const known = cursor.sealed.find((one) => one.shard === shard);
    if (known?.done) continue;
    const journal = journalFor(ctx.env, projectId, shard);
    let until = known?.until ?? null;
    for (let call = 0; ; call++) {
      if (call >= MAX_SEALS || budget.isOver) return false;
      budget.calls++;
      const answer = await journal.sealTail(until);
      until = answer.until;
      // Where it ends is written down with the first answer: a later one would take in what came meanwhile.
      cursor.sealed = [...cursor.sealed.filter((one) => one.shard !== shard), { shard, ...answer }];
      await save();
      if (answer.done) break;
    }
  }
  cursor.phase = 'scan';
  await save();
  return true;
}

async function holdsOn({ ctx, projectId, holds }: StepRun): Promise<RecordsHold[]> {
  const own = holds
    .filter(({ category }) => category === 'records')
    .map(({ id, stream, reason }) => ({ id, stream, reason, fromMs: Number.NEGATIVE_INFINITY, toMs: null }));
  return [...own, ...(await legalHolds(ctx.env.DB, projectId))];
}
