import type { Summary } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { ok, type Result } from '../shared/result.ts';
import { LEVELS, type Level } from '../wire/record.ts';
import { aggregate, type Counted, type Counter } from './aggregate.ts';
import type { ReadError } from './errors.ts';
import { fieldReader, MAX_VALUE_CHARS } from './facets.ts';
import type { LineMatch } from './scan/scan.ts';
import type { Scope } from './search.ts';

const MINUTE_MS = 60_000;
/** Values of a field and their steps, of which each costs some hundred bytes: with more, what is older is not counted. */
const MAX_COUNTS = 100_000;

export interface CountsOverTime extends Counted {
  /** By value of the field, '' where there is none, and by the number of the step since the epoch. Steps in which nothing matched are not there. */
  counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/**
 * Matching records by steps of time, aligned to UTC, and by the values of a field; a list counts with each of its items, a record without the field or with a
 * text that is no category not at all. Errors: store_away.
 */
export async function countsOverTime(
  ctx: Ctx,
  scope: Scope,
  { stepMs, field }: { stepMs: number; field: string | null },
): Promise<Result<CountsOverTime, ReadError>> {
  const counter = new StepCounts(scope, stepMs, field);
  const counted = await aggregate(ctx, scope, counter);
  if (!counted.ok) return counted;
  const { complete, countedFromMs } = counted.value;
  const fromMs = Math.max(countedFromMs, counter.countedFromMs);
  return ok({
    counts: counter.counts,
    ...counted.value,
    complete: complete && fromMs === countedFromMs,
    countedFromMs: fromMs,
  });
}

class StepCounts implements Counter {
  readonly needSummaries: boolean;
  readonly counts = new Map<string, Map<number, number>>();
  /** Behind whatever there was no place for. */
  countedFromMs = Number.NEGATIVE_INFINITY;
  #size = 0;
  readonly #scope: Scope;
  readonly #stepMs: number;
  readonly #values: ReturnType<typeof fieldReader> | null;

  constructor(scope: Scope, stepMs: number, field: string | null) {
    this.#scope = scope;
    this.#stepMs = stepMs;
    this.#values = field === null ? null : fieldReader(field);
    this.needSummaries = field === null && stepMs % MINUTE_MS === 0;
  }

  canCount({ summary }: { summary: Summary }): boolean {
    return this.needSummaries && summary.minutes !== null;
  }

  count({ summary, verdict }: { summary: Summary; verdict: 'some' | 'all' }): void {
    const wanted = verdict === 'all' ? null : this.#scope.query.levels;
    for (const [minute = 0, ...counts] of summary.minutes ?? []) {
      let sum = 0;
      for (const [index, level] of LEVELS.entries()) if (isWanted(level, wanted)) sum += counts[index] ?? 0;
      this.#add('', minute * MINUTE_MS, sum);
    }
  }

  add(match: LineMatch): void {
    const { ts } = match;
    // Only then the line has to be parsed.
    if (this.#values === null) this.#add('', ts, 1);
    else this.#values(match.record, (value) => value.length <= MAX_VALUE_CHARS && this.#add(value, ts, 1));
  }

  #add(value: string, ts: number, count: number): void {
    if (count === 0) return;
    const steps = this.counts.get(value) ?? new Map<number, number>();
    const step = Math.floor(ts / this.#stepMs);
    const known = steps.get(step);
    if (known === undefined && this.#size >= MAX_COUNTS) {
      this.countedFromMs = Math.max(this.countedFromMs, (step + 1) * this.#stepMs);
      return;
    }
    if (known === undefined) this.#size++;
    steps.set(step, (known ?? 0) + count);
    this.counts.set(value, steps);
  }
}

function isWanted(level: Level, wanted: ReadonlySet<Level> | null): boolean {
  return wanted === null || wanted.has(level);
}
