import type { SlowRequest } from '../../wire/performance.ts';
import type { FamilyName, GaugeName } from './families.ts';
import { seriesKey } from './families.ts';
import { type SeriesRow, SeriesSet } from './series-set.ts';

const MINUTE_MS = 60_000;
/** Routes with their methods and methods of objects come to some 400; beyond this something makes series without end. */
const MAX_SERIES = 2_000;
/** Objects that one isolate hosts are fewer. */
const MAX_GAUGES = 1_000;
/** Of one flush: when everything is slow, some tell as much as all. */
export const MAX_SLOW = 10;

/** What an object says of itself; a later word takes the place of the one before. */
export interface Gauge {
  gauge: GaugeName;
  projectId: string;
  /** The object, by its name or id. */
  owner: string;
  /** Of an `oldest`: a time in Unix ms, 0 where there is nothing. */
  value: number;
  atMs: number;
}

/** What an isolate has measured since its last flush. */
export interface Measured {
  minutes: { minuteMs: number; rows: SeriesRow[] }[];
  gauges: Gauge[];
  /** The most at one time since the last flush: `requests`, and calls by target. */
  inFlight: Record<string, number>;
  slow: SlowRequest[];
  /** Observations and gauges that no series was left for. */
  dropped: number;
}

/** What one isolate has measured and not yet told. Pure: each call says the time. */
export class Registry {
  #minutes: { minuteMs: number; series: SeriesSet }[] = [];
  #gauges = new Map<string, Gauge>();
  #slow: SlowRequest[] = [];
  #droppedGauges = 0;
  readonly #now = new Map<string, number>();
  readonly #most = new Map<string, number>();

  get isEmpty(): boolean {
    return this.#minutes.length === 0 && this.#gauges.size === 0;
  }

  began(what: string): void {
    const count = (this.#now.get(what) ?? 0) + 1;
    this.#now.set(what, count);
    if (count > (this.#most.get(what) ?? 0)) this.#most.set(what, count);
  }

  ended(what: string): void {
    this.#now.set(what, Math.max(0, (this.#now.get(what) ?? 0) - 1));
  }

  /** `outcome` is the place of one of the family's. */
  observe(
    family: FamilyName,
    labels: readonly string[],
    {
      atMs,
      durationMs,
      outcome,
      traceId,
    }: { atMs: number; durationMs: number; outcome: number; traceId: string | null },
  ): void {
    this.#minuteOf(atMs).observe(seriesKey(family, labels), atMs, durationMs, outcome, traceId);
  }

  gauge(gauge: Gauge): void {
    const key = `${gauge.gauge}\n${gauge.owner}`;
    if (this.#gauges.size >= MAX_GAUGES && !this.#gauges.has(key)) this.#droppedGauges++;
    else this.#gauges.set(key, gauge);
  }

  /** Kept where it is among the slowest of this flush. */
  slow(request: SlowRequest): void {
    this.#slow.push(request);
    this.#slow.sort((a, b) => b.durationMs - a.durationMs);
    this.#slow.length = Math.min(this.#slow.length, MAX_SLOW);
  }

  /** All of it; it begins with nothing again. */
  drain(): Measured {
    const measured: Measured = {
      minutes: this.#minutes.map(({ minuteMs, series }) => ({ minuteMs, rows: series.rows() })),
      gauges: [...this.#gauges.values()],
      inFlight: Object.fromEntries(this.#most),
      slow: this.#slow,
      dropped: this.#droppedGauges + this.#minutes.reduce((sum, { series }) => sum + series.dropped, 0),
    };
    this.#minutes = [];
    this.#gauges = new Map();
    this.#slow = [];
    this.#droppedGauges = 0;
    this.#most.clear();
    for (const [what, count] of this.#now) if (count > 0) this.#most.set(what, count);
    return measured;
  }

  /** What a quiet isolate has left from another minute stays of that minute. Time goes on, so the newest is the last. */
  #minuteOf(atMs: number): SeriesSet {
    const minuteMs = Math.floor(atMs / MINUTE_MS) * MINUTE_MS;
    const known = this.#minutes.findLast((minute) => minute.minuteMs === minuteMs);
    if (known) return known.series;
    const others = this.#minutes.reduce((sum, { series }) => sum + series.size, 0);
    const series = new SeriesSet(Math.max(0, MAX_SERIES - others));
    this.#minutes.push({ minuteMs, series });
    return series;
  }
}
