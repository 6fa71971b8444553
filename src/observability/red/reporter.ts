import type { Measured, Registry } from './registry.ts';

/** From one flush to the next: what an isolate may lose when the platform ends it. */
export const FLUSH_INTERVAL_MS = 5_000;
/** The platform lets work go on so long behind an answer (developers.cloudflare.com/workers/runtime-apis/context): a flush that has not ended by then never will. */
const MAX_FLUSH_MS = 30_000;

/** What one isolate tells at once. Repeated, it has the same number and counts once. */
export interface Delta extends Measured {
  isolate: string;
  /** From 1, without a gap. */
  seq: number;
}

/** Throws where it is not sure to be kept. */
export type Send = (delta: Delta) => Promise<void>;

/** Tells what a registry has measured, each thing once, in order. `nowMs` may be of any clock. */
export class Reporter {
  readonly #registry: Registry;
  readonly #name: () => string;
  /** Not when the isolate starts: the platform makes no random numbers before the first request. */
  #isolate: string | null = null;
  #seq = 0;
  /** What was sent and is not confirmed. */
  #unconfirmed: Delta | null = null;
  #flushedAtMs = Number.NEGATIVE_INFINITY;
  #sendingSinceMs: number | null = null;

  constructor(registry: Registry, name: () => string) {
    this.#registry = registry;
    this.#name = name;
  }

  isDue(nowMs: number): boolean {
    // Either way: a clock that was set back must not keep it silent until it has caught up.
    return Math.abs(nowMs - this.#flushedAtMs) >= FLUSH_INTERVAL_MS && !this.#isSending(nowMs);
  }

  /** Sends what there is, after what was not confirmed. Throws what `send` throws: then it comes with the next flush. */
  async flush(nowMs: number, send: Send): Promise<void> {
    if (this.#isSending(nowMs)) return;
    this.#sendingSinceMs = nowMs;
    this.#flushedAtMs = nowMs;
    try {
      if (this.#unconfirmed !== null) await this.#send(this.#unconfirmed, send);
      if (this.#registry.isEmpty) return;
      this.#isolate ??= this.#name();
      this.#unconfirmed = { isolate: this.#isolate, seq: ++this.#seq, ...this.#registry.drain() };
      await this.#send(this.#unconfirmed, send);
    } finally {
      if (this.#sendingSinceMs === nowMs) this.#sendingSinceMs = null;
    }
  }

  async #send(delta: Delta, send: Send): Promise<void> {
    await send(delta);
    // A flush that was given up may be answered late, when another is on its way.
    if (this.#unconfirmed === delta) this.#unconfirmed = null;
  }

  #isSending(nowMs: number): boolean {
    return this.#sendingSinceMs !== null && Math.abs(nowMs - this.#sendingSinceMs) < MAX_FLUSH_MS;
  }
}
