import { eventOf, inParts, type ToldProject } from '../../src/alerts/event.ts';
import {
  type Advanced,
  advance,
  firingOf,
  type GroupState,
  type Notice,
  type Observed,
  redirect,
  retire,
} from '../../src/alerts/state/index.ts';
import { randomId } from '../../src/shared/ids.ts';
import type { AlertRule, Silence } from '../../src/wire/alerts.ts';
import type { HealthChange } from '../../src/wire/protocol.ts';
import type { Outbox } from './outbox.ts';
import type { FiringStore } from './stores/firing-store.ts';

/** What is to be done after the commit of what was decided. */
export interface Decision {
  /** Somebody is told something: the outbox has rows for these destinations. */
  told: string[];
  changes: HealthChange[];
  /** Something pends, so that these destinations may be told soon. */
  expecting: string[];
  dueAtMs: number | null;
}

export interface DeciderPort {
  firings: FiringStore;
  outbox: Pick<Outbox, 'place'>;
  silences(): readonly Silence[];
  project(): ToldProject;
}

/** Lets the groups of a rule go on by what was found, and writes what becomes of them with the notices that they cause. Call it in a transaction. */
export class Decider {
  readonly #port: DeciderPort;

  constructor(port: DeciderPort) {
    this.#port = port;
  }

  /** `observed` null: nothing new is known, and only time has passed. */
  decide(rule: AlertRule, observed: Observed | null, nowMs: number): Decision {
    const before = this.#port.firings.states(rule.id);
    const silences = this.#port.silences();
    const advanced = advance(rule, before, { nowMs, observed, silences, newId: () => randomId('frg') });
    return this.#write(rule, before, advanced, nowMs);
  }

  /** The rule is gone, or another one under its id: whoever was told that it fires is told that it ended, where the rule says so. */
  retire(rule: AlertRule, nowMs: number): Decision {
    const before = this.#port.firings.states(rule.id);
    return this.#write(rule, before, retire(rule, before, nowMs), nowMs);
  }

  /** The rule goes on under its id, and names other destinations now. */
  redirect(before: AlertRule, rule: AlertRule, nowMs: number): Decision {
    const without = (ids: readonly string[], others: readonly string[]) => ids.filter((id) => !others.includes(id));
    const added = without(rule.destinationIds, before.destinationIds);
    const removed = without(before.destinationIds, rule.destinationIds);
    const states = this.#port.firings.states(rule.id);
    const { joined, left } = redirect(rule, states, { nowMs, silences: this.#port.silences() });
    this.#tell(rule, joined, added, nowMs);
    this.#tell(before, left, removed, nowMs);
    return { told: [...added, ...removed], changes: [], expecting: [], dueAtMs: null };
  }

  #write(rule: AlertRule, before: readonly GroupState[], advanced: Advanced, nowMs: number): Decision {
    const { firings } = this.#port;
    const { groups, ended, dropped, notices, dueAtMs } = advanced;
    const known = new Map(before.map((state) => [state.firingId, state]));
    for (const state of groups) {
      if (JSON.stringify(known.get(state.firingId)) === JSON.stringify(state)) continue;
      firings.saveState(rule.id, state);
      firings.save(firingOf(rule, state, null));
    }
    for (const state of ended) {
      firings.forgetState(rule.id, state.firingId);
      firings.save(firingOf(rule, state, null));
    }
    for (const firingId of dropped) {
      firings.forgetState(rule.id, firingId);
      firings.drop(firingId);
    }
    this.#tell(rule, notices, rule.destinationIds, nowMs);
    return {
      told: notices.length > 0 ? rule.destinationIds : [],
      changes: [...groups, ...ended].flatMap((state) => changeOf(rule, known.get(state.firingId), state)),
      expecting: groups.some(({ phase }) => phase === 'pending') ? rule.destinationIds : [],
      dueAtMs,
    };
  }

  #tell(rule: AlertRule, notices: readonly Notice[], destinationIds: readonly string[], nowMs: number): void {
    if (destinationIds.length === 0) return;
    this.#port.outbox.place(
      notices.flatMap(({ type, firings: told }) =>
        inParts(told.map((state) => firingOf(rule, state, null))).map((shown) => ({
          event: eventOf(type, rule, shown, this.#port.project(), { id: randomId('evt'), nowMs }),
          destinationIds,
        })),
      ),
    );
  }
}

function changeOf(rule: AlertRule, before: GroupState | undefined, { firingId, phase }: GroupState): HealthChange[] {
  if (phase === 'pending' || before?.phase === phase) return [];
  return [{ change: 'firing', firingId, ruleId: rule.id, severity: rule.severity, state: phase }];
}
