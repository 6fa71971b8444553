/**
 * DDSketch (Masson, Rim, Lee: "DDSketch: a fast and fully-mergeable quantile sketch", VLDB 2019) with logarithmic mapping at 1 % relative
 * error. Ours and not `@datadog/sketches-js`, whose merge() drops the negative values of the other sketch and whose codec needs a package
 * that it does not declare.
 */
const RELATIVE_ERROR = 0.01;
const LOG_GAMMA = Math.log((1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR));
/** The middle of a bin is this far below its upper edge: 2γ^k / (γ + 1) is within the error of both edges. */
const LOG_MIDDLE = Math.log(2 / (1 + Math.exp(LOG_GAMMA)));
/** Smaller values count as zero: subnormal numbers have no relative precision. */
const LEAST_VALUE = 2.3e-308;
/** Values of 17 orders of magnitude, 8 KB when encoded. What is nearer to zero than that goes into the nearest bin that is kept. */
const MAX_BINS = 2_048;

/** Beyond the key of every double: ln(1.8e308) / LOG_GAMMA is 35,487. */
const MAX_KEY = 36_000;

type Bins = Map<number, number>;

/** Counts by bins. Merging is associative and commutative, also where bins were given up: those kept are always the farthest from zero. */
export class Sketch {
  #zeros = 0;
  readonly #positive: Bins = new Map();
  readonly #negative: Bins = new Map();

  get count(): number {
    return this.#zeros + total(this.#positive) + total(this.#negative);
  }

  add(value: number, weight = 1): void {
    if (value >= LEAST_VALUE) addTo(this.#positive, keyOf(Math.log(value)), weight);
    else if (value <= -LEAST_VALUE) addTo(this.#negative, keyOf(Math.log(-value)), weight);
    else this.#zeros += weight;
  }

  /** A value by the logarithm of its magnitude, for buckets whose edges no double can hold. */
  addLog(log: number, weight: number, isNegative: boolean): void {
    addTo(isNegative ? this.#negative : this.#positive, keyOf(clampLog(log)), weight);
  }

  merge(other: Sketch): void {
    this.#zeros += other.#zeros;
    for (const [key, count] of other.#positive) addTo(this.#positive, key, count);
    for (const [key, count] of other.#negative) addTo(this.#negative, key, count);
  }

  /** What came since `before`, a former state of the same counts; a bin that shrank counts nothing. */
  since(before: Sketch): Sketch {
    const rise = new Sketch();
    rise.#zeros = Math.max(0, this.#zeros - before.#zeros);
    const sides = [
      [this.#positive, before.#positive, rise.#positive],
      [this.#negative, before.#negative, rise.#negative],
    ] as const;
    for (const [now, then, into] of sides) {
      for (const [key, count] of now) {
        const more = count - (then.get(key) ?? 0);
        if (more > 0) into.set(key, more);
      }
    }
    return rise;
  }

  /** The value at rank ⌊q·(n − 1)⌋ in ascending order, with 1 % relative error; null where there is none. */
  quantile(q: number): number | null {
    return this.quantiles([q])[0] ?? null;
  }

  /** The same of several, in ascending order: together they cost little more than one. */
  quantiles(qs: readonly number[]): (number | null)[] {
    const { count } = this;
    const found: (number | null)[] = [];
    let seen = 0;
    const pass = (weight: number, middle: () => number): boolean => {
      seen += weight;
      while (found.length < qs.length && seen > Math.floor((qs[found.length] as number) * (count - 1))) {
        found.push(middle());
      }
      return found.length === qs.length;
    };
    if (count > 0) {
      for (const key of sortedKeys(this.#negative).reverse()) {
        if (pass(this.#negative.get(key) as number, () => -middleOf(key))) return found;
      }
      if (pass(this.#zeros, () => 0)) return found;
      for (const key of sortedKeys(this.#positive)) {
        if (pass(this.#positive.get(key) as number, () => middleOf(key))) return found;
      }
    }
    return qs.map((_, index) => found[index] ?? null);
  }

  /** The middle of each bin and how many are in it, in ascending order. */
  *bins(): Generator<[value: number, count: number]> {
    for (const key of sortedKeys(this.#negative).reverse()) yield [-middleOf(key), this.#negative.get(key) as number];
    if (this.#zeros > 0) yield [0, this.#zeros];
    for (const key of sortedKeys(this.#positive)) yield [middleOf(key), this.#positive.get(key) as number];
  }

  /** Base64 of varints: zeros, then positive and negative bins, each as its length and pairs of step from the key before and count. */
  encode(): string {
    let at = writeVarint(0, this.#zeros);
    for (const bins of [this.#positive, this.#negative]) {
      at = writeVarint(at, bins.size);
      let last = 0;
      for (const key of sortedKeys(bins)) {
        at = writeVarint(at, zigzag(key - last));
        at = writeVarint(at, bins.get(key) as number);
        last = key;
      }
    }
    return SCRATCH.toString('base64', 0, at);
  }

  /** Throws for what encode() did not write. */
  static decode(text: string): Sketch {
    return Sketch.sum([text]);
  }

  /** The sum of encoded sketches, as merging them one by one would make it, but without making each: several times as fast. */
  static sum(texts: readonly string[]): Sketch {
    const sketch = new Sketch();
    try {
      for (const text of texts) {
        openVarints(text);
        sketch.#zeros += readVarint();
        for (const bins of [POSITIVE, NEGATIVE]) {
          let key = 0;
          for (let left = readVarint(); left > 0; left--) {
            key += unzigzag(readVarint());
            bins.add(key, readVarint());
          }
        }
      }
    } finally {
      // Also of a text that ends too early: the next sum begins with nothing.
      POSITIVE.drainInto(sketch.#positive);
      NEGATIVE.drainInto(sketch.#negative);
    }
    return sketch;
  }
}

/** Counts by every key that a double can have: where many sketches are added up, a look into an array is a tenth of one into a Map. */
class DenseBins {
  readonly #counts = new Float64Array(2 * MAX_KEY + 1);
  #low = Number.POSITIVE_INFINITY;
  #high = Number.NEGATIVE_INFINITY;

  add(key: number, count: number): void {
    const at = key + MAX_KEY;
    this.#counts[at] = (this.#counts[at] as number) + count;
    if (at < this.#low) this.#low = at;
    if (at > this.#high) this.#high = at;
  }

  /** Hands its bins over, in order, and is empty. Of too many the lowest go into the lowest that is kept. */
  drainInto(bins: Bins): void {
    let used = 0;
    for (let at = this.#low; at <= this.#high; at++) if (this.#counts[at] !== 0) used++;
    let moved = 0;
    for (let at = this.#low; at <= this.#high; at++) {
      const count = this.#counts[at] as number;
      if (count === 0) continue;
      if (used-- > MAX_BINS) {
        moved += count;
        continue;
      }
      bins.set(at - MAX_KEY, count + moved);
      moved = 0;
    }
    if (this.#low <= this.#high) this.#counts.fill(0, this.#low, this.#high + 1);
    this.#low = Number.POSITIVE_INFINITY;
    this.#high = Number.NEGATIVE_INFINITY;
  }
}

/** A double's logarithm, so that exp() of it is one again. */
function clampLog(log: number): number {
  return Math.min(709.7, Math.max(-708, log));
}

function keyOf(log: number): number {
  return Math.ceil(log / LOG_GAMMA);
}

function middleOf(key: number): number {
  return Math.exp(key * LOG_GAMMA + LOG_MIDDLE);
}

function total(bins: Bins): number {
  let sum = 0;
  for (const count of bins.values()) sum += count;
  return sum;
}

/** Typed arrays sort by number, and several times as fast as pairs do. */
function sortedKeys(bins: Bins): Int32Array {
  const keys = Int32Array.from(bins.keys());
  return keys.length > 1 ? keys.sort() : keys;
}

function addTo(bins: Bins, key: number, weight: number): void {
  bins.set(key, (bins.get(key) ?? 0) + weight);
  if (bins.size <= MAX_BINS) return;
  const [lowest, next] = sortedKeys(bins) as unknown as [number, number];
  const moved = bins.get(lowest) as number;
  bins.delete(lowest);
  bins.set(next, (bins.get(next) as number) + moved);
}

function zigzag(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1;
}

function unzigzag(value: number): number {
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

/** Two stores of MAX_BINS bins, each a step of up to 3 bytes and a count of up to 8, and their lengths. */
const SCRATCH = Buffer.alloc(2 * MAX_BINS * 11 + 32);

/** Whole numbers up to 2^53, so no bit operations. Answers where the next one goes. */
function writeVarint(at: number, value: number): number {
  let end = at;
  let rest = value;
  for (; rest >= 128; rest = Math.floor(rest / 128)) SCRATCH[end++] = (rest % 128) + 128;
  SCRATCH[end++] = rest;
  return end;
}

let readAt = 0;
let readEnd = 0;

function openVarints(text: string): void {
  readAt = 0;
  readEnd = SCRATCH.write(text, 0, 'base64');
}

function readVarint(): number {
  let value = 0;
  for (let factor = 1; readAt < readEnd; factor *= 128) {
    const byte = SCRATCH[readAt++] as number;
    if (byte < 128) return value + byte * factor;
    value += (byte - 128) * factor;
  }
  throw new Error('a sketch ends in the middle of a number');
}

const POSITIVE = new DenseBins();
const NEGATIVE = new DenseBins();
