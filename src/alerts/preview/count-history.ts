import type { Ctx } from '../../env.ts';
import { countsOverTime, type ReadError } from '../../query/index.ts';
import { ok, type Result } from '../../shared/result.ts';
import type { CountedRecords } from '../evaluate/records.ts';
import type { Observation } from '../state/index.ts';
import { type History, type Moment, type Range, stepOf } from './history.ts';

/** Of a window; more would be told by no chart of a week. */
const PARTS = 5;

/** Counts by group and by step since the epoch. */
export type StepCounts = ReadonlyMap<string, ReadonlyMap<number, number>>;

export interface CountWindow {
  windowMs: number;
  stepMs: number;
  /** There is one group, which is there with nothing too. */
  isOne: boolean;
  /** A group that had nothing in the window is named where it had something in the one before: who is missed. */
  namesMissed: boolean;
}

/** What windows of counted records come to over a range. As far as the budget of a search goes, the newest first. Errors: store_away. */
export async function countHistory(
  ctx: Ctx,
  projectId: string,
  { stream, query, field }: CountedRecords,
  { windowMs, namesMissed }: { windowMs: number; namesMissed: boolean },
  { fromMs, toMs }: Range,
): Promise<Result<History, ReadError>> {
  const stepMs = stepOf(windowMs, PARTS);
  const back = namesMissed ? 2 * windowMs : windowMs;
  const scope = { projectId, stream, query, fromMs: fromMs - back - stepMs, toMs };
  const counted = await countsOverTime(ctx, scope, { stepMs, field });
  if (!counted.ok) return counted;
  const { counts, complete, countedFromMs } = counted.value;
  // A window that begins where the counts do is the first that is whole.
  const firstMs = complete ? fromMs : Math.max(fromMs, countedFromMs + windowMs);
  const window = { windowMs, stepMs, isOne: field === null, namesMissed };
  const moments = countMoments(counts, window, { fromMs: firstMs, toMs });
  return ok({ stepMs, moments, complete, countedFromMs: complete ? fromMs : Math.min(firstMs, toMs) });
}

/** Sums of sliding windows, at each step of the range. A step that is running is not one yet. */
export function* countMoments(counts: StepCounts, window: CountWindow, { fromMs, toMs }: Range): Generator<Moment> {
  const { windowMs, stepMs, isOne, namesMissed } = window;
  const steps = Math.ceil(windowMs / stepMs);
  const byStep = new Map<number, [group: string, count: number][]>();
  for (const [group, own] of counts) {
    for (const [step, count] of own) {
      const there = byStep.get(step) ?? [];
      byStep.set(step, there);
      there.push([group, count]);
    }
  }
  const sums = new Sliding(byStep, steps);
  const seen = namesMissed ? new Sliding(byStep, 2 * steps) : null;
  const first = Math.ceil(fromMs / stepMs);
  for (let step = first; step * stepMs <= toMs; step++) {
    sums.moveTo(step);
    seen?.moveTo(step);
    const named = seen ?? sums;
    const values: Observation[] = isOne
      ? [{ group: '', value: sums.of('') }]
      : [...named.groups()].map((group) => ({ group, value: sums.of(group) }));
    yield { atMs: step * stepMs, observed: { values, rest: 'zero' } };
  }
}

/** The sum of the last so many steps of each group, moved forward step by step. */
class Sliding {
  readonly #byStep: ReadonlyMap<number, readonly [string, number][]>;
  readonly #steps: number;
  readonly #sums = new Map<string, number>();
  /** Steps before this one are in, as far as they are in the window. */
  #end: number | null = null;

  constructor(byStep: ReadonlyMap<number, readonly [string, number][]>, steps: number) {
    this.#byStep = byStep;
    this.#steps = steps;
  }

  moveTo(end: number): void {
    for (let step = this.#end ?? end - this.#steps; step < end; step++) {
      this.#add(step, 1);
      if (this.#end !== null) this.#add(step - this.#steps, -1);
    }
    this.#end = end;
  }

  of(group: string): number {
    return this.#sums.get(group) ?? 0;
  }

  groups(): IterableIterator<string> {
    return this.#sums.keys();
  }

  #add(step: number, sign: 1 | -1): void {
    for (const [group, count] of this.#byStep.get(step) ?? []) {
      const sum = this.of(group) + sign * count;
      if (sum > 0) this.#sums.set(group, sum);
      else this.#sums.delete(group);
    }
  }
}
