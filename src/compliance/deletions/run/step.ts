import type { Ctx } from '../../../env.ts';
import type { ErasureCategory, PersonIdentity } from '../../../wire/compliance.ts';
import type { Person } from '../identity/person.ts';
import type { StoredHold } from '../store/hold-store.ts';
import type { Work } from '../store/work-store.ts';
import type { Budget } from './budget.ts';

/** What a step works with. `work` is where it stands; what it changes there is kept when it ends its turn, or with `save`. */
export interface StepRun {
  ctx: Ctx;
  requestId: string;
  projectId: string;
  /** What came later is not erased. */
  beganAtMs: number;
  identity: PersonIdentity;
  person: Person;
  /** Of the request, in force. */
  holds: readonly StoredHold[];
  work: Work;
  budget: Budget;
  /** `work` in a transaction of its own. */
  save(): Promise<void>;
}

/** `more`: it goes on with the next run. `wait`: not before then; `problem` is what it waits for. A throw is a failure, to be tried again. */
export type StepEnd = { kind: 'done' } | { kind: 'more' } | { kind: 'wait'; untilMs: number; problem: string };

export type Step = (run: StepRun) => Promise<StepEnd>;

export const DONE: StepEnd = { kind: 'done' };
export const MORE: StepEnd = { kind: 'more' };

/** In whose order they are done: events before their records, caches behind all that they are made of. */
export const STEP_ORDER: readonly ErasureCategory[] = [
  ...(['fraud_profile', 'fraud_events', 'records', 'error_samples'] as const),
  ...(['etl_rejects', 'deliveries', 'breach_register', 'caches'] as const),
];

export function addCounts(work: Work, counts: Record<string, number>): void {
  for (const [name, count] of Object.entries(counts)) {
    if (count > 0) work.counts = { ...work.counts, [name]: (work.counts[name] ?? 0) + count };
  }
}
