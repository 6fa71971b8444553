import { packRejects, unpackRejects } from '../../../etl/index.ts';
import { addCounts, DONE, MORE, type StepEnd, type StepRun } from '../run/step.ts';
import { listRejects, type RejectsRow, rewriteRejects } from '../store/register-store.ts';

/** Rows have 1.9 MB at most. */
const PAGE_ROWS = 4;

type RejectsCursor = Omit<RejectsRow, 'data'>;

/** Input that was rejected and kept, so that somebody could correct and send it again. */
export async function eraseRejects(run: StepRun): Promise<StepEnd> {
  const { ctx, projectId, person, work, budget } = run;
  const { DB } = ctx.env;
  let cursor: RejectsCursor = (work.cursor as RejectsCursor | null) ?? { jobId: '', attempt: 0, part: -1 };
  for (;;) {
    if (budget.isOver) return MORE;
    budget.calls++;
    const rows = await listRejects(DB, projectId, cursor, PAGE_ROWS);
    for (const row of rows) {
      const text = unpackRejects(row.data);
      budget.bytes += text.length;
      if (!person.mayBeNamedIn(text)) continue;
      const lines = text.split('\n');
      const kept = lines.filter((line) => line === '' || !person.isNamedInLine(line));
      if (kept.length === lines.length) continue;
      budget.calls++;
      const rewritten = { ...row, data: packRejects(kept.join('\n')) };
      const { results } = await rewriteRejects(DB, rewritten, row.data).all();
      if (results.length > 0) addCounts(work, { rejects: lines.length - kept.length, rows: 1 });
    }
    const last = rows.at(-1);
    if (rows.length < PAGE_ROWS || !last) return DONE;
    const { jobId, attempt, part } = last;
    cursor = { jobId, attempt, part };
    work.cursor = cursor;
    await run.save();
  }
}
