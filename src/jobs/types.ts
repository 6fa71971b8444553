import type { Ctx } from '../env.ts';

/** What cron runs. Each is idempotent and bounded, and goes on where its last run stopped. */
export interface Job<Name extends string = string> {
  name: Name;
  /** What it does, in a sentence: operators read it. */
  description: string;
  /** What it did, by name. A throw means that it failed as a whole. */
  run(ctx: Ctx): Promise<Readonly<Record<string, number>> | Unfinished>;
}

/** By cron expression. The jobs of one line share an invocation, one after another. */
export type JobTable<Name extends string = string> = Readonly<Record<string, readonly Job<Name>[]>>;

/** What a job answers that did a part of its work, and wants somebody to see to the rest. */
export class Unfinished {
  /** A sentence without secrets: it is shown. */
  readonly problem: string;
  readonly counts: Readonly<Record<string, number>>;

  constructor(problem: string, counts: Readonly<Record<string, number>>) {
    this.problem = problem;
    this.counts = counts;
  }
}

/** An invocation by cron may take so long (developers.cloudflare.com/workers/platform/limits): what has not ended by then never will. */
export const MAX_RUN_MS = 15 * 60_000;
/** Of each job. */
export const RUNS_KEPT = 50;
