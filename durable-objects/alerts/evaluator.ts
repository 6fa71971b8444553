import { windowBuckets } from '../../src/alerts/counting/buckets.ts';
import { type Counts, countsAlone, countsProve, decides, larger } from '../../src/alerts/counting/combine.ts';
import type { Continuity } from '../../src/alerts/counting/follow.ts';
import type { Evaluation } from '../../src/alerts/evaluate/index.ts';
import type { CallMeter } from '../../src/blocks/index.ts';
import { log } from '../../src/shared/log.ts';
import { within } from '../../src/shared/within.ts';
import type { AlertRule } from '../../src/wire/alerts.ts';
import type { Feed } from './feed.ts';
import type { Entry, Rulebook } from './rulebook.ts';
import type { CountStore } from './stores/count-store.ts';

/** Of one alarm; it comes straight back while there are more. */
export const RULES_PER_ALARM = 50;
/** Their searches share D1 and the journals with everybody else. */
const RULES_AT_ONCE = 5;
/** Then the rest waits for the next alarm, behind what fell due meanwhile: a store that hangs must not keep the others from theirs. */
const MAX_RUN_MS = 30_000;
/**
 * D1 takes 1,000 statements from an alarm. After these, and reads of archives, no other rule is begun: it is still due, and the next alarm has as many again. What is under way may
 * send up to 900 in all (src/query/limits.ts).
 */
const MAX_RUN_CALLS = 500;
/** A search ends after 15 s by itself (src/query). */
const MAX_EVALUATION_MS = 20_000;

export interface EvaluatorPort {
  rulebook: Rulebook;
  feed: Pick<Feed, 'look' | 'continuity'>;
  counts: Pick<CountStore, 'sums'>;
  /** By what is stored. */
  evaluate(rule: AlertRule, nowMs: number, meter: CallMeter): Promise<Evaluation>;
  /** Writes what was found of a rule that is still the same, and what follows from it. */
  conclude(entry: Entry, found: Evaluation): void;
  nowMs(): number;
}

/** Evaluates rules that are due: each by itself, so that one whose search fails or hangs stops no other. */
export class Evaluator {
  readonly #port: EvaluatorPort;

  constructor(port: EvaluatorPort) {
    this.#port = port;
  }

  async run(ruleIds: readonly string[]): Promise<void> {
    const { rulebook, feed } = this.#port;
    const entries = ruleIds.map((id) => rulebook.get(id)).filter((entry) => entry !== null);
    if (entries.some(({ counter }) => counter !== null)) await feed.look();
    // What counts alone decide is done in no time, and must not wait for searches of others that hang.
    const waiting = [
      ...entries.filter((entry) => this.#isCounted(entry)),
      ...entries.filter((entry) => !this.#isCounted(entry)),
    ];
    const meter: CallMeter = { calls: 0 };
    const untilMs = this.#port.nowMs() + MAX_RUN_MS;
    const worker = async (): Promise<void> => {
      for (let entry = waiting.shift(); entry; entry = waiting.shift()) {
        await this.#evaluate(entry, meter);
        if (this.#port.nowMs() > untilMs || meter.calls >= MAX_RUN_CALLS) return;
      }
    };
    await Promise.all(Array.from({ length: RULES_AT_ONCE }, worker));
  }

  async #evaluate(entry: Entry, meter: CallMeter): Promise<void> {
    const found = entry.rule.enabled ? await this.#find(entry, meter) : { observed: null, problem: null };
    // Another one by now: its change has made it due.
    if (this.#port.rulebook.get(entry.rule.id) !== entry) return;
    try {
      this.#port.conclude(entry, found);
    } catch (cause) {
      // Left as it was, and due again with the next alarm.
      logFailure('alert_not_concluded', entry.rule, cause);
    }
  }

  async #find(entry: Entry, meter: CallMeter): Promise<Evaluation> {
    const { rule } = entry;
    const nowMs = this.#port.nowMs();
    const counts = this.#counts(entry, nowMs);
    if (counts && decides(rule, counts, this.#continuity(entry), nowMs)) {
      return { observed: countsAlone(rule, counts), problem: null };
    }
    const { observed, problem } = await this.#stored(rule, nowMs, meter);
    const newer = this.#counts(entry, this.#port.nowMs());
    if (newer === null) return { observed, problem };
    return { observed: observed ? larger(rule, observed, newer) : countsProve(rule, newer), problem };
  }

  async #stored(rule: AlertRule, nowMs: number, meter: CallMeter): Promise<Evaluation> {
    try {
      const found = await within(MAX_EVALUATION_MS, this.#port.evaluate(rule, nowMs, meter));
      return found ?? { observed: null, problem: `It took more than ${MAX_EVALUATION_MS / 1_000} s.` };
    } catch (cause) {
      logFailure('alert_not_evaluated', rule, cause);
      return { observed: null, problem: 'The evaluation failed; the log of the Worker says why.' };
    }
  }

  /** By what it counted so far its stores need not be asked, unless it has too many groups. */
  #isCounted(entry: Entry): boolean {
    return entry.counter !== null && decides(entry.rule, new Map(), this.#continuity(entry), this.#port.nowMs());
  }

  #counts({ rule, counter }: Entry, nowMs: number): Counts | null {
    return counter && this.#port.counts.sums(rule.id, windowBuckets(rule.windowSeconds, nowMs));
  }

  #continuity({ counter, countedSinceMs }: Entry): Continuity {
    const { sinceMs, isBehind } = this.#port.feed.continuity(counter?.stream ?? 'logs');
    return { sinceMs: sinceMs === null ? null : Math.max(sinceMs, countedSinceMs), isBehind };
  }
}

function logFailure(event: string, { id, projectId }: AlertRule, cause: unknown): void {
  log('warn', event, { projectId, ruleId: id, cause: String(cause) });
}
