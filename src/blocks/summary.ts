import { LEVELS, type Level } from '../wire/record.ts';

/**
 * What an index row knows of its records without reading them, of those that are there: not of erased ones. Counts are exact; `minutes` is null where the records are spread
 * over more minutes than MAX_MINUTES (a backfill), `services` folds what exceeds MAX_SERVICES into OTHER.
 */
export interface Summary {
  records: number;
  minTs: number;
  maxTs: number;
  levels: Partial<Record<Level, number>>;
  services: Record<string, number>;
  /** Rows of [minute since the epoch, count per level in the order of LEVELS]. */
  minutes: number[][] | null;
}

export const OTHER = '(other)';
/** About 3 KB of JSON with names of common length, 150 KB with the longest: index rows are read by the hundred. */
const MAX_SERVICES = 100;
/** Six hours. */
const MAX_MINUTES = 360;
const MINUTE_MS = 60_000;
const LEVEL_INDEX = new Map<string, number>(LEVELS.map((level, index) => [level, index]));

export class SummaryBuilder {
  #records = 0;
  #minTs = Number.POSITIVE_INFINITY;
  #maxTs = Number.NEGATIVE_INFINITY;
  readonly #levels = new Array<number>(LEVELS.length).fill(0);
  readonly #services = new Map<string, number>();
  #minutes: Map<number, number[]> | null = new Map();
  #lastMinute = Number.NaN;
  #lastCounts: number[] | null = null;
  /** Where blocks lay in time of which no record is left. */
  #emptyMinTs: number;
  #emptyMaxTs: number;

  /** `erased`: the time of the block whose records these were, should none of them be left: an index row always lies somewhere. */
  constructor(erased: Pick<Summary, 'minTs' | 'maxTs'> | null = null) {
    this.#emptyMinTs = erased?.minTs ?? Number.POSITIVE_INFINITY;
    this.#emptyMaxTs = erased?.maxTs ?? Number.NEGATIVE_INFINITY;
  }

  add(ts: number, level: Level, service: string): void {
    this.#records++;
    if (ts < this.#minTs) this.#minTs = ts;
    if (ts > this.#maxTs) this.#maxTs = ts;
    const index = LEVEL_INDEX.get(level) as number;
    this.#levels[index] = (this.#levels[index] as number) + 1;
    this.#addService(service, 1);
    const minute = Math.floor(ts / MINUTE_MS);
    if (minute !== this.#lastMinute) this.#openMinute(minute);
    if (this.#lastCounts) this.#lastCounts[index] = (this.#lastCounts[index] as number) + 1;
  }

  merge(other: Summary): void {
    if (other.records === 0) {
      this.#emptyMinTs = Math.min(this.#emptyMinTs, other.minTs);
      this.#emptyMaxTs = Math.max(this.#emptyMaxTs, other.maxTs);
      return;
    }
    this.#records += other.records;
    this.#minTs = Math.min(this.#minTs, other.minTs);
    this.#maxTs = Math.max(this.#maxTs, other.maxTs);
    for (const [level, count] of Object.entries(other.levels)) {
      const index = LEVEL_INDEX.get(level);
      if (index !== undefined) this.#levels[index] = (this.#levels[index] as number) + count;
    }
    for (const [service, count] of Object.entries(other.services)) this.#addService(service, count);
    if (other.minutes === null) this.#minutes = null;
    for (const [minute, ...counts] of other.minutes ?? []) {
      this.#openMinute(minute as number);
      if (!this.#lastCounts) break;
      for (let i = 0; i < counts.length; i++)
        this.#lastCounts[i] = (this.#lastCounts[i] as number) + (counts[i] as number);
    }
    this.#lastMinute = Number.NaN;
    this.#lastCounts = null;
  }

  build(): Summary {
    const levels: Partial<Record<Level, number>> = {};
    for (const [index, level] of LEVELS.entries()) {
      const count = this.#levels[index] as number;
      if (count > 0) levels[level] = count;
    }
    return {
      records: this.#records,
      minTs: this.#records > 0 ? this.#minTs : this.#emptyMinTs,
      maxTs: this.#records > 0 ? this.#maxTs : this.#emptyMaxTs,
      levels,
      // fromEntries defines properties, so a service named __proto__ is a key like any other
      services: Object.fromEntries(this.#services),
      minutes: this.#minutes ? [...this.#minutes].map(([minute, counts]) => [minute, ...counts]) : null,
    };
  }

  #addService(service: string, count: number): void {
    const known = this.#services.get(service);
    if (known !== undefined) this.#services.set(service, known + count);
    else if (this.#services.size < MAX_SERVICES) this.#services.set(service, count);
    else this.#services.set(OTHER, (this.#services.get(OTHER) ?? 0) + count);
  }

  #openMinute(minute: number): void {
    this.#lastMinute = minute;
    this.#lastCounts = null;
    if (!this.#minutes) return;
    const known = this.#minutes.get(minute);
    if (known) {
      this.#lastCounts = known;
    } else if (this.#minutes.size >= MAX_MINUTES) {
      this.#minutes = null;
    } else {
      this.#lastCounts = new Array<number>(LEVELS.length).fill(0);
      this.#minutes.set(minute, this.#lastCounts);
    }
  }
}
