import type { Json, JsonObject } from '../wire/record.ts';
import { Sketch } from './sketch.ts';

/** Counts between `bounds`: the first is below them all, the last above. */
export interface Buckets {
  bounds: readonly number[];
  counts: readonly number[];
}

/** What a histogram or summary point says: of all observations since its start, or of those since the point before. */
export interface Observations {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Of buckets that no bounds tell. */
  sketch: Sketch | null;
  /** Kept as they are while points are added up, because most of a metric have equal bounds; then spread over a sketch once. */
  buckets: Buckets | null;
}

/** A bucket's observations are spread evenly over it, in so many places at most: what lies within is not known. */
const MAX_PLACES = 4;

export function explicitObservations(attrs: JsonObject): Observations {
  const counts = numbersOf(attrs.counts).map(wholeCount);
  const buckets = counts.length > 0 ? { bounds: numbersOf(attrs.bounds), counts } : null;
  const [lowest, highest] = buckets ? edgesOf(buckets) : NOTHING;
  const [min, max] = [numberOf(attrs.min) ?? lowest, numberOf(attrs.max) ?? highest];
  const bucketed = counts.reduce((sum, count) => sum + count, 0);
  return { ...finish(attrs, bucketed, min, max), sketch: null, buckets };
}

const NOTHING = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const;

/** The lower edge of the first bucket that holds something, and the upper one of the last; of an open bucket its one bound. */
export function edgesOf({ bounds, counts }: Buckets): readonly [lowest: number, highest: number] {
  const first = counts.findIndex((count) => count > 0);
  if (first < 0) return NOTHING;
  const last = counts.findLastIndex((count) => count > 0);
  const least = bounds[0] ?? 0;
  return [bounds[first - 1] ?? Math.min(least, 0), bounds[last] ?? bounds.at(-1) ?? 0];
}

/** The sketch of counts within what was observed at all. Errors of percentiles are those of the client's buckets. */
export function spreadBuckets(sketch: Sketch, { bounds, counts }: Buckets, min: number, max: number): void {
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const low = Math.max(bounds[index - 1] ?? min, min);
    const high = Math.max(low, Math.min(bounds[index] ?? max, max));
    spread(count, low === high ? 1 : MAX_PLACES, (share, weight) => sketch.add(low + (high - low) * share, weight));
  }
}

export function haveEqualBounds(a: Buckets, b: Buckets): boolean {
  if (a.counts.length !== b.counts.length || a.bounds.length !== b.bounds.length) return false;
  for (let i = 0; i < a.bounds.length; i++) if (a.bounds[i] !== b.bounds[i]) return false;
  return true;
}

/** Buckets of the base 2^(2^−scale): index i holds what is above base^i and at most base^(i+1). */
export function exponentialObservations(attrs: JsonObject): Observations {
  const scale = Math.min(20, Math.max(-10, Math.trunc(numberOf(attrs.scale) ?? 0)));
  const widthLog = 2 ** -scale * Math.LN2;
  const sketch = new Sketch();
  const zeros = wholeCount(numberOf(attrs.zeroCount) ?? 0);
  if (zeros > 0) sketch.add(0, zeros);
  let bucketed = zeros;
  let [lowest, highest] = zeros > 0 ? [0, 0] : [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  const places = Math.min(MAX_PLACES, Math.max(1, Math.ceil(widthLog / 0.02)));
  for (const [side, sign] of [
    [attrs.positive, 1],
    [attrs.negative, -1],
  ] as const) {
    if (!isObject(side)) continue;
    const offset = Math.trunc(numberOf(side.offset) ?? 0);
    for (const [index, raw] of numbersOf(side.counts).entries()) {
      const count = wholeCount(raw);
      if (count === 0) continue;
      bucketed += count;
      const fromLog = (offset + index) * widthLog;
      spread(count, places, (share, weight) => sketch.addLog(fromLog + widthLog * share, weight, sign < 0));
      const edges = [sign * Math.exp(clamp(fromLog)), sign * Math.exp(clamp(fromLog + widthLog))];
      lowest = Math.min(lowest, ...edges);
      highest = Math.max(highest, ...edges);
    }
  }
  const ends = finish(attrs, bucketed, numberOf(attrs.min) ?? lowest, numberOf(attrs.max) ?? highest);
  return { ...ends, sketch, buckets: null };
}

/** Count and sum are all that can be added up; quantiles of a summary cannot. */
export function summaryObservations(attrs: JsonObject): Observations {
  return { ...finish(attrs, 0, ...NOTHING), sketch: null, buckets: null };
}

function finish(attrs: JsonObject, bucketed: number, min: number, max: number) {
  return { count: wholeCount(numberOf(attrs.count) ?? bucketed), sum: numberOf(attrs.sum) ?? 0, min, max };
}

function spread(count: number, places: number, put: (share: number, weight: number) => void): void {
  const used = Math.min(count, places);
  for (let place = 0, left = count; place < used; place++) {
    const weight = Math.floor(left / (used - place));
    left -= weight;
    put((place + 0.5) / used, weight);
  }
}

function clamp(log: number): number {
  return Math.min(709, Math.max(-708, log));
}

function wholeCount(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(0, Math.round(value)));
}

export function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}

function numbersOf(value: Json | undefined): number[] {
  return Array.isArray(value) ? value.map((item) => numberOf(item) ?? 0) : [];
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
