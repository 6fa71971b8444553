import type { Ctx } from '../../../env.ts';
import { log } from '../../../shared/log.ts';
import {
  type DeletionRequest,
  ERASURE_CATEGORIES,
  type ErasureCategory,
  type ErasureStep,
} from '../../../wire/compliance.ts';
import { openPerson, type SealedPerson } from '../identity/sealed.ts';
import { holdsOf, type StoredHold } from '../store/hold-store.ts';
import type { StoredRequest } from '../store/request-store.ts';
import { type StoredStep, stepsOf } from '../store/step-store.ts';
import { progressOf } from '../store/work-store.ts';

const SECRET_GONE = 'its identity cannot be opened: DATA_SECRETS lacks what it was encrypted with';

/** As they are answered to administrators: the only ones to whom an identity is shown. */
export async function viewsOf(ctx: Ctx, requests: readonly StoredRequest[]): Promise<DeletionRequest[]> {
  if (requests.length === 0) return [];
  const { DB } = ctx.env;
  const ids = requests.map(({ id }) => id);
  const [holds, steps, progress] = await Promise.all([holdsOf(DB, ids), stepsOf(DB, ids), progressOf(DB, ids)]);
  return requests.map((request) =>
    viewOf(ctx, request, {
      holds: holds.get(request.id) ?? [],
      steps: steps.get(request.id) ?? [],
      progress: progress.get(request.id) ?? new Map(),
    }),
  );
}

function viewOf(
  ctx: Ctx,
  request: StoredRequest,
  { holds, steps, progress }: { holds: StoredHold[]; steps: StoredStep[]; progress: Map<string, number | null> },
): DeletionRequest {
  const person = personOf(ctx, request);
  const { sealed, beganAtMs: _, ...rest } = request;
  const problems = steps.flatMap(({ category, problem }) => (problem === null ? [] : [`${category}: ${problem}`]));
  if (sealed !== null && person === null) problems.unshift(SECRET_GONE);
  return {
    ...rest,
    identity: person?.identity ?? null,
    contact: person?.contact ?? null,
    holds: holds.map(({ requestId: _, projectId: __, ...hold }) => hold),
    steps: inOrder(steps).map((step) => stepView(step, progress.get(step.category) ?? null)),
    problem: problems.length === 0 ? null : problems.join('; '),
  };
}

function stepView({ requestId: _, held: __, ...step }: StoredStep, progress: number | null): ErasureStep {
  const isOver = step.state === 'done' || step.state === 'held';
  return { ...step, progress: isOver ? 1 : step.state === 'waiting' ? 0 : progress };
}

/** As the contract lists them. */
export function inOrder<T extends { category: ErasureCategory }>(items: readonly T[]): T[] {
  const place = ({ category }: T) => ERASURE_CATEGORIES.indexOf(category);
  return [...items].sort((a, b) => place(a) - place(b));
}

/** Null where it is forgotten, or cannot be opened. */
export function personOf(ctx: Ctx, { id, sealed }: Pick<StoredRequest, 'id' | 'sealed'>): SealedPerson | null {
  if (sealed === null) return null;
  try {
    return openPerson(ctx.config, id, sealed);
  } catch (cause) {
    const { requestId } = ctx;
    log('error', 'deletion_unreadable', { requestId, id, cause: String(cause) });
    return null;
  }
}
