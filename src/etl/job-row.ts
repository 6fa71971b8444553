import type { Ctx } from '../env.ts';
import { log } from '../shared/log.ts';
import type { JobState } from '../wire/etl-job.ts';
import { type Attempt, LEASE_MS, updateJob } from './job-store.ts';
import type { Progress } from './progress.ts';
import { deleteOldRejects } from './reject-store.ts';

/** A third of the lease: two signs of life may get lost. */
const BEAT_MS = LEASE_MS / 3;

/** Code of the refusal of an Idempotency-Key that came with other data. */
const REUSED = 'idempotency_key_reused';

/** What the database is told of a run on its way. That it does not hear it is logged, and no reason to stop: the journal has the data. */
export class JobRow {
  /** False once the end of the job did not get into its row. */
  isRecorded = true;
  readonly #ctx: Ctx;
  readonly #attempt: Attempt;
  readonly #elapsedMs: () => number;
  #toldAtMs = 0;

  constructor(ctx: Ctx, attempt: Attempt, elapsedMs: () => number) {
    this.#ctx = ctx;
    this.#attempt = attempt;
    this.#elapsedMs = elapsedMs;
    if (attempt.attempt > 1) this.#toldAtMs = Number.NEGATIVE_INFINITY;
  }

  async beat(progress: Progress): Promise<void> {
    const elapsedMs = this.#elapsedMs();
    if (this.#saysNothing(progress) || elapsedMs - this.#toldAtMs < BEAT_MS) return;
    this.#toldAtMs = elapsedMs;
    await this.#tell('running', null, progress);
  }

  /** `brokenBy` null: it is done. */
  async close(progress: Progress, brokenBy: string | null): Promise<void> {
    if (this.#saysNothing(progress) && brokenBy === REUSED) return;
    await progress.keepRejects();
    this.isRecorded = await this.#tell(brokenBy === null ? 'done' : 'broken', brokenBy, progress);
    if (this.isRecorded && this.#attempt.attempt > 1)
      await this.#quietly(() => deleteOldRejects(this.#ctx.env.DB, this.#attempt));
  }

  /** A repeat that has stored nothing yet: it may not even be one, and then the row stays that of the job whose key it used. */
  #saysNothing({ batches }: Progress): boolean {
    return this.#attempt.attempt > 1 && batches === 0;
  }

  async #tell(state: JobState, brokenBy: string | null, progress: Progress): Promise<boolean> {
    const elapsedMs = this.#elapsedMs();
    const nowMs = this.#ctx.nowMs + Math.floor(elapsedMs);
    const change = { state, brokenBy, progress: progress.row(elapsedMs), nowMs };
    return this.#quietly(() => updateJob(this.#ctx.env.DB, this.#attempt, change));
  }

  async #quietly(tell: () => Promise<void>): Promise<boolean> {
    try {
      await tell();
      return true;
    } catch (cause) {
      const { requestId } = this.#ctx;
      const { id: jobId } = this.#attempt;
      log('error', 'etl_job_not_told', { requestId, jobId, cause: String(cause) });
      return false;
    }
  }
}
