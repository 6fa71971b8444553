import { replaceArchive } from '../../../../archive/index.ts';
import { eraseLines, listOfArchive, type SealedBlock } from '../../../../blocks/index.ts';
import { addCounts, type StepRun } from '../../run/step.ts';
import { noteDays, noteSamples, writeWork } from '../../store/work-store.ts';
import { archivePlace, isCurrent } from './archive-store.ts';
import { type RecordsCursor, streamsOf } from './cursor.ts';
import { mayName, openCandidate, readCandidates } from './read-candidates.ts';
import { type RecordsHold, type SelectedLines, selectLines } from './select-lines.ts';

/** Members of an archive that are in memory, packed, at once. */
const CHUNK_BLOCKS = 8;
/** What a replacement makes, about: a row, an object, its bytes back, a transaction, a manifest. */
const REPLACE_CALLS = 30;

/**
 * Makes the object of an archive anew without what of its blocks names the person; what went is counted in the transaction that lets it take the old one's
 * place. Where somebody was faster nothing has changed: its blocks are met again. False where one of its blocks is damaged: nothing can take its place then.
 */
export async function replaceIn(
  run: StepRun,
  cursor: RecordsCursor,
  archiveId: string,
  holds: readonly RecordsHold[],
): Promise<boolean> {
  const { ctx, requestId, work, budget } = run;
  const { DB } = ctx.env;
  budget.calls += 2;
  const place = await archivePlace(DB, archiveId);
  const found = place && (await rewrittenOf(run, cursor, archiveId, holds));
  if (!found) return false;
  const { rewritten, samples, records } = found;
  if (rewritten.size === 0) return true;
  const before = work.counts;
  addCounts(work, { records, blocks: rewritten.size, objects: 1 });
  budget.calls += REPLACE_CALLS;
  const replaced = await replaceArchive(ctx, archiveId, rewritten, (id) => [
    writeWork(DB, requestId, 'records', work, isCurrent(id)),
    noteSamples(DB, requestId, samples, isCurrent(id)),
    noteDays(DB, requestId, [place], isCurrent(id)),
  ]);
  if (replaced.kind !== 'replaced') work.counts = before;
  return replaced.kind !== 'damaged';
}

/** Null where a block that may name the person cannot be read. */
async function rewrittenOf(
  run: StepRun,
  cursor: RecordsCursor,
  archiveId: string,
  holds: readonly RecordsHold[],
): Promise<{ rewritten: Map<string, SealedBlock>; samples: SelectedLines['samples']; records: number } | null> {
  run.budget.calls++;
  const candidates = await mayName(run, await listOfArchive(run.ctx.env.DB, archiveId));
  const ends = new Map(streamsOf(cursor).map(({ shard, stream, untilSeq }) => [`${shard} ${stream}`, untilSeq]));
  const rewritten = new Map<string, SealedBlock>();
  const samples: SelectedLines['samples'] = [];
  let records = 0;
  for (let at = 0; at < candidates.length; at += CHUNK_BLOCKS) {
    const chunk = candidates.slice(at, at + CHUNK_BLOCKS);
    const packed = await readCandidates(run, chunk);
    for (const { archiveId: _, ...index } of chunk) {
      const stored = packed?.get(index.id);
      if (packed !== null && (stored?.archiveId !== archiveId || stored.rawBytes !== index.rawBytes)) continue;
      const text = stored ? openCandidate(run, stored) : null;
      if (text === null) return null;
      const untilSeq = ends.get(`${index.shard} ${index.stream}`) ?? 0;
      const selected = selectLines(text, { ...index, untilSeq }, run.person, holds);
      if (selected.erased.size === 0) continue;
      rewritten.set(index.id, eraseLines(index, text, selected.erased));
      samples.push(...selected.samples);
      records += selected.erased.size;
    }
  }
  return { rewritten, samples, records };
}
