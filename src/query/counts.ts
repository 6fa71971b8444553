import { OTHER, type Summary } from '../blocks/index.ts';
import type { Ctx } from '../env.ts';
import { ok, type Result } from '../shared/result.ts';
import { LEVELS, type Level } from '../wire/record.ts';
import { aggregate, type Counted, type Counter } from './aggregate.ts';
import type { ReadError } from './errors.ts';
import { fieldReader } from './facets.ts';
import type { LineMatch } from './scan/scan.ts';
import type { Scope } from './search.ts';

const MINUTE_MS = 60_000;
/** Values that are told apart; the rest counts as one, OTHER. */
const MAX_VALUES = 1_000;

export interface CountsOverTime extends Counted {
  /** By value of the field, '' where there is none, and by the number of the step since the epoch. Steps in which nothing matched are not there. */
  counts: ReadonlyMap<string, ReadonlyMap<number, number>>;
}

/**
 * Matching records by steps of time, aligned to UTC, and by the values of a field; a list counts with each of its items, a record without the field not at
 * all. Errors: store_away.
 */
export async function countsOverTime(
  ctx: Ctx,
  scope: Scope,
  { stepMs, field }: { stepMs: number; field: string | null },
): Promise<Result<CountsOverTime, ReadError>> {
  const counter = new StepCounts(scope, stepMs, field);
  const counted = await aggregate(ctx, scope, counter);
  return counted.ok ? ok({ counts: counter.counts, ...counted.value }) : counted;
}

class StepCounts implements Counter {
  readonly needSummaries: boolean;
  readonly counts = new Map<string, Map<number, number>>();
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
    else this.#values(match.record, (value) => this.#add(value, ts, 1));
  }

  #add(value: string, ts: number, count: number): void {
    if (count === 0) return;
    const steps = this.#stepsOf(value);
    const step = Math.floor(ts / this.#stepMs);
    steps.set(step, (steps.get(step) ?? 0) + count);
  }

  #stepsOf(value: string): Map<number, number> {
    const known = this.counts.get(value);
    if (known) return known;
    if (this.counts.size >= MAX_VALUES && value !== OTHER) return this.#stepsOf(OTHER);
    const made = new Map<number, number>();
    this.counts.set(value, made);
    return made;
  }
}

function isWanted(level: Level, wanted: ReadonlySet<Level> | null): boolean {
  return wanted === null || wanted.has(level);
}
