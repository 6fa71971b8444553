import { windowBuckets } from '../../src/alerts/counting/buckets.ts';
import { saysNothing } from '../../src/alerts/counting/combine.ts';
import type { RuleCounter } from '../../src/alerts/counting/tally.ts';
import { type AlertRule, MAX_GROUPS } from '../../src/wire/alerts.ts';
import type { CountStore } from './stores/count-store.ts';

/** Groups come and go: those that are remembered beyond what a rule has places for are summed again. */
const MAX_REMEMBERED = 2 * MAX_GROUPS;

/**
 * What the window of a group has, where that may say something. A sum reads up to 360 rows, and a busy journal publishes dozens of times a second: so what
 * a window has at most is remembered, which is its last sum and all that came since, and nothing is read while that is far from the threshold. What leaves
 * the window, or is forgotten, only makes it less.
 */
export class WindowSums {
  readonly #counts: Pick<CountStore, 'sum'>;
  #most = new WeakMap<RuleCounter, Map<string, number>>();
  #atMs = 0;

  constructor(counts: Pick<CountStore, 'sum'>) {
    this.#counts = counts;
  }

  /** Behind the write of what was `added`. Null: too few to say something. */
  sum(rule: AlertRule, counter: RuleCounter, group: string, added: number, nowMs: number): number | null {
    // What had left the window is in it again.
    if (nowMs < this.#atMs) this.#most = new WeakMap();
    this.#atMs = nowMs;
    const remembered = this.#rememberedOf(counter);
    const known = remembered.get(group);
    if (known !== undefined && saysNothing(rule, known + added)) {
      remembered.set(group, known + added);
      return null;
    }
    const { records, most } = this.#counts.sum(rule.id, group, windowBuckets(rule.windowSeconds, nowMs));
    remembered.set(group, most);
    return records;
  }

  #rememberedOf(counter: RuleCounter): Map<string, number> {
    const known = this.#most.get(counter);
    if (known !== undefined && known.size < MAX_REMEMBERED) return known;
    const fresh = new Map<string, number>();
    this.#most.set(counter, fresh);
    return fresh;
  }
}
