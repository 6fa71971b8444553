import type { BreakerSettings } from '../../wire/delivery.ts';
import type { CallResult, StoredWindow } from './types.ts';

const FAILED = 1;
const SLOW = 2;
/** Dropped results are cut off when they are this many and half of the array: so each is moved once at most. */
const CUT_FROM = 64;

/** The newest results, with their counts: the last `windowCalls`, of which those that are older than `windowMs` do not count. Times never fall. */
export class ResultWindow {
  #atMs: number[] = [];
  #flags: number[] = [];
  /** Results before this index are dropped. */
  #first = 0;
  #failed = 0;
  #slow = 0;

  constructor({ newestMs, results }: StoredWindow) {
    let atMs = newestMs;
    for (let i = results.length - 1; i >= 0; i--) {
      const result = results[i] ?? 0;
      const flags = result % 4;
      atMs -= (result - flags) / 4;
      this.#atMs.push(atMs);
      this.#flags.push(flags);
      this.#count(flags, 1);
    }
    this.#atMs.reverse();
    this.#flags.reverse();
  }

  get calls(): number {
    return this.#flags.length - this.#first;
  }

  get failed(): number {
    return this.#failed;
  }

  get slow(): number {
    return this.#slow;
  }

  add(result: CallResult, settings: BreakerSettings, nowMs: number): void {
    const flags = (result.failed ? FAILED : 0) + (result.durationMs > settings.slowCallMs ? SLOW : 0);
    // Stored as multiples of 4.
    this.#atMs.push(Math.floor(nowMs));
    this.#flags.push(flags);
    this.#count(flags, 1);
    this.age(settings, nowMs);
  }

  age(settings: BreakerSettings, nowMs: number): void {
    while (this.calls > settings.windowCalls || nowMs - (this.#atMs[this.#first] ?? nowMs) > settings.windowMs) {
      this.#count(this.#flags[this.#first] ?? 0, -1);
      this.#first++;
    }
    if (this.#first < CUT_FROM || this.#first * 2 < this.#flags.length) return;
    this.#atMs.splice(0, this.#first);
    this.#flags.splice(0, this.#first);
    this.#first = 0;
  }

  /** What is said to be later than now was told by a clock that was set back since. */
  setBack(nowMs: number): void {
    const atMs = Math.floor(nowMs);
    for (let i = this.#atMs.length - 1; i >= this.#first && (this.#atMs[i] ?? 0) > atMs; i--) this.#atMs[i] = atMs;
  }

  stored(): StoredWindow {
    const results: number[] = [];
    const newestMs = (this.calls > 0 && this.#atMs.at(-1)) || 0;
    for (let i = this.#first; i < this.#flags.length; i++) {
      const gapMs = (this.#atMs[i + 1] ?? newestMs) - (this.#atMs[i] ?? 0);
      results.push((this.#flags[i] ?? 0) + 4 * gapMs);
    }
    return { newestMs, results };
  }

  #count(flags: number, by: 1 | -1): void {
    if (flags & FAILED) this.#failed += by;
    if (flags & SLOW) this.#slow += by;
  }
}
