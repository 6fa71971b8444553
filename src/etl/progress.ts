import { type EtlJob, STEP_NAMES, type StepName, type StepReport } from '../wire/etl-job.ts';
import type { IngestAnswer, Rejection } from '../wire/ingest.ts';
import { MAX_REJECTIONS_LISTED } from '../wire/limits.ts';
import type { RejectKeeper } from './rejects.ts';

type Counts = { in: number; out: number; rejected: number; durationMs: number };

/** What a job's row keeps. */
export type ProgressRow = Pick<
  EtlJob,
  'received' | 'stored' | 'duplicate' | 'rejected' | 'rejectsKept' | 'bytes' | 'batches' | 'steps' | 'durationMs'
>;

/** Of a job that has done nothing yet. */
export const NOTHING_DONE: ProgressRow = {
  ...{ received: 0, stored: 0, duplicate: 0, rejected: 0, rejectsKept: 0, bytes: 0, batches: 0, durationMs: 0 },
  steps: STEP_NAMES.map((name) => ({ name, in: 0, out: 0, rejected: 0, durationMs: 0 })),
};

/** Of a pointer in an answer. */
const MAX_POINTER_CHARS = 512;

/**
 * What a run has done so far. Only batches that the journal has answered count: what waits in an open batch belongs to nobody yet, and would
 * make the sum wrong for whoever looks, or for a run that breaks off.
 */
export class Progress {
  readonly errors: Rejection[] = [];
  readonly steps: Readonly<Record<StepName, Counts>> = {
    extract: empty(),
    transform: empty(),
    load: empty(),
    validate: empty(),
  };
  stored = 0;
  duplicate = 0;
  rejected = 0;
  bytes = 0;
  batches = 0;
  #replayedBatches = 0;
  readonly #rejects: Pick<RejectKeeper, 'kept' | 'flush'>;
  readonly #first = { received: 0, stored: 0, duplicate: 0, rejected: 0 };

  constructor(rejects: Pick<RejectKeeper, 'kept' | 'flush'>) {
    this.#rejects = rejects;
  }

  get rejectsKept(): number {
    return this.#rejects.kept;
  }

  /** Those that wait for their row to fill. */
  keepRejects(): Promise<void> {
    return this.#rejects.flush();
  }

  get received(): number {
    return this.stored + this.duplicate + this.rejected;
  }

  list(index: number, pointer: string, reason: string): void {
    if (this.errors.length >= MAX_REJECTIONS_LISTED) return;
    const short =
      pointer.length > MAX_POINTER_CHARS ? `${pointer.slice(0, MAX_POINTER_CHARS).toWellFormed()}…` : pointer;
    this.errors.push({ index, pointer: short, reason });
  }

  /** The answer that a batch got the first time. */
  noteReplay(answer: Pick<IngestAnswer, 'received' | 'stored' | 'duplicate' | 'rejected'>): void {
    this.#replayedBatches++;
    for (const name of ['received', 'stored', 'duplicate', 'rejected'] as const) this.#first[name] += answer[name];
  }

  /** The counts of the first time, where all of this run was there before; null where any of it was new. */
  get firstAnswer(): Pick<IngestAnswer, 'received' | 'stored' | 'duplicate' | 'rejected'> | null {
    return this.batches > 0 && this.#replayedBatches === this.batches ? { ...this.#first } : null;
  }

  report(): StepReport[] {
    return STEP_NAMES.map((name) => {
      const { durationMs, ...counts } = this.steps[name];
      return { name, ...counts, durationMs: Math.round(durationMs * 10) / 10 };
    });
  }

  /** A repeat of what was stored whole says what the first run did: its job stored those records, whoever asks again. */
  row(durationMs: number): ProgressRow {
    const { received, stored, duplicate, rejected, rejectsKept, bytes, batches } = this;
    const counts = { received, stored, duplicate, rejected, rejectsKept, bytes, batches, ...this.firstAnswer };
    return { ...counts, steps: this.report(), durationMs: Math.round(durationMs * 10) / 10 };
  }
}

function empty(): Counts {
  return { in: 0, out: 0, rejected: 0, durationMs: 0 };
}
