import { type SealedBlock, type SequenceBlock, storeErased } from '../../../../blocks/index.ts';
import { addCounts, type StepRun } from '../../run/step.ts';
import { hasContent, noteSamples, writeWork } from '../../store/work-store.ts';
import { progressOf, type RecordsCursor } from './cursor.ts';
import type { SelectedLines } from './select-lines.ts';

/** A block of the database without its erased records, and in the same transaction that it was counted. False where somebody was faster. */
export async function storeLines(
  run: StepRun,
  cursor: RecordsCursor,
  {
    block,
    rewritten,
    selected,
    untilSeq,
  }: { block: SequenceBlock; rewritten: SealedBlock; selected: SelectedLines; untilSeq: number },
  noteHeld: () => void,
): Promise<boolean> {
  const { ctx, requestId, work, budget } = run;
  const { DB } = ctx.env;
  const before = structuredClone({ counts: work.counts, held: work.held, seq: cursor.seq });
  addCounts(work, { records: selected.erased.size, blocks: 1 });
  noteHeld();
  cursor.seq = Math.min(block.lastSeq + 1, untilSeq);
  work.progress = progressOf(cursor);
  const stored = hasContent(block.id, rewritten.index.sha256);
  budget.calls += 6;
  const [changed] = await DB.batch([
    ...storeErased(DB, rewritten, block.sha256),
    writeWork(DB, requestId, 'records', work, stored),
    noteSamples(DB, requestId, selected.samples, stored),
  ]);
  if (changed?.meta.changes) return true;
  Object.assign(work, { counts: before.counts, held: before.held });
  cursor.seq = before.seq;
  return false;
}
