import { forgettings, ROWS_PER_CLEANUP } from '../../src/delivery/queue/retention.ts';
import type { Stores } from './dispatcher.ts';

/** Forgets what has ended and is past its time, or too much; all in the transaction of who calls. */
export class Cleaner {
  readonly #stores: Stores;
  #cleanedAtMs: number;

  constructor(stores: Stores, nowMs: number) {
    this.#stores = stores;
    this.#cleanedAtMs = Number(stores.meta.meta('cleaned_at_ms') ?? nowMs);
  }

  get cleanedAtMs(): number {
    return this.#cleanedAtMs;
  }

  /** An hour is counted from here on, or an object that is woken every few minutes would always be an hour from its first cleanup. */
  begin(nowMs: number): void {
    if (this.#stores.meta.meta('cleaned_at_ms') === null) this.#note(nowMs);
  }

  /** False where there may be more of it. */
  run(databaseBytes: number, nowMs: number): boolean {
    const { deliveries, attempts } = this.#stores;
    let isClean = true;
    for (const forgetting of forgettings(deliveries.counts.ended(), databaseBytes, nowMs)) {
      const forgotten = deliveries.forget(forgetting, ROWS_PER_CLEANUP);
      attempts.forget(forgotten);
      if (forgotten.length === ROWS_PER_CLEANUP) isClean = false;
    }
    if (isClean) this.#note(nowMs);
    return isClean;
  }

  #note(nowMs: number): void {
    this.#cleanedAtMs = nowMs;
    this.#stores.meta.setMeta('cleaned_at_ms', String(nowMs));
  }
}
