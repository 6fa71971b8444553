import { addCounts, DONE, MORE, type StepEnd, type StepRun } from '../run/step.ts';
import { deleteCached } from '../store/register-store.ts';

const MAX_ROWS = 500;
/** A question that was asked before the records went may still be keeping its answer: searches end after 15 s. */
const QUESTIONS_END_MS = 60_000;

interface CachesCursor {
  fromMs: number;
}

/** Kept answers, once nobody computes one of what was there before. What isolates keep of blocks is known by their content, and is theirs no more. */
export async function eraseCaches(run: StepRun): Promise<StepEnd> {
  const { ctx, projectId, work, budget } = run;
  const cursor = work.cursor as CachesCursor | null;
  const fromMs = cursor?.fromMs ?? ctx.nowMs + QUESTIONS_END_MS;
  if (cursor === null) work.cursor = { fromMs } satisfies CachesCursor;
  if (ctx.nowMs < fromMs) return { kind: 'wait', untilMs: fromMs, problem: '' };
  for (;;) {
    if (budget.isOver) return MORE;
    budget.calls++;
    const deleted = await deleteCached(ctx.env.DB, projectId, MAX_ROWS);
    addCounts(work, { answers: deleted });
    if (deleted < MAX_ROWS) return DONE;
    await run.save();
  }
}
