import { type Counts, countsProve, isNear } from '../../src/alerts/counting/combine.ts';
import type { RuleCounter } from '../../src/alerts/counting/tally.ts';
import { latestDueMs, MIN_INTERVAL_MS } from '../../src/alerts/schedule.ts';
import { type GroupState, limitOf, type Observed, OTHER_GROUPS } from '../../src/alerts/state/index.ts';
import { worstValue } from '../../src/alerts/status.ts';
import { type AlertRule, MAX_GROUPS } from '../../src/wire/alerts.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { Decider, Decision } from './decider.ts';
import type { Counted } from './feed.ts';
import type { Entry, Rulebook } from './rulebook.ts';
import type { CountStore } from './stores/count-store.ts';
import type { FiringStore } from './stores/firing-store.ts';
import type { SettingsStore } from './stores/settings-store.ts';
import { WindowSums } from './window-sums.ts';

export interface RecorderPort {
  counts: CountStore;
  firings: FiringStore;
  settings: SettingsStore;
  rulebook: Rulebook;
  decider: Decider;
}

export interface Recorded {
  decisions: Decision[];
  /** Destinations of rules that are about to fire. */
  expecting: string[];
  /** Some rules are due earlier than they were. */
  hastened: boolean;
}

/** Writes what was counted, and lets what it proves fire at once. Call it in a transaction. */
export class Recorder {
  readonly #port: RecorderPort;
  readonly #windows: WindowSums;

  constructor(port: RecorderPort) {
    this.#port = port;
    this.#windows = new WindowSums(port.counts);
  }

  record({ tally, rows, missed }: Counted, nowMs: number): Recorded {
    const recorded: Recorded = { decisions: [], expecting: [], hastened: false };
    for (const row of rows) this.#port.counts.follow(row);
    if (missed.length > 0) recorded.hastened = this.#hasten(missed, nowMs);
    const { rulebook } = this.#port;
    for (const [counter, groups] of tally) {
      const entry = rulebook.get(counter.ruleId);
      if (!entry) continue;
      // The rule was changed while this was counted by what it was: of its counts these are missing.
      if (entry.counter !== counter) {
        rulebook.uncounted(entry, nowMs);
        continue;
      }
      const sums = this.#sums(entry.rule, counter, this.#add(counter, groups), nowMs);
      if (isNear(entry.rule, sums)) recorded.expecting.push(...entry.rule.destinationIds);
      const decision = this.#decide(entry, sums, nowMs);
      if (decision) recorded.decisions.push(decision);
    }
    return recorded;
  }

  /** What was missed may have passed a threshold: a search says it sooner than the next evaluation would, but not with every loss. */
  #hasten(missed: readonly Stream[], nowMs: number): boolean {
    const { rulebook, settings } = this.#port;
    const concerned = [...rulebook.all()].filter(({ counter }) => counter !== null && missed.includes(counter.stream));
    for (const { rule } of concerned) settings.hasten(rule.id, nowMs, MIN_INTERVAL_MS);
    return concerned.length > 0;
  }

  /** Answers how many were added to each group. */
  #add({ ruleId }: RuleCounter, groups: ReadonlyMap<string, ReadonlyMap<number, number>>): Counts {
    const { counts } = this.#port;
    const places = new Set(counts.groups(ruleId));
    // Those without a place are one row together, however many they are.
    const placed = new Map<string, Map<number, number>>();
    for (const [group, buckets] of groups) {
      const place = places.has(group) || places.size < MAX_GROUPS ? group : OTHER_GROUPS;
      places.add(place);
      const own = placed.get(place) ?? new Map<number, number>();
      placed.set(place, own);
      for (const [bucket, records] of buckets) own.set(bucket, (own.get(bucket) ?? 0) + records);
    }
    const added = new Map<string, number>();
    for (const [place, buckets] of placed) {
      for (const [bucket, records] of buckets) {
        counts.add(ruleId, place, bucket, records);
        added.set(place, (added.get(place) ?? 0) + records);
      }
    }
    return added;
  }

  /** What the window has now, of the groups that were touched, where that may change something. */
  #sums(rule: AlertRule, counter: RuleCounter, added: Counts, nowMs: number): Counts {
    const isBelow = limitOf(rule.condition).comparison === 'below';
    // That there is enough is no news of a group of which nothing is amiss.
    const amiss = isBelow ? new Set(this.#port.firings.states(rule.id).map(({ group }) => group)) : null;
    const sums = new Map<string, number>();
    for (const [group, records] of added) {
      if (group === OTHER_GROUPS || amiss?.has(group) === false) continue;
      const sum = this.#windows.sum(rule, counter, group, records, nowMs);
      if (sum !== null) sums.set(group, sum);
    }
    return sums;
  }

  #decide({ rule }: Entry, sums: Counts, nowMs: number): Decision | null {
    const proven = countsProve(rule, sums);
    if (proven === null || !this.#isNews(rule, proven, nowMs)) return null;
    const decision = this.#port.decider.decide(rule, proven, nowMs);
    const { settings } = this.#port;
    // Beside what fires the list shows by what. Of a rule that is below, groups that were not touched may be worse.
    if (limitOf(rule.condition).comparison === 'above') {
      settings.saveEvaluation(rule.id, { value: worstValue(rule, proven), evaluatedAtMs: nowMs, problem: null });
    }
    // The next evaluation is where it was, or earlier where the new state asks for it.
    if (decision.dueAtMs !== null) settings.bringForward(rule.id, Math.min(decision.dueAtMs, latestDueMs(nowMs)));
    return decision;
  }

  /**
   * What fires, or pends and has to pend on, and is proven to hold changes nothing, nor does enough where nothing was amiss: the alarm brings values up to
   * date. Otherwise each publication would write a row for each group, for as long as it pends.
   */
  #isNews({ id, condition, forSeconds }: AlertRule, { values }: Observed, nowMs: number): boolean {
    const states = this.#port.firings.states(id);
    if (limitOf(condition).comparison === 'below') {
      return values.some(({ group }) => states.some((state) => state.group === group));
    }
    const isSteady = ({ phase, clearSinceMs, pendingSinceMs }: GroupState): boolean =>
      phase === 'pending' ? nowMs < pendingSinceMs + forSeconds * 1_000 : phase === 'firing' && clearSinceMs === null;
    const steady = new Set(states.filter(isSteady).map(({ group }) => group));
    return values.some(({ group }) => !steady.has(group));
  }
}
