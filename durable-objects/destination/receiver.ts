import { type Breaker, LiveBreaker, newBreaker } from '../../src/delivery/breaker/index.ts';
import type { Permit } from '../../src/delivery/breaker/types.ts';
import type { DestinationConfig } from '../../src/delivery/calls.ts';
import { earn, newBudget, type RetryBudget } from '../../src/delivery/retry/budget.ts';
import type { MetaStore } from './meta-store.ts';

interface Stored {
  breaker: Breaker;
  budget: RetryBudget;
  /** When it was asked for. */
  pausedAtMs: number;
  pausedUntilMs: number;
}

/** What is known of the receiver: its breaker, the budget of quick retries, the pause it asked for. Saved in the transaction of what it decided. */
export class Receiver {
  readonly breaker: LiveBreaker;
  #budget: RetryBudget;
  #pausedAtMs: number;
  #pausedUntilMs: number;
  /** False at first: that it is closed is known since it was made, also to the next instance. */
  #isSaved: boolean;
  readonly #meta: MetaStore;

  constructor(meta: MetaStore, nowMs: number) {
    const text = meta.meta('receiver');
    const stored: Stored =
      text === null
        ? { breaker: newBreaker(nowMs), budget: newBudget(nowMs), pausedAtMs: 0, pausedUntilMs: 0 }
        : JSON.parse(text);
    this.#meta = meta;
    this.#isSaved = text !== null;
    this.breaker = new LiveBreaker(stored.breaker);
    this.#budget = stored.budget;
    this.#pausedAtMs = stored.pausedAtMs;
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

  /** What was asked for at a time that is still to come was told by a clock that was set back since: it lasts as long from now on. */
  pausedUntilMs(nowMs: number): number {
    if (nowMs < this.#pausedAtMs) this.#setPause(nowMs, nowMs + this.#pausedUntilMs - this.#pausedAtMs);
    return this.#pausedUntilMs;
  }

  pause(untilMs: number, nowMs: number): void {
    if (untilMs > this.pausedUntilMs(nowMs)) this.#setPause(nowMs, untilMs);
  }

  /** Somebody knows better: nothing is paused any more. */
  resume(): void {
    this.#setPause(0, 0);
  }

  /** In the transaction of what was decided. */
  save(): void {
    if (this.#isSaved && !this.breaker.unsaved) return;
    const stored: Stored = {
      ...{ breaker: this.breaker.value(), budget: this.#budget },
      ...{ pausedAtMs: this.#pausedAtMs, pausedUntilMs: this.#pausedUntilMs },
    };
    this.#meta.setMeta('receiver', JSON.stringify(stored));
    this.#isSaved = true;
  }

  #setPause(atMs: number, untilMs: number): void {
    this.#pausedAtMs = atMs;
    this.#pausedUntilMs = untilMs;
    this.#isSaved = false;
  }
}

/** All that a request is made by, to compare. */
export function sentBy({ url, kind, template, headers }: DestinationConfig): string {
  return JSON.stringify([url, kind, template, headers]);
}

/** What a permit makes of an attempt. */
export function kindOf(permit: Exclude<Permit, { kind: 'wait' }>): 'normal' | 'probe' | 'trickle' {
  return permit.kind === 'call' ? 'normal' : permit.kind;
}
