/** A repeatable source of chance: the same seed tells the same story, so backfill, live traffic and tests agree. */
export interface Chance {
  /** From 0 to 1, evenly. */
  next(): number;
  /** Whole numbers from `low` to `high`, both included. */
  int(low: number, high: number): number;
  pick<const T>(items: readonly [T, ...T[]]): T;
  /** One of them as often as its share, against those of the others. */
  weighted<const T extends { share: number }>(items: readonly [T, ...T[]]): T;
  /** True once in `1 / share` calls. */
  happens(share: number): boolean;
  /** Milliseconds around `typical`, with the long tail that network calls have (log-normal, sigma 0.5). */
  latencyMs(typical: number): number;
  /** `length` hexadecimal digits. */
  hex(length: number): string;
}

/** Mulberry32 by Tommy Ettinger (public domain): 32 bits of state, good enough for stories, useless for secrets. */
export function chance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (low: number, high: number) => low + Math.floor(next() * (high - low + 1));
  return {
    next,
    int,
    pick: (items) => items[int(0, items.length - 1)] ?? items[0],
    weighted: (items) => {
      let left = next() * items.reduce((sum, { share }) => sum + share, 0);
      for (const item of items) {
        left -= item.share;
        if (left < 0) return item;
      }
      return items[0];
    },
    happens: (share) => next() < share,
    latencyMs: (typical) => {
      const normal = Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next());
      return Math.round(typical * Math.exp(0.5 * normal));
    },
    hex: (length) => Array.from({ length }, () => int(0, 15).toString(16)).join(''),
  };
}
