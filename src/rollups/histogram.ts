import type { Json, JsonObject } from '../wire/record.ts';
import { Sketch } from './sketch.ts';

/** What a histogram or summary point says: of all observations since its start, or of those since the point before. */
export interface Observations {
  count: number;
  sum: number;
  min: number;
  max: number;
  /** Null where the point has no buckets. */
  sketch: Sketch | null;
}

/** A bucket's observations are spread evenly over it, in so many places at most: what lies within is not known. */
const MAX_PLACES = 8;

/** Buckets between `bounds`: the first is below them all, the last above. Errors of percentiles are those of the client's buckets. */
export function explicitObservations(attrs: JsonObject): Observations {
  const bounds = numbersOf(attrs.bounds);
  const counts = numbersOf(attrs.counts).map(wholeCount);
  const [min, max] = [numberOf(attrs.min), numberOf(attrs.max)];
  const sketch = counts.length > 0 ? new Sketch() : null;
  let [lowest, highest] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const [index, count] of counts.entries()) {
    if (count === 0) continue;
    const [below, above] = [bounds[index - 1], bounds[index]];
    const first = bounds[0] ?? 0;
    let low = below ?? min ?? Math.min(first, 0);
    let high = above ?? max ?? low;
    if (min !== null && min > low) low = Math.min(min, high);
    if (max !== null && max < high) high = Math.max(max, low);
    if (low > high) low = high;
    spread(count, low === high ? 1 : MAX_PLACES, (share, weight) => sketch?.add(low + (high - low) * share, weight));
    lowest = Math.min(lowest, low);
    highest = Math.max(highest, high);
  }
  const bucketed = counts.reduce((sum, count) => sum + count, 0);
  return finish(attrs, sketch, bucketed, min ?? lowest, max ?? highest);
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
  return finish(attrs, sketch, bucketed, numberOf(attrs.min) ?? lowest, numberOf(attrs.max) ?? highest);
}

/** Count and sum are all that can be added up; quantiles of a summary cannot. */
export function summaryObservations(attrs: JsonObject): Observations {
  return finish(attrs, null, 0, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY);
}

function finish(attrs: JsonObject, sketch: Sketch | null, bucketed: number, min: number, max: number): Observations {
  return { count: wholeCount(numberOf(attrs.count) ?? bucketed), sum: numberOf(attrs.sum) ?? 0, min, max, sketch };
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
