import { addCounts, DONE, MORE, type StepEnd, type StepRun } from '../run/step.ts';
import { clearSamples, clearTexts, listGroupTexts } from '../store/register-store.ts';
import { dropSamples, lostSamples } from '../store/work-store.ts';

const MAX_ROWS = 500;

interface SamplesCursor {
  /** The last fingerprint whose texts were looked at. */
  after: string;
}

/** What the register of errors shows of erased records, and whatever in it names the person itself. */
export async function eraseErrorSamples(run: StepRun): Promise<StepEnd> {
  const { ctx, requestId, projectId, person, work, budget } = run;
  const { DB } = ctx.env;
  for (;;) {
    if (budget.isOver) return MORE;
    const samples = await lostSamples(DB, requestId, MAX_ROWS);
    if (samples.length === 0) break;
    budget.calls += 4;
    const [cleared] = await DB.batch([clearSamples(DB, projectId, samples), dropSamples(DB, requestId, samples)]);
    addCounts(work, { groups: cleared?.results.length ?? 0 });
    await run.save();
  }
  const cursor: SamplesCursor = (work.cursor as SamplesCursor | null) ?? { after: '' };
  for (;;) {
    if (budget.isOver) return MORE;
    const rows = await listGroupTexts(DB, projectId, cursor.after, MAX_ROWS);
    const named = rows.filter(({ type, message, culprit }) =>
      [type, message, culprit ?? ''].some((text) => person.isNamedInText(text)),
    );
    budget.calls += 3;
    if (named.length > 0) {
      const cleared = await clearTexts(
        DB,
        projectId,
        named.map(({ fingerprint }) => fingerprint),
      ).all();
      addCounts(work, { groups: cleared.results.length });
    }
    if (rows.length < MAX_ROWS) return DONE;
    cursor.after = rows.at(-1)?.fingerprint ?? cursor.after;
    work.cursor = cursor;
    await run.save();
  }
}
