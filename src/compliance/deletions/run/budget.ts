import type { CallMeter } from '../../../blocks/index.ts';

/** What one run of the job may use: the jobs of the line share the thousand statements of an invocation (src/cron.ts). */
export const RUN_CALLS = 300;
export const RUN_MS = 20_000;
/** Raw bytes that are looked at. */
export const RUN_BYTES = 384 * 1024 * 1024;

export interface Limits {
  calls: number;
  ms: number;
  bytes: number;
}

/** What a run has used: whatever is bounded asks here between two pieces of work. */
export class Budget implements CallMeter {
  calls = 0;
  bytes = 0;
  readonly #limits: Limits;
  readonly #startedMs = performance.now();

  constructor(limits: Limits = { calls: RUN_CALLS, ms: RUN_MS, bytes: RUN_BYTES }) {
    this.#limits = limits;
  }

  get isOver(): boolean {
    const { calls, ms, bytes } = this.#limits;
    return this.calls >= calls || this.bytes >= bytes || performance.now() - this.#startedMs >= ms;
  }
}
