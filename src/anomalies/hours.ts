import type { SummedCell } from '../query/index.ts';
import { OTHER } from '../rollups/index.ts';
import { HOUR_MS, type HourSeries, type HourValue } from './baseline.ts';
import type { Stat } from './stats.ts';

/** Series of one question; of more values those with the most events are looked at. */
const MAX_SERIES = 50;

/** Hour by hour, for each value of a label, only the numbers that are asked for: the sums of eight weeks would not fit into memory. */
export class Hours {
  readonly #stats: readonly Stat[];
  readonly #series = new Map<string, Map<number, HourValue[]>>();
  readonly #events = new Map<string, number>();
  /** Hours in which rare values were folded: who is missing there may have been among them. */
  readonly #folded = new Set<number>();

  constructor(stats: readonly Stat[]) {
    this.#stats = stats;
  }

  add(cells: Iterable<SummedCell>): void {
    for (const { value, ts, cell } of cells) {
      if (value === OTHER) {
        this.#folded.add(ts);
        continue;
      }
      const series = this.#series.get(value) ?? new Map<number, HourValue[]>();
      this.#series.set(value, series);
      series.set(
        ts,
        this.#stats.map((stat) => stat.read(cell)),
      );
      this.#events.set(value, (this.#events.get(value) ?? 0) + cell.count);
    }
  }

  /** Values of the label, those with the most events first; '' is the total. */
  values(): string[] {
    const count = (value: string) => this.#events.get(value) ?? 0;
    return [...this.#series.keys()].sort((a, b) => count(b) - count(a) || (a < b ? -1 : 1)).slice(0, MAX_SERIES);
  }

  /** One series, up to `endMs`; where silence is a value, from its first event on. */
  series(value: string, statIndex: number, endMs: number): HourSeries {
    const known = this.#series.get(value) ?? new Map<number, HourValue[]>();
    const hours = new Map<number, HourValue>();
    let firstMs = endMs;
    for (const [ts, values] of known) {
      const hour = values[statIndex];
      if (hour) hours.set(ts, hour);
      if (ts < firstMs) firstMs = ts;
    }
    if (this.#stats[statIndex]?.silenceIsZero) {
      for (let ts = firstMs; ts < endMs; ts += HOUR_MS) {
        if (!hours.has(ts) && !(value !== '' && this.#folded.has(ts))) hours.set(ts, SILENT);
      }
    }
    return hours;
  }
}

const SILENT: HourValue = { value: 0, count: 0 };
