import type { Observations } from './histogram.ts';
import { Sketch } from './sketch.ts';

/** Where a cumulative series stood at its newest point. */
export interface SeriesState {
  ts: number;
  count: number;
  sum: number;
  sketch: Sketch | null;
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
  const { ts, startTs, count, sum, sketch } = point;
  const state: SeriesState = { ts, count, sum, sketch };
  if (!before) {
    const isNew = startTs !== null && startTs <= ts && ts - startTs <= MAX_UNSEEN_MS;
    return { increase: isNew ? point : nothing(sketch), state };
  }
  if (ts <= before.ts) return { increase: nothing(sketch), state: before };
  if (count < before.count || (count === before.count && sum < before.sum)) return { increase: point, state };
  const since = sketch && before.sketch ? sketch.since(before.sketch) : sketch;
  const edges = since && since.count > 0 ? [since.quantile(0), since.quantile(1)] : [null, null];
  return {
    increase: {
      count: count - before.count,
      sum: sum - before.sum,
      // The lowest and highest of a cumulative point are those of its whole life.
      min: edges[0] ?? Number.POSITIVE_INFINITY,
      max: edges[1] ?? Number.NEGATIVE_INFINITY,
      sketch: since,
    },
    state,
  };
}

function nothing(sketch: Sketch | null): Observations {
  const none = { min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY };
  return { count: 0, sum: 0, ...none, sketch: sketch ? new Sketch() : null };
}

export function encodeState({ ts, count, sum, sketch }: SeriesState): string {
  return JSON.stringify(sketch ? [ts, count, sum, sketch.encode()] : [ts, count, sum]);
}

/** Throws for what encodeState did not write. */
export function decodeState(text: string): SeriesState {
  const [ts, count, sum, sketch] = JSON.parse(text) as [number, number, number, string?];
  return { ts, count, sum, sketch: sketch === undefined ? null : Sketch.decode(sketch) };
}
