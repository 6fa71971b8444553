import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

export interface Percentiles {
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
  p999Ms: number;
  maxMs: number;
}

/** An HDR histogram (Node's own), three digits exact, of microseconds. */
export class Latencies {
  readonly #histogram: RecordableHistogram = createHistogram({ lowest: 1, highest: 3_600_000_000, figures: 3 });

  add(ms: number): void {
    this.#histogram.record(Math.max(1, Math.round(ms * 1_000)));
  }

  /** Zeros where nothing was measured. */
  read(): Percentiles {
    const at = (percentile: number) =>
      this.#histogram.count === 0 ? 0 : this.#histogram.percentile(percentile) / 1_000;
    return {
      ...{ count: this.#histogram.count, p50Ms: at(50), p95Ms: at(95), p99Ms: at(99), p999Ms: at(99.9) },
      maxMs: this.#histogram.count === 0 ? 0 : this.#histogram.max / 1_000,
    };
  }
}
