/** What an isolate has still to tell at most, in senders; beyond it each is told at once. */
const MAX_GATHERED = 4_096;
/** A wait that ended without telling, because the platform took its request away, is given up after this long. */
const GIVEN_UP_MS = 10_000;

export interface GatherPort<T> {
  /** Must not throw. */
  tell(key: string, value: T): Promise<void>;
  merge(a: T, b: T): T;
  wait(ms: number): Promise<void>;
  /** Keeps the isolate until it is done. */
  waitUntil(work: Promise<void>): void;
}

interface Entry<T> {
  value: T | null;
  isDue: boolean;
  nextAtMs: number;
}

/**
 * Tells somebody about events of one kind at most once in `intervalMs` for each key: the first at once, those that follow within the interval
 * together at its end. Sums are exact once told; what is gathered dies with the isolate.
 */
export class Gatherer<T> {
  readonly #port: GatherPort<T>;
  readonly #intervalMs: number;
  readonly #entries = new Map<string, Entry<T>>();

  constructor(port: GatherPort<T>, intervalMs: number) {
    this.#port = port;
    this.#intervalMs = intervalMs;
  }

  /** Returns when the event is told, or when it is gathered to be told later. */
  async add(key: string, value: T, nowMs: number): Promise<void> {
    const known = this.#entries.get(key);
    if (!known || (nowMs >= known.nextAtMs && !this.#isWaiting(known, nowMs))) {
      const before = known?.value ?? null;
      // Its wait may only be late: what is taken here must not be told there again.
      if (known) known.value = null;
      this.#open(key, nowMs);
      await this.#port.tell(key, before === null ? value : this.#port.merge(before, value));
      return;
    }
    known.value = known.value === null ? value : this.#port.merge(known.value, value);
    if (this.#isWaiting(known, nowMs)) return;
    known.isDue = true;
    // No longer than the interval, whatever the clock that was set back makes of the time.
    this.#port.waitUntil(this.#tellLater(key, known, Math.min(known.nextAtMs - nowMs, this.#intervalMs)));
  }

  /** Tells all that is gathered now. */
  async flush(): Promise<void> {
    await Promise.all([...this.#entries].map(([key, entry]) => this.#tell(key, entry)));
  }

  async #tellLater(key: string, entry: Entry<T>, ms: number): Promise<void> {
    await this.#port.wait(Math.max(0, ms));
    entry.isDue = false;
    entry.nextAtMs += this.#intervalMs;
    await this.#tell(key, entry);
  }

  async #tell(key: string, entry: Entry<T>): Promise<void> {
    const { value } = entry;
    entry.value = null;
    if (value !== null) await this.#port.tell(key, value);
  }

  #isWaiting({ isDue, nextAtMs }: Entry<T>, nowMs: number): boolean {
    return isDue && nowMs < nextAtMs + GIVEN_UP_MS;
  }

  #open(key: string, nowMs: number): void {
    if (this.#entries.size >= MAX_GATHERED) {
      for (const [other, entry] of this.#entries) {
        if (entry.value === null && nowMs >= entry.nextAtMs) this.#entries.delete(other);
      }
    }
    if (this.#entries.size < MAX_GATHERED)
      this.#entries.set(key, { value: null, isDue: false, nextAtMs: nowMs + this.#intervalMs });
  }
}
