import type { Gauge } from './registry.ts';
import type { Delta } from './reporter.ts';
import { type SeriesRow, SeriesSet } from './series-set.ts';

const HOUR_MS = 3_600_000;
/** Of one minute, of all isolates: as in the totals. */
const MAX_SERIES = 4_000;
/** Objects of a deployment with thousands of projects. */
const MAX_GAUGES = 10_000;
/** An isolate that has told nothing for so long has nothing in flight. */
const LATELY_MS = 60_000;

/** Width of a window in minutes; 0 is all time. */
export type Width = 0 | 1 | 60;

/** Deltas that are durable and not added up yet. */
export class PendingDeltas {
  readonly #minutes = new Map<number, SeriesSet>();
  readonly #gauges = new Map<string, Gauge>();
  readonly #isolates = new Set<string>();
  readonly #heardOf: Map<string, { atMs: number; inFlight: Record<string, number> }>;
  #dropped = 0;

  constructor(heardOf = new Map<string, { atMs: number; inFlight: Record<string, number> }>()) {
    this.#heardOf = heardOf;
  }

  get isEmpty(): boolean {
    return this.#isolates.size === 0;
  }

  /** Of isolates, and what had no room here. */
  get dropped(): number {
    return this.#dropped + [...this.#minutes.values()].reduce((sum, set) => sum + set.dropped, 0);
  }

  take(delta: Delta, nowMs: number): void {
    this.#isolates.add(delta.isolate);
    this.#heardOf.set(delta.isolate, { atMs: nowMs, inFlight: delta.inFlight });
    this.#dropped += delta.dropped;
    for (const { minuteMs, rows } of delta.minutes) {
      let set = this.#minutes.get(minuteMs);
      if (!set) {
        set = new SeriesSet(MAX_SERIES);
        this.#minutes.set(minuteMs, set);
      }
      set.merge(rows);
    }
    for (const gauge of delta.gauges) this.#takeGauge(gauge);
  }

  isolates(): Iterable<string> {
    return this.#isolates;
  }

  gauges(): Gauge[] {
    return [...this.#gauges.values()];
  }

  /** The windows that something of this belongs to. */
  touched(): [width: Width, bucketMs: number][] {
    const minutes = [...this.#minutes.keys()];
    const hours = new Set(minutes.map(hourOf));
    if (minutes.length === 0) return [];
    return [[0, 0], ...[...hours].map((at): [60, number] => [60, at]), ...minutes.map((at): [1, number] => [1, at])];
  }

  rows(width: Width, bucketMs: number): SeriesRow[][] {
    return [...this.#minutes].flatMap(([minuteMs, set]) => {
      const at = width === 0 ? 0 : width === 60 ? hourOf(minuteMs) : minuteMs;
      return at === bucketMs ? [set.rows()] : [];
    });
  }

  /** How much is in flight in the isolates that were heard of within a minute. Forgets the others. */
  lately(nowMs: number): { inFlight: Record<string, number>; isolates: number } {
    this.#forgetSilent(nowMs);
    const inFlight: Record<string, number> = {};
    for (const heard of this.#heardOf.values()) {
      for (const [what, count] of Object.entries(heard.inFlight)) inFlight[what] = (inFlight[what] ?? 0) + count;
    }
    return { inFlight, isolates: this.#heardOf.size };
  }

  /** Also where nobody asks: isolates come and go by the thousand. */
  #forgetSilent(nowMs: number): void {
    for (const [isolate, { atMs }] of this.#heardOf) {
      if (Math.abs(nowMs - atMs) >= LATELY_MS) this.#heardOf.delete(isolate);
    }
  }

  /** Nothing, and the isolates that were heard of lately. */
  addedUp(nowMs: number): PendingDeltas {
    this.#forgetSilent(nowMs);
    return new PendingDeltas(this.#heardOf);
  }

  #takeGauge(gauge: Gauge): void {
    const key = gaugeKey(gauge);
    const known = this.#gauges.get(key);
    if (!known && this.#gauges.size >= MAX_GAUGES) this.#dropped++;
    else if (!known || gauge.atMs >= known.atMs) this.#gauges.set(key, gauge);
  }
}

/** The newest word of each object, of both. */
export function newestGauges(stored: readonly Gauge[], pending: readonly Gauge[]): Gauge[] {
  const newest = new Map(stored.map((gauge) => [gaugeKey(gauge), gauge]));
  for (const gauge of pending) {
    const known = newest.get(gaugeKey(gauge));
    if (!known || gauge.atMs >= known.atMs) newest.set(gaugeKey(gauge), gauge);
  }
  return [...newest.values()];
}

function gaugeKey({ gauge, owner }: Gauge): string {
  return `${gauge}\n${owner}`;
}

function hourOf(ms: number): number {
  return Math.floor(ms / HOUR_MS) * HOUR_MS;
}
