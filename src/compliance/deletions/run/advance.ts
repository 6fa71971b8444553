import { auditedBatch } from '../../../audit/index.ts';
import type { Ctx } from '../../../env.ts';
import { noticeStatement } from '../../../notices/index.ts';
import { log } from '../../../shared/log.ts';
import type { ErasureCategory } from '../../../wire/compliance.ts';
import { Person } from '../identity/person.ts';
import { openPerson } from '../identity/sealed.ts';
import { ATTEMPTS_BEFORE_NOTICE, retryAtMs } from '../lifecycle/grace.ts';
import { eraseFromBreaches } from '../steps/breach-register.ts';
import { eraseCaches } from '../steps/caches.ts';
import { eraseDeliveries } from '../steps/deliveries.ts';
import { eraseErrorSamples } from '../steps/error-samples.ts';
import { eraseRejects } from '../steps/etl-rejects.ts';
import { eraseFraudEvents, eraseFraudProfile } from '../steps/fraud.ts';
import { eraseRecords } from '../steps/records/records.ts';
import { holdsOf, type StoredHold } from '../store/hold-store.ts';
import type { StoredRequest } from '../store/request-store.ts';
import { type StoredStep, stepsOf, writeStep } from '../store/step-store.ts';
import { dropWork, NO_WORK, type Work, workOf, writeWork } from '../store/work-store.ts';
import type { Budget } from './budget.ts';
import { STEP_ORDER, type Step, type StepEnd, type StepRun } from './step.ts';

const STEPS: Readonly<Record<ErasureCategory, Step>> = {
  records: eraseRecords,
  fraud_profile: eraseFraudProfile,
  fraud_events: eraseFraudEvents,
  error_samples: eraseErrorSamples,
  etl_rejects: eraseRejects,
  deliveries: eraseDeliveries,
  breach_register: eraseFromBreaches,
  caches: eraseCaches,
};

export interface Advanced {
  steps: StoredStep[];
  /** When the next step can be worked on; null where none is left. */
  nextAtMs: number | null;
  failed: number;
}

/** Does what can be done now of an execution that has begun, step by step. One that fails holds up only what rests on it. */
export async function advanceErasure(ctx: Ctx, request: StoredRequest, budget: Budget): Promise<Advanced> {
  const { DB } = ctx.env;
  const { id, projectId, sealed, beganAtMs } = request;
  if (sealed === null || beganAtMs === null) throw new Error(`${id} is to be executed and has no identity`);
  const { identity } = openPerson(ctx.config, id, sealed);
  const [holds, rows, works] = await Promise.all([holdsOf(DB, [id]), stepsOf(DB, [id]), workOf(DB, id)]);
  budget.calls += 3;
  const inForce = (holds.get(id) ?? []).filter(({ releasedAtMs }) => releasedAtMs === null);
  const steps = new Map((rows.get(id) ?? []).map((step) => [step.category, step]));
  const shared = { ctx, requestId: id, projectId, beganAtMs, identity, person: new Person(identity), budget };
  let nextAtMs: number | null = null;
  let failed = 0;
  for (const category of STEP_ORDER) {
    const step = steps.get(category);
    if (!step) throw new Error(`${id} has no step ${category}`);
    if (isOver(step)) continue;
    // Whatever is answered from a cache is made of the rest, and samples are those of records.
    if (category === 'caches' && nextAtMs !== null) continue;
    if (category === 'error_samples' && !isOver(steps.get('records') ?? step)) continue;
    const work = works.get(category) ?? structuredClone(NO_WORK);
    const whole = inForce.find((hold) => hold.category === category && hold.stream === null);
    if (whole) {
      steps.set(category, await end(ctx, held(ctx, step, whole), []));
      continue;
    }
    const atMs = work.nextAtMs > ctx.nowMs ? work.nextAtMs : budget.isOver ? ctx.nowMs : null;
    const turn = atMs === null ? await takeTurn({ ...shared, holds: inForce }, step, work) : { step, nextAtMs: atMs };
    steps.set(category, turn.step);
    if (turn.step.state === 'failed') failed++;
    if (turn.nextAtMs !== null) nextAtMs = Math.min(nextAtMs ?? turn.nextAtMs, turn.nextAtMs);
  }
  return { steps: [...steps.values()], nextAtMs, failed };
}

const isOver = ({ state }: StoredStep): boolean => state === 'done' || state === 'held';

async function takeTurn(
  shared: Omit<StepRun, 'work' | 'save'>,
  step: StoredStep,
  work: Work,
): Promise<{ step: StoredStep; nextAtMs: number | null }> {
  const { ctx, requestId, budget } = shared;
  const { category } = step;
  const { DB } = ctx.env;
  const save = async () => {
    budget.calls++;
    await writeWork(DB, requestId, category, work).run();
  };
  const kept = (nextAtMs: number) => writeWork(DB, requestId, category, { ...work, nextAtMs });
  budget.calls += 5;
  try {
    const ended: StepEnd = await STEPS[category]({ ...shared, work, save });
    if (ended.kind === 'done') {
      const done = { ...step, ...erasedOf(step, work), attempts: 0, problem: null, finishedAtMs: ctx.nowMs };
      const state = work.held.length > 0 ? ('held' as const) : ('done' as const);
      return { step: await end(ctx, { ...done, state }, [dropWork(DB, requestId, [category])]), nextAtMs: null };
    }
    const nextAtMs = ended.kind === 'wait' ? ended.untilMs : ctx.nowMs;
    const problem = ended.kind === 'wait' ? ended.problem || null : null;
    const running: StoredStep = { ...step, state: 'running', attempts: 0, problem };
    return { step: await end(ctx, running, [kept(nextAtMs)]), nextAtMs };
  } catch (cause) {
    return fail(ctx, step, cause, kept);
  }
}

/** Counts of an earlier execution stay: a receipt says all that is gone. */
function erasedOf(step: StoredStep, work: Work): Pick<StoredStep, 'counts' | 'held'> {
  const counts = { ...step.counts };
  for (const [name, count] of Object.entries(work.counts)) counts[name] = (counts[name] ?? 0) + count;
  return { counts, held: work.held };
}

function held({ nowMs }: Ctx, step: StoredStep, { id, reason }: StoredHold): StoredStep {
  const kept = [{ holdId: id, stream: null, reason, records: 0 }];
  return { ...step, state: 'held', held: kept, attempts: 0, problem: null, finishedAtMs: nowMs };
}

async function end(ctx: Ctx, step: StoredStep, beside: D1PreparedStatement[]): Promise<StoredStep> {
  await auditedBatch(ctx, [writeStep(ctx.env.DB, step), ...beside]);
  return step;
}

async function fail(
  ctx: Ctx,
  step: StoredStep,
  cause: unknown,
  kept: (nextAtMs: number) => D1PreparedStatement,
): Promise<{ step: StoredStep; nextAtMs: number }> {
  const { requestId: run } = ctx;
  const { requestId, category } = step;
  const attempts = step.attempts + 1;
  const nextAtMs = retryAtMs(attempts, ctx.nowMs);
  log('error', 'erasure_failed', { requestId: run, request: requestId, category, attempts, cause: String(cause) });
  const problem = cause instanceof Error ? cause.message : String(cause);
  const failed: StoredStep = { ...step, state: 'failed', attempts, problem };
  const notice = noticeStatement(ctx, {
    ...{ id: `deletion.failed/${requestId}/${category}`, kind: 'deletion.failed', severity: 'critical' },
    title: 'An erasure does not get on',
    detail: { request: requestId, category, attempts, problem },
    path: `/compliance/deletions/${requestId}`,
  });
  await end(ctx, failed, [kept(nextAtMs), ...(attempts >= ATTEMPTS_BEFORE_NOTICE ? [notice] : [])]);
  return { step: failed, nextAtMs };
}
