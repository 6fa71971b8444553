import type { MeasuredCall } from '../../shared/measured.ts';
import { MAX_SPANS, type PerformanceSpan } from '../../wire/performance.ts';

/** The calls of one request, in the order in which they ended. What ends behind the answer is none of it. */
export class Spans {
  readonly #startedMs: number;
  readonly #kept: PerformanceSpan[] = [];
  readonly #open = new Map<string, number>();
  #isLeft = false;
  #total = 0;

  /** By the clock of the calls. */
  constructor(startedMs: number) {
    this.#startedMs = startedMs;
  }

  get total(): number {
    return this.#total;
  }

  /** False: nobody waits for the request any more, and the platform may end its calls without a word. */
  began(target: string): boolean {
    if (!this.#isLeft) this.#open.set(target, (this.#open.get(target) ?? 0) + 1);
    return !this.#isLeft;
  }

  /** False: it was counted out when the request was left. */
  ended(target: string): boolean {
    if (!this.#isLeft) this.#open.set(target, (this.#open.get(target) ?? 1) - 1);
    return !this.#isLeft;
  }

  /** The client is gone. Answers what was under way, once for each call. */
  leave(): string[] {
    this.#isLeft = true;
    return [...this.#open].flatMap(([target, count]) => Array.from({ length: count }, () => target));
  }

  add({ target, operation, startedMs, durationMs, failed }: MeasuredCall): void {
    this.#total++;
    const span = { target, operation, startMs: startedMs - this.#startedMs, durationMs, failed };
    if (this.#kept.length < MAX_SPANS) {
      this.#kept.push(span);
      return;
    }
    // A long one says more than one of many.
    const shortest = this.#kept.reduce(
      (least, one, at) => (one.durationMs < (this.#kept[least]?.durationMs ?? 0) ? at : least),
      0,
    );
    if (durationMs > (this.#kept[shortest]?.durationMs ?? 0)) this.#kept[shortest] = span;
  }

  /** By their start. */
  list(): PerformanceSpan[] {
    return this.#kept.toSorted((a, b) => a.startMs - b.startMs);
  }
}
