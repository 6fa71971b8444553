import type { Output } from '../terminal/output.ts';
import { spanWords } from '../time.ts';

const WIDTH = 24;
const EVERY_MS = 100;

/** Where nobody watches, the same reason is said again after this long. */
const SAID_FOR_MS = 60_000;

/** How far a sending is, on a line that replaces itself; where nobody watches, only why it waits. */
export class Progress {
  readonly #out: Output;
  readonly #totalBytes: number | null;
  readonly #startedMs = performance.now();
  #shownMs = 0;
  #bytes = 0;
  #records = 0;
  #waiting = '';
  #said = { reason: '', atMs: 0 };

  /** Null where the size is not known: then it counts only. */
  constructor(out: Output, totalBytes: number | null) {
    this.#out = out;
    this.#totalBytes = totalBytes;
  }

  done(bytes: number, records: number): void {
    this.#bytes += bytes;
    this.#records += records;
    this.#waiting = '';
    this.#show(false);
  }

  waiting(reason: string, waitMs: number): void {
    if (!this.#out.showsProgress) {
      this.#say(reason);
      return;
    }
    this.#waiting = ` ${reason} Trying again in ${spanWords(waitMs)}.`;
    this.#show(true);
  }

  /** Shown alone: it passes within seconds. */
  looking(sentence: string): void {
    this.#waiting = ` ${sentence}`;
    this.#show(true);
  }

  #say(reason: string): void {
    const atMs = performance.now();
    if (reason === this.#said.reason && atMs - this.#said.atMs < SAID_FOR_MS) return;
    this.#said = { reason, atMs };
    this.#out.note(`${reason} Trying again.`);
  }

  #show(now: boolean): void {
    const nowMs = performance.now();
    if (!now && nowMs - this.#shownMs < EVERY_MS) return;
    this.#shownMs = nowMs;
    const seconds = Math.max(0.001, (nowMs - this.#startedMs) / 1_000);
    const counted = `${this.#records.toLocaleString('en-US')} records, ${Math.round(this.#records / seconds).toLocaleString('en-US')}/s`;
    this.#out.status(`${this.#bar()}${counted}${this.#left(seconds)}${this.#waiting}`);
  }

  #bar(): string {
    if (this.#totalBytes === null) return '';
    const share = this.#totalBytes === 0 ? 1 : Math.min(1, this.#bytes / this.#totalBytes);
    const filled = Math.round(share * WIDTH);
    return `[${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}] ${String(Math.floor(share * 100)).padStart(3)} % `;
  }

  #left(seconds: number): string {
    if (this.#totalBytes === null || this.#bytes === 0) return '';
    return `, ${spanWords(((this.#totalBytes - this.#bytes) / (this.#bytes / seconds)) * 1_000)} left`;
  }
}
