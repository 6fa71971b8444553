import { type Breaker, LiveBreaker, newBreaker } from '../../src/delivery/breaker/index.ts';
import type { Permit } from '../../src/delivery/breaker/types.ts';
import { earn, newBudget, type RetryBudget } from '../../src/delivery/retry/budget.ts';
import type { MetaStore } from './meta-store.ts';

interface Stored {
  breaker: Breaker;
  budget: RetryBudget;
  pausedUntilMs: number;
}

/** What is known of the receiver: its breaker, the budget of quick retries, the pause it asked for. Saved in the transaction of what it decided. */
export class Receiver {
  readonly breaker: LiveBreaker;
  #budget: RetryBudget;
  #pausedUntilMs: number;
  #isSaved = true;
  readonly #meta: MetaStore;

  constructor(meta: MetaStore, nowMs: number) {
    const text = meta.meta('receiver');
    const stored: Stored =
      text === null ? { breaker: newBreaker(nowMs), budget: newBudget(nowMs), pausedUntilMs: 0 } : JSON.parse(text);
    this.#meta = meta;
    this.breaker = new LiveBreaker(stored.breaker);
    this.#budget = stored.budget;
    this.#pausedUntilMs = stored.pausedUntilMs;
  }

  get budget(): RetryBudget {
    return this.#budget;
  }

  set budget(budget: RetryBudget) {
    if (budget === this.#budget) return;
    this.#budget = budget;
    this.#isSaved = false;
  }

  /** For a first attempt. Saved with what comes next: what a crash takes of it is a fifth of a retry, and a write of its own would be every attempt's. */
  earn(nowMs: number): void {
    this.#budget = earn(this.#budget, nowMs);
  }

  get pausedUntilMs(): number {
    return this.#pausedUntilMs;
  }

  pause(untilMs: number): void {
    if (untilMs <= this.#pausedUntilMs) return;
    this.#pausedUntilMs = untilMs;
    this.#isSaved = false;
  }

  /** Somebody knows better: nothing is paused any more. */
  resume(): void {
    this.#pausedUntilMs = 0;
    this.#isSaved = false;
  }

  /** In the transaction of what was decided. */
  save(): void {
    if (this.#isSaved && !this.breaker.unsaved) return;
    const stored: Stored = { breaker: this.breaker.value(), budget: this.#budget, pausedUntilMs: this.#pausedUntilMs };
    this.#meta.setMeta('receiver', JSON.stringify(stored));
    this.#isSaved = true;
  }
}

/** What a permit makes of an attempt. */
export function kindOf(permit: Exclude<Permit, { kind: 'wait' }>): 'normal' | 'probe' | 'trickle' {
  return permit.kind === 'call' ? 'normal' : permit.kind;
}
