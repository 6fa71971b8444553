import { type Buckets, edgesOf, haveEqualBounds, type Observations } from './histogram.ts';
import { Sketch } from './sketch.ts';

/** Where a cumulative series stood at its newest point. */
export interface SeriesState {
  ts: number;
  count: number;
  sum: number;
  sketch: Sketch | null;
  buckets: Buckets | null;
}

/** A point of a cumulative series: sums have only `sum`. */
export interface CumulativePoint extends Observations {
  ts: number;
  startTs: number | null;
}

/** A series that is seen for the first time so soon after its start has risen from zero; of an older one it is not known since when. */
const MAX_UNSEEN_MS = 15 * 60_000;

/**
 * What a series rose by since the point before, and where it stands now. A value below the one before is a restart, which counts from zero.
 * A point that is not newer than the last one counts nothing: what it rose by is in the next difference already.
 */
export function rise(
  before: SeriesState | null,
  point: CumulativePoint,
): { increase: Observations; state: SeriesState } {
  const { ts, startTs, count, sum, sketch, buckets } = point;
  const state: SeriesState = { ts, count, sum, sketch, buckets };
  if (!before) {
    const isNew = startTs !== null && startTs <= ts && ts - startTs <= MAX_UNSEEN_MS;
    return { increase: isNew ? point : NOTHING, state };
  }
  if (ts <= before.ts) return { increase: NOTHING, state: before };
  if (count < before.count || (count === before.count && sum < before.sum)) return { increase: point, state };
  const since = { count: count - before.count, sum: sum - before.sum };
  return { increase: { ...NOTHING, ...since, ...distribution(point, before) }, state };
}

/** The lowest and highest of a cumulative point are those of its whole life: where they lie now only its buckets tell. */
function distribution(point: CumulativePoint, before: SeriesState): Partial<Observations> {
  if (point.sketch && before.sketch) {
    const sketch = point.sketch.since(before.sketch);
    return sketch.count > 0 ? { sketch, min: sketch.quantile(0) ?? 0, max: sketch.quantile(1) ?? 0 } : {};
  }
  const [now, then] = [point.buckets, before.buckets];
  // Of other bounds, or of buckets that were not there before, only count and sum have a difference.
  if (!now || !then || !haveEqualBounds(now, then)) return {};
  const counts = now.counts.map((count, i) => Math.max(0, count - (then.counts[i] ?? 0)));
  const buckets = { bounds: now.bounds, counts };
  const [min, max] = edgesOf(buckets);
  return { buckets, min, max };
}

const NOTHING: Observations = {
  count: 0,
  sum: 0,
  min: Number.POSITIVE_INFINITY,
  max: Number.NEGATIVE_INFINITY,
  sketch: null,
  buckets: null,
};

export function encodeState({ ts, count, sum, sketch, buckets }: SeriesState): string {
  const shape = buckets ? [null, buckets.bounds, buckets.counts] : sketch ? [sketch.encode()] : [];
  return JSON.stringify([ts, count, sum, ...shape]);
}

/** Throws for what encodeState did not write. */
export function decodeState(text: string): SeriesState {
  const [ts, count, sum, sketch, bounds, counts] = JSON.parse(text) as EncodedState;
  return {
    ts,
    count,
    sum,
    sketch: typeof sketch === 'string' ? Sketch.decode(sketch) : null,
    buckets: bounds && counts ? { bounds, counts } : null,
  };
}

type EncodedState = [
  ts: number,
  count: number,
  sum: number,
  sketch?: string | null,
  bounds?: number[],
  counts?: number[],
];
