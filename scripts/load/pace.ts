/**
 * When the next request is due. At a rate, each has its place in time whether or not those before it are answered, and its latency counts from there: a
 * server that stands still for a second is then seen by everything that was due in that second, and not by the one request that was under way
 * (Gil Tene, "coordinated omission"). Without a rate it is due at once.
 */
export class Pace {
  readonly #startMs: number;
  readonly #intervalMs: number;
  #given = 0;

  constructor(startMs: number, perSecond: number | null) {
    this.#startMs = startMs;
    this.#intervalMs = perSecond === null ? 0 : 1_000 / perSecond;
  }

  next(nowMs: number): number {
    if (this.#intervalMs === 0) return nowMs;
    return this.#startMs + this.#given++ * this.#intervalMs;
  }
}
