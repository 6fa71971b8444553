import type { AlertSettings } from '../../src/alerts/calls.ts';
import type { RuleCounter } from '../../src/alerts/counting/tally.ts';
import { compileCounter } from '../../src/alerts/evaluate/index.ts';
import type { AlertRule, Silence } from '../../src/wire/alerts.ts';
import type { Stream } from '../../src/wire/record.ts';
import type { RuleRow, SettingsStore } from './stores/settings-store.ts';

export interface Entry {
  rule: AlertRule;
  /** Null where records alone do not say it, or the rule is disabled. */
  counter: RuleCounter | null;
  /** Records that came before are not in its counts. */
  countedSinceMs: number;
}

/** What a change of the settings means for what fires. */
export interface Changed {
  /** As they were: they are gone, or count something else now. */
  retired: AlertRule[];
  /** They go on, and tell others than before. */
  redirected: { before: AlertRule; rule: AlertRule }[];
}

/** The rules and silences that the object goes by, compiled once. */
export class Rulebook {
  readonly #store: SettingsStore;
  #entries = new Map<string, Entry>();
  #silences: readonly Silence[] = [];

  constructor(store: SettingsStore) {
    this.#store = store;
    this.load();
  }

  /** After a change was committed. Entries of rules that stayed as they were are the same afterwards. */
  load(): void {
    this.#silences = this.#store.silences();
    const known = this.#entries;
    this.#entries = new Map(this.#store.rules().map((row) => [row.rule.id, entryOf(row, known.get(row.rule.id))]));
  }

  get silences(): readonly Silence[] {
    return this.#silences;
  }

  all(): Iterable<Entry> {
    return this.#entries.values();
  }

  get(ruleId: string): Entry | null {
    return this.#entries.get(ruleId) ?? null;
  }

  counters(): RuleCounter[] {
    return [...this.#entries.values()].flatMap(({ counter }) => (counter === null ? [] : [counter]));
  }

  /** What journals are asked to publish. */
  streams(): Stream[] {
    return [...new Set(this.counters().map(({ stream }) => stream))].sort();
  }

  /** A clock that was set back makes what was before it unknown, not what is to come. */
  mend(entry: Entry, nowMs: number): void {
    if (entry.countedSinceMs > nowMs) this.uncounted(entry, nowMs);
  }

  /** Some records that came before now are not in its counts. */
  uncounted(entry: Entry, nowMs: number): void {
    entry.countedSinceMs = nowMs;
    this.#store.setCountedSince(entry.rule.id, nowMs);
  }

  /** In a transaction, which load() follows. Rules that are new or other than before are due. */
  save(settings: AlertSettings, nowMs: number): Changed {
    const left = new Map(this.#entries);
    const changed: Changed = { retired: [], redirected: [] };
    for (const rule of settings.rules) {
      const known = left.get(rule.id);
      left.delete(rule.id);
      if (known && JSON.stringify(known.rule) === JSON.stringify(rule)) continue;
      const goesOn = known !== undefined && countsTheSame(known.rule, rule);
      if (known && !goesOn) changed.retired.push(known.rule);
      if (goesOn && String(known.rule.destinationIds) !== String(rule.destinationIds)) {
        changed.redirected.push({ before: known.rule, rule });
      }
      // Only while it is enabled its counts are kept up.
      const isCounted = goesOn && known.counter !== null;
      this.#store.saveRule({ rule, countedSinceMs: isCounted ? known.countedSinceMs : nowMs, dueAtMs: nowMs });
    }
    for (const { rule } of left.values()) {
      changed.retired.push(rule);
      this.#store.removeRule(rule.id);
    }
    this.#store.saveSilences(settings.silences);
    return changed;
  }
}

function entryOf({ rule, countedSinceMs }: RuleRow, known: Entry | undefined): Entry {
  if (known?.countedSinceMs === countedSinceMs && JSON.stringify(known.rule) === JSON.stringify(rule)) return known;
  return { rule, counter: counterOf(rule), countedSinceMs };
}

function counterOf(rule: AlertRule): RuleCounter | null {
  const compiled = rule.enabled ? compileCounter(rule) : null;
  // A search that is not understood any more is what its evaluation says.
  if (!compiled?.ok || compiled.value === null) return null;
  return { ...compiled.value, ruleId: rule.id, windowSeconds: rule.windowSeconds };
}

/** Whether counts and firings of the one are those of the other: another threshold looks at the same records. */
function countsTheSame(one: AlertRule, other: AlertRule): boolean {
  const subject = ({ condition, windowSeconds }: AlertRule): string =>
    JSON.stringify({ ...condition, threshold: null, windowSeconds });
  return subject(one) === subject(other);
}
