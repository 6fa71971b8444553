/** Both ends inclusive. */
export type SeqRun = readonly [first: number, last: number];

/** A set of sequence numbers, kept as disjoint runs in ascending order. */
export class SeqSet {
  #runs: SeqRun[] = [];

  get runs(): readonly SeqRun[] {
    return this.#runs;
  }

  add(first: number, last: number): void {
    const before = this.#runs.filter((run) => run[1] < first - 1);
    const after = this.#runs.filter((run) => run[0] > last + 1);
    const touching = this.#runs.slice(before.length, this.#runs.length - after.length);
    const merged: SeqRun = [Math.min(first, touching[0]?.[0] ?? first), Math.max(last, touching.at(-1)?.[1] ?? last)];
    this.#runs = [...before, merged, ...after];
  }

  remove(first: number, last: number): void {
    this.#runs = this.#runs.flatMap((run) => {
      if (run[1] < first || run[0] > last) return [run];
      const kept: SeqRun[] = [];
      if (run[0] < first) kept.push([run[0], first - 1]);
      if (run[1] > last) kept.push([last + 1, run[1]]);
      return kept;
    });
  }

  /** What of a run is not in the set. */
  missing(first: number, last: number): SeqRun[] {
    const out: SeqRun[] = [];
    let at = first;
    for (const [from, to] of this.#runs) {
      if (to < at) continue;
      if (from > last) break;
      if (from > at) out.push([at, from - 1]);
      at = to + 1;
    }
    if (at <= last) out.push([at, last]);
    return out;
  }
}

/**
 * Which records of which journal stream a query has taken already. Blocks change under a query: what was in the tail is sealed, and
 * neighbours are compacted into one. Sequences stay, so nothing is counted twice and nothing is left out.
 */
export class Coverage {
  readonly #sets = new Map<string, SeqSet>();

  of(shard: number, stream: string): SeqSet {
    const key = `${shard}/${stream}`;
    let set = this.#sets.get(key);
    if (!set) {
      set = new SeqSet();
      this.#sets.set(key, set);
    }
    return set;
  }
}
