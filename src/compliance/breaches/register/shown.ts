import type { AffectedSummary, Breach, BreachClock } from '../../../wire/compliance.ts';
import { type Clock, clockState } from './clocks.ts';
import type { StoredBreach, Totals } from './store.ts';

/** A breach as it is answered. */
export function shownBreach(
  breach: StoredBreach,
  clocks: readonly Clock[],
  totals: Totals | undefined,
  nowMs: number,
): Breach {
  const { facts, regimes, ...rest } = breach;
  return {
    ...rest,
    ...facts,
    regimeIds: regimes.map(({ id }) => id),
    clocks: clocks.filter(({ withdrawn }) => !withdrawn).map((clock) => shownClock(clock, breach.awareAtMs, nowMs)),
    affected: summaryOf(totals),
  };
}

function shownClock(clock: Clock, awareAtMs: number, nowMs: number): BreachClock {
  const { id, regimeId, regimeVersion, label, toWhom, dueAtMs, source, doneAtMs, doneBy, note } = clock;
  const state = clockState(clock, awareAtMs, nowMs);
  return { id, regimeId, regimeVersion, label, toWhom, dueAtMs, source, doneAtMs, doneBy, note, state };
}

/** Whoever was not told yet is pending from the first notification on. */
export function summaryOf(totals: Totals | undefined): AffectedSummary {
  if (totals === undefined)
    return { users: 0, records: 0, searching: false, pending: 0, queued: 0, delivered: 0, failed: 0 };
  const { users, records, waiting, claimed, queued, delivered, failed, searching, notifications } = totals;
  const pending = claimed + (notifications > 0 ? waiting : 0);
  return { users, records, searching: searching > 0, pending, queued, delivered, failed };
}
