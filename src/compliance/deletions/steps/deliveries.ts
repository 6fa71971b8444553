import { destinationOf } from '../../../delivery/index.ts';
import { addCounts, DONE, MORE, type StepEnd, type StepRun } from '../run/step.ts';
import { destinationIds } from '../store/register-store.ts';

interface DeliveriesCursor {
  /** Destinations before this one are done. */
  destinationId: string;
  afterSeq: number;
}

/** Under way: a receiver answers within seconds, or its attempt ends. */
const WAIT_MS = 60_000;

/** Events that name the person, and what was sent and answered, in each destination of the project. What a receiver has, it has. */
export async function eraseDeliveries(run: StepRun): Promise<StepEnd> {
  const { ctx, projectId, identity, work, budget } = run;
  budget.calls++;
  const ids = await destinationIds(ctx.env.DB, projectId);
  const cursor: DeliveriesCursor = (work.cursor as DeliveriesCursor | null) ?? { destinationId: '', afterSeq: 0 };
  let underWay = 0;
  for (const id of ids.filter((one) => one >= cursor.destinationId)) {
    if (id !== cursor.destinationId) Object.assign(cursor, { destinationId: id, afterSeq: 0 });
    const destination = destinationOf(ctx.env, id);
    for (;;) {
      if (budget.isOver) return MORE;
      budget.calls += 2;
      const { erased, left, nextSeq } = await destination.erase({ identity, afterSeq: cursor.afterSeq });
      addCounts(work, { deliveries: erased });
      underWay += left;
      if (nextSeq === null) break;
      cursor.afterSeq = nextSeq;
      work.cursor = cursor;
      await run.save();
    }
  }
  if (underWay === 0) return DONE;
  work.cursor = null;
  const problem = `${underWay} deliveries are under way`;
  return { kind: 'wait', untilMs: ctx.nowMs + WAIT_MS, problem };
}
