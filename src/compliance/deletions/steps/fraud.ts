import { auditedBatch } from '../../../audit/index.ts';
import { fraudOf } from '../../../fraud/index.ts';
import { addCounts, DONE, MORE, type StepEnd, type StepRun } from '../run/step.ts';
import { deleteVerdicts } from '../store/register-store.ts';

/** Of one call: a transaction of the object. */
const MAX_EVENTS = 1_000;

/** Sessions, devices, references and the profile, in one transaction of the project's object. */
export async function eraseFraudProfile({ ctx, projectId, identity, work, budget }: StepRun): Promise<StepEnd> {
  budget.calls++;
  const { counts } = await fraudOf(ctx.env, projectId).erase({ kind: 'profile', identity });
  addCounts(work, counts);
  return DONE;
}

interface EventsCursor {
  afterSeq: number;
}

/** Events with their reviews, and the verdicts on them that the database has: those first, because only the event knows whose they are. */
export async function eraseFraudEvents(run: StepRun): Promise<StepEnd> {
  const { ctx, projectId, identity, beganAtMs, work, budget } = run;
  const fraud = fraudOf(ctx.env, projectId);
  const cursor: EventsCursor = (work.cursor as EventsCursor | null) ?? { afterSeq: 0 };
  for (;;) {
    if (budget.isOver) return MORE;
    budget.calls++;
    const found = await fraud.erase({ kind: 'find', identity, beganAtMs, afterSeq: cursor.afterSeq });
    for (let at = 0; at < found.ids.length; at += MAX_EVENTS) {
      const ids = found.ids.slice(at, at + MAX_EVENTS);
      budget.calls += 4;
      const [verdicts] = await auditedBatch(ctx, [deleteVerdicts(ctx.env.DB, projectId, ids)]);
      const { counts, left } = await fraud.erase({ kind: 'events', ids });
      addCounts(work, { ...counts, verdicts: verdicts?.results.length ?? 0 });
      await run.save();
      if (left > 0) throw new Error(`${left} events are on their way to the journal`);
    }
    if (found.nextSeq === null) return DONE;
    cursor.afterSeq = found.nextSeq;
    work.cursor = cursor;
    await run.save();
  }
}
