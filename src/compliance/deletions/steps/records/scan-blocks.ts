import { eraseLines, listInSequence, type SequenceBlock } from '../../../../blocks/index.ts';
import type { StepRun } from '../../run/step.ts';
import { type JournalStream, type RecordsCursor, streamsOf } from './cursor.ts';
import { mayName, openCandidate, readCandidates } from './read-candidates.ts';
import { replaceIn } from './replace-in.ts';
import { type RecordsHold, type SelectedLines, selectLines } from './select-lines.ts';
import { storeLines } from './store-lines.ts';

/** Blocks that the database is asked about at once: their index rows have 1.5 MB. */
const PAGE_BLOCKS = 500;
/** Candidates whose payloads are read at once. */
const CHUNK_BLOCKS = 8;

/** `again`: a block is not what it was when it was listed, so the page is listed again, from there. `replace`: the object that has it is to be made anew. */
type Scanned = { kind: 'done' } | { kind: 'again' } | { kind: 'replace'; block: SequenceBlock; archiveId: string };

const SCANNED: Scanned = { kind: 'done' };
const AGAIN: Scanned = { kind: 'again' };

/** Goes on from the cursor. False where the budget ended before the last block. */
export async function scanBlocks(run: StepRun, cursor: RecordsCursor, holds: readonly RecordsHold[]): Promise<boolean> {
  const streams = streamsOf(cursor);
  for (let stream = streams[cursor.at]; stream; stream = streams[cursor.at]) {
    while (cursor.seq < stream.untilSeq) {
      if (run.budget.isOver) {
        await run.save();
        return false;
      }
      await scanPage(run, cursor, stream, holds);
    }
    cursor.at++;
    cursor.seq = 1;
    await run.save();
  }
  return true;
}

async function scanPage(
  run: StepRun,
  cursor: RecordsCursor,
  stream: JournalStream,
  holds: readonly RecordsHold[],
): Promise<void> {
  const { DB } = run.ctx.env;
  run.budget.calls += 2;
  const page = await listInSequence(DB, run.projectId, { ...stream, fromSeq: cursor.seq }, PAGE_BLOCKS);
  if (page.length === 0) {
    cursor.seq = stream.untilSeq;
    return;
  }
  const candidates = await mayName(run, page);
  for (let at = 0; at < candidates.length; at += CHUNK_BLOCKS) {
    const chunk = candidates.slice(at, at + CHUNK_BLOCKS);
    if (run.budget.isOver) return;
    const scanned = await scanChunk(run, cursor, stream, holds, chunk);
    // Behind the chunk, whose payloads are in memory no more when those of an object come.
    if (scanned.kind === 'replace') await replaceWith(run, cursor, stream, holds, scanned);
    if (scanned.kind !== 'done') return;
  }
  cursor.seq = (page.at(-1) as SequenceBlock).lastSeq + 1;
  await run.save();
}

async function scanChunk(
  run: StepRun,
  cursor: RecordsCursor,
  stream: JournalStream,
  holds: readonly RecordsHold[],
  chunk: readonly SequenceBlock[],
): Promise<Scanned> {
  const payloads = await readCandidates(run, chunk);
  for (const block of chunk) {
    // The index rules out what lies between the cursor and this one.
    cursor.seq = Math.max(cursor.seq, block.firstSeq);
    const own = payloads ?? (await readCandidates(run, [block]));
    const packed = own?.get(block.id);
    if (own !== null && packed === undefined) return AGAIN;
    // Blocks of one archive are rewritten together: this one may have been, with one before it.
    if (packed && (packed.rawBytes !== block.rawBytes || packed.archiveId !== block.archiveId)) return AGAIN;
    const text = packed ? openCandidate(run, packed) : null;
    if (text === null) {
      goOver(cursor, stream, block);
      continue;
    }
    const selected = selectLines(text, { ...stream, firstSeq: block.firstSeq }, run.person, holds);
    const scanned = await eraseIn(run, cursor, stream, holds, block, text, selected);
    if (scanned.kind !== 'done') return scanned;
  }
  return SCANNED;
}

async function eraseIn(
  run: StepRun,
  cursor: RecordsCursor,
  stream: JournalStream,
  holds: readonly RecordsHold[],
  block: SequenceBlock,
  ndjson: string,
  selected: SelectedLines,
): Promise<Scanned> {
  const { archiveId, ...index } = block;
  if (selected.erased.size > 0) {
    if (archiveId !== null) return { kind: 'replace', block, archiveId };
    const rewritten = eraseLines(index, ndjson, selected.erased);
    const lines = { block, rewritten, selected, untilSeq: stream.untilSeq };
    return (await storeLines(run, cursor, lines, () => noteHeld(run, selected, holds))) ? SCANNED : AGAIN;
  }
  if (selected.held.size > 0) noteHeld(run, selected, holds);
  cursor.seq = Math.min(block.lastSeq + 1, stream.untilSeq);
  if (selected.held.size > 0) await run.save();
  return SCANNED;
}

/** The whole object is made anew, with all of its blocks that name the person; then this one is met again, without what it had. */
async function replaceWith(
  run: StepRun,
  cursor: RecordsCursor,
  stream: JournalStream,
  holds: readonly RecordsHold[],
  { block, archiveId }: { block: SequenceBlock; archiveId: string },
): Promise<void> {
  if (await replaceIn(run, cursor, archiveId, holds)) return;
  goOver(cursor, stream, block);
  await run.save();
}

/** What cannot be erased now keeps nothing else from being erased; it is named, and met again. */
function goOver(cursor: RecordsCursor, stream: JournalStream, block: SequenceBlock): void {
  cursor.unreadable.push(block.id);
  cursor.seq = Math.min(block.lastSeq + 1, stream.untilSeq);
}

/** Adds what is held in a block that was gone over. */
function noteHeld({ work }: StepRun, { held }: SelectedLines, holds: readonly RecordsHold[]): void {
  for (const [holdId, records] of held) {
    const known = work.held.find((one) => one.holdId === holdId);
    const hold = holds.find(({ id }) => id === holdId);
    if (known) known.records += records;
    else if (hold) work.held.push({ holdId, stream: hold.stream, reason: hold.reason, records });
  }
}
