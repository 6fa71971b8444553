/** How long an answer serves, from when it was asked for. */
const KEPT_MS = 1_000;
/** An asking has time limits of its own; one that takes longer was ended by the platform with the request that began it. */
const GIVEN_UP_MS = 3_000;

export interface SharedPort<T> {
  ask(): Promise<T>;
  /** What the promise comes to; null where that takes longer. */
  within(ms: number, promise: Promise<T>): Promise<T | null>;
  /** Keeps it going where the client that began it hangs up: others wait for it. */
  waitUntil(work: Promise<unknown>): void;
}

/** One answer for all who ask in one second, and one asking for all who ask while it is under way. */
export class SharedAnswer<T> {
  #askedAtMs: number | null = null;
  #answer: Promise<T> | null = null;
  #isUnderWay = false;

  async get(nowMs: number, port: SharedPort<T>): Promise<T> {
    for (;;) {
      const known = this.#serves(nowMs) ? this.#answer : null;
      const isOwn = known === null;
      const answer = known ?? this.#ask(nowMs, port);
      const value = isOwn ? await answer : await port.within(GIVEN_UP_MS, answer);
      if (value !== null) return value;
      if (this.#answer === answer) this.#forget();
    }
  }

  /** Either way: a clock that was set back must not keep it for longer. */
  #serves(nowMs: number): boolean {
    const ageMs = this.#askedAtMs === null ? Number.POSITIVE_INFINITY : Math.abs(nowMs - this.#askedAtMs);
    return ageMs < (this.#isUnderWay ? GIVEN_UP_MS : KEPT_MS);
  }

  #ask(nowMs: number, port: SharedPort<T>): Promise<T> {
    const answer = port.ask();
    this.#askedAtMs = nowMs;
    this.#answer = answer;
    this.#isUnderWay = true;
    const over = answer.then(
      () => {
        if (this.#answer === answer) this.#isUnderWay = false;
      },
      () => {
        if (this.#answer === answer) this.#forget();
      },
    );
    port.waitUntil(over);
    return answer;
  }

  #forget(): void {
    this.#askedAtMs = null;
    this.#answer = null;
    this.#isUnderWay = false;
  }
}
